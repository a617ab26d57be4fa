"""What a user gets from a file: text, pages, titles, warnings, and errors with a hint."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from longread.documents import load
from longread.errors import DocumentError, UsageError

FIXTURES = Path(__file__).parents[1] / "fixtures"


def fixture(name: str) -> str:
    return str(FIXTURES / name)


def page_text(name: str, number: int) -> str:
    document = load(fixture(name))
    page = document.pages[number - 1]
    return document.text[page.start : page.end]


def test_pdf_has_title_kind_and_path() -> None:
    document = load(fixture("voyage.pdf"))
    assert document.title == "The Voyage of the Aurora"
    assert document.kind == "pdf"
    assert document.path == fixture("voyage.pdf")
    assert len(document.sha256) == 64
    assert document.warnings == ()


def test_running_heads_and_page_numbers_are_no_text() -> None:
    document = load(fixture("voyage.pdf"))
    assert document.text.count("The Voyage of the Aurora") == 1  # the title, not the running head
    assert document.text.endswith("All nineteen were aboard.")
    assert [page.label for page in document.pages] == ["i", "1", "2", "3", "4"]


def test_lines_are_joined_and_line_end_hyphens_removed() -> None:
    text = page_text("voyage.pdf", 2)
    assert "for eleven days the expedition made no headway." in text


def test_a_true_compound_keeps_its_hyphen() -> None:
    assert "a well-known pair of sledges" in page_text("voyage.pdf", 1)


def test_a_paragraph_over_a_page_break_is_not_torn() -> None:
    document = load(fixture("voyage.pdf"))
    at = document.text.index("while the boiler still held.")
    assert document.locate(at).page == 2
    assert document.locate(at + len("while the boiler ")).page == 3
    assert document.locate(at, at + 28).last_page == 3


def test_a_table_row_is_one_line() -> None:
    lines = page_text("voyage.pdf", 3).splitlines()
    assert "Coal, including reserve | 48,000 | 31,500 | 9,250" in lines
    assert "Flour and ship's biscuit | 2,140 | 1,310 | (85)" in lines


def test_columns_are_read_one_after_the_other() -> None:
    text = page_text("voyage.pdf", 4)
    assert "as whalers had learned to do. Her engine gave one hundred and eighty horsepower" in text
    assert text.index("no wind at all.") < text.index("The second column")


def test_sections_come_from_the_outline_and_stand_at_their_headings() -> None:
    document = load(fixture("voyage.pdf"))
    assert [(s.title, s.level) for s in document.sections] == [
        ("Chapter 1. Outward bound", 1),
        ("Stores", 2),
        ("Chapter 2. Ship and crew", 1),
        ("Chapter 3. Home", 1),
    ]
    for section in document.sections:
        assert document.text.startswith(section.title, section.start)
    coal = document.text.index("Coal, including")
    assert document.locate(coal).section == "Stores"


def test_pages_tile_the_text() -> None:
    document = load(fixture("voyage.pdf"))
    assert document.pages[0].start == 0
    assert document.pages[-1].end == len(document.text)
    for before, after in zip(document.pages, document.pages[1:], strict=False):
        assert document.text[before.end : after.start].strip() == ""
    for start in document.blocks:
        assert not document.text[start].isspace()


def test_chosen_pages_keep_their_numbers_labels_and_sections() -> None:
    document = load(fixture("voyage.pdf"), pages="2,4-")
    assert [(page.number, page.label) for page in document.pages] == [
        (2, "1"),
        (4, "3"),
        (5, "4"),
    ]
    assert "Coal" not in document.text
    at = document.text.index("The second column")
    assert document.locate(at).page == 4
    assert document.locate(at).section == "Chapter 2. Ship and crew"


def test_a_page_that_begins_inside_a_section_is_still_in_it() -> None:
    document = load(fixture("voyage.pdf"), pages="3")
    assert document.locate(0).section == "Chapter 1. Outward bound"


def test_pages_outside_the_document_are_refused() -> None:
    with pytest.raises(UsageError, match=r"voyage\.pdf has 5 pages; there is no page 9") as caught:
        load(fixture("voyage.pdf"), pages="4-9")
    assert "1-5" in caught.value.hint


def test_pages_of_a_text_are_refused() -> None:
    with pytest.raises(UsageError, match="has no pages"):
        load(fixture("tale.txt"), pages="1")


def test_a_locked_file_asks_for_its_password() -> None:
    with pytest.raises(DocumentError) as caught:
        load(fixture("locked.pdf"))
    assert caught.value.message == "locked.pdf is encrypted and needs a password."
    assert caught.value.hint == "pass --password, or set LONGREAD_PASSWORD"


def test_a_wrong_password_has_its_own_message() -> None:
    with pytest.raises(DocumentError, match=r"the password does not open locked\.pdf"):
        load(fixture("locked.pdf"), password="oslo")


def test_a_locked_file_leaves_no_text_on_disk(longread_home: Path) -> None:
    document = load(fixture("locked.pdf"), password="bergen")
    assert "Captain Ingrid Halvorsen" in document.text
    assert not [path for path in longread_home.rglob("*") if path.is_file()]


def test_scanned_pages_are_named_in_one_warning() -> None:
    document = load(fixture("partly_scanned.pdf"))
    assert document.warnings == (
        "pages 3–5 are scans without text; --ocr reads them when Tesseract is installed",
    )
    assert len(document.pages) == 5


def test_a_file_of_scans_alone_names_ocr() -> None:
    with pytest.raises(DocumentError, match=r"scanned\.pdf is scanned") as caught:
        load(fixture("scanned.pdf"))
    assert "--ocr" in caught.value.hint


def test_ocr_without_tesseract_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import pymupdf

    monkeypatch.setattr(pymupdf, "get_tessdata", lambda: None)
    with pytest.raises(DocumentError, match="Tesseract") as caught:
        load(fixture("scanned.pdf"), ocr=True)
    assert "install" in caught.value.hint


def zipped(name: str) -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(name, b"x")
        return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.pdf", b"", "is empty"),
        ("fake.pdf", b"This is not a PDF at all.\n", "is not a PDF, whatever its name says"),
        ("broken.pdf", b"%PDF-1.7\n" + b"garbage " * 50, "damaged|no pages"),
        ("picture.pdf", b"\x89PNG\r\n\x1a\n", "is a picture"),
        ("book.mobi", b"Birkholm".ljust(60, b"\0") + b"BOOKMOBI", "a Kindle book"),
        ("comic.cbz", zipped("page1.png"), "a zip archive"),
        ("letter.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office file"),
        ("broken.epub", b"PK\x03\x04 nothing more", "damaged"),
        ("noise.txt", bytes(range(32)) * 40, "not a text"),
        ("blank.txt", b" \n\n ", "holds no text"),
    ],
)
def test_unreadable_files_get_one_line_and_a_hint(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(DocumentError, match=message) as caught:
        load(str(path))
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="does not exist"):
        load(str(tmp_path / "nowhere.pdf"))
    with pytest.raises(DocumentError, match="is a folder"):
        load(str(tmp_path))


def test_a_repaired_file_is_read_with_a_warning(tmp_path: Path) -> None:
    data = Path(fixture("voyage.pdf")).read_bytes()
    path = tmp_path / "torn.pdf"
    path.write_bytes(data[: data.rindex(b"startxref")])
    document = load(str(path))
    assert "Captain Ingrid Halvorsen" in document.text
    assert document.warnings == ("the file is damaged and was repaired; parts may be missing",)


def test_content_counts_for_more_than_the_name(tmp_path: Path) -> None:
    path = tmp_path / "voyage.epub"
    path.write_bytes(Path(fixture("voyage.pdf")).read_bytes())
    document = load(str(path))
    assert document.kind == "pdf"
    assert document.warnings == ("voyage.epub is not EPUB but PDF, and was read as that",)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(Path(fixture("voyage.pdf")).read_bytes())

    monkeypatch.setattr(sys, "stdin", Stdin)
    document = load("-")
    assert document.path == "-"
    assert len(document.pages) == 5
    with pytest.raises(DocumentError, match="standard input is empty"):
        load("-")


def test_nothing_is_printed_and_a_cache_hit_needs_no_worker(tmp_path: Path) -> None:
    data = Path(fixture("voyage.pdf")).read_bytes()
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(data[: data.rindex(b"startxref")])
    script = (
        "import sys; from longread.documents import load, loader; load(sys.argv[1]);"
        "sys.exit(2 * ('pymupdf' in sys.modules) + loader._kept.cache_info().currsize)"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", script, str(torn)], capture_output=True, check=False)
        for _ in range(2)
    )
    assert (first.stdout, first.stderr, first.returncode) == (b"", b"", 1)
    assert (second.stdout, second.stderr, second.returncode) == (b"", b"", 0)
