"""Passages of a document as a model reads them and as BM25 indexes them: tables as records.

Contract: prose comes out as it stands. Of a table that the span touches, caption, period and
unit come first and once, also where the span begins in the middle of it; then its rows. A row
that the span holds only a part of (it is longer than a passage) comes out as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby

from longread.documents.model import Document, TableLine
from longread.documents.table import Table, TableRow


def for_model(
    document: Document,
    start: int,
    end: int,
    shown: Callable[[TableRow], TableRow] = lambda row: row,
) -> str:
    """The span's text with table rows, as they are `shown`, as records: every cell beside its
    column's head."""
    return _rendered(document, start, end, partial(_records, shown))


def for_index(document: Document, start: int, end: int) -> str:
    """The span's words for BM25: those of a table's heads and caption count for its rows."""
    return _rendered(document, start, end, _words)


def _rendered(
    document: Document,
    start: int,
    end: int,
    lines_of: Callable[[Table, list[TableLine]], Iterator[str]],
) -> str:
    text = document.text
    lines = [
        line for line in document.table_lines(start, end) if start <= line.start and line.end <= end
    ]
    with_rows = {id(line.table) for line in lines if line.row}
    lines = [line for line in lines if id(line.table) in with_rows]
    parts: list[str] = []
    position = start
    for _, group in groupby(lines, key=lambda line: id(line.table)):
        own = list(group)
        # A footnote between a table's pages comes before what of the table is in the span.
        for line in own:
            parts.append(text[position : line.start].strip("\n"))
            position = line.end
        parts.append("\n".join(filter(None, lines_of(own[0].table, own))))
    parts.append(text[position:end].strip("\n"))
    return "\n\n".join(part for part in parts if part.strip())


def _records(
    shown: Callable[[TableRow], TableRow], table: Table, lines: list[TableLine]
) -> Iterator[str]:
    yield f"{table.context}:" if table.context else ""
    for line in lines:
        if line.row:
            yield table.record(shown(line.row), context=False)


def _words(table: Table, lines: list[TableLine]) -> Iterator[str]:
    # As they are printed: a head over ten columns, or ten rows, is said once.
    yield table.context
    yield " ".join(dict.fromkeys(words for head in table.heads for words in head))
    above: tuple[str, ...] = ()
    for line in lines:
        if line.row:
            path = line.row.path if line.row.path != above else ()
            above = line.row.path
            yield " ".join(filter(None, (*path, *line.row.cells)))
