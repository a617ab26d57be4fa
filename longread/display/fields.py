"""The fields of a schema as JSON, `longread.fields/1`, and as a row a document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from longread.display.phrasing import clean
from longread.display.records import (
    Record,
    Rows,
    Write,
    csv_rows,
    document_of,
    json_lines,
    markdown_rows,
    table_rows,
)
from longread.reading.parts.backing import LIKELIER_THAN_NOT
from longread.runs.batch import BatchFolder
from longread.runs.fields import Field
from longread.runs.options import RowFormat

SCHEMA = "longread.fields/1"


def fields_object(fields: Sequence[Field], records: Sequence[Record]) -> dict[str, Any]:
    """The fields of a document, from what it answered: a `longread.answer/1` for each.

    `values` are as the schema wants them; `fields` has what was said, how sure, and where. A
    value is null where the document does not say, where `problem` says why, or with an error.
    """
    whole = records[0]
    failed = whole["status"] == "error"
    pairs = () if failed else zip(fields, records, strict=True)
    made = {field.name: _field(field, record) for field, record in pairs}
    values = {field.name: made[field.name]["value"] if made else None for field in fields}
    missing = None in values.values()
    kept = ("documents", "left_out", "model", "longread", "document_id")
    return {
        "schema": SCHEMA,
        "status": "error" if failed else "not_found" if missing else "answered",
        **({"error": whole["error"]} if failed else {}),
        "values": values,
        "fields": made,
        **{name: whole[name] for name in kept if name in whole},
    }


def merged_objects(folder: BatchFolder, about: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The answers of a batch that asked what `about` says; of a schema an object a document."""
    fields = [Field(**each) for each in about.get("fields", ())]
    for lines in folder.merged():
        records = folder.records(lines)
        yield from [fields_object(fields, records)] if fields else records


def _field(field: Field, record: Record) -> dict[str, Any]:
    value, problem = field.value(record["answer"])
    return {
        "value": value,
        "answer": record["answer"],
        "confidence": record["confidence"],
        "citation": next(iter(record["citations"]), None) if record["answer"] else None,
        **({"problem": problem} if problem else {}),
    }


def field_rows(fields: Sequence[Field]) -> Rows:
    """A row a document, of the records of its answers: its fields, and in CSV the page of each and
    how sure it is; for people what is less likely than not says so."""
    names = [field.name for field in fields]
    # A schema may have fields of these names, too.
    file, trouble = (f"({name})" if name in names else name for name in ("document", "error"))

    def cells(record: Record) -> dict[str, str]:
        error = record.get("error")
        row = {file: document_of(record), trouble: error["message"] if error else ""}
        for name in names:
            found = record["fields"].get(name, {})
            citation, value = found.get("citation"), record["values"][name]
            page = citation["page"] if citation else None
            row[f"{name} page"] = "" if page is None else str(page)
            row[f"{name} confidence"] = "" if value is None else f"{found['confidence']:.2f}"
            row[name] = _shown(value)
        return {name: clean(value) for name, value in row.items()}

    def told(record: Record) -> dict[str, str]:
        row = cells(record)
        for name in names:
            sure = record["fields"].get(name, {}).get("confidence", 0.0)
            if record["values"][name] is not None and sure < LIKELIER_THAN_NOT:
                row[name] += f" ({sure:.0%} sure)"
        return row

    def begin(form: RowFormat, out: TextIO, width: int) -> Write:
        columns = [file, *names, trouble]
        if form is RowFormat.JSONL:
            write = json_lines(out)
        elif form is RowFormat.CSV:
            beside = ("", " page", " confidence")
            told_apart = [f"{name}{what}" for name in names for what in beside]
            write = csv_rows(out, [file, *told_apart, trouble], cells)
        elif form is RowFormat.MARKDOWN:
            write = markdown_rows(out, columns, told)
        else:
            write = table_rows(out, columns, told, width, {}, {})
        return lambda records: write([fields_object(fields, records)])

    return begin


def _shown(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
