"""What a PDF carries beside its pages' own text: forms, comments, attached files."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from longread.display.phrasing import short_names
from longread.documents import load
from longread.errors import DocumentError
from longread.reading.corpus import Corpus
from tests.fixtures.pages import PROSE, Paper, page_text, read

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.mark.parametrize("appearances", [True, False])
def test_what_was_filled_in_stands_beside_its_label(tmp_path: Path, appearances: bool) -> None:
    """Also where the file leaves it to the viewer to draw the values."""
    paper = Paper()
    page = paper.page()
    for y, name, kind, value in (
        (100, "Name of applicant:", pymupdf.PDF_WIDGET_TYPE_TEXT, "Odile Marchetti"),
        (140, "Harbour dues:", pymupdf.PDF_WIDGET_TYPE_TEXT, "EUR 1,380"),
        (180, "Type of hull:", pymupdf.PDF_WIDGET_TYPE_COMBOBOX, "wood"),
    ):
        page.insert_text((72, y + 13), name, fontsize=11)
        widget = pymupdf.Widget()
        widget.field_type, widget.field_name, widget.field_value = kind, name, value
        widget.rect = pymupdf.Rect(220, y, 420, y + 18)
        widget.choice_values = ["steel", "wood"]
        page.add_widget(widget)
    if not appearances:
        for widget in page.widgets():
            paper.file.xref_set_key(widget.xref, "AP", "null")
        paper.file.need_appearances(True)
    assert read(paper, tmp_path).text.splitlines() == [
        "Name of applicant: | Odile Marchetti",
        "Harbour dues: | EUR 1,380",
        "Type of hull: | wood",
    ]


def test_check_boxes_say_whether_they_are_checked(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    for x, name, on in ((220, "yes", True), (300, "no", False)):
        widget = pymupdf.Widget()
        widget.field_type = pymupdf.PDF_WIDGET_TYPE_CHECKBOX
        widget.field_name = name
        widget.rect = pymupdf.Rect(x, 90, x + 14, 104)
        widget.field_value = on
        page.add_widget(widget)
        page.insert_text((x + 18, 101), name, fontsize=11)
    page.insert_text((72, 101), "Insured:", fontsize=11)
    text = read(paper, tmp_path).text.replace(" | ", " ")
    assert text == "Insured: [x] yes [ ] no"


def test_comments_are_read_as_comments_of_their_page(tmp_path: Path) -> None:
    paper = Paper()
    paper.prose(paper.page())
    page = paper.page()
    paper.prose(page)
    note = page.add_text_annot((400, 100), "The deadline moves to 14 March.")
    note.set_info(title="Odile Marchetti")
    note.update()
    page.add_freetext_annot(pymupdf.Rect(72, 400, 400, 430), "Agreed by phone: 7,500 euros a day.")
    page.add_stamp_annot(pymupdf.Rect(72, 500, 200, 540), stamp=0)
    marked = page.add_highlight_annot(page.search_for("ferry company"))
    marked.set_info(content="It is now called Tern Lines.")
    marked.update()
    document = read(paper, tmp_path)
    assert "[Comment: It is now called Tern Lines.]" in page_text(document, 2)
    assert "APPROVED" in page_text(document, 2)
    assert "[Comment by Odile Marchetti: The deadline moves to 14 March.]" in page_text(document, 2)
    assert document.text.count("7,500 euros") == 1


def test_attached_files_are_documents_of_their_own(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    page.insert_text((72, 100), "Please see the attached files.")
    paper.file.embfile_add("schedule", b"The guarantee is 91,000 euros.", filename="schedule-b.txt")
    voyage = (FIXTURES / "voyage.pdf").read_bytes()
    page.add_file_annot((300, 300), voyage, "voyage.pdf")
    page.add_file_annot((300, 400), b"\x89PNG\r\n\x1a\n", "mast.png")
    path = paper.save(tmp_path)
    for _cached in (False, True):
        document = load(path)
        inner = document.attachments
        assert [each.path for each in inner] == [f"{path}/schedule-b.txt", f"{path}/voyage.pdf"]
        assert inner[0].text == "The guarantee is 91,000 euros."
        assert len(inner[1].pages) == 5
        assert document.text == "Please see the attached files."
        assert document.warnings == (
            "1 attachment is not read: mast.png is a picture (PNG), which longread cannot read",
        )
    names = short_names([each.path for each in document.with_attachments()])
    assert names[1] == "attachment schedule-b.txt of paper.pdf"


def test_a_portfolio_s_cover_may_be_blank(tmp_path: Path) -> None:
    paper = Paper()
    paper.page()
    paper.file.embfile_add("a", b"The guarantee is 91,000 euros.", filename="a.txt")
    document = read(paper, tmp_path)
    assert (document.text, document.attachments[0].text) == ("", "The guarantee is 91,000 euros.")
    corpus = Corpus(document.with_attachments(), chunk_tokens=64, passage_tokens=64, count=len)
    assert [corpus.text(chunk) for chunk in corpus.chunks] == ["The guarantee is 91,000 euros."]
    paper.file.embfile_del(0)
    paper.file.embfile_add("a", b"", filename="a.txt")
    with pytest.raises(DocumentError, match=r"holds no text; 1 attachment is not read: a\.txt"):
        read(paper, tmp_path)


def test_an_attachment_that_says_the_same_is_left_out(tmp_path: Path) -> None:
    paper = Paper()
    paper.prose(paper.page())
    paper.file.embfile_add("a", f"<deed><text>{PROSE}</text></deed>".encode(), filename="deed.xml")
    document = read(paper, tmp_path)
    assert document.warnings == ("1 attachment is not read: deed.xml says what paper.pdf says",)


def test_a_pdf_in_a_pdf_in_a_pdf_ends(tmp_path: Path) -> None:
    data = b""
    for depth in range(8):
        paper = Paper()
        paper.page().insert_text((72, 100), f"Layer {depth}.")
        if data:
            paper.file.embfile_add("inner", data, filename="inner.pdf")
        data = paper.file.tobytes()
    documents = read(paper, tmp_path).with_attachments()
    assert [each.text for each in documents] == [f"Layer {7 - depth}." for depth in range(5)]
    assert documents[-1].warnings == ("1 attachment is not read: inner.pdf lies too deep",)


def test_an_attachment_that_would_fill_the_memory_is_left_out(tmp_path: Path) -> None:
    paper = Paper()
    paper.page().insert_text((72, 100), "The deed.")
    paper.file.embfile_add("bomb", b"0" * (60 << 20), filename="bomb.txt")
    document = load(paper.save(tmp_path), use_cache=False, file_memory=1)
    assert document.text == "The deed."
    assert document.warnings == (
        "1 attachment is not read: bomb.txt is empty, locked, or too large",
    )


def test_attachments_of_a_locked_file_are_as_secret(tmp_path: Path) -> None:
    paper = Paper()
    paper.page().insert_text((72, 100), "The deed.")
    paper.file.embfile_add("a", b"The guarantee is 91,000 euros.", filename="a.txt")
    path = tmp_path / "locked.pdf"
    paper.file.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="tern")
    documents = load(str(path), password="tern").with_attachments()
    assert [each.secret for each in documents] == [True, True]
