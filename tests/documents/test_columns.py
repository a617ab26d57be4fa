"""Reading order of two and three columns, measured on pages whose sentences are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pymupdf
import pytest

from longread.documents import Document, load, sentences
from longread.documents.beside import parted_beside
from longread.documents.layout_types import Segment
from longread.documents.table import Box
from tests.fixtures.columns import lost, mixed, sheet
from tests.fixtures.pages import PROSE, Paper, grid, wrapped

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "harbour-report.pdf"


def said(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in sentences(document.text)]


@pytest.mark.parametrize("seed", range(0, 300, 12))
def test_no_sentence_mixes_two_columns(seed: int, tmp_path: Path) -> None:
    page = sheet(seed)
    path = tmp_path / "page.pdf"
    page.page.save(path)
    document = load(str(path), use_cache=False)
    assert list(mixed(page.sentences, said(document))) == [], page.kinds
    assert lost(page.sentences, document.text) == [], page.kinds


def test_level_lines_above_footnotes_stay_in_their_columns() -> None:
    document = load(str(EXAMPLE), use_cache=False)
    page = document.pages[34]
    text = document.text[page.start : page.end]
    assert (
        "Teln Stevedores paid us £3,912,000 in 2024 in dues and rent (2023: £3,740,000), the ferry "
        "company £1,486,000, and the ro-ro operator £1,377,000." in text
    )
    assert (
        "The deficit contributions are agreed with the trustees until March 2027, at £1,315,000 in "
        "2024 and the same amount in 2025." in text
    )
    assert "In 2024 it was 3.35 times.[2]" in text
    assert "had already treated the payment as an expense.[1]" in text


def test_numbers_of_a_list_in_the_right_column_belong_to_it(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    entries = {72: ("(1)", "(2)"), 310: ("(3)", "(4)")}
    for x, numbers in entries.items():
        y = 100
        for number in numbers:
            page.insert_text((x, y), number, fontsize=10)
            for line in wrapped(f"Entry {number} says much. {PROSE}", 190, 10):
                page.insert_text((x + 26, y), line, fontsize=10)
                y += 13
    text = load(paper.save(tmp_path), use_cache=False).text
    places = [text.index(f"({number}) Entry ({number}) says much. A letter") for number in "1234"]
    assert places == sorted(places)


def test_a_real_list_over_two_columns(shared_data: Path) -> None:
    document = load(str(shared_data / "reports" / "2022-annual-performance-report.pdf"))
    page = document.pages[10]
    text = document.text[page.start : page.end]
    assert "(4) Review and Act: OPM conducts frequent data-driven performance review" in text
    assert "(5) Report: Every year, OPM publishes this Annual Performance Report that" in text


def test_the_title_of_a_table_over_both_columns_stands_before_the_table(
    shared_data: Path,
) -> None:
    document = load(str(shared_data / "reports" / "2022-annual-performance-report.pdf"))
    page = document.pages[70]
    text = document.text[page.start : page.end]
    assert "the development and prioritization of policy development." in text
    assert text.index("review submissions simultaneously.") < text.index("Table 4.5.001")
    assert text.index("Table 4.5.001") < text.index("Performance Measure |")


@pytest.mark.parametrize("interleaved", [False, True])
def test_a_picture_over_both_columns_parts_them(tmp_path: Path, interleaved: bool) -> None:
    """Also where the file writes the page line by line, across the columns."""
    paper = Paper()
    page = paper.page()
    lines = []
    for y, part in ((100, "upper"), (420, "lower")):
        for x, side in ((72, "left"), (310, "right")):
            for number, line in enumerate(wrapped(f"The {part} {side}. {PROSE}", 190, 10)):
                lines.append((y + 13 * number, x, line))
    caption = "Figure 1. Breeding pairs counted on the western cliff, all ledges together, by year."
    for y, x, line in sorted(lines) if interleaved else lines:
        page.insert_text((x, y), line, fontsize=10)
    page.draw_rect((72, 330, 500, 380), fill=(0.8, 0.9, 1))
    page.insert_text((72, 394), caption, fontsize=9)
    text = load(paper.save(tmp_path), use_cache=False).text
    parts = (f"The {part}. {PROSE}" for part in ("upper left", "upper right"))
    below = (f"The {part}. {PROSE}" for part in ("lower left", "lower right"))
    assert text.split("\n\n") == [*parts, caption, *below]


def beside(
    rows: Sequence[tuple[float, Sequence[tuple[float, str]]]], drawn: Sequence[Box] = ()
) -> list[list[str]]:
    segments = [
        Segment(x, y, x + 4.5 * len(text), y + 10, 8, False, text)
        for y, row in rows
        for x, text in row
    ]
    return [[s.text for s in part] for part in parted_beside(segments, drawn)]


def test_tables_beside_each_other_are_read_one_after_the_other() -> None:
    """Their rows are not level, and both have labels; otherwise it is one table."""
    names = ["Deposits of private clients", "Loans that were granted", "Equity of the partners"]
    left = [(100.0 + 13 * i, [(50.0, names[i % 3]), (250.0, f"{i}1.5")]) for i in range(9)]
    right = [(105.0 + 15 * i, [(320.0, names[i % 3]), (520.0, f"{i}2.5")]) for i in range(9)]
    (title, *tables) = beside([(80, [(50, "Selected metrics of the whole " * 3)]), *left, *right])
    assert title == ["Selected metrics of the whole " * 3]
    assert [[text for text in table if text[-2:] == ".5"] for table in tables] == [
        [f"{i}1.5" for i in range(9)],
        [f"{i}2.5" for i in range(9)],
    ]
    level = [(100.0 + 13 * i, [*left[i][1], *right[i][1]]) for i in range(9)]
    assert len(beside(level)) == 1


def test_level_lists_with_a_line_between_them_are_two_lists() -> None:
    """Four candidates and their votes on each side; without the line it may be one table."""
    rows = [
        (
            100.0 + 13 * i,
            [(50.0, f"Left {i}"), (250.0, f"1{i}"), (310, f"Right {i}"), (500, f"2{i}")],
        )
        for i in range(9)
    ]
    assert len(beside(rows)) == 1
    left, right = beside(rows, [(299, 90, 301, 230)])
    assert left == [text for i in range(9) for text in (f"Left {i}", f"1{i}")]
    assert right == [text for i in range(9) for text in (f"Right {i}", f"2{i}")]
    # Figures without labels are columns of the table on their left.
    figures = [(y, [*row[:2], (310, "7"), (500, "8")]) for y, row in rows]
    assert len(beside(figures, [(299, 90, 301, 230)])) == 1


def test_the_scale_of_a_chart_is_no_column_of_the_table_beside_it() -> None:
    rows = [
        (100.0 + 13 * i, [(50.0, f"Row {i}"), (250.0, f"1{i}"), (310, f"{2.6 - 0.2 * i:.2f}")])
        for i in range(9)
    ]
    line = (299, 90, 301, 230)
    assert [len(part) for part in beside(rows, [line])] == [18, 9]
    figures = (3, 9, 1, 4, 8, 2, 7, 5, 6)
    uneven = [(y, [*row[:2], (310, f"{n}.1")]) for (y, row), n in zip(rows, figures, strict=True)]
    assert len(beside(uneven, [line])) == 1


@pytest.mark.parametrize("drawn", [True, False])
def test_boxes_to_check_in_two_columns_are_two_lists(drawn: bool) -> None:
    names = [f"Service {i} was asked for" for i in range(6)]
    places = [(50, 100 + 12 * i) for i in range(3)], [(300, 100 + 12 * i) for i in range(3)]
    boxes = [(x - 22.0, y + 1.0, x - 13.0, y + 10.0) for side in places for x, y in side]
    texts = zip([place for side in places for place in side], names, strict=True)
    rows = [(y, [(x, name)] if drawn else [(x - 22, "[ ]"), (x, name)]) for (x, y), name in texts]
    parts = beside(rows, boxes if drawn else [])
    assert [[text for text in part if text != "[ ]"] for part in parts] == [names[:3], names[3:]]


def test_lines_that_are_not_level_are_no_rows_of_one_table() -> None:
    left = [(100.0 + 13 * i, [(50.0, f"void call{i}"), (150.0, f"path {i}")]) for i in range(10)]
    right = [(104.0 + 14.2 * i, [(320.0, f"width {i}"), (420.0, "float")]) for i in range(9)]
    assert [len(part) for part in beside([*left, *right])] == [20, 18]
    level = [(y, [*row, *other[1]]) for (y, row), other in zip(left, right, strict=False)]
    assert len(beside(level)) == 1


def test_two_columns_of_a_few_lines_in_a_page_of_one(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    end = paper.prose(page)
    for x, side in ((72, "left"), (310, "right")):
        for number, line in enumerate(wrapped(f"The {side}. {PROSE[:180].strip()}", 200, 11)):
            page.insert_text((x, end + 20 + 13 * number), line, fontsize=11)
    paper.prose(page, y=end + 120)
    text = load(paper.save(tmp_path), use_cache=False).text
    for side in ("left", "right"):
        assert f"The {side}. {PROSE[:180].strip()}" in text


LEFT = (
    "The survey was sent to all members. Barnes, Okafor, Lindqvist and Moreau counted the replies. "
    "Nine in ten had read the letter. Most of them prefer the evening ferry to the early one."
)
RIGHT = "Members now see the accounts. Reading costs nothing. Printed copies are sold at a pier."


def over_full_lines(paper: Paper, sides: Sequence[tuple[float, str]]) -> None:
    """Two texts beside each other, and more lines from edge to edge below than they have."""
    page = paper.page()
    for x, words in sides:
        for number, line in enumerate(wrapped(words, 200, 11)):
            page.insert_text((x, 100 + 13 * number), line, fontsize=11)
    end = grid(page, [["TABLE 7", "", "", ""], ["", "2019", "2020", "2021"]], 240)
    end = grid(page, [["Claims", "41,176", "17,719", "12,767"]], end)
    paper.prose(page, f"{PROSE} {PROSE}", end + 20)


def test_two_columns_above_a_table_and_more_text_than_theirs(tmp_path: Path) -> None:
    """Few of their lines begin in lower case, and a gutter of the whole page is outvoted."""
    paper = Paper()
    over_full_lines(paper, [(72, LEFT), (310, RIGHT)])
    document = load(paper.save(tmp_path), use_cache=False)
    assert document.text.split("\n\n")[:3] == [LEFT, RIGHT, "TABLE 7"]
    assert "Claims | 41,176 | 17,719 | 12,767" in document.text


def test_white_between_their_rows_makes_two_columns_a_table(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    rows = [
        ("Adjusted income of the owners", "Net income before the sale of boats is counted"),
        ("Adjusted dues of all the ferries", "Dues of the ferries and of pilots, less delays"),
        ("Adjusted cost of pier and railing", "Cost of repairs, before what insurers have paid"),
        ("Adjusted surplus after the storm", "All that is left when repairs are paid for"),
    ]
    y = 100.0
    for row in rows:
        for x, words in zip((72, 310), row, strict=True):
            for number, line in enumerate(wrapped(words, 130, 11)):
                page.insert_text((x, y + 13 * number), line, fontsize=11)
        y += 40
    paper.prose(page, f"{PROSE} {PROSE}", y + 40)
    text = load(paper.save(tmp_path), use_cache=False).text
    places = [text.index(words) for row in rows for words in (row[0][:12], row[1][:12])]
    assert places == sorted(places)


def between_margins() -> tuple[Paper, pymupdf.Page, str]:
    """A page of justified text with wide margins, and its text."""
    paper = Paper()
    page = paper.page()
    prose = " ".join(f"The harbour board met on day {n} and spoke of the ferry." for n in range(20))
    page.insert_textbox((160, 60, 460, 318), prose, fontsize=10, align=pymupdf.TEXT_ALIGN_JUSTIFY)
    return paper, page, prose


def test_a_short_note_beside_the_middle_of_a_sentence_is_no_part_of_it(tmp_path: Path) -> None:
    paper, page, prose = between_margins()
    page.insert_text((60, 84.5), "Here is a note", fontsize=12)
    text = load(paper.save(tmp_path), use_cache=False).text
    assert " ".join(text.split()) == f"{prose} Here is a note"


def test_what_stands_in_the_margin_is_read_after_the_text(tmp_path: Path) -> None:
    paper, page, _prose = between_margins()
    page.insert_text((470, 90), "Shift work", fontsize=9)
    page.insert_text((470, 101), "in winter", fontsize=9)
    rows = (
        ("Berth", "2022", "2023"),
        ("North", "12", "15"),
        ("South", "7", "9"),
        ("West", "4", "5"),
    )
    grid(page, rows, 360, 13, (160, 300, 380))
    for number, words in enumerate(("Table II.", "Boats in the", "three berths")):
        page.insert_text((60, 373 + 13 * number), words, fontsize=9)
    document = load(paper.save(tmp_path), use_cache=False)
    (table,) = document.tables
    assert [row.cells for row in table.rows] == list(rows[1:])
    assert "day 0 and spoke of the ferry. The harbour board" in document.text
    assert document.text.endswith("Boats in the three berths\n\nShift work in winter")
