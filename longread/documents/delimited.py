"""CSV and TSV: delimited text as a table, a row a line of the text."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from longread.documents.encodings import decode
from longread.documents.normalize import tidy
from longread.documents.periods import is_period
from longread.documents.table import Table, TableRow, row_text
from longread.documents.text import Read

_DELIMITERS = ",;\t|"
# Rows that tell which delimiter it is.
_SAMPLE = 50
# What Excel writes on the first line to say which delimiter it is.
_SAID = re.compile(r"sep=(.)(?=\n)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+($€£¥]*\d[\d.,' ]*[%)]*")


def read_delimited(data: bytes, name: str, encoding: str | None = None) -> Read:
    """A table as rows with borders; its first line holds the heads where it has no figure in it.

    Rows keep the lines that they stand on in the file.
    """
    decoded, warnings = decode(data, name, encoding=encoding)
    source = decoded.replace("\r\n", "\n").replace("\r", "\n")
    said = _SAID.match(source)
    if said:
        return _read(source[said.end() :], said[1], warnings)
    return _read(source, _delimiter(source), warnings)


def read_tabbed(data: bytes, name: str, encoding: str | None = None) -> Read:
    """A table with tabs between its cells."""
    decoded, warnings = decode(data, name, encoding=encoding)
    return _read(decoded.replace("\r\n", "\n").replace("\r", "\n"), "\t", warnings)


def _read(source: str, delimiter: str, warnings: tuple[str, ...]) -> Read:
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    records: list[tuple[str, ...]] = []
    length = lines = 0
    for cells, end in _records(source, delimiter):
        text = row_text(cells)
        if text:
            spans.append((length, length + len(text)))
            records.append(cells)
        # A cell of several lines stands on one; the lines below stay where they are.
        part = text + "\n" * (end - lines)
        parts.append(part)
        length += len(part)
        lines = end
    return Read(
        "".join(parts).rstrip("\n"),
        "",
        (),
        tuple(start for start, _ in spans),
        warnings,
        tables=_tables(records, spans),
    )


def _records(source: str, delimiter: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The cells of each record, and the lines read so far."""
    lines = source.split("\n")
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    while True:
        before = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A cell longer than the reader takes: the line as it stands.
            cells = [lines[reader.line_num - 1]]
        if reader.line_num - before > _SAMPLE and '"' in lines[before]:
            # A quote that nothing closes would make one cell of the rest.
            yield (_clean(lines[before]),), before + 1
            yield from (
                (record, before + 1 + end)
                for record, end in _records("\n".join(lines[before + 1 :]), delimiter)
            )
            return
        yield tuple(map(_clean, cells)), reader.line_num


def _clean(cell: str) -> str:
    return " ".join(tidy(cell).split())


def _delimiter(source: str) -> str:
    """The delimiter that gives the most rows the same number of cells."""
    lines = list(islice(filter(None, source.split("\n", _SAMPLE + 1)), _SAMPLE))

    def fit(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        width, rows = widths.most_common(1)[0] if widths else (1, 0)
        return (rows / max(1, len(lines)) if width > 1 else 0.0, width)

    try:
        return max(_DELIMITERS, key=fit)
    except csv.Error:
        return ","


def _tables(records: list[tuple[str, ...]], spans: list[tuple[int, int]]) -> tuple[Table, ...]:
    """The table, without the lines above its heads that name it ("Account; 12 34")."""
    width = max(map(len, records), default=0)
    if width < 2 or len(records) < 2:
        return ()
    rows = [record + ("",) * (width - len(record)) for record in records]
    first = _first(rows)
    headed = _are_heads(rows[first], rows[first + 1 :][:_SAMPLE])
    heads = tuple((cell,) if headed and cell else () for cell in rows[first])
    body = tuple(
        TableRow(cells, start, end)
        for cells, (start, end) in list(zip(rows, spans, strict=True))[first + headed :]
    )
    titles = [row[0] for row in rows[:first] if row[0] and not any(row[1:])]
    return (
        Table(heads, body, (spans[first],) if headed else (), caption=titles[-1] if titles else ""),
    )


def _first(rows: list[tuple[str, ...]]) -> int:
    """The row of heads that is as wide as the wider rows, below others that are not; else 0."""
    widths = [max(index for index, cell in enumerate(row) if cell) for row in rows]
    usual = sorted(widths)[len(widths) * 3 // 4]
    first = next(index for index, width in enumerate(widths) if width >= usual)
    return first if _are_heads(rows[first], rows[first + 1 :][:_SAMPLE]) else 0


def _are_heads(row: tuple[str, ...], below: list[tuple[str, ...]]) -> bool:
    """Are these names, and years only where other figures stand below?"""

    def is_head(column: int, cell: str) -> bool:
        values = [other[column] for other in below if other[column]]
        years = is_period(cell) and not all(map(is_period, values))
        return not _NUMBER.fullmatch(cell) or years

    return (
        sum(map(bool, row)) > 1
        and bool(below)
        and all(is_head(column, cell) for column, cell in enumerate(row))
    )
