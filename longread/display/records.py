"""Answers of many documents as rows: CSV, JSON Lines, Markdown, or a table for people.

Rows are made of the objects that `--json` prints (`longread.answer/1`), so that the lines of
a batch and those of a run look alike.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
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


def writer(form: RowFormat, out: TextIO, *, several: bool, width: int = 0) -> Write:
    """What writes records to `out` in `form`, a document's at a time, heads first.

    `several` questions stand in a column of their own; a table is fitted into `width`.
    """
    if form is RowFormat.JSONL:
        return lambda records: _put(out, map(to_json, records))
    if form is RowFormat.CSV:
        return _csv(out)
    columns = [name for name in _SHORT if several or name != "question"]
    if form is RowFormat.MARKDOWN:
        _put(out, [_bars(columns), _bars(["---"] * len(columns))])
        return lambda records: _put(out, (_markdown(columns, record) for record in records))
    return _table(columns, out, width)


def _put(out: TextIO, lines: Iterable[str]) -> None:
    out.writelines(f"{line}\n" for line in lines)
    out.flush()


def _csv(out: TextIO) -> Write:
    rows = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    rows.writeheader()

    def write(records: Sequence[Record]) -> None:
        rows.writerows(map(cells, records))
        out.flush()

    return write


def _bars(values: Sequence[str]) -> str:
    return f"| {' | '.join(values)} |"


def _markdown(columns: Sequence[str], record: Record) -> str:
    row = _told(record)
    escaped = (
        row[name].replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;") for name in columns
    )
    return _bars(list(escaped))


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
    """Rows of a fixed width, since what comes is not known: they are written as they come."""
    fixed = {"page": 12, "confidence": 10, "seconds": 11}
    room = max(48, width - sum(fixed.values()) - 2 * (len(columns) - 1))
    shares = {"document": 2, "question": 2, "answer": 3}
    parts = sum(shares.get(name, 0) for name in columns)
    widths = [fixed.get(name) or room * shares[name] // parts for name in columns]

    def line(row: Mapping[str, str]) -> str:
        pairs = zip(columns, widths, strict=True)
        fitted = (_fitted(name, row[name], size) for name, size in pairs)
        return "  ".join(fitted).rstrip()

    def write(records: Sequence[Record]) -> None:
        rows = [_told(record) for record in records]
        for row in rows:
            row["seconds"] = duration(float(row["seconds"])) if row["seconds"] else ""
        _put(out, map(line, rows))

    _put(out, [line({name: name for name in columns})])
    return write


def _fitted(column: str, text: str, size: int) -> str:
    """A cell of `size` characters; of a path that is too long the end tells most."""
    if column == "document" and len(text) > size:
        return f"…{text[1 - size :]}"
    return f"{shorten(text, size):<{size}}"
