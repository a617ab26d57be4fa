"""Files, folders, patterns and "-" on the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from longread.documents import discover, listed
from longread.documents.discover import LeftOut
from longread.errors import DocumentError


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    for name in (
        "b.pdf",
        "a.TXT",
        "note.doc",
        ".hidden.pdf",
        "deep/c.md",
        ".git/d.txt",
        "x.fb2.zip",
    ):
        path = tmp_path / "shelf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "shelf" / "note.doc").write_bytes(doc())
    return tmp_path / "shelf"


def doc() -> bytes:
    """An old Word file, as far as the names of its streams go."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le")


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
    assert discover([str(shelf / "note.doc")]) == [str(shelf / "note.doc")]


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


def left_out(folder: Path) -> dict[str, str]:
    found = discover([str(folder)])
    return {str(Path(each.path).relative_to(folder)): each.reason for each in found.left_out}


def test_what_would_be_read_by_name_is_read_in_a_folder_too(tmp_path: Path) -> None:
    for name in ("app.log", "data.csv", "guide.rst", "Makefile", "code.py", "~draft.txt"):
        (tmp_path / name).write_text("The mast is 19 metres high.\n")
    assert len(discover([str(tmp_path)])) == 6


def test_what_is_left_out_is_named_with_its_reason(shelf: Path) -> None:
    (shelf / "~$note.doc").write_bytes(b"\x05Ines")
    (shelf / "a.TXT~").write_text("old")
    (shelf / "photo.bin").write_bytes(b"\x89PNG\r\n\x1a\n")
    (shelf / "data.bin").write_bytes(bytes(range(256)))
    (shelf / "nothing").write_bytes(b"")
    (shelf / "wide.log").write_bytes("Öl und Käse, gut und billig".encode("utf-16-le"))
    assert left_out(shelf) == {
        "note.doc": "is an old Word file (DOC), which longread cannot read",
        "~$note.doc": "is a lock file of an office program",
        "a.TXT~": "is an editor's backup copy",
        "photo.bin": "is a picture (PNG), which longread cannot read",
        "data.bin": "is not a text",
        "nothing": "is empty (0 bytes)",
    }


def test_what_is_left_out_is_counted_by_reason(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    for number in range(6):
        (tmp_path / f"p{number}").write_bytes(b"\x89PNG")
    (tmp_path / "note.doc").write_bytes(doc())
    assert [
        line.replace(f"{tmp_path}{os.sep}", "")
        for line in listed(discover([str(tmp_path)]).left_out)
    ] == [
        "left out: note.doc is an old Word file (DOC), which longread cannot read",
        "left out: 6 files (p0, p1, p2, p3 and 2 more): "
        "a picture (PNG), which longread cannot read",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_copies_are_counted_and_the_first_few_named() -> None:
    copies = [LeftOut.copy(f"{number}.txt", of="a.txt") for number in range(1, 6)]
    assert listed(copies[:1]) == ["left out: 1.txt is the same as a.txt"]
    (line,) = listed(copies)
    assert line == (
        "left out: 5 copies of other files: 1.txt is the same as a.txt, "
        "2.txt is the same as a.txt, 3.txt is the same as a.txt, "
        "4.txt is the same as a.txt and 1 more"
    )


def test_links(tmp_path: Path) -> None:
    shelf, elsewhere = tmp_path / "shelf", tmp_path / "elsewhere"
    for folder in (shelf / "inner", elsewhere):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text("x")
    (shelf / "file").symlink_to(elsewhere / "a.txt")
    (shelf / "gone.txt").symlink_to(tmp_path / "nowhere")
    (shelf / "self").symlink_to(shelf / "self")
    (shelf / "inner" / "loop").symlink_to(shelf)
    (shelf / "outside").symlink_to(elsewhere)
    os.mkfifo(shelf / "pipe")
    assert names(discover([str(shelf)]), shelf) == ["file", "inner/a.txt"]
    assert left_out(shelf) == {
        "gone.txt": "is a link to nothing",
        "self": "is a link to nothing",
        "outside": "is a link to a folder; name it to have it read",
        "pipe": "is no file",
    }
    assert names(discover([str(shelf / "outside")]), shelf) == ["outside/a.txt"]


def test_a_link_to_nothing_among_others_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.txt").symlink_to(tmp_path / "nowhere")
    found = discover([str(tmp_path / "a.txt"), str(tmp_path / "b.txt")])
    assert found == [str(tmp_path / "a.txt")]
    assert [each.reason for each in found.left_out] == ["is a link to nothing"]
    with pytest.raises(DocumentError, match="is a link to nothing"):
        discover([str(tmp_path / "b.txt")])


def test_a_folder_without_documents_among_others_stops_nobody(shelf: Path) -> None:
    (shelf / "empty").mkdir()
    found = discover([str(shelf / "b.pdf"), str(shelf / "empty")])
    assert found == [str(shelf / "b.pdf")]
    assert [each.reason for each in found.left_out] == ["holds no document that can be read"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read all")
def test_locked_folders(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    (locked / "b.txt").write_text("x")
    (tmp_path / "a.txt").write_text("x")
    locked.chmod(0)
    try:
        assert left_out(tmp_path) == {"locked": "cannot be opened: permission denied"}
        for argument in (locked, locked / "b.txt"):
            with pytest.raises(DocumentError, match="cannot be opened: permission denied"):
                discover([str(argument)])
    finally:
        locked.chmod(0o700)


def test_the_file_that_the_answers_go_to_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A mill.", "utf-8")
    listing = "from longread.documents import discover; files = discover(['.'])\n"
    listing += "print(*files, *files.left_out, sep='\\n')"
    with (tmp_path / "answers.csv").open("w", encoding="utf-8") as answers:
        subprocess.run([sys.executable, "-c", listing], stdout=answers, cwd=tmp_path, check=True)
    said = (tmp_path / "answers.csv").read_text("utf-8").splitlines()
    assert said == ["a.txt", "answers.csv is what is being written"]


def test_names_of_all_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("~draft.txt", "two words.txt", 'it\'s "quoted".txt', "-dash.txt", "[1].txt"):
        (tmp_path / name).write_text("x")
        monkeypatch.chdir(tmp_path)
        assert discover([name]) == [name]


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode there")
def test_a_name_that_is_no_utf_8(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xe4r.txt")).write_text("x")
    (found,) = discover([str(tmp_path)])
    assert Path(found).read_text() == "x"


@pytest.mark.parametrize(
    ("argument", "message", "hint"),
    [
        ("https://example.org/book.pdf", "is an address", "download it first"),
        ("x" * 5000, "cannot be opened: file name too long", "check the name"),
        ("~nobody-of-that-name/a.txt", "does not exist", "check the name"),
    ],
)
def test_arguments_that_name_no_file(argument: str, message: str, hint: str) -> None:
    with pytest.raises(DocumentError, match=message) as caught:
        discover([argument])
    assert hint in caught.value.hint
    assert len(caught.value.message) < 200


def test_a_long_path_keeps_the_name_of_its_file() -> None:
    path = "/".join(["filings"] * 700 + ["report.pdf"])
    with pytest.raises(DocumentError, match=r"^filings/.*….*/report\.pdf cannot be opened"):
        discover([path])
