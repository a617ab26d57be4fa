"""Workbooks: sheets are sections, blocks of rows are tables, cells are the place of a quote."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from odfdo import Cell, Row, Table
from odfdo import Document as Odf

from longread.documents import Document, load
from longread.documents.table import cells, column_name
from longread.errors import DocumentError

MASTS = (("Ship", "Mast"), ("Aurora", 19), ("Vega", 23.5))


def masts(path: Path) -> None:
    """The same sheet by the library of each format."""
    if path.suffix == ".xls":
        book = xlwt.Workbook()
        sheet = book.add_sheet("Masts")
        for row, values in enumerate(MASTS):
            for column, value in enumerate(values):
                sheet.write(row, column, value)
        book.save(str(path))
    elif path.suffix == ".ods":
        made = Odf("spreadsheet")
        made.body.clear()
        table = Table("Masts")
        for values in MASTS:
            row_ = Row()
            for value in values:
                cell = Cell()
                cell.value = value
                row_.append_cell(cell)
            table.append_row(row_)
        made.body.append(table)
        made.save(str(path))
    else:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("Masts")
            for row, values in enumerate(MASTS):
                sheet.write_row(row, 0, values)


def where(document: Document, words: str) -> tuple[str | None, str | None]:
    start = document.text.index(words)
    place = document.locate(start, start + len(words))
    return place.section, place.place


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_sheet_and_cells_are_the_place(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    masts(path)
    document = load(str(path))
    assert document.kind == ending
    assert document.by_line
    assert where(document, "Vega | 23.5") == ("Masts", "A3:B3")
    assert where(document, "23.5") == ("Masts", "B3")
    (table,) = document.tables
    assert [table.record(row) for row in table.rows] == [
        "Ship Aurora: Mast 19",
        "Ship Vega: Mast 23.5",
    ]
    assert load(str(path)) == document


def book(path: Path) -> None:
    with xlsxwriter.Workbook(path) as made:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        sheet = made.add_worksheet("Sales | North")
        sheet.write("B2", "Sales by region (in thousands)")
        sheet.write_row("B4", ["Region", "2023", "2024"])
        sheet.write_row("B5", ["North", 120.5, 133])
        sheet.write_row("B6", ["", 98, 0.1 + 0.2])
        sheet.write_formula("C7", "=C5+C6", None, 218.5)
        sheet.write("B9", "Checked by Ines | Ola")
        people = made.add_worksheet("People")
        people.write_row(0, 0, ["Name", "Role", "Joined"])
        people.write_row(1, 0, ["Ines", "Captain"])
        people.write_datetime("C2", datetime.datetime(2020, 3, 4), day)
        people.write_row(2, 0, ["Ola", "Mate", True])
        people.hide()
        quarters = made.add_worksheet("Quarters")
        quarters.merge_range("B1:C1", "Revenue")
        quarters.write_row(1, 0, ["Unit", "Q1", "Q2"])
        quarters.write_row(2, 0, ["A", 1, 2])
        made.add_worksheet("Empty")
        chart = made.add_chart({"type": "line"})
        chart.add_series({"values": "=Quarters!$B$3:$C$3"})
        sheet.insert_chart("H1", chart)


def test_titles_heads_dates_and_hidden_sheets(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book(path)
    document = load(str(path))
    sales, people, quarters = document.tables
    assert (sales.caption, sales.unit) == ("Sales by region", "in thousands")
    assert sales.record(sales.rows[1], context=False) == "2023 98; 2024 0.3"
    assert where(document, "218.5") == ("Sales | North", "C7")
    assert where(document, "Checked by Ines ¦ Ola") == ("Sales | North", "B9")
    assert people.record(people.rows[0]) == "Name Ines: Role: Captain; Joined 2020-03-04"
    assert people.record(people.rows[1]) == "Name Ola: Role: Mate; Joined: TRUE"
    assert quarters.columns == ("Unit", "Revenue Q1", "Revenue Q2")
    assert document.warnings == ("1 chart is not read", "hidden, and read: People")


@pytest.mark.parametrize("value", ["", "<v/>", "<v></v>", "<v>0</v>"])
def test_formulas_without_a_value_are_named(tmp_path: Path, value: str) -> None:
    """Libraries write formulas that only a spreadsheet program works out."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["Mast", 19])
        sheet.write_row(1, 0, ["Sum"])
        sheet.write_formula("B2", "=SUM(B1:B1)", None, 7)
        sheet.write_formula("C2", '=""', None, "")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    part = "xl/worksheets/sheet1.xml"
    # A text that came out empty, as Excel writes it.
    whole = parts[part].replace(b'r="C2"', b'r="C2" t="str"')
    for content, warnings in (
        (whole, ()),
        (
            whole.replace(b"<v>7</v>", value.encode()),
            ("1 formula has no value: open the file in a spreadsheet program and save it",),
        ),
    ):
        with zipfile.ZipFile(path, "w") as archive:
            for name, each in {**parts, part: content}.items():
                archive.writestr(name, each)
        assert load(str(path)).warnings == warnings


def test_merged_heads_of_opendocument(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    made = Odf("spreadsheet")
    made.body.clear()
    table = Table("Plans")
    for values in (("Unit", "2023", None), (None, "Plan", "Actual"), ("North", 1, 2)):
        row = Row()
        for value in values:
            cell = Cell()
            cell.value = value
            row.append_cell(cell)
        table.append_row(row)
    table.set_span((0, 0, 0, 1))
    table.set_span((1, 0, 2, 0))
    made.body.append(table)
    made.save(str(path))
    (plans,) = load(str(path)).tables
    assert plans.columns == ("Unit", "2023 Plan", "2023 Actual")
    assert plans.record(plans.rows[0], context=False) == "Unit North: 2023 Plan 1; 2023 Actual 2"


def test_names_of_cells() -> None:
    assert [column_name(number) for number in (1, 26, 27, 702, 703)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
    ]
    assert cells("B7", 0, 0) == "B7"
    assert cells("Z10", 1, 3) == "AA10:AC10"


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_damaged_and_empty_ones(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    masts(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(
        DocumentError, match=rf"a\.{ending} (?:is damaged|cannot be read|is an old)"
    ):
        load(str(path))
    path.write_bytes(b"Ship;Mast")
    with pytest.raises(DocumentError, match=r"is not an .*, whatever its name says"):
        load(str(path))


def test_a_workbook_without_a_value(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        made.add_worksheet()
    with pytest.raises(DocumentError, match="holds no text"):
        load(str(tmp_path / "a.xlsx"))


def test_what_is_named_xls_and_is_something_else(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text("<html><table><tr><th>Ship<th>Mast<tr><td>Vega<td>23</table></html>")
    document = load(str(path))
    assert document.kind == "html"
    assert document.warnings == (
        "a.xls is not an old Excel workbook but HTML, and was read as that",
    )


def test_a_long_sheet_and_one_that_is_too_wide(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": True}) as made:
        sheet = made.add_worksheet()
        for row in range(20_000):
            sheet.write_row(row, 0, [f"Ship {row}", row, row / 2])
    document = load(str(tmp_path / "a.xlsx"))
    assert where(document, "Ship 19999 | 19999 | 9999.5")[1] == "A20000:C20000"
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as made:
        sheet = made.add_worksheet()
        sheet.write("A1", "first")
        sheet.write("XFD1048576", "last")
    with pytest.raises(DocumentError, match=r"b\.xlsx"):
        load(str(tmp_path / "b.xlsx"))


def test_strange_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(DocumentError, match=r"a\.xlsx"):
        load(str(path))
