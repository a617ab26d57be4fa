"""Tables of PDFs that are drawn here: columns, heads, sub-heads, periods, units, pages."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pymupdf
import pytest

from longread.documents import Document
from longread.documents.render import for_model
from tests.documents.sheet import EDGES, PITCH, SIZE, Sheet, cell


@pytest.fixture
def segments(tmp_path: Path) -> Document:
    """A segment table: a period and a unit above, heads of two lines, sub-heads, empty cells."""
    sheet = Sheet()
    sheet.line("Segment information", font="hebo")
    sheet.y += 6
    sheet.centred(390, "Year Ended December 31, 2017", font="hebo")
    sheet.rule(300, 545)
    sheet.y += PITCH
    for edge, words in zip(EDGES, ("Domestic", "International", "Domestic", ""), strict=True):
        sheet.centred(edge - 20, words, font="hebo")
    sheet.y += PITCH - 2
    for edge, words in zip(EDGES, ("Streaming", "Streaming", "DVD", "Total"), strict=True):
        sheet.centred(edge - 20, words, font="hebo")
    sheet.y += PITCH
    sheet.line("(in thousands)", x=360)
    sheet.row("Revenues", ("$6,153,025", "$5,089,191", "$450,497", "$11,692,713"), EDGES)
    sheet.row("Marketing", ("553,331", "724,691", "", "1,278,022"), EDGES)
    sheet.line("Earnings per share:")
    sheet.row("Basic", ("1.25", "(0.52)", "", "2.74"), EDGES, indent=12)
    sheet.row("Diluted", ("", "(0.50)", "-", "2.70"), EDGES, indent=12)
    sheet.row("Memberships", ("52,810", "57,834", "3,383", ""), EDGES)
    sheet.y += PITCH
    sheet.line("The segments are described in the notes to these statements, which follow here.")
    return sheet.document(tmp_path)


def test_cells_stand_under_heads_of_two_lines(segments: Document) -> None:
    (table,) = segments.tables
    years = "Year Ended December 31, 2017 "
    assert table.columns[1:] == (
        f"{years}Domestic Streaming",
        f"{years}International Streaming",
        f"{years}Domestic DVD",
        f"{years}Total",
    )
    assert table.heads[0] == ()
    assert table.caption == "Segment information"
    assert table.unit == "in thousands"
    assert cell(table, "Revenues", f"{years}Total") == "$11,692,713"


def test_an_empty_cell_keeps_its_column_in_table_and_text(segments: Document) -> None:
    (table,) = segments.tables
    assert table.rows[1].cells == ("Marketing", "553,331", "724,691", "", "1,278,022")
    assert "Marketing | 553,331 | 724,691 | | 1,278,022" in segments.text.splitlines()
    assert "Diluted | | (0.50) | - | 2.70" in segments.text.splitlines()


def test_indented_rows_stand_under_their_sub_head_and_the_next_row_does_not(
    segments: Document,
) -> None:
    labels = [row.label for row in segments.tables[0].rows]
    assert labels == [
        "Revenues",
        "Marketing",
        "Earnings per share",
        "Earnings per share: Basic",
        "Earnings per share: Diluted",
        "Memberships",
    ]


def test_a_row_is_a_record_for_a_model_and_leads_back_to_its_page(segments: Document) -> None:
    table, row = segments.row_at(segments.text.index("553,331")) or (None, None)
    assert table is not None
    assert row is not None
    assert row.page == 1
    assert row.boxes[2] is not None
    assert row.boxes[3] is None
    assert for_model(segments, row.start, row.end).endswith(
        "Marketing: Year Ended December 31, 2017 Domestic Streaming 553,331; "
        "Year Ended December 31, 2017 International Streaming 724,691; "
        "Year Ended December 31, 2017 Total 1,278,022"
    )


def test_a_head_stands_over_the_columns_of_the_line_below_it(tmp_path: Path) -> None:
    sheet = Sheet()
    for x0, x1, words in ((290, 405, "Target"), (430, 545, "Actual")):
        sheet.centred((x0 + x1) / 2, words)
        sheet.rule(x0, x1)
    sheet.y += PITCH
    sheet.row("Port", ("2022", "2023", "2022", "2023"), EDGES)
    for number in range(4):
        figures = [f"{number + 1}{column}0.5" for column in range(4)]
        sheet.row(f"Port {number}", figures, EDGES)
    (table,) = sheet.document(tmp_path).tables
    assert table.columns == ("Port", "Target 2022", "Target 2023", "Actual 2022", "Actual 2023")
    assert cell(table, "Port 2", "Actual 2022") == "320.5"


def test_a_period_over_two_years_spans_both_without_a_line(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.centred(345, "Three months ended June 30,")
    sheet.centred(485, "Six months ended June 30,")
    sheet.y += PITCH
    sheet.row("(in millions)", ("2022", "2021", "2022", "2021"), EDGES)
    for number in range(4):
        sheet.row(f"Item {number}", [f"{number}{column},500" for column in range(1, 5)], EDGES)
    (table,) = sheet.document(tmp_path).tables
    assert table.unit == "in millions"
    assert cell(table, "Item 3", "Six months ended June 30, 2021") == "34,500"
    assert cell(table, "Item 3", "Three months ended June 30, 2022") == "31,500"


def test_a_long_label_over_two_lines_is_one_label(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.row("", ("2022", "2021"), EDGES)
    sheet.row("Cash and cash equivalents at the start", ("12.5", "11.0"), EDGES)
    sheet.line("Proceeds of loans that were taken from")
    sheet.row("Northern Bank", ("7.5", "(1.0)"), EDGES)
    sheet.row("Interest", ("0.3", "0.2"), EDGES)
    (table,) = sheet.document(tmp_path).tables
    assert [row.label for row in table.rows] == [
        "Cash and cash equivalents at the start",
        "Proceeds of loans that were taken from Northern Bank",
        "Interest",
    ]


def test_the_heads_of_a_second_table_open_it(tmp_path: Path) -> None:
    sheet = Sheet()
    for year in ("2017", "2016"):
        sheet.row("", ("Streaming", "Rentals", "Total"), EDGES)
        sheet.line(f"June 30, {year}", font="hebo")
        for label in ("Sales", "Costs", "Result"):
            sheet.row(label, (f"{year[-1]}1.5", "20.5", "36.5"), EDGES)
        sheet.y += PITCH
    first, second = sheet.document(tmp_path).tables
    assert (first.period, second.period) == ("June 30, 2017", "June 30, 2016")
    assert cell(second, "Costs", "Streaming") == "61.5"


def test_the_title_of_a_second_table_with_the_same_heads_is_its_own(tmp_path: Path) -> None:
    sheet = Sheet()
    for title in ("Depreciation", "Expenditures"):
        sheet.line(title)
        sheet.row("Years ended December 31,", ("2018", "2017", "2016"), EDGES)
        for label in ("Airplanes", "Services and all that goes with them", "Other"):
            sheet.row(label, ("565", "521", "442"), EDGES)
    first, second = sheet.document(tmp_path).tables
    assert (first.caption, second.caption) == ("Depreciation", "Expenditures")
    assert [row.label for row in first.rows] == [row.label for row in second.rows]


def test_a_table_over_pages_is_one_and_its_repeated_heads_are_its_heads(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Berths of the harbour are listed with what they cost in euros a night in 2024.")
    sheet.y += PITCH
    for page in range(3):
        if page:
            sheet.new_page()
        sheet.row("Berth", ("Depth (m)", "Length (m)", "Fee"), EDGES)
        for number in range(40):
            depth = f"{5 + number / 10:.1f}"
            sheet.row(f"B-{page}{number:02}", (depth, str(60 + number), f"{100 + number}"), EDGES)
    document = sheet.document(tmp_path)
    (table,) = document.tables
    assert table.columns == ("Berth", "Depth (m)", "Length (m)", "Fee")
    assert len(table.rows) == 120
    assert cell(table, "B-139", "Fee") == "139"
    assert {row.page for row in table.rows} == {1, 2, 3}
    assert all(row.label.startswith("B-") for row in table.rows)


def test_drawn_cells_hold_several_lines_each(tmp_path: Path) -> None:
    sheet = Sheet()
    edges = (60.0, 220.0, 300.0, 380.0)
    heads = ("Measure", "2022", "2023")
    rows = (
        (("Share of calls that are", "answered within five", "minutes"), ("71 %",), ("Not", "met")),
        (("Average days until a", "claim is decided"), ("12",), ("Met",)),
    )
    top = sheet.y
    for cells in (tuple((head,) for head in heads), *rows):
        height = PITCH * max(map(len, cells)) + 6
        for lines, x0, x1 in zip(cells, edges, edges[1:], strict=False):
            sheet.page.draw_rect(pymupdf.Rect(x0, top, x1, top + height), width=0.7)
            first = top + (height - PITCH * len(lines)) / 2
            for number, words in enumerate(lines):
                sheet.page.insert_text((x0 + 4, first + 10 + PITCH * number), words, fontsize=SIZE)
        top += height
    document = sheet.document(tmp_path)
    (table,) = document.tables
    assert table.columns == heads
    assert cell(table, "Share of calls that are answered within five minutes", "2023") == "Not met"
    assert cell(table, "Average days until a claim is decided", "2022") == "12"


def test_empty_drawn_cells_keep_their_columns(tmp_path: Path) -> None:
    sheet = Sheet()
    edges = (60.0, 170.0, 250.0, 340.0, 430.0)
    landings = [("Port", "2021", "2022", "2023"), ("Alder Bay", "1,204", "", "77"),
                ("Birk Sound", "", "(45)", ""), ("", "12", "", "310"),
                ("Total", "1,216", "(45)", "387")]  # fmt: skip
    pupils = [("Class", "Pupil", "Grade", "Remark"), ("A", "Ines", "96", ""),
              ("", "Ines", "87", "resit"), ("B", "Kofi", "", "absent")]  # fmt: skip
    for title, rows in (("Landings", landings), ("Pupils", pupils)):
        sheet.line(f"{title} of the year, as the board was told.")
        for row in rows:
            for x0, x1, words in zip(edges, edges[1:], row, strict=False):
                sheet.page.draw_rect(pymupdf.Rect(x0, sheet.y, x1, sheet.y + 18), width=0.7)
                sheet.page.insert_text((x0 + 4, sheet.y + 12), words, fontsize=SIZE)
            sheet.y += 18
        sheet.y += 40
    first, second = sheet.document(tmp_path).tables
    for table, (heads, *body) in ((first, landings), (second, pupils)):
        assert table.columns == heads
        assert [row.cells for row in table.rows] == body


@pytest.mark.parametrize("full", [False, True])
def test_marks_stand_under_their_heads_without_a_line_drawn(tmp_path: Path, full: bool) -> None:
    sheet = Sheet()
    heads = ("Feature", "For users", "For staff", "Needs set-up")
    marks = [("Tide alarms", "yes", "", ""), ("Night lights", "", "yes", ""),
             ("Radar feed", "", "", "yes")]  # fmt: skip
    rows = [tuple(cell or "no" * full for cell in row) for row in marks]
    for label, *cells in (heads, *rows):
        sheet.row(label, cells, EDGES[:3])
    (table,) = sheet.document(tmp_path).tables
    assert table.columns == heads
    assert [row.cells for row in table.rows] == rows


def test_rows_between_lines_that_part_every_fifth_stay_rows(tmp_path: Path) -> None:
    sheet = Sheet()
    edges = (60.0, 160.0, 220.0, 280.0, 340.0)
    names = ["Alder", "Birk", "Cole", "Dale", "Esk", "Firth", "Glen", "Holm", "Inch", "Jura"]
    rows = [
        (name, str(place), str(9 - place), f"{1040 + place}") for place, name in enumerate(names)
    ]
    top = sheet.y
    for band in ([("Berth", "Boats", "Rafts", "Fee")], rows[:5], rows[5:]):
        height = PITCH * len(band) + 6
        for column, (x0, x1) in enumerate(itertools.pairwise(edges)):
            sheet.page.draw_rect(pymupdf.Rect(x0, top, x1, top + height), width=0.7)
            for number, row in enumerate(band):
                sheet.page.insert_text(
                    (x0 + 4, top + 12 + PITCH * number), row[column], fontsize=SIZE
                )
        top += height
    (table,) = sheet.document(tmp_path).tables
    assert [row.cells for row in table.rows] == rows


def test_two_columns_of_text_are_no_table(tmp_path: Path) -> None:
    sheet = Sheet()
    for _ in range(12):
        sheet.text(60, "The harbour was dredged again this spring and")
        sheet.text(330, "ferries could leave at low water for the first")
        sheet.y += PITCH
    assert sheet.document(tmp_path).tables == ()


def test_a_head_over_a_line_in_pieces_spans_them_all(tmp_path: Path) -> None:
    sheet = Sheet()
    edges = [250.0 + 58 * i for i in range(6)]
    lefts = [edge - 54 for edge in edges]
    sheet.centred(368, "December 31, 2019", font="hebo")
    for left in lefts[::2]:
        sheet.rule(left, left + 116)
    sheet.y += PITCH
    for left, words in zip(lefts[::2], ("Less than a year", "Longer", "Total"), strict=True):
        sheet.centred(left + 57, words, font="hebo")
        sheet.rule(left, left + 54)
        sheet.rule(left + 54, left + 112)
    sheet.y += PITCH
    for edge, words in zip(edges, ("Value", "Loss") * 3, strict=True):
        sheet.ending(edge, words, font="hebo")
    sheet.y += PITCH
    for label in ("Bonds", "Bills", "Shares"):
        sheet.row(label, ("41,711", "(162)", "2,505", "(2)", "44,216", "(164)"), edges)
    (table,) = sheet.document(tmp_path).tables
    assert table.columns[1:] == tuple(
        f"December 31, 2019 {span} {head}"
        for span in ("Less than a year", "Longer", "Total")
        for head in ("Value", "Loss")
    )


def upright(sheet: Sheet, edges: Sequence[float], height: float) -> None:
    for x in edges:
        sheet.page.draw_line((x, sheet.y), (x, sheet.y + height), width=0.5)


def boxed(sheet: Sheet, edges: Sequence[float], height: float, cells: Sequence[str]) -> None:
    """A row whose cells are centred between their ends."""
    for x, lines in zip(edges, (text.split("\n") for text in cells), strict=False):
        top = sheet.y + (height - PITCH * len(lines)) / 2
        for number, words in enumerate(lines):
            place = (x + 4, top + 10 + PITCH * number)
            sheet.page.insert_text(place, words, fontsize=SIZE, fontname="hebo")
    sheet.y += height


@pytest.fixture
def report(tmp_path: Path) -> Document:
    """Two tables under each other: drawn heads, rows that upright lines alone part."""
    sheet = Sheet()
    edges = (60.0, 190.0, 260.0, 330.0, 400.0)
    heads = ("Measure", "2018", "2019\nTarget", "2018\n2019\nTrend")
    for title, label in (
        ("Objective 1: answer sooner than in any year before it, by all means", "Share answered"),
        ("Objective 2: decide sooner than in any year before it, by all means", "Days to decide"),
    ):
        sheet.line(title, font="hebo")
        for x0, x1 in itertools.pairwise(edges):
            sheet.page.draw_rect(pymupdf.Rect(x0, sheet.y, x1, sheet.y + 44), fill=(0.8,) * 3)
        boxed(sheet, edges, 44, heads)
        upright(sheet, edges[1:-1], 60)
        boxed(sheet, edges, 60, (f"{label}\nwithin a year\n(partners)", "71", "New\nmeasure", ""))
        sheet.y += PITCH
    return sheet.document(tmp_path)


def test_rows_parted_by_upright_lines_alone_are_one_row_each(report: Document) -> None:
    first, second = report.tables
    assert first.columns == ("Measure", "2018", "2019 Target", "2018 2019 Trend")
    assert cell(first, "Share answered within a year (partners)", "2019 Target") == "New measure"
    assert cell(second, "Days to decide within a year (partners)", "2018") == "71"


def test_the_bold_title_of_a_second_table_belongs_to_it(report: Document) -> None:
    assert [table.caption[:11] for table in report.tables] == ["Objective 1", "Objective 2"]
    assert [len(table.rows) for table in report.tables] == [1, 1]
