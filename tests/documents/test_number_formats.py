"""Figures of sheets as whoever opens the file sees them."""

from __future__ import annotations

from pathlib import Path

import odfdo
import pytest
import xlrd
import xlsxwriter
import xlwt

from longread.documents import load
from longread.documents.number_formats import formatted


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.12, "0%", "12%"),
        (0.1234, "0.0%", "12.3%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (1234.5, "#,##0", "1,235"),
        (-2.5, "0", "-3"),
        (0.125, "0%", "13%"),
        (1.005, "0.00", "1.01"),
        (12500, "#,##0,", "13"),
        (1e22, "0.0", "10000000000000000000000.0"),
        (float("inf"), "0", None),
        (-1234, "#,##0;(#,##0)", "(1,234)"),
        (-1234, "#,##0", "-1,234"),
        (1234, '"£"#,##0.00', "£1,234.00"),
        (1234, "[$€-407] #,##0.00", "€ 1,234.00"),
        (-5, '_("$"* #,##0.00_);[Red]_("$"* \\(#,##0.00\\)', "$(5.00)"),
        (2_500_000, '0.0,,"m"', "2.5m"),
        (7, "000", "007"),
        (1.5, "0.0##", "1.5"),
        (0, '0.0;-0.0;"none"', None),
        (0, '0.0;-0.0;"nil" 0', "nil 0"),
        (3, "General", None),
        (0.5, "# ?/?", None),
        (45000, "yyyy-mm-dd", None),
        (12, "[>10]0;0.0", None),
        (12, "", None),
    ],
)
def test_a_figure_by_its_format(value: float, code: str, shown: str | None) -> None:
    assert formatted(value, code) == shown


def test_a_sheet_of_opendocument_reads_as_it_looks(tmp_path: Path) -> None:
    path = tmp_path / "rates.ods"
    book = odfdo.Document("spreadsheet")
    book.body.clear()
    table = odfdo.Table("Rates")
    for row, (name, value, kind, shown) in enumerate(
        [
            ("Quay", 0.125, "percentage", "12 %"),
            ("Lock", 731000, "currency", "£731,000"),
            ("Pier", 4, "float", ""),
        ]
    ):
        table.set_value((0, row), name)
        cell = odfdo.Cell(value, text=shown or None, cell_type=kind)
        if not shown:
            for paragraph in cell.get_elements("text:p"):
                cell.delete(paragraph)
        cell.repeated = 2
        table.set_cell((1, row), cell)
    book.body.append(table)
    book.save(str(path))
    text = load(str(path)).text
    assert "Quay | 12 % | 12 %" in text
    assert "Lock | £731,000 | £731,000" in text
    assert "Pier | 4 | 4" in text


def old_rates(path: Path) -> None:
    """An XLS with formats of its own, built-in ones, and a date."""
    book = xlwt.Workbook()
    book.add_sheet("Empty")
    sheet = book.add_sheet("Rates")
    for column, head in enumerate(("Place", "Share", "Cost", "Weight", "Since")):
        sheet.write(0, column, head)
    codes = ("0.0%", '"£"#,##0;("£"#,##0)', "General", "DD/MM/YYYY")
    styles = [xlwt.easyxf(num_format_str=code) for code in codes]
    for row, (name, *values) in enumerate(
        [("Quay", 0.125, 731_000, 0.25, 43894), ("Lock", 0.5, -1200, 2500, 43895)], start=1
    ):
        sheet.write(row, 0, name)
        for column, (value, style) in enumerate(zip(values, styles, strict=True), start=1):
            sheet.write(row, column, value, style)
    sheet.write(3, 0, "Pier")
    sheet.write(3, 2, xlwt.Formula("C2+1"), xlwt.easyxf(num_format_str="#,##0.00"))
    book.save(str(path))


def test_an_old_sheet_reads_as_it_looks(tmp_path: Path) -> None:
    path = tmp_path / "rates.xls"
    old_rates(path)
    document = load(str(path))
    assert "Quay | 12.5% | £731,000 | 0.25 | 2020-03-04" in document.text
    assert "Lock | 50.0% | (£1,200) | 2500 | 2020-03-05" in document.text
    (table,) = document.tables
    assert "Share 12.5%; Cost £731,000; Weight 0.25" in table.record(table.rows[0])


@pytest.mark.usefixtures("parsed_here")
def test_an_old_sheet_whose_formats_cannot_be_read_is_read_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rates.xls"
    old_rates(path)

    def fail(*_: object, **__: object) -> None:
        raise xlrd.XLRDError("of a kind not met before")

    with monkeypatch.context() as patched:
        patched.setattr(xlrd.book.Book, "sheet_by_name", fail)
        assert "Quay | 0.125 | 731000 | 0.25" in load(str(path), use_cache=False).text
    monkeypatch.setattr(xlrd, "open_workbook", fail)
    assert "Quay | 0.125 | 731000 | 0.25" in load(str(path), use_cache=False).text


def test_a_sheet_reads_as_it_looks(tmp_path: Path) -> None:
    path = tmp_path / "rates.xlsx"
    with xlsxwriter.Workbook(path) as book:
        percent, pounds = (
            book.add_format({"num_format": code}) for code in ("0.0%", '"£"#,##0;("£"#,##0)')
        )
        book.add_worksheet("Empty")
        sheet = book.add_worksheet("Rates")
        for row, (name, share, cost) in enumerate(
            [("Quay", 0.125, 731_000), ("Lock", 0.5, -1200)], start=1
        ):
            sheet.write(row, 1, name)
            sheet.write(row, 2, share, percent)
            sheet.write(row, 3, cost, pounds)
            sheet.write(row, 4, 0.25)
        sheet.write_row(0, 1, ["Place", "Share", "Cost", "Weight"])
    document = load(str(path))
    assert "Quay | 12.5% | £731,000 | 0.25" in document.text
    assert "Lock | 50.0% | (£1,200) | 0.25" in document.text
    (table,) = document.tables
    assert table.record(table.rows[0]).endswith("Share 12.5%; Cost £731,000; Weight 0.25")
