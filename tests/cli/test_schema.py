"""`longread ask --schema`, with a scripted engine in the model's place."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from longread.cli import application
from longread.cli.ask import run as asking
from longread.models.store import ResolvedModel
from longread.runs import opening
from tests.cli.conftest import run
from tests.reading.conftest import FACT
from tests.scripted import ScriptedEngine, page

SIZES = (
    "--chunk-tokens", "80", "--passage-tokens", "40", "--memory-tokens", "120",
    "--gate", "likelihood",
)  # fmt: skip
Call = Callable[..., Any]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """`longread ask … --schema`, of a model for which the ferry's words answer questions on it."""

    def likely(prompt: str) -> float:
        return -1.0 if FACT in prompt and "ferry" in prompt.rpartition("[user]")[2] else -3.0

    engine = ScriptedEngine(scores=likely)
    resolved = ResolvedModel(Path("scripted.gguf"), "scripted", "named")
    monkeypatch.setattr(asking, "chosen_model", lambda _name: resolved)
    monkeypatch.setattr(opening, "open_engine", lambda *_: engine)
    monkeypatch.setattr(opening, "open_reader", lambda *_: None)
    return lambda *words: CliRunner().invoke(
        application(), ["ask", *map(str, words), *SIZES], catch_exceptions=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "annals"
    folder.mkdir()
    (folder / "a.txt").write_text("\n\n".join([page(1), page(2, FACT)]), "utf-8")
    (folder / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "c.txt").write_text(page(3), "utf-8")
    return folder


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    properties = {
        "sank": {"type": "integer", "description": "When did the Orvel ferry sink?"},
        "words": {"type": "string", "description": "What is told of the Orvel ferry?"},
        "safe": {"type": "boolean", "description": "Was the Orvel ferry safe?"},
    }
    file = tmp_path / "ferry.json"
    file.write_text(json.dumps({"type": "object", "properties": properties}), "utf-8")
    return file


def test_typed_values_with_a_citation_each(call: Call, folder: Path, schema: Path) -> None:
    result = call(folder / "a.txt", "--schema", schema)
    record = json.loads(result.stdout)
    assert record["schema"] == "longread.fields/1"
    assert record["values"] == {"sank": 1931, "words": FACT, "safe": None}
    assert record["fields"]["sank"]["citation"]["quote"] == FACT
    assert record["fields"]["sank"]["citation"]["verified"]
    assert record["fields"]["safe"]["problem"] == "says neither yes nor no"
    assert (record["status"], result.exit_code) == ("not_found", 1)
    assert [Path(document["path"]).name for document in record["documents"]] == ["a.txt"]


def test_what_the_document_does_not_say_is_null(call: Call, folder: Path, schema: Path) -> None:
    result = call(folder / "c.txt", "--schema", schema)
    record = json.loads(result.stdout)
    assert record["values"] == {"sank": None, "words": None, "safe": None}
    assert {each["citation"] for each in record["fields"].values()} == {None}
    assert not any("problem" in each for each in record["fields"].values())
    assert result.exit_code == 1


def test_a_folder_is_a_table_of_fields(call: Call, folder: Path, schema: Path) -> None:
    result = call(folder, "--each", "--schema", schema, "--format", "csv")
    first, broken, last = csv.DictReader(io.StringIO(result.stdout))
    beside = ("", " page", " confidence")
    named = [f"{name}{what}" for name in ("sank", "words", "safe") for what in beside]
    assert list(first) == ["document", *named, "error"]
    assert float(first["sank confidence"]) > 0.5
    assert (first["safe confidence"], broken["sank confidence"]) == ("", "")
    assert (first["sank"], first["words"], first["safe"]) == ("1931", FACT, "")
    assert "b.pdf" in broken["error"]
    assert (last["sank"], last["error"]) == ("", "")
    assert result.exit_code == 3
    result = call(folder, "--each", "--schema", schema, "--json")
    assert [json.loads(line)["status"] for line in result.stdout.splitlines()] == [
        "not_found", "error", "not_found",
    ]  # fmt: skip
    result = call(folder, "--each", "--schema", schema, "--format", "markdown")
    assert result.stdout.startswith("| document | sank | words | safe | error |\n| --- |")
    assert len(call(folder, "--each", "--schema", schema).stdout.splitlines()) == 4


def test_fields_may_be_called_as_the_columns_are(call: Call, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "fields.txt"
    file.write_text("document: string\nerror: string\n", "utf-8")
    result = call(folder / "c.txt", "--each", "--schema", file, "--format", "markdown")
    assert result.stdout.startswith("| (document) | document | error | (error) |\n")


def test_a_schema_asks_its_own_questions(folder: Path, schema: Path, tmp_path: Path) -> None:
    message, _hint = run("ask", folder, "--schema", schema, "-q", "Who?").trouble()
    assert message == "a schema asks its own questions."
    message, _hint = run("ask", folder, "Who was it?", "--schema", schema).trouble()
    assert message == "there is a question besides the schema's."
    message, _hint = run("ask", folder, "--schema", tmp_path / "none").trouble()
    assert message.endswith("cannot be read: no such file or directory.")
