"""XLSX, XLS and ODS by way of calamine: a sheet is a section, each of its blocks a table.

Contract: a row of a sheet is a line of the text, marked with the cell it begins with. Values are
those that were calculated when the file was saved. Figures stand as they are shown, but those of
XLSB as they are stored; dates are written year first.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from longread.documents.archive import Archive
from longread.documents.grid import Grid, above_figures
from longread.documents.markup_tables import table_of
from longread.documents.model import Section
from longread.documents.number_formats import (
    Formats,
    Merged,
    Shown,
    formats_of,
    formats_of_old,
    merged_of,
)
from longread.documents.rows_of_text import RowsOfText
from longread.documents.table import BORDER, column_name, row_text
from longread.documents.text import Read
from longread.documents.xml_tree import clean
from longread.errors import DocumentError

# Rows of one block, with their numbers in the sheet, from 0.
_Block = list[tuple[int, list[Any]]]
_DAY = datetime.time()
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
# A formula that no program has worked out yet; a text that came out empty has a type. Some
# libraries write 0 until then, and that all is to be worked out when the file is opened.
_NO_VALUE = re.compile(
    rb"<c\b(?![^>]*\bt=\"str\")[^>]*>\s*<f\b[^>]*(?:/>|>[^<]*</f>)\s*"
    rb"(?:<v\s*/>|<v>\s*(0?)\s*</v>)?\s*</c>"
)
_UNDONE = re.compile(rb"<calcPr\b[^>]*\bfullCalcOnLoad=\"(?:1|true)\"")


def read_sheets(data: bytes, name: str, _encoding: str | None = None) -> Read:
    """All sheets in order, hidden ones as well, which a warning names."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    text = RowsOfText()
    archive = Archive(data, name) if data.startswith(b"PK") else None
    hidden: list[str] = []
    try:
        book = CalamineWorkbook.from_object(io.BytesIO(data))
        formats = formats_of(archive) if archive else formats_of_old(data)
        merged = merged_of(archive)
        for number, sheet in enumerate(book.sheets_metadata):
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            if sheet.visible != SheetVisibleEnum.Visible:
                hidden.append(sheet.name)
            cells = book.get_sheet_by_index(number)
            spans = cells.merged_cell_ranges or merged(sheet.name)
            _add_sheet(text, sheet.name, cells, formats(sheet.name), spans)
    except CalamineError as error:
        if "password" in str(error).lower():
            raise DocumentError(f"{name} is encrypted.", "save it without a password") from error
        raise DocumentError(
            f"{name} is damaged: it is not a complete workbook.", "try another copy"
        ) from error
    warnings = archive.unread() if archive else []
    if hidden:
        warnings.append(f"hidden, and read: {', '.join(hidden)}")
    if archive and (count := _without_values(archive)):
        formulas = "1 formula has" if count == 1 else f"{count:,} formulas have"
        warnings.append(f"{formulas} no value: open the file in a spreadsheet program and save it")
    return text.read("", warnings)


def _without_values(archive: Archive) -> int:
    """Formulas of an XLSX that programs wrote without working them out: their cells look empty."""
    book = "xl/workbook.xml"
    undone = book in archive.names and _UNDONE.search(archive.read(book)) is not None
    parts = (archive.read(name) for name in archive.names if _SHEET.fullmatch(name))
    return sum(
        undone or not zero for part in parts if b"<f" in part for zero in _NO_VALUE.findall(part)
    )


def _add_sheet(
    text: RowsOfText, name: str, sheet: Any, formats: Formats, merged: list[Merged]
) -> None:
    if sheet.start is None:
        return
    text.sections.append(Section(clean(name), text.length))
    top, left = sheet.start
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=True)
    for (row, column), shown in formats.items():
        _format(rows, row - top, column - left, shown)
    for (first, column), (last, end) in merged:
        _spread(rows, first - top, column - left, last - top, end - left)
    said: list[str] = []
    for block in _blocks(rows):
        said = _add_block(text, block, (top, left), said)


class _Formatted(float):
    """A figure that knows how it is shown."""

    shown: str


def _format(rows: list[list[Any]], row: int, column: int, how: Shown) -> None:
    if not (0 <= row < len(rows) and 0 <= column < len(rows[row])):
        return
    value = rows[row][column]
    if isinstance(value, float | int) and not isinstance(value, bool):
        shown = how(value)
        if shown is not None:
            rows[row][column] = figure = _Formatted(value)
            figure.shown = shown


def _spread(rows: list[list[Any]], first: int, column: int, last: int, end: int) -> None:
    """A cell over several rows or columns stands in each of them."""
    if not (0 <= first < len(rows) and 0 <= column < len(rows[first])):
        return
    value = rows[first][column]
    for row in rows[first : last + 1]:
        for index in range(column, min(end + 1, len(row))):
            row[index] = value


def _blocks(rows: Sequence[list[Any]]) -> Iterator[_Block]:
    """Runs of rows that are not empty."""
    for filled, run in groupby(enumerate(rows), key=lambda row: any(v != "" for v in row[1])):
        if filled:
            yield list(run)


def _add_block(text: RowsOfText, block: _Block, at: tuple[int, int], said: list[str]) -> list[str]:
    """Append the lines of a block, and its table; what stands above the next one comes back."""
    top, left = at
    used = [index for index in range(len(block[0][1])) if any(row[index] != "" for _, row in block)]
    first, last = used[0], used[-1] + 1
    rows = [[_shown(value) for value in row[first:last]] for _, row in block]
    titles = next((n for n, row in enumerate(rows) if not _is_title(row)), len(rows))
    rows = [_titled(row) if n < titles else row for n, row in enumerate(rows)]
    place = column_name(left + first + 1)
    spans = [
        text.line(row_text(row), f"{place}{top + number + 1}")
        for (number, _), row in zip(block, rows, strict=True)
    ]
    text.gap()
    above = [*said, *(row[0] for row in rows[:titles])]
    rows, spans, typed = rows[titles:], spans[titles:], [row for _, row in block[titles:]]
    grid = Grid(rows, _heads(rows, typed, first, last), indents=[0.0] * len(rows))
    table = table_of(grid, spans, above)
    if table is not None:
        text.tables.append(table)
    return [] if rows else above


def _is_title(row: list[str]) -> bool:
    """Does one text stand alone, from the first column on?"""
    return bool(row[0]) and len(set(filter(None, row))) == 1


def _titled(row: list[str]) -> list[str]:
    """A title once, where its cell goes over several columns."""
    return [cell if not index or cell != row[index - 1] else "" for index, cell in enumerate(row)]


def _heads(rows: list[list[str]], typed: list[list[Any]], first: int, last: int) -> int:
    """Rows above the first figure; of words alone the first row, where all its cells are filled."""
    figured = next(
        (at for at, row in enumerate(typed) if any(_is_value(v) for v in row[first:last][1:])), 0
    )
    heads = figured or above_figures(rows)
    if heads:
        return heads
    return int(len(rows) > 1 and all(rows[0]) and not any(map(_is_value, typed[0][first:last])))


def _is_value(value: Any) -> bool:
    """Is a cell a figure or a date, and no year that heads a column?"""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return not (value == int(value) and 1900 <= value <= 2100)
    return isinstance(value, datetime.date | datetime.time | datetime.timedelta)


def _shown(value: Any) -> str:
    if isinstance(value, str | _Formatted):
        words = value if isinstance(value, str) else value.shown
        return clean(words).replace(BORDER[1], "¦")
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float | int):
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime) and value.time() == _DAY:
        return value.date().isoformat()
    return str(value)
