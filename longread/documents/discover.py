"""Glob patterns, folders and names that the user typed, expanded to a list of files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from errno import ELOOP, ENOENT
from functools import partial
from glob import glob, has_magic
from pathlib import Path
from stat import S_ISREG

from longread.documents.formats import READS
from longread.documents.kinds import why_not
from longread.documents.selection import Selection
from longread.errors import DocumentError, reason_of

STDIN = "-"
_ADDRESS = re.compile(r"(?:https?|ftp|file)://\S", re.IGNORECASE)
# Files that programs leave beside the ones a person wrote.
_LEFT_BEHIND = (
    (re.compile(r"~\$.*|\.~lock\..*"), "is a lock file of an office program"),
    (re.compile(r".*~|#.*#"), "is an editor's backup copy"),
)
# A name that is told in a message; more are counted.
_NAMED = 4
# Characters of a path that is shown whole.
_LONG = 200


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or folder that is not read, and why: "is a Word file, …" follows its name. Where it is
    a copy, `copy_of` is read in its place."""

    path: str
    reason: str
    copy_of: str = ""

    @classmethod
    def copy(cls, path: str, of: str) -> LeftOut:
        """A file that is the same as another."""
        return cls(path, "is the same as", of)

    def __str__(self) -> str:
        return f"{self.path} {self.reason} {self.copy_of}".rstrip()


class Files(list[str]):
    """The files to read, in order, and what was left out of the folders they were found in."""

    def __init__(self, paths: Iterable[str] = (), left_out: Iterable[LeftOut] = ()) -> None:
        super().__init__(paths)
        self.left_out = tuple(left_out)


def discover(
    arguments: Sequence[str], *, include: str | None = None, exclude: str | None = None
) -> Files:
    """The files that `arguments` name, each once, in the order given; folders sorted.

    A folder stands for every file below it that could be read by its name, hidden ones left
    out; `include`, `exclude` and .longreadignore narrow that (see `Selection`). Patterns (`*`,
    `?`, `[…]`, `**`) are expanded where the shell has not done so. Raises DocumentError for a
    missing file, a folder with nothing to read, a pattern without a match; of several arguments
    those that a pattern may have given (a folder with nothing to read, a link to nothing) are
    left out.
    """
    if isinstance(arguments, Files):
        return arguments
    found: dict[str, None] = {}
    left_out: list[LeftOut] = []
    failures: list[DocumentError] = []
    for argument in arguments:
        paths, passed_over, failure = _expand(argument, include, exclude)
        found.update(dict.fromkeys(paths))
        left_out.extend(passed_over)
        if failure is not None:
            failures.append(failure)
            left_out.append(LeftOut(argument, failure.message.removeprefix(argument).strip(" .")))
    if failures and not found:
        raise failures[0]
    return Files(found, left_out)


def listed(left_out: Iterable[LeftOut]) -> list[str]:
    """What was left out, in a line for each reason: counted, and the first few named."""
    by_reason: dict[str, list[LeftOut]] = {}
    for each in left_out:
        by_reason.setdefault(each.reason, []).append(each)
    lines = []
    for reason, some in by_reason.items():
        first, *others = some
        if not others:
            lines.append(f"left out: {first}")
            continue
        more = f" and {len(some) - _NAMED:,} more" if len(some) > _NAMED else ""
        if first.copy_of:
            names = ", ".join(map(str, some[:_NAMED]))
            lines.append(f"left out: {len(some):,} copies of other files: {names}{more}")
            continue
        names = ", ".join(each.path for each in some[:_NAMED])
        why = reason.removeprefix("is ")
        lines.append(f"left out: {len(some):,} files ({names}{more}): {why}")
    return lines


def local(argument: str) -> Path:
    """The path that was typed; `~/` is the home folder, `~draft.txt` a name."""
    path = Path(argument)
    try:
        return path if os.path.lexists(path) else path.expanduser()
    except RuntimeError:
        return path


def _expand(
    argument: str, include: str | None, exclude: str | None
) -> tuple[list[str], list[LeftOut], DocumentError | None]:
    """The files, what was left out, and the failure of one that a pattern may have given."""
    if argument == STDIN:
        return [STDIN], [], None
    if _ADDRESS.match(argument):
        raise DocumentError(
            f"{argument} is an address; longread reads files and never goes online for one.",
            f"download it first: curl -LO {argument}",
        )
    path = local(argument)
    try:
        path.stat()
    except FileNotFoundError:
        return _absent(argument, path)
    except NotADirectoryError as error:
        raise _missing(argument) from error
    except (OSError, ValueError) as error:
        # With magic in it a name that is too long may still be a pattern.
        if has_magic(argument) and not isinstance(error, PermissionError):
            return _matches(argument, str(path)), [], None
        raise unopened(argument, error) from error
    if path.is_dir():
        files, left_out = _inside(path, Selection(path, include, exclude))
        if not files:
            return [], left_out, _nothing_in(argument, left_out)
        return files, left_out, None
    return [str(path)], [], None


def _absent(argument: str, path: Path) -> tuple[list[str], list[LeftOut], DocumentError | None]:
    if path.is_symlink():
        return [], [], DocumentError(f"{argument} is a link to nothing.", "mend or remove the link")
    if has_magic(argument):
        return _matches(argument, str(path)), [], None
    raise _missing(argument)


def _missing(argument: str) -> DocumentError:
    return DocumentError(
        f"{argument} does not exist.", "check the name; a name with spaces needs quotes"
    )


def unopened(argument: str, error: OSError | ValueError) -> DocumentError:
    """The error of a file that the system does not give."""
    # What tells a long path is its end.
    shown = argument if len(argument) <= _LONG else f"{argument[:40]}…{argument[-80:]}"
    hint = "check its permissions, and those of its folder"
    if not isinstance(error, PermissionError):
        hint = "check the name"
    return DocumentError(f"{shown} cannot be opened: {reason_of(error)}.", hint)


def _nothing_in(argument: str, left_out: Sequence[LeftOut]) -> DocumentError:
    if len(left_out) == 1 and left_out[0].path.rstrip(os.sep) == str(local(argument)):
        return DocumentError(f"{argument} {left_out[0].reason}.", "check its permissions")
    found = f" ({len(left_out):,} left out, the first: {left_out[0].path})" if left_out else ""
    return DocumentError(f"{argument} holds no document that can be read{found}.", READS)


def _matches(argument: str, pattern: str) -> list[str]:
    # Path.glob takes no absolute pattern.
    found = glob(pattern, recursive=True)  # noqa: PTH207
    matches = sorted(match for match in found if Path(match).is_file())
    # A pattern that names a suffix is taken at its word; "*" and "**" mean what can be read.
    if not Path(pattern).suffix:
        matches = [match for match in matches if _reason(match) is None]
    if not matches:
        raise DocumentError(f'no file matches "{argument}".', "check the pattern and the folder")
    return matches


def _inside(folder: Path, selection: Selection) -> tuple[list[str], list[LeftOut]]:
    files: list[str] = []
    left_out: list[LeftOut] = []
    # Of thousands, paths as strings take half the time of `Path`.
    waiting = [str(Path(folder, "_"))[:-1]]
    outputs = _outputs()
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here or ".") as found:
                entries = sorted(found, key=lambda each: each.name)
        except OSError as error:
            left_out.append(LeftOut(str(Path(here)), f"cannot be opened: {reason_of(error)}"))
            continue
        selection.enter(Path(here))
        folders = []
        for entry in entries:
            path = here + entry.name
            if entry.name.startswith("."):
                continue
            if _is(entry.is_dir):
                if not entry.is_symlink():
                    folders.append(path + os.sep)
                elif not _leads_back(Path(path), folder):
                    linked = "is a link to a folder; name it to have it read"
                    left_out.append(LeftOut(path, linked))
                continue
            why = (selection.why_not(Path(path)) if selection else None) or _reason(path, entry)
            if any(_is(partial(_is_same, entry, each)) for each in outputs):
                why = "is what is being written"
            if why is None:
                files.append(path)
            else:
                left_out.append(LeftOut(path, why))
        waiting += reversed(folders)
    return files, left_out


def _outputs() -> list[os.stat_result]:
    """The files that this process writes to, as in `longread ask . … > answers.csv`."""
    found = list[os.stat_result]()
    for stream in (1, 2):
        with suppress(OSError):
            found.append(os.fstat(stream))
    return [each for each in found if S_ISREG(each.st_mode)]


def _is_same(entry: os.DirEntry[str], file: os.stat_result) -> bool:
    # Of most entries the folder knows the inode.
    return entry.inode() == file.st_ino and os.path.samestat(entry.stat(), file)


def _leads_back(link: Path, folder: Path) -> bool:
    """Does a link lead to what is read anyway?"""
    try:
        return link.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def _is(what: Callable[[], bool]) -> bool:
    try:
        return what()
    except OSError:
        return False


def _reason(path: str, entry: os.DirEntry[str] | None = None) -> str | None:
    """Why a file in a folder, or this entry of it, is not read; None where it is."""
    name = entry.name if entry else Path(path).name
    for pattern, reason in _LEFT_BEHIND:
        if pattern.fullmatch(name):
            return reason
    try:
        # A pipe would wait for ever. Of most entries the folder says what they are.
        regular = (entry and _is(entry.is_file)) or S_ISREG(os.stat(path).st_mode)  # noqa: PTH116
        return why_not(path) if regular else "is no file"
    except OSError as error:
        if error.errno in (ENOENT, ELOOP):
            return "is a link to nothing"
        return f"cannot be opened: {reason_of(error)}"
