"""Tables of PDFs that stand in parts: under titles of their own, with heads said once or again."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pymupdf

from tests.documents.sheet import EDGES, PITCH, SIZE, Sheet, cell


def test_a_label_that_ends_in_a_full_stop_goes_on_further_in(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.row("", ("2022", "2021"), EDGES)
    sheet.row("Ferries", ("12.5", "11.0"), EDGES)
    sheet.line("Earnings per share:")
    sheet.line("Income from ferries attributable to Sundry Inc.")
    sheet.row("common shareholders", ("3.71", "0.29"), EDGES, indent=5)
    sheet.row("Discontinued lines", ("(0.08)", "0.02"), EDGES)
    (table,) = sheet.document(tmp_path).tables
    label = "Income from ferries attributable to Sundry Inc. common shareholders"
    assert cell(table, f"Earnings per share: {label}", "2021") == "0.29"
    assert cell(table, "Earnings per share: Discontinued lines", "2022") == "(0.08)"


def test_parts_of_a_table_under_lines_of_text_keep_its_heads(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.row("", ("2022", "2021"), EDGES)
    sheet.row("Revenue of all the ferries", ("12.5", "11.0"), EDGES)
    for number, about in enumerate(("Debt", "Shares"), start=1):
        sheet.y += PITCH
        sheet.line(about, font="hebo")
        sheet.line("What the line below says is weighted by the days of the year", font="heit")
        sheet.line("Outstanding", font="hebo")
        sheet.row("Basic", (f"{number}7.1", f"{number}6.2"), EDGES, indent=12)
        sheet.row("Diluted", (f"{number}8.1", f"{number}7.2"), EDGES, indent=12)
        sheet.row("Sum", ("1.0", "2.0"), EDGES)
    (table,) = sheet.document(tmp_path).tables
    assert table.columns[1:] == ("2022", "2021")
    found = [(row.path[:1] + row.path[2:], row.cells) for row in table.rows]
    assert found == [
        ((), ("Revenue of all the ferries", "12.5", "11.0")),
        (("Debt", "Outstanding"), ("Basic", "17.1", "16.2")),
        (("Debt", "Outstanding"), ("Diluted", "18.1", "17.2")),
        ((), ("Sum", "1.0", "2.0")),
        (("Shares", "Outstanding"), ("Basic", "27.1", "26.2")),
        (("Shares", "Outstanding"), ("Diluted", "28.1", "27.2")),
        ((), ("Sum", "1.0", "2.0")),
    ]


def test_a_label_that_wants_more_goes_on_below_its_figures(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.row("", ("2015", "2014"), EDGES)
    sheet.row("Net income", ("122", "266"), EDGES)
    sheet.row("Gains on boats, net of tax of $(598) and", ("(975)", "(253)"), EDGES)
    sheet.row("$(697), respectively", (), EDGES, indent=12)
    sheet.row("Balance as of December 31,", ("(853)", "13"), EDGES)
    sheet.line("Change in fleet:")
    sheet.row("Ferries", ("7", "8"), EDGES, indent=12)
    (table,) = sheet.document(tmp_path).tables
    assert [(row.label, *row.cells[1:]) for row in table.rows if not row.is_subhead] == [
        ("Net income", "122", "266"),
        ("Gains on boats, net of tax of $(598) and $(697), respectively", "(975)", "(253)"),
        ("Balance as of December 31,", "(853)", "13"),
        ("Change in fleet: Ferries", "7", "8"),
    ]


def test_the_corner_says_the_period_beside_the_unit(tmp_path: Path) -> None:
    sheet = Sheet()
    for year in ("2021", "2020"):
        sheet.row(f"March 31, {year} (in millions)", ("Level 1", "Level 2"), EDGES)
        for label in ("Loans", "Bonds"):
            sheet.row(label, (f"{year[-1]}1.5", "20.5"), EDGES)
        sheet.y += PITCH
    first, second = sheet.document(tmp_path).tables
    assert [(table.period, table.unit) for table in (first, second)] == [
        ("March 31, 2021", "in millions"),
        ("March 31, 2020", "in millions"),
    ]
    assert cell(first, "Bonds", "Level 1") == "11.5"
    assert cell(second, "Bonds", "Level 1") == "01.5"


def test_heads_again_open_a_table_and_stand_under_lines_that_are_said_once(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.centred(395, "Gain on boats", font="hebo")
    sheet.rule(335, 455)
    for year in ("2018", "2017", "2016"):
        sheet.line(f"Year ended December 31, {year}", font="hebo")
        sheet.row("(Millions)", ("Place", "Amount", "Rate"), (360.0, 430.0, 500.0))
        for label in ("Ferries", "Rafts"):
            sheet.row(label, ("Pier", f"{year[-1]}1.5", "20.5"), (360.0, 430.0, 500.0))
        sheet.y += PITCH
    tables = sheet.document(tmp_path).tables
    assert [table.period for table in tables] == [
        f"Year ended December 31, {year}" for year in ("2018", "2017", "2016")
    ]
    for table, figure in zip(tables, ("81.5", "71.5", "61.5"), strict=True):
        assert table.columns == ("", "Gain on boats Place", "Gain on boats Amount", "Rate")
        assert cell(table, "Rafts", "Gain on boats Amount") == figure


def drawn(sheet: Sheet, edges: Sequence[float], rows: Sequence[Sequence[str]]) -> None:
    """Rows in drawn cells; an empty first cell is one with the cell above it."""
    for number, row in enumerate(rows):
        below = number + 1 < len(rows) and not rows[number + 1][0]
        for column, (x0, x1) in enumerate(itertools.pairwise(edges)):
            height = 36 if below and not column else 18
            if row[0] or column:
                box = pymupdf.Rect(x0, sheet.y, x1, sheet.y + height)
                sheet.page.draw_rect(box, width=0.7)
            place = (x0 + 4, sheet.y + 12)
            sheet.page.insert_text(place, row[column], fontsize=SIZE)
        sheet.y += 18


def test_tables_of_words_with_the_same_heads_are_one_each_under_their_titles(
    tmp_path: Path,
) -> None:
    sheet = Sheet()
    edges = (60.0, 200.0, 270.0, 340.0, 410.0)
    for goal, unit in (("Ferries", "Days"), ("Rafts", "Boats"), ("Piers", "Metres")):
        sheet.y += PITCH
        sheet.line(f"Goal of the year: {goal}", font="hebo")
        drawn(sheet, edges, [
            ("Description", "Type", "Status", unit),
            (f"More {goal.lower()}", "Target", "Met", ""),
            ("", "Actual", "", ""),
        ])  # fmt: skip
    tables = sheet.document(tmp_path).tables
    assert [(table.caption, table.columns) for table in tables] == [
        (f"Goal of the year: {goal}", ("Description", "Type", "Status", unit))
        for goal, unit in (("Ferries", "Days"), ("Rafts", "Boats"), ("Piers", "Metres"))
    ]
    assert [row.cells for row in tables[1].rows] == [
        ("More rafts", "Target", "Met", ""),
        ("", "Actual", "", ""),
    ]
    assert tables[1].rows[1].label == "More rafts"


def test_periods_below_heads_that_take_turns_stand_over_each_turn(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.row("(In millions)", ("Shares", "Amount", "Shares", "Amount"), EDGES)
    sheet.row("Year Ended June 30,", ("", "2016", "", "2015"), EDGES)
    for label in ("First quarter", "Second quarter"):
        sheet.row(label, ("89", "$4,000", "43", "$2,000"), EDGES)
    (table,) = sheet.document(tmp_path).tables
    assert table.period == "Year Ended June 30,"
    assert table.columns[1:] == ("Shares 2016", "Amount 2016", "Shares 2015", "Amount 2015")


def test_each_of_three_years_stands_over_its_own_columns(tmp_path: Path) -> None:
    sheet = Sheet()
    edges = [230.0 + 40 * i for i in range(9)]
    sheet.centred(373, "Year Ended December 31,")
    sheet.y += PITCH
    for number, year in enumerate(("2021", "2020", "2019")):
        sheet.centred(edges[3 * number + 1] - 14, year)
    sheet.y += PITCH
    heads = ("Before", "Impact", "After")
    sheet.row("(Millions)", heads * 3, edges)
    for label in ("Net income", "Taxes"):
        sheet.row(label, ("10,374", "1,605", "11,979") * 3, edges)
    (table,) = sheet.document(tmp_path).tables
    assert table.columns[1:] == tuple(
        f"Year Ended December 31, {year} {head}"
        for year in ("2021", "2020", "2019")
        for head in heads
    )


def test_what_stands_above_a_caption_is_no_head(tmp_path: Path) -> None:
    """The axis of a chart right above a table; and the tables of an appendix, one after another."""
    sheet = Sheet()
    sheet.row("750", ("922", "970"), EDGES)
    sheet.row("Q1", ("Q2", "Q3"), EDGES)
    for number in (1, 2):
        sheet.line(f"Table {number}. Cargo by direction (thousand tonnes)")
        sheet.row("", ("2024", "2023"), EDGES)
        sheet.row("Inward, foreign", (f"{number},618", f"{number},587"), EDGES)
        sheet.row("Outward, foreign", (f"{number},934", f"{number},901"), EDGES)
    *_, first, second = sheet.document(tmp_path).tables
    assert [first.columns, second.columns] == [("", "2024", "2023")] * 2
    assert [len(first.rows), len(second.rows)] == [2, 2]
    assert second.caption == "Table 2. Cargo by direction"
    assert cell(second, "Inward, foreign", "2023") == "2,587"
