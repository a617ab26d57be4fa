"""`longread batch --schema`: a table of fields of very many documents."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.reading.conftest import QUESTION
from tests.runs.batch.conftest import OPTIONS, of_batch, records


def test_a_table_of_fields_that_may_change_their_types(
    texts: Path, out: Path, tmp_path: Path
) -> None:
    schema = tmp_path / "schema.json"
    asked = (texts, "--schema", schema, "--out", out, *OPTIONS)
    text = '{"properties": {"sunk": {"type": "%s", "description": "%s"}}}'
    schema.write_text(text % ("string", QUESTION), "utf-8")
    (texts / "11.txt").write_bytes(b"")
    done = of_batch(*asked)
    assert done.code == 3, done.stderr
    merged = records(of_batch("merge", out).stdout)
    assert len(merged) == 12
    assert {line["schema"] for line in merged} == {"longread.fields/1"}
    assert [line["status"] for line in merged] == [
        *["not_found", "answered"] * 5,
        "not_found",
        "error",
    ]
    assert "1931" in merged[1]["values"]["sunk"]
    assert merged[1]["fields"]["sunk"]["citation"]["verified"]
    assert (merged[0]["values"], merged[11]["values"]) == ({"sunk": None}, {"sunk": None})
    assert merged[11]["error"]["message"] == "11.txt is empty (0 bytes)."

    before = {path.name: path.stat().st_mtime_ns for path in (out / "parts").iterdir()}
    schema.write_text(text % ("integer", QUESTION), "utf-8")
    assert of_batch(*asked).code == 3
    assert {path.name: path.stat().st_mtime_ns for path in (out / "parts").iterdir()} == before
    rows = list(csv.DictReader(io.StringIO(of_batch("merge", out, "--format", "csv").stdout)))
    assert list(rows[0]) == ["document", "sunk", "sunk page", "sunk confidence", "error"]
    assert [row["sunk"] for row in rows] == [*["", "1931"] * 5, "", ""]
    assert rows[11]["error"]


def test_a_schema_asks_its_own_questions(texts: Path, out: Path, questions: Path) -> None:
    done = of_batch(texts, "--schema", questions, "-q", "Who?", "--out", out)
    assert done.trouble()[0] == "a schema asks its own questions."
