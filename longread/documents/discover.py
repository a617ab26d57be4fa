"""From what the user typed to a list of files: names, folders, patterns and "-"."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path

from longread.errors import DocumentError

STDIN = "-"
READABLE = (
    ".pdf", ".xps", ".oxps", ".epub", ".fb2", ".fb2.zip", ".fbz",
    ".html", ".htm", ".xhtml", ".md", ".markdown", ".txt", ".text",
)  # fmt: skip


def discover(arguments: Sequence[str]) -> list[str]:
    """The files that `arguments` name, each once, in the order given; folders sorted.

    A folder stands for every readable file below it, hidden ones left out. Patterns
    (`*`, `?`, `[…]`, `**`) are expanded where the shell has not done so. Raises
    DocumentError for a missing file, a folder with nothing to read, a pattern without a
    match.
    """
    found: dict[str, None] = {}
    for argument in arguments:
        for path in _expand(argument):
            found.setdefault(path)
    return list(found)


def _expand(argument: str) -> list[str]:
    if argument == STDIN:
        return [STDIN]
    path = Path(argument).expanduser()
    if path.is_dir():
        files = [str(file) for file in _inside(path)]
        if not files:
            raise DocumentError(
                f"{argument} holds no document that can be read.",
                "longread reads PDF, XPS, EPUB, FB2, HTML, Markdown and plain text",
            )
        return files
    if path.exists():
        return [str(path)]
    if has_magic(argument):
        return _matches(argument, str(path))
    raise DocumentError(
        f"{argument} does not exist.", "check the name; a name with spaces needs quotes"
    )


def _matches(argument: str, pattern: str) -> list[str]:
    # Path.glob takes no absolute pattern.
    found = glob(pattern, recursive=True)  # noqa: PTH207
    matches = sorted(match for match in found if Path(match).is_file())
    # A pattern that names a suffix is taken at its word; "*" and "**" mean what can be read.
    if not Path(pattern).suffix:
        matches = [match for match in matches if match.lower().endswith(READABLE)]
    if not matches:
        raise DocumentError(f'no file matches "{argument}".', "check the pattern and the folder")
    return matches


def _inside(folder: Path) -> Iterator[Path]:
    for current, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and name.lower().endswith(READABLE):
                yield Path(current, name)
