"""The fields of a schema as JSON, `longread.fields/1`, and as a row a document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from longread.display.json_answer import answer_object, error_object, to_json
from longread.display.phrasing import clean
from longread.display.records import (
    Record,
    Rows,
    Write,
    csv_rows,
    document_of,
    markdown_rows,
    table_rows,
)
from longread.reading.step import Answer
from longread.runs.fields import Field
from longread.runs.options import RowFormat

if TYPE_CHECKING:
    from longread.runs.each import DocumentAnswers

SCHEMA = "longread.fields/1"


def fields_object(fields: Sequence[Field], answers: Sequence[Answer]) -> dict[str, Any]:
    """`values` as the schema wants them; `fields` with what was said, how sure, and where.

    A value is null where the document does not say, or where `problem` says why.
    """
    made = [
        _field(field, answer_object(answer)) for field, answer in zip(fields, answers, strict=True)
    ]
    whole = answer_object(answers[0])
    missing = any(each["value"] is None for each in made)
    return {
        "schema": SCHEMA,
        "status": "not_found" if missing else "answered",
        "values": {field.name: each["value"] for field, each in zip(fields, made, strict=True)},
        "fields": dict(zip((field.name for field in fields), made, strict=True)),
        **{name: whole[name] for name in ("documents", "left_out", "model", "longread")
           if name in whole},
    }  # fmt: skip


def document_fields(reply: DocumentAnswers, fields: Sequence[Field]) -> dict[str, Any]:
    """The fields of one document of many, or its error and null for all."""
    if reply.error is None:
        return fields_object(fields, reply.answers)
    failed = error_object("", reply.error, reply.path)
    return {
        "schema": SCHEMA,
        "status": "error",
        "error": failed["error"],
        "values": {field.name: None for field in fields},
        "fields": {},
        "documents": [],
        "longread": failed["longread"],
    }


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
    """A row a document: its fields, and in CSV the page of each."""
    names = [field.name for field in fields]
    # A schema may have fields of these names, too.
    file, trouble = (f"({name})" if name in names else name for name in ("document", "error"))

    def cells(record: Record) -> dict[str, str]:
        error = record.get("error")
        row = {file: document_of(record), trouble: error["message"] if error else ""}
        for name in names:
            citation = record["fields"].get(name, {}).get("citation")
            page = citation["page"] if citation else None
            row[f"{name} page"] = "" if page is None else str(page)
            row[name] = _shown(record["values"][name])
        return {name: clean(value) for name, value in row.items()}

    def begin(form: RowFormat, out: TextIO, width: int) -> Write:
        if form is RowFormat.JSONL:
            return lambda records: _lines(out, records)
        if form is RowFormat.CSV:
            paged = [column for name in names for column in (name, f"{name} page")]
            return csv_rows(out, [file, *paged, trouble], cells)
        columns = [file, *names, trouble]
        if form is RowFormat.MARKDOWN:
            return markdown_rows(out, columns, cells)
        return table_rows(out, columns, cells, width, {}, {})

    return begin


def _lines(out: TextIO, records: Sequence[Record]) -> None:
    out.writelines(f"{to_json(record)}\n" for record in records)
    out.flush()


def _shown(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
