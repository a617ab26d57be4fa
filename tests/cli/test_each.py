"""`longread ask --each`, with a scripted engine in the model's place."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from longread.cli import application
from longread.cli.ask import run as asking
from longread.models.store import ResolvedModel
from longread.runs import opening
from tests.cli.conftest import run
from tests.reading.conftest import FACT, QUESTION
from tests.schemas import answer_schema
from tests.scripted import ScriptedEngine, page

OTHER = "Who kept the ledger?"
SIZES = ("--chunk-tokens", "80", "--passage-tokens", "40", "--memory-tokens", "120")

Call = Callable[..., Any]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    engine = ScriptedEngine(scores=lambda prompt: -1.0 if FACT in prompt else -3.0)
    resolved = ResolvedModel(Path("scripted.gguf"), "scripted", "named", "a small model")
    monkeypatch.setattr(asking, "chosen_model", lambda _name: resolved)
    monkeypatch.setattr(opening, "open_engine", lambda *_: engine)
    monkeypatch.setattr(opening, "open_reader", lambda *_: None)
    return engine


@pytest.fixture
def call(engine: ScriptedEngine) -> Call:
    """`longread ask … --each`, to its end."""

    def calls(*arguments: object) -> Any:
        sizes = [*SIZES, "--gate", "likelihood"]
        words = ["ask", *map(str, arguments), "--each", *sizes]
        result = CliRunner().invoke(application(), words, catch_exceptions=False)
        assert engine.closed or result.exit_code == 2
        return result

    return calls


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the fact in one text, nothing in another, and a file that is broken."""
    folder = tmp_path / "filings"
    folder.mkdir()
    (folder / "a.txt").write_text("\n\n".join([page(1), page(2, FACT)]), "utf-8")
    (folder / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "c.txt").write_text(page(3), "utf-8")
    return folder


def test_a_row_for_every_document(call: Call, folder: Path) -> None:
    result = call(folder, QUESTION, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [Path(row["document"]).name for row in rows] == ["a.txt", "b.pdf", "c.txt"]
    assert [row["status"] for row in rows] == ["answered", "error", "not_found"]
    assert rows[0]["answer"] == FACT
    assert "b.pdf" in rows[1]["error"]
    assert result.exit_code == 3
    assert "a small model\n" in result.stderr
    assert "2 of 3: " in result.stderr


def test_the_exit_code_is_the_worst(call: Call, folder: Path) -> None:
    assert call(folder / "a.txt", QUESTION).exit_code == 0
    assert call(folder / "a.txt", folder / "c.txt", QUESTION).exit_code == 1


def test_several_questions_are_as_many_rows_and_json_keeps_its_contract(
    call: Call, folder: Path
) -> None:
    result = call(folder, "-q", OTHER, "-q", QUESTION, "--json", "--quiet")
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [record["question"] for record in records] == [OTHER, QUESTION] * 3
    for record in records:
        jsonschema.validate(record, answer_schema())
    assert result.stderr == ""


def test_a_table_is_what_people_get(call: Call, folder: Path) -> None:
    lines = call(folder, QUESTION).stdout.splitlines()
    assert lines[0].split() == ["document", "answer", "page", "confidence", "seconds"]
    assert len(lines) == 4
    assert "error: b.pdf" in lines[2]


def test_ctrl_c_says_how_many_are_done(
    call: Call, folder: Path, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopping(prompt: str) -> float:
        if "c3x" in prompt:
            raise KeyboardInterrupt
        return -1.0 if FACT in prompt else -3.0

    monkeypatch.setattr(engine, "scores", stopping)
    result = call(folder, QUESTION, "--format", "csv")
    assert result.exit_code == 130
    assert "interrupted after 2 of 3 documents" in result.stderr
    assert len(result.stdout.splitlines()) == 3


def test_what_does_not_go_together_is_refused(call: Call, folder: Path, tmp_path: Path) -> None:
    message, hint = run("ask", folder, QUESTION, "--format", "csv").trouble()
    assert message == "--format is for --each."
    assert "--each" in hint
    result = call(folder, QUESTION, "--events", tmp_path / "events")
    assert result.exit_code == 2
    assert "--events is for one reading" in result.stderr
