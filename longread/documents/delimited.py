"""CSV and TSV: delimited text as a table, a row a line of the text."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from longread.documents.encodings import decode
from longread.documents.normalize import tidy
from longread.documents.table import Table, TableRow, row_text
from longread.documents.text import Read

_DELIMITERS = ",;\t|"
# Rows that tell which delimiter it is.
_SAMPLE = 50
_NUMBER = re.compile(r"[-+($€£¥]*\d[\d.,' ]*[%)]*")


def read_delimited(data: bytes, name: str, encoding: str | None = None) -> Read:
    """A table as rows with borders; the first line holds the heads where it has no number in it.

    Rows keep the lines that they stand on in the file.
    """
    decoded, warnings = decode(data, name, encoding=encoding)
    source = decoded.replace("\r\n", "\n").replace("\r", "\n")
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
    width = max(map(len, records), default=0)
    if width < 2 or len(records) < 2:
        return ()
    rows = [record + ("",) * (width - len(record)) for record in records]
    headed = sum(map(bool, rows[0])) > 1 and not any(map(_NUMBER.fullmatch, rows[0]))
    heads = tuple((cell,) if headed and cell else () for cell in rows[0])
    body = tuple(
        TableRow(cells, start, end)
        for cells, (start, end) in list(zip(rows, spans, strict=True))[int(headed) :]
    )
    return (Table(heads, body, (spans[0],) if headed else ()),)
