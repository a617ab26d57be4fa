"""The documents of the folders that the server was started with, by the names clients use."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from longread.documents import Files, discover
from longread.errors import DocumentError, UsageError
from longread.runs.options import DocumentOptions


class Folders:
    """Files below some folders. A name is a path from its folder on; of several folders it begins
    with the folder's own name. Raises UsageError for what is no folder.

    Links are left out, so that nothing elsewhere can be reached through one.
    """

    def __init__(self, folders: Sequence[Path], options: DocumentOptions) -> None:
        self._options = options
        self._roots: dict[str, Path] = {}
        for folder in folders:
            root = folder.expanduser().resolve()
            if not root.is_dir():
                raise UsageError(f"{folder} is no folder.", "longread mcp ~/filings")
            name = root.name if len(folders) > 1 else ""
            if self._roots.setdefault(name, root) != root:
                raise UsageError(f"two folders are called {name}.", "name one above both")

    def documents(self) -> dict[str, Path]:
        """The files that can be read, by name: as the folders are now."""
        found: dict[str, Path] = {}
        for prefix, root in self._roots.items():
            try:
                files = discover([str(root)], **self._options.discovering())
            except DocumentError:
                continue
            paths = [Path(file) for file in files if not Path(file).is_symlink()]
            found |= {str(Path(prefix, path.relative_to(root))): path for path in paths}
        return found

    def below(self, names: Sequence[str]) -> Files:
        """The files that are called so, or stand below such a folder; without names all.

        Raises DocumentError for a name that there is not.
        """
        documents = self.documents()
        chosen: dict[str, None] = {}
        for name in names or ["."]:
            wanted = str(Path(self.named(name)))
            inside = [each for each in documents if _is_below(each, wanted)]
            if not inside:
                raise DocumentError(f"there is no document {name!r} here.", "inspect lists them")
            chosen.update(dict.fromkeys(inside))
        return Files(str(documents[name]) for name in chosen)

    def named(self, text: str) -> str:
        """`text` with names in place of paths."""
        for prefix, root in self._roots.items():
            text = text.replace(f"{root}{os.sep}", f"{prefix}{os.sep}" if prefix else "")
        return text


def _is_below(name: str, wanted: str) -> bool:
    return wanted in (".", name) or name.startswith(f"{wanted}{os.sep}")
