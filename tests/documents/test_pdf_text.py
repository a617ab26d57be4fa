"""What stands on a PDF's pages is what is read: figures, hidden text, fonts, directions."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from longread.documents import sentences
from longread.errors import DocumentError
from tests.fixtures.pages import PROSE, Paper, grid, page_text, read, runs, wrapped

FIXTURES = Path(__file__).parents[1] / "fixtures"


def test_a_raised_mark_does_not_join_the_figure_before_it(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    runs(page, 72, 100, ("Net revenue was $320", 11, 0), ("1", 6.5, 4), (" million.", 11, 0))
    runs(page, 72, 130, ("The plant employs 10", 11, 0), ("2", 6.5, 4), (" people.", 11, 0))
    runs(page, 72, 160, ("It counts 3 x 10", 11, 0), ("6", 6.5, 4), (" cells.", 11, 0))
    runs(page, 72, 190, ("It was 3.35 times.", 11, 0), ("3", 6.5, 4))
    runs(page, 72, 220, ("Founded on the 1", 11, 0), ("st", 6.5, 4), (" of May.", 11, 0))
    runs(page, 72, 250, ("Water is H", 11, 0), ("2", 6.5, -2), ("O.", 11, 0))
    text = read(paper, tmp_path).text
    assert [text[start:end] for start, end in sentences(text)] == [
        "Net revenue was $320[1] million.",
        "The plant employs 10[2] people.",
        "It counts 3 x 10^6 cells.",
        "It was 3.35 times.[3]",
        "Founded on the 1st of May.",
        "Water is H2O.",
    ]


def test_notes_and_powers_stand_apart_from_the_figures_that_they_follow(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    runs(page, 72, 100, ("In 2023", 11, 0), ("1", 6.5, 4), (" the fleet carried 1.5", 11, 0),
         ("4", 6.5, 4), (" million people.", 11, 0))  # fmt: skip
    runs(page, 72, 130, ("It has 3 × 10", 11, 0), ("6", 6.5, 4), (" cells on 45 m", 11, 0),
         ("2", 6.5, 4), (" for 4,200", 11, 0), ("3", 6.5, 4), (" euros.", 11, 0))  # fmt: skip
    assert read(paper, tmp_path).text.split("\n\n") == [
        "In 2023[1] the fleet carried 1.5[4] million people.",
        "It has 3 × 10^6 cells on 45 m^2 for 4,200[3] euros.",
    ]


def test_hidden_text_is_left_out_and_said(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    page.insert_text((72, 100), "Rent is 2,450 crowns a year, due in May.", fontsize=11)
    page.insert_text((73.5, 102), "Rent is 2,450 crowns a year, due in May.", fontsize=10.4,
                     render_mode=3)  # fmt: skip
    page.insert_text((72, 300), "Invisible: the rent is 2,460 crowns.", fontsize=11, render_mode=3)
    page.insert_text((72, 330), "White: the rent is 1 crown.", fontsize=11, color=(1, 1, 1))
    document = read(paper, tmp_path)
    assert document.text == "Rent is 2,450 crowns a year, due in May."
    assert {(r.text, r.why) for r in document.removed} == {
        ("Invisible: the rent is 2,460 crowns.", "hidden"),
        ("White: the rent is 1 crown.", "hidden"),
    }
    assert any("cannot be seen" in warning for warning in document.warnings)


def test_white_text_on_a_dark_ground_is_read(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    page.draw_rect(pymupdf.Rect(60, 80, 400, 120), color=None, fill=(0.1, 0.2, 0.4))
    page.insert_text((72, 105), "The harbour in 2024", fontsize=14, color=(1, 1, 1))
    page.insert_image(pymupdf.Rect(60, 200, 400, 260), pixmap=dark_picture())
    page.insert_text((72, 235), "A title on a picture", fontsize=14, color=(1, 1, 1))
    document = read(paper, tmp_path)
    assert "The harbour in 2024" in document.text
    assert "A title on a picture" in document.text
    assert document.warnings == ()


def dark_picture() -> pymupdf.Pixmap:
    pixels = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 40, 10))
    pixels.clear_with(40)
    return pixels


def test_the_text_layer_of_a_scan_is_read(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    pixels = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 60, 84))
    pixels.clear_with(230)
    page.insert_image(page.rect, pixmap=pixels)
    page.insert_text((72, 100), "The sheet that was scanned has words.", render_mode=3)
    document = read(paper, tmp_path)
    assert document.text == "The sheet that was scanned has words."
    assert document.removed == ()


def test_shadows_and_bold_by_overprinting_are_read_once(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    page.insert_text((74, 102), "Shadowed heading", fontsize=20, color=(0.6, 0.6, 0.6))
    page.insert_text((72, 100), "Shadowed heading", fontsize=20)
    for shift in (0, 0.3, 0.6):
        page.insert_text((72 + shift, 150), "Annual accounts", fontsize=11)
    assert read(paper, tmp_path).text.split() == ["Shadowed", "heading", "Annual", "accounts"]


def test_a_font_that_does_not_say_its_letters_is_named(tmp_path: Path) -> None:
    paper = Paper()
    paper.prose(paper.page())
    garbled = "".join(chr(ord(c) - 29) if c.isalpha() else c for c in PROSE)
    paper.prose(paper.page(), garbled)
    warnings = read(paper, tmp_path).warnings
    assert len(warnings) == 1
    assert warnings[0].startswith("page 2: a font does not say which letters")


def test_codes_are_no_font_that_does_not_say_its_letters(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    for number in range(44):
        page.insert_text((72, 60 + 16 * number), f"B-{number}  ZX-{number}  7.5", fontsize=10)
    assert read(paper, tmp_path).warnings == ()


@pytest.mark.parametrize("lines", [1, 40])
def test_a_scan_with_a_stamp_is_named(lines: int, tmp_path: Path) -> None:
    paper = Paper()
    paper.prose(paper.page())
    page = paper.page()
    picture = pymupdf.open()
    sheet = picture.new_page(width=595, height=842)
    for line in range(lines):
        sheet.insert_text((60, 60 + 18 * line), "What was typed on this sheet of paper once")
    page.insert_image(page.rect, pixmap=sheet.get_pixmap(dpi=60))
    page.insert_text((60, 820), "Scanned by the records office, sheet 2", fontsize=9)
    warnings = read(paper, tmp_path).warnings
    assert [warning.partition(";")[0] for warning in warnings] == ["page 2 is a scan without text"]


def test_a_cover_with_a_photograph_is_no_scan(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    page.insert_image(page.rect, pixmap=dark_picture())
    page.insert_text((72, 300), "Annual report of the harbour 2024", fontsize=30, color=(1, 1, 0))
    assert read(paper, tmp_path).warnings == ()


def test_a_letter_spaced_head_is_words(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    x = 72.0
    for letter in "SPACED HEADING OF THE REPORT":
        page.insert_text((x, 80), letter, fontsize=12)
        x += 13
    page.insert_text((72, 110), "Account 12 34 56 was closed at 1 234 567 kroner.", fontsize=11)
    assert read(paper, tmp_path).text.split("\n\n") == [
        "SPACED HEADING OF THE REPORT",
        "Account 12 34 56 was closed at 1 234 567 kroner.",
    ]


def test_columns_of_single_characters_are_read_downwards(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    columns = ("港湾局は新しい防波堤を", "建設した。費用は四億円", "である。完成は二〇三一年")
    for x, column in zip((450, 425, 400), columns, strict=True):
        for row, letter in enumerate(column):
            page.insert_text((x, 100 + 16 * row), letter, fontsize=14, fontname="japan")
    assert "".join(read(paper, tmp_path).text.split()) == "".join(columns)


def test_columns_of_a_vertical_font_are_read_downwards(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    columns = ("港湾局は新しい防波堤を", "建設した。費用は四億円", "である。完成は二〇三一年")
    for x, column in zip((450, 426, 402), columns, strict=True):
        page.insert_text((x, 140), column, fontsize=14, fontname="japan")
    (font, *_), *_ = page.get_fonts()
    paper.file.xref_set_key(font, "Encoding", "/UniJIS-UTF16-V")
    assert read(paper, tmp_path).text.split() == list(columns)


def test_a_table_written_sideways_is_read_row_by_row(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    rows = (("Berth", "Depth (m)", "Length (m)"), ("North", "7.5", "120"), ("South", "9.0", "85"),
            ("West", "4.4", "61"))  # fmt: skip
    for number, row in enumerate(rows):
        for y, cell in zip((600, 480, 360), row, strict=True):
            page.insert_text((200 + 16 * number, y), cell, fontsize=10, rotate=90)
    assert read(paper, tmp_path).text.splitlines() == [" | ".join(row) for row in rows]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_rotated_pages_are_read_upright(tmp_path: Path, rotation: int) -> None:
    paper = Paper()
    page = paper.page()
    runs(page, 72, 100, ("The crane lifts 10", 11, 0), ("2", 6.5, 4), (" tonnes.", 11, 0))
    paper.prose(page)
    page.set_rotation(rotation)
    text = read(paper, tmp_path).text
    assert text.startswith("The crane lifts 10[2] tonnes.")
    assert "the clerk was told to write to the ferry company." in text


@pytest.mark.parametrize("notes", [True, False])
@pytest.mark.parametrize("filler", ["", f"{PROSE} ", f"{PROSE} {PROSE} "])
def test_a_sentence_goes_on_behind_the_notes_of_its_page(
    tmp_path: Path, filler: str, notes: bool
) -> None:
    paper = Paper()
    first = paper.page()
    text = f"{filler}The treasurer reported that the municipality had agreed to pay the infra-"
    y = paper.prose(first, text)
    if notes:
        runs(first, 72, 720, ("1 See the minutes of 4 May, p. 12.", 8, 0))
        runs(first, 72, 732, ("2 The vote was not recorded.", 8, 0))
    paper.prose(
        paper.page(), f"structure levy of 48,000 crowns until the loan is repaid. {PROSE}", 72
    )
    document = read(paper, tmp_path)
    assert y < 700
    said = [document.text[a:b] for a, b in sentences(document.text)]
    assert (
        "The treasurer reported that the municipality had agreed to pay the infrastructure levy "
        "of 48,000 crowns until the loan is repaid." in [" ".join(one.split()) for one in said]
    )
    assert ("See the minutes of 4 May" in page_text(document, 1)) == notes


def test_numbers_of_lines_do_not_cut_the_sentences_of_a_transcript(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    text = (
        "Q. Who was on the bridge of the ferry that night? A. The second mate, a man called Orrin "
        "Castell, was alone on the bridge because the captain had gone below to look at the pump "
        f"that had failed an hour before. {PROSE}"
    )
    for number, line in enumerate(wrapped(text, 330), start=1):
        page.insert_text((80 - 5 * len(str(number)), 80 + 22 * number), str(number), fontsize=11)
        page.insert_text((110, 80 + 22 * number), line, fontsize=11)
    document = read(paper, tmp_path)
    assert (
        "The second mate, a man called Orrin Castell, was alone on the bridge because the captain "
        "had gone below to look at the pump that had failed an hour before." in document.text
    )
    assert any(r.text.startswith("line numbers 1 to") for r in document.removed)


def test_a_watermark_across_the_page_is_no_part_of_a_sentence(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    where, turned = pymupdf.Point(150, 560), pymupdf.Matrix(45)
    page.insert_text(where, "CONFIDENTIAL", fontsize=60, color=(0.8, 0.8, 0.8),
                     morph=(where, turned))  # fmt: skip
    paper.prose(page, y=400)
    parts = read(paper, tmp_path).text.split("\n\n")
    assert sorted(parts) == [PROSE, "CONFIDENTIAL"]


def test_a_table_with_numbered_rows_keeps_them(tmp_path: Path) -> None:
    paper = Paper()
    rows = [(str(n), f"Berth of the ferry {n}", f"{n}.5") for n in range(1, 16)]
    grid(paper.page(), rows, 80, 16)
    text = read(paper, tmp_path).text.replace(" | ", "")
    assert [line for line in text.splitlines() if line] == ["".join(row) for row in rows]


def test_what_lies_outside_the_crop_box_or_in_a_layer_that_is_off_is_not_read(
    tmp_path: Path,
) -> None:
    paper = Paper()
    page = paper.page()
    page.insert_text((72, 200), "Inside: the fee is 20 euros.")
    page.insert_text((72, 780), "Outside: the fee is 99 euros.")
    off = paper.file.add_ocg("draft", on=False)
    page.insert_text((72, 300), "Switched off: the fee is 77 euros.", oc=off)
    page.set_cropbox(pymupdf.Rect(0, 100, 595, 700))
    assert read(paper, tmp_path).text == "Inside: the fee is 20 euros."


def test_letters_that_are_drawn_are_no_text_and_that_is_said(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    for number in range(40):
        x = 72 + 9 * number
        page.draw_bezier((x, 100), (x + 2, 90), (x + 5, 110), (x + 7, 100), fill=(0, 0, 0))
    with pytest.raises(DocumentError, match="holds no text: its page is blank or drawn"):
        read(paper, tmp_path)


def test_ligatures_soft_hyphens_and_grouped_figures(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    words = "The o\ufb03ce \ufb02ooded; soft\u00adhyphen, 1\u00a0234\u00a0567 boats."
    page.insert_htmlbox((72, 72, 500, 200), f"<p>{words}</p>")
    assert read(paper, tmp_path).text == "The office flooded; softhyphen, 1 234 567 boats."


def test_negative_figures_and_currencies_of_a_table_stay_as_they_are_written(
    tmp_path: Path,
) -> None:
    paper = Paper()
    rows = (
        ("Result", "2023", "2022"), ("Interest", "(55)", "-48"), ("Tax", "− 12", "–9"),
        ("Net result", "€ (1,307)", "£253"), ("In dollars", "$ (1,240)", "$310"),
    )  # fmt: skip
    page = paper.page()
    # The fonts that PDF readers bring along lack the minus and the euro sign.
    page.insert_font("plain", fontbuffer=pymupdf.Font("helv").buffer)
    for number, row in enumerate(rows):
        for x, cell in zip((72, 200, 320), row, strict=True):
            page.insert_text((x, 100 + 14 * number), cell, fontsize=10, fontname="plain")
    assert read(paper, tmp_path).text.splitlines() == [
        "Result | 2023 | 2022",
        "Interest | (55) | -48",
        "Tax | − 12 | –9",
        "Net result | €(1,307) | £253",
        "In dollars | $(1,240) | $310",
    ]


def test_figures_in_lines_from_right_to_left_keep_their_place(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    rent, paid = "שכר הדירה הוא 2450 שקלים בשנה.", "חברת הספנות שילמה 310 שקלים ביום."
    page.insert_htmlbox((72, 72, 500, 200), f'<p dir="rtl">{rent}</p><p dir="rtl">{paid}</p>')
    assert read(paper, tmp_path).text.split("\n\n") == [rent, paid]
