"""Files, folders, patterns and "-" on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from longread.documents import discover
from longread.errors import DocumentError


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    for name in (
        "b.pdf",
        "a.TXT",
        "note.docx",
        ".hidden.pdf",
        "deep/c.md",
        ".git/d.txt",
        "x.fb2.zip",
    ):
        path = tmp_path / "shelf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return tmp_path / "shelf"


def names(paths: list[str], folder: Path) -> list[str]:
    return [Path(path).relative_to(folder).as_posix() for path in paths]


def test_a_folder_stands_for_what_can_be_read_in_it(shelf: Path) -> None:
    assert names(discover([str(shelf)]), shelf) == ["a.TXT", "b.pdf", "x.fb2.zip", "deep/c.md"]


def test_patterns_are_expanded(shelf: Path) -> None:
    assert names(discover([str(shelf / "**" / "*.md")]), shelf) == ["deep/c.md"]
    assert names(discover([str(shelf / "*")]), shelf) == ["a.TXT", "b.pdf", "x.fb2.zip"]


def test_each_file_once_in_the_order_given(shelf: Path) -> None:
    given = [str(shelf / "b.pdf"), "-", str(shelf / "*.pdf"), str(shelf / "a.TXT")]
    assert discover(given) == [str(shelf / "b.pdf"), "-", str(shelf / "a.TXT")]


def test_a_named_file_is_taken_whatever_its_kind(shelf: Path) -> None:
    assert discover([str(shelf / "note.docx")]) == [str(shelf / "note.docx")]


def test_a_file_whose_name_looks_like_a_pattern(shelf: Path) -> None:
    path = shelf / "report [2].pdf"
    path.write_text("x")
    assert discover([str(path)]) == [str(path)]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("nothing.pdf", "does not exist"),
        ("*.pdf", "no file matches"),
        ("empty", "holds no document"),
    ],
)
def test_what_finds_nothing_is_an_error(tmp_path: Path, argument: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DocumentError, match=message) as caught:
        discover([str(tmp_path / argument)])
    assert caught.value.hint
