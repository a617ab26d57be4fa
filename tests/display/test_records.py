"""Answers of many documents as rows, and the view that shows how far it is."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from longread.display.each import DocumentsView
from longread.display.json_answer import answer_object, error_object
from longread.display.records import COLUMNS, rows, writer
from longread.errors import DocumentError
from longread.runs.options import RowFormat
from tests.display.script import answer, reading, run_info

INFO = run_info()
FOUND = answer_object(answer(INFO, list(reading(INFO, 41))))
NONE = {**FOUND, "status": "not_found", "answer": None, "citations": []}
BROKEN = error_object("Who?", DocumentError("b.pdf is empty (0 bytes).", "again"), "in/b.pdf")


def written(form: RowFormat, *records: dict[str, Any], several: bool = False) -> str:
    out = io.StringIO()
    write = writer(form, out, several=several, width=100)
    for record in records:
        write([record])
    return out.getvalue()


def test_csv_has_every_column_and_reads_back() -> None:
    hostile = {**FOUND, "answer": 'a "b",\nc\x1b[2J', "id": "7"}
    rows = list(csv.DictReader(io.StringIO(written(RowFormat.CSV, hostile, NONE, BROKEN))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["document"] for row in rows] == [INFO.documents[0].path] * 2 + ["in/b.pdf"]
    assert (rows[0]["answer"], rows[0]["id"]) == ('a "b", c[2J', "7")
    assert rows[0]["page"] == str(FOUND["citations"][0]["page"])
    assert (rows[1]["status"], rows[1]["answer"], rows[1]["page"]) == ("not_found", "", "")
    assert (rows[2]["status"], rows[2]["error"]) == ("error", "b.pdf is empty (0 bytes).")


def test_json_lines_are_the_objects() -> None:
    lines = written(RowFormat.JSONL, FOUND, BROKEN).splitlines()
    assert [json.loads(line) for line in lines] == [FOUND, BROKEN]


def test_markdown_cells_stay_cells() -> None:
    lines = written(RowFormat.MARKDOWN, {**FOUND, "answer": "a|b <i>"}, BROKEN).splitlines()
    assert lines[0] == "| document | answer | page | confidence | seconds |"
    assert "a\\|b &lt;i>" in lines[2]
    assert "| error: b.pdf is empty (0 bytes). |" in lines[3]
    assert "| question |" in written(RowFormat.MARKDOWN, several=True)


def test_the_table_fits_its_width_and_says_what_has_no_answer() -> None:
    long = {**FOUND, "answer": "word " * 60}
    lines = written(RowFormat.TABLE, long, NONE, BROKEN, several=True).splitlines()
    assert all(len(line) <= 100 for line in lines)
    assert "…" in lines[1]
    deep = {**BROKEN, "error": {**BROKEN["error"], "document": f"{'folder/' * 20}b.pdf"}}
    assert written(RowFormat.TABLE, deep).splitlines()[1].split("  ")[0].endswith("/b.pdf")
    assert "(not found)" in lines[2]
    assert "error: b.pdf is" in lines[3]


class Terminal(io.StringIO):
    """A terminal that keeps what was written to it."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def view(form: RowFormat | None, stdout: Any, stderr: Any, *, quiet: bool = False) -> DocumentsView:
    return DocumentsView(form, 4, rows=rows(False), quiet=quiet, stdout=stdout, stderr=stderr)


def test_a_terminal_is_told_how_far_it_is_and_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(0, 1000, 10))
    monkeypatch.setattr("longread.display.each.time.monotonic", lambda: float(next(now)))
    monkeypatch.setenv("TERM", "xterm")
    stdout, stderr = io.StringIO(), Terminal()
    with view(RowFormat.CSV, stdout, stderr) as shown:
        shown.begin(2)
        shown.progress("c.pdf", 0.5)
        assert shown.status().startswith("2 of 4 documents  ")
        assert shown.status().endswith("to go  c.pdf 50 %")
        shown.add([replace_path("c.pdf")])
        assert "c.pdf" not in shown.status()
        shown.message("a warning")
    text = stderr.getvalue()
    assert "3 of 4 documents" in text
    assert "a warning\n" in text
    assert text.endswith("\r\x1b[K")
    # The rows go to a file: the terminal has the table.
    assert "document " in text
    assert len(stdout.getvalue().splitlines()) == 2


def replace_path(path: str) -> dict[str, Any]:
    return answer_object(
        answer(
            replace(INFO, documents=(replace(INFO.documents[0], path=path),)),
            list(reading(INFO, 41)),
        )
    )


def test_a_log_gets_a_line_a_document_and_the_quiet_none() -> None:
    stdout, stderr = io.StringIO(), io.StringIO()
    with view(RowFormat.JSONL, stdout, stderr) as shown:
        shown.progress("c.pdf", 0.5)
        shown.add([replace_path("c.pdf")])
        shown.add([BROKEN])
    assert stderr.getvalue().splitlines() == [
        "1 of 4: c.pdf: 1 of 1 answered",
        "2 of 4: in/b.pdf: b.pdf is empty (0 bytes).",
    ]
    stderr = io.StringIO()
    with view(None, stdout, stderr, quiet=True) as shown:
        shown.add([BROKEN])
        shown.message("a warning")
    assert stderr.getvalue() == ""
