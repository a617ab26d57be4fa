"""The files in `tests/fixtures/bad` are really bad in the way their names say."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pymupdf
import pytest

BAD = Path(__file__).parents[1] / "fixtures" / "bad"


@pytest.fixture(autouse=True)
def quiet_mupdf() -> None:
    pymupdf.TOOLS.mupdf_display_errors(False)


def test_they_are_small() -> None:
    assert max(path.stat().st_size for path in BAD.iterdir()) < 30_000


def test_the_empty_one_is_empty() -> None:
    assert (BAD / "empty.pdf").read_bytes() == b""


def test_the_scan_has_pictures_and_no_text() -> None:
    document = pymupdf.open(BAD / "scan.pdf")
    assert [page.get_text().strip() for page in document] == ["", ""]
    assert all(page.get_images() for page in document)


def test_the_locked_one_opens_with_its_password_only() -> None:
    document = pymupdf.open(BAD / "locked.pdf")
    assert document.needs_pass
    assert not document.authenticate("harbor")
    assert document.authenticate("harbour")
    assert "barometer" in document[0].get_text()
    assert b"/AESV3" in (BAD / "locked.pdf").read_bytes()


def test_the_fake_one_is_no_pdf() -> None:
    assert not (BAD / "fake.pdf").read_bytes().startswith(b"%PDF")


def test_the_truncated_one_keeps_some_of_its_pages() -> None:
    document = pymupdf.open(BAD / "truncated.pdf")
    assert document.is_repaired
    full = [bool(page.get_text().strip()) for page in document]
    assert full == [True] * 3 + [False] * 5


def test_the_other_truncated_one_cannot_be_opened() -> None:
    with pytest.raises(pymupdf.FileDataError):
        pymupdf.open(BAD / "beyond-repair.pdf")


@pytest.mark.parametrize("name", ["latin1.txt", "utf16.txt", "binary.txt"])
def test_texts_are_not_utf8(name: str) -> None:
    with pytest.raises(UnicodeDecodeError):
        (BAD / name).read_bytes().decode("utf-8")


def test_latin1_and_utf16_hold_the_same_text() -> None:
    latin = (BAD / "latin1.txt").read_bytes().decode("latin-1")
    assert "£3½ für eine Führung" in latin
    assert (BAD / "utf16.txt").read_bytes().decode("utf-16") == latin


def test_the_broken_epub_is_a_zip_without_a_package() -> None:
    with zipfile.ZipFile(BAD / "broken.epub") as archive:
        assert archive.namelist() == ["mimetype", "chapter.xhtml"]


def test_the_two_columns_are_interleaved_in_the_file() -> None:
    lines = pymupdf.open(BAD / "two-column.pdf")[0].get_text().splitlines()
    assert lines[:2] == [
        "The tide turned at noon and the boats",
        "By four the market was closed and the",
    ]


def test_the_hebrew_one_reads_from_the_right() -> None:
    assert "הנמל נסגר" in pymupdf.open(BAD / "rtl.pdf")[0].get_text()
