"""Which files of a folder are meant: --include, --exclude, .longreadignore."""

from __future__ import annotations

from pathlib import Path

import pytest

from longread.documents import discover
from longread.errors import DocumentError, UsageError
from longread.runs.opening import read_documents
from longread.runs.options import DocumentOptions

FILES = ("a.txt", "b.md", "draft a.txt", "old/c.txt", "old/d.md", "new/old/e.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        file = tmp_path / "papers" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"This is {name}.\n")
    return tmp_path / "papers"


def names(folder: Path, include: str | None = None, exclude: str | None = None) -> list[str]:
    files = discover([str(folder)], include=include, exclude=exclude)
    assert len(files) + len(files.left_out) == len(FILES)
    return [str(Path(file).relative_to(folder)) for file in files]


def test_include_and_exclude_are_patterns_of_gitignore(folder: Path) -> None:
    assert names(folder, include="*.md") == ["b.md", "old/d.md"]
    assert names(folder, include="*.md, new/") == ["b.md", "new/old/e.txt", "old/d.md"]
    assert names(folder, exclude="old/") == ["a.txt", "b.md", "draft a.txt"]
    assert names(folder, exclude="/old/,draft*") == ["a.txt", "b.md", "new/old/e.txt"]
    assert names(folder, include="*.txt", exclude="*,!a.txt") == ["a.txt"]


def test_a_file_of_patterns_holds_for_its_folder_and_those_below(folder: Path) -> None:
    (folder / ".longreadignore").write_text("# not ready\ndraft*\n")
    (folder / "new" / ".longreadignore").write_text("*.txt\n!nothing.txt\n")
    assert names(folder) == ["a.txt", "b.md", "old/c.txt", "old/d.md"]


def test_a_file_that_is_named_is_meant(folder: Path) -> None:
    assert discover([str(folder / "a.txt")], exclude="*") == [str(folder / "a.txt")]


def test_what_was_left_out_is_said_with_its_reason(folder: Path) -> None:
    said: list[str] = []
    (folder / ".longreadignore").write_text("draft*\n")
    how = DocumentOptions(exclude="old/")
    assert len(read_documents([str(folder)], how, report=said.append)) == 2
    assert said[0] == f"left out: {folder / 'draft a.txt'} is excluded by .longreadignore"
    assert said[1].startswith("left out: 3 files (")
    assert said[1].endswith("): excluded by --exclude")


def test_nothing_left_names_the_first_that_was_left_out(folder: Path) -> None:
    with pytest.raises(DocumentError, match=r"no document that can be read \(6 left out"):
        discover([str(folder)], include="*.pdf")


def test_a_pattern_that_is_none(folder: Path) -> None:
    with pytest.raises(UsageError, match="--exclude"):
        discover([str(folder)], exclude="!")
