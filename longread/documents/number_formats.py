"""Number formats of sheets: 0.12 under "0%" is 12 %, as whoever opens the file sees it.

XLSX and XLS say by which code a figure is shown, ODS says what is shown. Contract: cells without a
format that is known here keep their value. Dates are typed by calamine.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import partial
from itertools import product

from longread.documents.archive import Archive
from longread.documents.xml_tree import Element
from longread.errors import DocumentError

_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Formats that have no code in the file (ECMA-376, part 1, 18.8.30).
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0', 6: '"$"#,##0', 7: '"$"#,##0.00',
    8: '"$"#,##0.00', 9: "0%", 10: "0.00%", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 41: "#,##0;(#,##0)",
    42: '"$"#,##0;("$"#,##0)', 43: "#,##0.00;(#,##0.00)", 44: '"$"#,##0.00;("$"#,##0.00)',
}  # fmt: skip
_CELL = re.compile(rb"<c\s([^>]*)>")
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
# A code's pieces: literal text, a currency, other brackets, a width, a fill, the figure, a percent.
_PIECE = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<letter>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|(?P<bracket>\[[^\]]*\])'
    r"|_.|\*.|(?P<figure>[#0][#0,]*(?:\.[#0]+)?,*)|(?P<percent>%)|(?P<other>.)"
)
_COLOURS = re.compile(r"\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color ?\d+)\]", re.I)
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;])*')
# Digits for the largest figure there is.
_ROUNDING = Context(prec=400, rounding=ROUND_HALF_UP)
_PLAIN = frozenset(" $£€¥()+-:/")

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_LINE = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
_FIGURES = ("percentage", "currency", "float")
# Cells that are the same and stand in a row are written once; empty ones to the sheet's end.
_MOST_REPEATED = 1000

# What shows the figure of a cell, by row and column from 0.
Shown = Callable[[float], str | None]
Formats = dict[tuple[int, int], Shown]
# The first and the last cell of several that are one.
Merged = tuple[tuple[int, int], tuple[int, int]]


def formats_of(archive: Archive) -> Callable[[str], Formats]:
    """What gives, for the name of a sheet, how the figures of its cells are shown."""
    try:
        if "content.xml" in archive.names:
            return _of_opendocument(archive)
        codes = _codes(archive.xml("xl/styles.xml"))
        parts = _parts(archive)
    except DocumentError:
        return lambda _sheet: {}

    def of(sheet: str) -> Formats:
        if not codes or sheet not in parts:
            return {}
        found: Formats = {}
        for cell in _CELL.finditer(archive.read(parts[sheet])):
            style, place = _STYLE.search(cell[1]), _PLACE.search(cell[1])
            if style and place and int(style[1]) in codes:
                code = codes[int(style[1])]
                found[int(place[2]) - 1, _column(place[1])] = partial(formatted, code=code)
        return found

    return of


def _of_opendocument(archive: Archive) -> Callable[[str], Formats]:
    sheets = _sheets(archive)

    def of(sheet: str) -> Formats:
        found: Formats = {}
        for cell, rows, columns in _placed(sheets.get(sheet)):
            # A comment lies in the cell as well.
            lines = [map(str, each.itertext()) for each in cell.iterchildren(_LINE)]
            text = "\n".join("".join(line) for line in lines)
            if text and cell.get(f"{_OFFICE}value-type") in _FIGURES:
                for place in product(rows[:_MOST_REPEATED], columns[:_MOST_REPEATED]):
                    found[place] = partial(_as_written, text=text)
        return found

    return of


def merged_of(archive: Archive | None) -> Callable[[str], list[Merged]]:
    """What gives, for the name of a sheet of ODS, the cells that go over several rows or columns;
    of other files calamine knows them."""
    if archive is None or "content.xml" not in archive.names:
        return lambda _sheet: []
    sheets = _sheets(archive)

    def of(sheet: str) -> list[Merged]:
        return [
            ((rows[0], columns[0]), (rows[0] + down - 1, columns[0] + across - 1))
            for cell, rows, columns in _placed(sheets.get(sheet))
            if (down := _count(cell, "rows-spanned")) * (across := _count(cell, "columns-spanned"))
            > 1
        ]

    return of


def _sheets(archive: Archive) -> dict[str | None, Element]:
    tables = archive.xml("content.xml").iter(f"{_TABLE}table")
    return {each.get(f"{_TABLE}name"): each for each in tables}


def _placed(sheet: Element | None) -> Iterator[tuple[Element, range, range]]:
    """The cells of a sheet, each with the rows and the columns that it is written once for."""
    row = 0
    for line in sheet.iter(f"{_TABLE}table-row") if sheet is not None else ():
        rows, column = _count(line, "rows-repeated"), 0
        for cell in line.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            columns = _count(cell, "columns-repeated")
            yield cell, range(row, row + rows), range(column, column + columns)
            column += columns
        row += rows


def formats_of_old(data: bytes) -> Callable[[str], Formats]:
    """The same for an XLS, whose codes xlrd reads."""
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, on_demand=True, logfile=io.StringIO()
        )
    # Whatever it meets: calamine reads more, and bare figures are better than none.
    except Exception:
        return lambda _sheet: {}
    codes = [book.format_map.get(style.format_key) for style in book.xf_list]
    shown = [partial(formatted, code=code.format_str) if code else _as_stored for code in codes]

    def of(name: str) -> Formats:
        try:
            sheet = book.sheet_by_name(name)
            return {
                (row, column): shown[sheet.cell_xf_index(row, column)]
                for row in range(sheet.nrows)
                for column, kind in enumerate(sheet.row_types(row))
                if kind == xlrd.XL_CELL_NUMBER
            }
        except Exception:
            return {}
        finally:
            book.unload_sheet(name)

    return of


def _as_stored(_value: float) -> None:
    return None


def _count(element: Element, what: str) -> int:
    said = element.get(f"{_TABLE}number-{what}", "")
    return int(said) if said.isascii() and said.isdigit() else 1


def _as_written(_value: float, text: str) -> str:
    return text


def _codes(styles: Element) -> dict[int, str]:
    """By the number of a cell's style its format's code, where that is one for figures."""
    own = {
        int(each.get("numFmtId", "0")): each.get("formatCode", "")
        for each in styles.iter(f"{_SPREADSHEET}numFmt")
    }
    used = [
        int(each.get("numFmtId", "0"))
        for cells in styles.iter(f"{_SPREADSHEET}cellXfs")
        for each in cells.iter(f"{_SPREADSHEET}xf")
    ]
    known = {number: own.get(number) or _BUILT_IN.get(number, "") for number in used}
    return {
        style: known[number] for style, number in enumerate(used) if formatted(1, known[number])
    }


def _parts(archive: Archive) -> dict[str, str]:
    """Names of sheets to the parts that hold them."""
    targets = {
        each.get("Id"): each.get("Target", "") for each in archive.xml("xl/_rels/workbook.xml.rels")
    }
    sheets = archive.xml("xl/workbook.xml").iter(f"{_SPREADSHEET}sheet")
    return {
        each.get("name", ""): f"xl/{target.removeprefix('/xl/')}"
        for each in sheets
        if (target := targets.get(each.get(_RELATION)))
    }


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1


def formatted(value: float, code: str) -> str | None:
    """A figure as its format shows it; None where the format is none for figures, or not known."""
    sections = [each for each in _SECTION.findall(code) if each]
    if not sections or not math.isfinite(value):
        return None
    negative = value < 0 and len(sections) > 1
    section = sections[1] if negative else sections[0]
    if value == 0 and len(sections) > 2:
        section = sections[2]
    pieces = list(_PIECE.finditer(_COLOURS.sub("", section)))
    figures = [each["figure"] for each in pieces if each["figure"]]
    strange = any(
        each["bracket"] or (each["other"] and each["other"] not in _PLAIN) for each in pieces
    )
    if len(figures) != 1 or strange:
        return None
    scaled = abs(value) * 100 ** sum(each["percent"] is not None for each in pieces)
    shown = "".join(
        _figure(scaled, each["figure"])
        if each["figure"]
        else each["text"] or each["letter"] or each["currency"] or each["percent"] or each["other"]
        or ""
        for each in pieces
    ).strip()  # fmt: skip
    return f"-{shown}" if value < 0 and not negative else shown


def _figure(value: float, pattern: str) -> str:
    """A figure without its sign by a pattern such as `#,##0.0#`; a comma at its end divides by a
    thousand."""
    bare = pattern.rstrip(",")
    whole, _, decimals = bare.partition(".")
    # A half goes up, and 15 digits count: so do spreadsheets round.
    exact = Decimal(f"{value:.15g}").scaleb(-3 * (len(pattern) - len(bare)))
    rounded = exact.quantize(Decimal(1).scaleb(-len(decimals)), context=_ROUNDING)
    digits = f"{rounded:{',' if ',' in whole else ''}f}"
    front, point, behind = digits.partition(".")
    least = decimals.count("0")
    behind = behind[:least] + behind[least:].rstrip("0")
    return f"{front.zfill(whole.count('0'))}{point if behind else ''}{behind}"
