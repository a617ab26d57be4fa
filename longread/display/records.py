"""Answers of many documents as rows: CSV, JSON Lines, Markdown, or a table for people.

Rows are made of the objects that `--json` prints (`longread.answer/1`), so that the lines of
a batch and those of a run look alike.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TextIO

from longread.display.json_answer import to_json
from longread.display.phrasing import clean, duration, pages, shorten
from longread.runs.options import RowFormat

Record = Mapping[str, Any]

COLUMNS = (
    "document", "id", "question", "status", "answer", "page", "confidence", "quote", "seconds",
    "error",
)  # fmt: skip
# What is read by people leaves out what they asked themselves, and the quote's many words.
_SHORT = ("document", "question", "answer", "page", "confidence", "seconds")


def document_of(record: Record) -> str:
    """The path of the document that a record is about."""
    return str(record["error"]["document"] if "error" in record else record["documents"][0]["path"])


def cells(record: Record) -> dict[str, str]:
    """A record's columns, each one safe line."""
    citation = next(iter(record["citations"]), None)
    cost, error = record.get("cost"), record.get("error")
    values = {
        "document": document_of(record),
        "id": record.get("id", ""),
        "question": record["question"],
        "status": record["status"],
        "answer": record["answer"] or "",
        "page": citation["page"] if citation and citation["page"] is not None else "",
        "confidence": "" if error else f"{record['confidence']:.2f}",
        "quote": citation["quote"] if citation else "",
        "seconds": f"{cost['seconds']:.1f}" if cost else "",
        "error": error["message"] if error else "",
    }
    return {name: clean(str(values[name])) for name in COLUMNS}


Write = Callable[[Sequence[Record]], None]
# Begins rows in a form, on a stream, for a width.
Rows = Callable[[RowFormat, TextIO, int], Write]


def writer(form: RowFormat, out: TextIO, width: int = 0, *, several: bool) -> Write:
    """What writes records to `out` in `form`, a document's at a time, heads first.

    `several` questions stand in a column of their own; a table is fitted into `width`.
    """
    if form is RowFormat.JSONL:
        return json_lines(out)
    if form is RowFormat.CSV:
        return csv_rows(out, COLUMNS, cells)
    columns = [name for name in _SHORT if several or name != "question"]
    if form is RowFormat.MARKDOWN:
        return markdown_rows(out, columns, _told)
    return _table(columns, out, width)


def json_lines(out: TextIO) -> Write:
    """JSON Lines, a record each."""
    return lambda records: _put(out, map(to_json, records))


def markdown_rows(
    out: TextIO, columns: Sequence[str], cells: Callable[[Record], Mapping[str, str]]
) -> Write:
    """A table in Markdown, a row a record."""

    def row(record: Record) -> str:
        made = cells(record)
        return markdown_row([_escaped(made[name]) for name in columns])

    _put(out, [markdown_row(columns), markdown_row(["---"] * len(columns))])
    return lambda records: _put(out, map(row, records))


def rows(several: bool) -> Rows:
    """Rows of answers; `several` questions stand in a column of their own."""

    return partial(writer, several=several)


def _put(out: TextIO, lines: Iterable[str]) -> None:
    out.writelines(f"{line}\n" for line in lines)
    out.flush()


def csv_rows(
    out: TextIO, columns: Sequence[str], cells: Callable[[Record], Mapping[str, str]]
) -> Write:
    """CSV with heads, a row a record."""
    rows = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    rows.writeheader()

    def write(records: Sequence[Record]) -> None:
        rows.writerows(map(cells, records))
        out.flush()

    return write


def markdown_row(values: Sequence[str]) -> str:
    """Cells as one row of a Markdown table."""
    return f"| {' | '.join(values)} |"


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _told(record: Record) -> dict[str, str]:
    """The cells with words for what has no answer, and with the place in the answer's stead."""
    row = cells(record)
    citation = next(iter(record["citations"]), None)
    if citation is not None:
        row["page"] = pages(citation["page"], label=citation["label"])
    if record["status"] == "error":
        row["answer"] = f"error: {row['error']}"
    elif record["answer"] is None:
        row["answer"] = f"({record['status'].replace('_', ' ')})"
    return row


def _table(columns: Sequence[str], out: TextIO, width: int) -> Write:
    def told(record: Record) -> dict[str, str]:
        row = _told(record)
        row["seconds"] = duration(float(row["seconds"])) if row["seconds"] else ""
        return row

    fixed = {"page": 12, "confidence": 10, "seconds": 11}
    return table_rows(out, columns, told, width, fixed, {"answer": 3})


def table_rows(
    out: TextIO,
    columns: Sequence[str],
    cells: Callable[[Record], Mapping[str, str]],
    width: int,
    fixed: Mapping[str, int],
    shares: Mapping[str, int],
) -> Write:
    """Rows of a fixed width, since what comes is not known: they are written as they come.

    Columns that are not `fixed` share the rest of the width, 2 parts each or `shares`.
    """
    room = width - sum(fixed[name] for name in columns if name in fixed) - 2 * (len(columns) - 1)
    free = {name: shares.get(name, 2) for name in columns if name not in fixed}
    parts = sum(free.values())
    widths = [fixed.get(name) or max(8, room * free[name] // parts) for name in columns]

    def line(row: Mapping[str, str]) -> str:
        pairs = zip(columns, widths, strict=True)
        fitted = (_fitted(name, row[name], size) for name, size in pairs)
        return "  ".join(fitted).rstrip()

    _put(out, [line({name: name for name in columns})])
    return lambda records: _put(out, map(line, map(cells, records)))


def _fitted(column: str, text: str, size: int) -> str:
    """A cell of `size` characters; of a path that is too long the end tells most."""
    if column == "document" and len(text) > size:
        return f"…{text[1 - size :]}"
    return f"{shorten(text, size):<{size}}"
