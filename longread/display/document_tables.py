"""A document's tables for `longread inspect --tables`: Markdown, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from longread.display.phrasing import clean
from longread.display.records import markdown_row
from longread.documents.model import Document
from longread.documents.table import Table


def write_document_tables(documents: Sequence[Document], form: str) -> str:
    """The tables of all documents, as `markdown`, `csv` or `json`.

    In Markdown every table stands under its caption, in CSV one follows the other after an
    empty line, in JSON each row has its label with the sub-heads above it and its cells' boxes.
    """
    if form == "json":
        found = [{"path": d.path, "tables": [_record(t) for t in d.tables]} for d in documents]
        return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    write = _csv if form == "csv" else _markdown
    return "\n".join(write(table) for document in documents for table in document.tables)


def _record(table: Table) -> dict[str, Any]:
    record = asdict(table)
    record["rows"] = [
        {**asdict(row), "label": row.label, "record": table.record(row)} for row in table.rows
    ]
    return record


def _grid(table: Table) -> Iterator[list[str]]:
    """Heads on one line, then the rows; a row's sub-heads stand above it, as on the page."""
    yield list(table.columns)
    for row in table.rows:
        yield list(row.cells)


def _csv(table: Table) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(_grid(table))
    return out.getvalue()


def _markdown(table: Table) -> str:
    title = " ".join(part for part in (table.context, _pages(table)) if part)
    lines = [f"**{clean(title)}**", ""] if title else []
    heads, *rows = [[clean(cell).replace("|", "\\|") for cell in row] for row in _grid(table)]
    lines += [markdown_row(heads), markdown_row(["---"] * len(heads)), *map(markdown_row, rows), ""]
    lines += [f"{clean(note)}\n" for note in table.notes]
    return "\n".join(lines)


def _pages(table: Table) -> str:
    pages = sorted({row.page for row in table.rows if row.page is not None})
    if not pages:
        return ""
    return f"(p. {pages[0]})" if len(pages) == 1 else f"(pp. {pages[0]}–{pages[-1]})"
