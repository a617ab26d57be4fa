"""Word, OpenDocument, RTF and PowerPoint: what pandoc and their own libraries write is read."""

from __future__ import annotations

import datetime
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from longread.documents import Document, load
from longread.errors import DocumentError

OFFICE = Path(__file__).parents[1] / "fixtures" / "office"
DOCUMENTS = ("docx", "odt", "rtf")
EMU = Inches(1)


def section(document: Document, words: str) -> str | None:
    return document.locate(document.text.index(words)).section


@pytest.mark.parametrize("ending", DOCUMENTS)
def test_headings_notes_tables_and_exponents(ending: str) -> None:
    document = load(str(OFFICE / f"voyage.{ending}"))
    assert document.kind == ending
    assert "nineteen men.[1] The krill were 10^6 to the net." in document.text
    assert section(document, "Bergen") == "Outward"
    assert section(document, "The harbour master counted twenty.") == "Notes"
    (table,) = document.tables
    assert table.columns == ("Item", "1911", "1912")
    assert table.record(table.rows[0], context=False) == "Item Coal: 1911 48,000; 1912 51,500"
    assert section(document, "Coal") == "Stores"
    assert section(document, "She came home") == "Homeward"
    assert "• seven dogs" in document.text
    assert document.warnings == ()


def test_word_changes_count_as_accepted_and_comments_are_read() -> None:
    document = load(str(OFFICE / "voyage.docx"))
    assert document.title == "The Aurora"
    assert "The mast is nineteen metres high." in document.text
    assert section(document, "Check with the yard.") == "Comments"
    assert "in 1913, mc^2 richer." in document.text


def changed(path: Path, part: str, change: Callable[[str], str], more: dict[str, bytes]) -> None:
    """Rewrite a part of a zip file, and add others."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**parts, **more}.items():
            archive.writestr(name, content)


def test_text_boxes_of_word_and_what_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    made = docx.Document()
    made.add_paragraph("Before the box.")
    made.sections[0].header.paragraphs[0].text = "Confidential"
    made.save(str(path))
    box = (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-'
        'compatibility/2006"><mc:Choice Requires="wps"><w:drawing><w:txbxContent><w:p><w:r>'
        "<w:t>The box says 42.</w:t></w:r></w:p></w:txbxContent></w:drawing></mc:Choice>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    unread = {"word/media/a.png": b"x", "word/media/b.png": b"x", "word/vbaProject.bin": b"x"}
    changed(path, "word/document.xml", lambda xml: xml.replace("</w:p>", box, 1), unread)
    document = load(str(path))
    assert "The box says 42." in document.text
    assert document.warnings == (
        "2 pictures are not read",
        "1 macro project is not read",
        "heads and feet of pages are not read",
    )


def test_fields_hidden_text_and_readings_of_word(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    made = docx.Document()
    made.add_paragraph("MARK")
    made.save(str(path))
    runs = (
        '</w:t></w:r><w:r><w:t xml:space="preserve">Signed on </w:t></w:r>'
        '<w:fldSimple w:instr="DATE"><w:r><w:t>3 May 2024</w:t></w:r></w:fldSimple>'
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t> in secret</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t xml:space="preserve"> in </w:t></w:r>'
        "<w:r><w:ruby><w:rt><w:r><w:t>とうきょう</w:t></w:r></w:rt>"
        "<w:rubyBase><w:r><w:t>東京</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        '<w:bdo w:val="rtl"><w:r><w:t>שלום</w:t></w:r></w:bdo><w:r><w:t>.'
    )
    changed(path, "word/document.xml", lambda xml: xml.replace("MARK", runs), {})
    assert load(str(path)).text == "Signed on 3 May 2024 in 東京שלום."


def test_opendocument_comments_deletions_and_boxes(tmp_path: Path) -> None:
    path = tmp_path / "a.odt"
    shutil.copy(OFFICE / "voyage.odt", path)
    deleted = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Never.</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
    )
    comment = (
        "<office:annotation><dc:creator>Ines</dc:creator><text:p>Ask the yard.</text:p>"
        "</office:annotation><draw:frame><draw:text-box><text:p>Boxed.</text:p></draw:text-box>"
        "</draw:frame>The keel"
    )

    def change(xml: str) -> str:
        return xml.replace("<office:text>", f"<office:text>{deleted}").replace("The keel", comment)

    changed(path, "content.xml", change, {"Pictures/1.png": b"x"})
    document = load(str(path))
    assert "Never" not in document.text
    assert section(document, "Ines: Ask the yard.") == "Comments"
    assert "The keel is oak.\n\nBoxed.\n" in document.text
    assert document.warnings == ("1 picture is not read",)


def test_rtf_in_code_pages_with_what_is_hidden_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial Cyr;}}"
        rb"{\stylesheet{\s1\outlinelevel0 heading 1;}}{\header No. 7\par}"
        rb"{\f1 \'cc\'e0\'f7\'f2\'e0} \u8364?5, gr\'fc\'df \u-10179?\u-8704?.{\v hidden}"
        rb"{\deleted gone}\par{\pict\bin5 }{}{}}The mast.\par{\*\generator x;}"
        rb"{\*\annotation Ask the yard.}}"
    )
    document = load(str(path))
    assert document.text == "Мачта €5, grüß 😀.\n\nThe mast.\n\nAsk the yard."
    assert document.warnings == ("1 picture is not read",)


def deck(path: Path) -> None:
    made = Presentation()
    first = made.slides.add_slide(made.slide_layouts[1])
    first.shapes.title.text = "Masts"
    first.placeholders[1].text_frame.text = "The mast of the Aurora is 19 metres high."
    first.notes_slide.notes_text_frame.text = "Say that it is pine."
    second = made.slides.add_slide(made.slide_layouts[6])
    table = second.shapes.add_table(2, 2, EMU, EMU, EMU, EMU).table
    for place, words in enumerate(("Ship", "Crew", "Vega", "23")):
        table.cell(place // 2, place % 2).text = words
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["1911", "1912"]
    data.add_series("Coal", (48000, 51500.5))
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, EMU, EMU, EMU, EMU, data)
    third = made.slides.add_slide(made.slide_layouts[6])
    group = third.shapes.add_group_shape()
    run = group.shapes.add_textbox(EMU, EMU, EMU, EMU).text_frame.paragraphs[0]
    run.add_run().text = "10"
    raised = run.add_run()
    raised.text = "6"
    raised.font._element.set("baseline", "30000")
    third._element.set("show", "0")
    made.save(str(path))


def test_slides_are_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.pptx"
    deck(path)
    document = load(str(path))
    assert len(document.pages) == 3
    for words, page in (("19 metres", 1), ("Notes: Say that it is pine.", 1), ("10^6", 3)):
        place = document.locate(document.text.index(words))
        assert (place.page, place.place) == (page, f"slide {page}")
    crew, coal = document.tables
    assert crew.record(crew.rows[0]) == "Ship Vega: Crew 23"
    assert coal.record(coal.rows[1], context=False) == "1912: Coal 51500.5"
    assert document.sections[0].title == "Masts"
    assert document.warnings == ("1 embedded object is not read", "hidden, and read: slide 3")
    assert load(str(path), pages="3").text == "10^6"


def test_merged_heads_of_a_slide(tmp_path: Path) -> None:
    path = tmp_path / "a.pptx"
    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    table = slide.shapes.add_table(3, 3, EMU, EMU, EMU, EMU).table
    words = ("Item", "Revenue", "", "", "2023", "2024", "North", "1", "(2)")
    for place, text in enumerate(words):
        table.cell(place // 3, place % 3).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    made.save(str(path))
    (revenue,) = load(str(path)).tables
    assert revenue.columns == ("Item", "Revenue 2023", "Revenue 2024")
    assert [row.cells for row in revenue.rows] == [("North", "1", "(2)")]


def test_charts_show_dates_shares_and_points(tmp_path: Path) -> None:
    path = tmp_path / "a.pptx"
    made = Presentation()
    days: Any = CategoryChartData(number_format="0.0%")  # type: ignore[no-untyped-call]
    days.categories = [datetime.date(2024, 1, 31), datetime.date(2024, 2, 29)]
    days.add_series("Rate", (0.125, 0.5))
    quarters: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    for year in ("2023", "2024"):
        quarters.add_category(year).add_sub_category("Q1")
    quarters.add_series("Coal", (1, 2))
    points: Any = XyChartData()  # type: ignore[no-untyped-call]
    points.add_series("Depth").add_data_point(1.5, 10)
    points[0].add_data_point(2.5, 20)
    kinds = (XL_CHART_TYPE.LINE, XL_CHART_TYPE.COLUMN_CLUSTERED, XL_CHART_TYPE.XY_SCATTER)
    for kind, data in zip(kinds, (days, quarters, points), strict=True):
        slide = made.slides.add_slide(made.slide_layouts[6])
        slide.shapes.add_chart(kind, EMU, EMU, EMU, EMU, data)
    made.save(str(path))
    records = [[table.record(row) for row in table.rows] for table in load(str(path)).tables]
    assert records == [
        ["2024-01-31: Rate 12.5%", "2024-02-29: Rate 50.0%"],
        ["2023 Q1: Coal 1", "2024 Q1: Coal 2"],
        ["1.5: Depth 10", "2.5: Depth 20"],
    ]


def test_slides_of_opendocument(tmp_path: Path) -> None:
    from odfdo import Document as Odf
    from odfdo import DrawPage, Frame

    path = tmp_path / "a.odp"
    made = Odf("presentation")
    made.body.clear()
    for number in (1, 2):
        page = DrawPage(f"page{number}", name=f"Page {number}")
        page.append(
            Frame.text_frame(
                f"The mast is {number} m.", size=("7cm", "5cm"), position=("1cm", "1cm")
            )
        )
        made.body.append(page)
    made.save(str(path))
    document = load(str(path))
    assert document.kind == "odp"
    place = document.locate(document.text.index("2 m."))
    assert (place.page, place.place) == (2, "slide 2")


@pytest.mark.parametrize("ending", [*DOCUMENTS, "pptx"])
def test_a_damaged_file_is_its_own_trouble(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    if ending == "pptx":
        deck(path)
    else:
        shutil.copy(OFFICE / f"voyage.{ending}", path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    if ending == "rtf":
        assert load(str(path)).warnings == ("the file breaks off before its end",)
    else:
        with pytest.raises(DocumentError, match=rf"a\.{ending} is damaged"):
            load(str(path))
    path.write_bytes(b"Not at all.")
    with pytest.raises(DocumentError, match=r"is not .*, whatever its name says"):
        load(str(path))
    path.write_bytes(b"")
    with pytest.raises(DocumentError, match="is empty"):
        load(str(path))


@pytest.mark.parametrize("part", ["ppt/presentation.xml", "ppt/slides/slide1.xml"])
def test_slides_with_a_broken_part_are_damaged(tmp_path: Path, part: str) -> None:
    whole, path = tmp_path / "whole.pptx", tmp_path / "a.pptx"
    deck(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            words = old.read(name)
            new.writestr(name, words[:-30] + b"<\x01&" if name == part else words)
    with pytest.raises(DocumentError, match=r"a\.pptx is damaged"):
        load(str(path), use_cache=False)


@pytest.mark.parametrize("part", ["word/document.xml", "ppt/presentation.xml", "content.xml"])
def test_an_archive_without_what_it_needs(tmp_path: Path, part: str) -> None:
    path = tmp_path / "a.bin"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(part, "<x/>")
    with pytest.raises(DocumentError, match=r"a\.bin"):
        load(str(path), use_cache=False)


def test_files_without_text(tmp_path: Path) -> None:
    docx.Document().save(str(tmp_path / "a.docx"))
    (tmp_path / "a.rtf").write_bytes(rb"{\rtf1\ansi \par}")
    Presentation().save(str(tmp_path / "a.pptx"))
    for name in ("a.docx", "a.rtf", "a.pptx"):
        with pytest.raises(DocumentError, match=f"{name} holds no text"):
            load(str(tmp_path / name))


def test_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(600):
            part.write(b" " * (1 << 20))
    with pytest.raises(DocumentError, match="unpacks to more than any document holds"):
        load(str(path))


def test_a_huge_one(tmp_path: Path) -> None:
    """2,000 paragraphs in Word, 20,000 in RTF."""
    made = docx.Document()
    for number in range(2000):
        made.add_paragraph(f"The mast of ship {number} is nineteen metres high.")
    made.save(str(tmp_path / "a.docx"))
    lines = b"".join(rb"{\b Ship} %d is at sea.\par " % number for number in range(20_000))
    (tmp_path / "a.rtf").write_bytes(rb"{\rtf1 " + lines + b"}")
    began = time.monotonic()
    assert "ship 1999 is" in load(str(tmp_path / "a.docx"), use_cache=False).text
    assert "Ship 19999 is at sea." in load(str(tmp_path / "a.rtf"), use_cache=False).text
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("stream", "said", "hint"),
    [
        ("EncryptedPackage", "an encrypted Office file, which longread", "without a password"),
        ("WordDocument", r"an old Word file \(DOC\), which longread cannot read", "as DOCX"),
        ("Nothing", "an old Office file, damaged or of a kind", "save it as PDF"),
    ],
)
def test_old_and_encrypted_files_are_named(
    tmp_path: Path, stream: str, said: str, hint: str
) -> None:
    path = tmp_path / "a.bin"
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    path.write_bytes(magic + bytes(600) + stream.encode("utf-16-le"))
    with pytest.raises(DocumentError, match=f"is {said}") as caught:
        load(str(path))
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "word/comments.xml"])
def test_a_word_file_with_a_broken_part_is_damaged(tmp_path: Path, part: str) -> None:
    path = tmp_path / "a.docx"
    with (
        zipfile.ZipFile(OFFICE / "voyage.docx") as whole,
        zipfile.ZipFile(path, "w") as new,
    ):
        for name in whole.namelist():
            words = whole.read(name)
            new.writestr(name, words[:-30] + b"<\x01&" if name == part else words)
    with pytest.raises(DocumentError, match=r"a\.docx is damaged"):
        load(str(path), use_cache=False)
