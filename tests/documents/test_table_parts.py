"""Tables of PDFs that stand in parts: under titles of their own, with heads said once or again."""

from __future__ import annotations

from pathlib import Path

from tests.documents.sheet import EDGES, PITCH, Sheet, cell


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
