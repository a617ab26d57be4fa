"""Runs whose model is a server: a bad line changes no answer, and no server loses a run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from longread.documents.model import Document
from longread.engine.http.client import Client
from longread.errors import ModelError
from longread.models import store
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer, Step, Tokens
from longread.runs.opening import open_engine
from longread.runs.options import ModelOptions
from longread.runs.run import Run
from longread.runs.session import Session
from tests.cli.conftest import run as run_command
from tests.engine.http.scripted_server import Server
from tests.engine.http.scripts import ferry_server
from tests.reading.conftest import QUESTION

KEY = "sk-never-to-be-seen"


@pytest.fixture
def server() -> Iterator[Server]:
    with ferry_server() as running:
        yield running


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "first_pause", 0.001)
    for name in ("LONGREAD_API_KEY", "OPENAI_API_KEY", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def begin(book: Document) -> Callable[..., Run]:
    def opened(reference: str, lines: list[str] | None = None, **options: Any) -> Run:
        said = [] if lines is None else lines
        engine = open_engine(store.resolve(reference), ModelOptions(), said.append)
        sizes: dict[str, Any] = {"chunk_tokens": 160, "passage_tokens": 80, "memory_tokens": 120}
        wanted = ReadingOptions(**{**sizes, "gate": "choice", **options})
        return Session([book], engine).run(QUESTION, wanted, journal=True, report=said.append)

    return opened


def outcome(steps: list[Step], answer: Answer) -> list[Any]:
    """What must not depend on the line."""
    told = asdict(answer)
    for name in ("seconds", "seconds_saved_by_exit", "tokens", "info"):
        told.pop(name)
    return [told, *(replace(step, tokens=Tokens(), seconds={}) for step in steps)]


def finished(run: Run) -> list[Any]:
    steps = list(run.steps())
    answer = run.answer()
    run.close()
    run.session.engine.close()
    return outcome(steps, answer)


@pytest.mark.parametrize("prefix", ["", "openai:"])
@pytest.mark.parametrize("gate", ["choice", "likelihood"])
def test_a_server_that_drops_every_fifth_connection_gives_the_same_answer(
    server: Server, begin: Callable[..., Run], prefix: str, gate: str
) -> None:
    reference = f"{prefix}{server.url}"
    wanted = finished(begin(reference, gate=gate))
    assert wanted[0]["status"] == "answered"
    assert "1931" in wanted[0]["answer"]
    server.drops_every, before = 5, server.connections
    assert finished(begin(reference, gate=gate)) == wanted
    assert server.connections - before > 20


@pytest.mark.parametrize("gate", ["choice", "likelihood"])
def test_several_passages_at_once_give_the_same_answer(
    server: Server, begin: Callable[..., Run], gate: str
) -> None:
    wanted = finished(begin(server.url, gate=gate, exit=False))
    assert server.most_at_once == 1
    server.slots, server.slow = 4, 0.01
    assert finished(begin(server.url, gate=gate, exit=False)) == wanted
    assert server.most_at_once == 4


@pytest.mark.parametrize("prefix", ["", "openai:"])
def test_a_run_goes_on_when_the_server_is_back(
    server: Server, begin: Callable[..., Run], prefix: str
) -> None:
    reference = f"{prefix}{server.url}"
    wanted = finished(begin(reference, strategy="memagent"))
    first = begin(reference, strategy="memagent")
    steps = first.steps()
    done = [next(steps) for _step in range(3)]
    server.gone = True
    with pytest.raises(ModelError, match="times in a row"):
        next(steps)
    server.gone = False
    again = begin(reference, strategy="memagent")
    assert again.info.resumed == len(done) == 3
    rest = list(again.steps())
    assert outcome(done + rest, again.answer()) == wanted


def test_a_server_that_goes_away_before_the_answer_loses_nothing(
    server: Server, begin: Callable[..., Run]
) -> None:
    first = begin(server.url, strategy="memagent")
    read = len(list(first.steps()))
    server.gone = True
    with pytest.raises(ModelError):
        first.answer()
    server.gone = False
    again = begin(server.url, strategy="memagent")
    assert again.info.resumed == read
    assert list(again.steps()) == []
    assert again.answer().answer == "It sank in 1931."


def test_nothing_is_said_of_blocks_on_this_machine(
    server: Server, begin: Callable[..., Run]
) -> None:
    lines: list[str] = []
    begin(server.url, lines)
    assert lines == []


def test_the_host_is_shown_and_the_key_nowhere(
    server: Server, book: Document, tmp_path: Path, longread_home: Path
) -> None:
    server.key = KEY
    text = tmp_path / "annals.txt"
    text.write_text(book.text, "utf-8")
    events = tmp_path / "events.jsonl"
    call = (
        *("ask", text, QUESTION, "--model", server.url, "--gate", "choice", "--json", "-v"),
        *("--events", events, "--chunk-tokens", "160"),
    )
    told = run_command(*call, env={**os.environ, "LONGREAD_API_KEY": KEY})
    assert told.code == 0, told.stderr
    answer = json.loads(told.stdout)
    assert answer["model"]["device"] == f"127.0.0.1:{server.port}"
    assert answer["answer"] == "in 1931"
    assert f"scripted-4b on 127.0.0.1:{server.port}" in told.stderr
    refused = run_command(*call, env={**os.environ, "LONGREAD_API_KEY": f"{KEY}-old"})
    assert refused.code == 4
    assert "set LONGREAD_API_KEY" in refused.stderr
    kept = [path for path in [*longread_home.rglob("*"), events] if path.is_file()]
    written = [path.read_text("utf-8", "replace") for path in kept]
    assert not any(KEY in each for each in [*written, told.stdout, told.stderr, refused.stderr])
    assert KEY in server.seen[-1][1]["Authorization"]


def test_a_server_that_is_not_there_is_one_line_and_a_hint(tmp_path: Path) -> None:
    text = tmp_path / "annals.txt"
    text.write_text("The ferry sank.", "utf-8")
    told = run_command("ask", "--quiet", text, "When?", "--model", "http://127.0.0.1:9")
    assert told.code == 4
    message, hint = told.trouble()
    assert message == "127.0.0.1:9 cannot be reached: connection refused."
    assert "--model" in hint
