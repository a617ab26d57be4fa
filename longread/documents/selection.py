"""Gitignore patterns: which files of a folder are meant (--include, --exclude, .longreadignore)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from longread.errors import DocumentError, UsageError, reason_of

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".longreadignore"


class Selection:
    """The files of one folder that are meant. Patterns are those of gitignore, parted by commas;
    a file of patterns holds for its folder and those below.

    Raises UsageError for a pattern that is none, DocumentError for a file that cannot be read.
    """

    def __init__(self, folder: Path, include: str | None = None, exclude: str | None = None):
        self._folder = folder
        self._include = _spec(include.split(","), "--include") if include else None
        self._exclude = _spec(exclude.split(","), "--exclude") if exclude else None
        self._ignored: list[tuple[Path, GitIgnoreSpec]] = []

    def __bool__(self) -> bool:
        """Is there any pattern?"""
        return not (self._include is None and self._exclude is None and not self._ignored)

    def enter(self, folder: Path) -> None:
        """Heed a folder's own file of patterns from now on."""
        file = folder / IGNORE_FILE
        if file.is_file():
            try:
                lines = file.read_text("utf-8", errors="replace").splitlines()
            except OSError as error:
                raise DocumentError(
                    f"{file} cannot be opened: {reason_of(error)}.", "check its permissions"
                ) from error
            self._ignored.append((folder, _spec(lines, str(file))))

    def why_not(self, path: Path) -> str | None:
        """Why a file is not meant; None where it is."""
        inside = path.relative_to(self._folder)
        if self._include is not None and not self._include.match_file(inside):
            return "matches no pattern of --include"
        if self._exclude is not None and self._exclude.match_file(inside):
            return "is excluded by --exclude"
        for folder, spec in self._ignored:
            if path.is_relative_to(folder) and spec.match_file(path.relative_to(folder)):
                return f"is excluded by {IGNORE_FILE}"
        return None


def _spec(patterns: Iterable[str], where: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(each.strip() for each in patterns)
    except ValueError as error:
        raise UsageError(
            f"{where} holds a pattern that is none.", 'write patterns such as "*.pdf,!old/"'
        ) from error
