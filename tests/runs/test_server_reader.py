"""The bundled reader gates on this machine, a server answers: what leaves the machine, and what
becomes of a run whose server misbehaves or goes away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from longread.documents import load
from longread.engine.http.client import Client
from longread.engine.llamacpp import LlamaCppEngine
from longread.errors import ModelError
from longread.models import store
from longread.reading.options import ReadingOptions
from longread.runs.opening import open_engine
from longread.runs.options import ModelOptions
from longread.runs.run import Run
from longread.runs.session import Session
from tests.cli.conftest import ANSWER, QUESTION, paragraphs
from tests.engine.http.scripted_server import Server, serving
from tests.engine.http.test_real_server import running
from tests.scripted import by_role

pytestmark = pytest.mark.model

NAME = "Margit Solheim"


@pytest.fixture
def server() -> Iterator[Server]:
    says = by_role(
        relevance=lambda prompt: "Yes." if NAME in prompt else "No.",
        short_answer=NAME, everything="No.", plan="wine of the council", decompose="direct",
        bridge="direct", compares="direct",
        answer=NAME, likelihood="one two three four",
    )  # fmt: skip
    with serving(
        lambda prompt: str(says(prompt)), lambda prompt: 0.95 if NAME in prompt else 0.02
    ) as scripted:
        # Asked by yes and no: what is asked by likelihood has no reader in front.
        scripted.scores = False
        yield scripted


@pytest.fixture
def begin(
    engine: LlamaCppEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Run]:
    monkeypatch.setattr(Client, "first_pause", 0.001)
    text = tmp_path / "chronicle.txt"

    def opened(reference: str, clerks: int = 16, **more: Any) -> Run:
        text.write_text("\n\n".join(paragraphs(clerks)), "utf-8")
        model = open_engine(store.resolve(reference), ModelOptions(context=2000))
        session = Session([load(str(text))], model, reader=engine)
        sizes = {"chunk_tokens": 128, "passage_tokens": 64, "memory_tokens": 120}
        options = ReadingOptions(**{**sizes, "exit": False, **more})
        return session.run(QUESTION, options, journal=True)

    return opened


def test_only_what_opened_and_the_best_look_ups_leave_the_machine(
    server: Server, begin: Callable[..., Run]
) -> None:
    run = begin(server.openai, clerks=60)
    steps, answer = list(run.steps()), run.answer()
    run.close()
    assert answer.answer == NAME
    assert answer.citations[0].text == ANSWER
    assert answer.info.reader == "bundled"
    assert answer.info.gate == "reader"
    assert len(steps) == answer.info.chunks > 5
    sent = json.dumps([body for _path, _headers, body in server.seen])
    clerks = [number for number in range(1, 61) if f"Clerk number {number} wrote" in sent]
    assert NAME in sent
    assert 1 <= len(clerks) <= 6
    mine = sum(step.models["bundled"].prefilled for step in steps)
    assert mine > sum(step.models["scripted-4b"].prefilled for step in steps)


@pytest.mark.parametrize("trouble", ["drops_every", "busy", "garbage"])
def test_a_server_that_misbehaves_changes_no_answer(
    server: Server, begin: Callable[..., Run], trouble: str
) -> None:
    setattr(server, trouble, 5)
    run = begin(server.openai)
    steps = list(run.steps())
    assert len(steps) == run.info.chunks
    assert run.answer().answer == NAME
    run.close()


def test_a_server_that_goes_away_loses_no_step(server: Server, begin: Callable[..., Run]) -> None:
    # All passages open and none answers, and more of them than are looked up before the first
    # step: so the server is asked in later steps as well.
    server.chance = lambda _prompt: 0.02
    long = {"clerks": 40, "gate_threshold": 1e-9}
    whole = begin(server.openai, **long)
    wanted = [step.judged for step in whole.steps()]
    asked = next(number for number, judged in enumerate(wanted) if number >= 3 and judged)
    whole.close()
    first = begin(server.openai, **long)
    steps = first.steps()
    done = [next(steps) for _step in range(asked)]
    server.gone = True
    with pytest.raises(ModelError, match="times in a row"):
        next(steps)
    server.gone = False
    again = begin(server.openai, **long)
    assert again.info.resumed == len(done)
    assert [step.judged for step in [*done, *again.steps()]] == wanted
    # The reader is sure of what the model says, and is not sure of.
    assert again.answer().answer == NAME
    again.close()


def test_a_real_server_behind_the_reader(begin: Callable[..., Run]) -> None:
    pytest.importorskip("fastapi", reason="no server: pip install 'llama-cpp-python[server]'")
    bundled = store.bundled_path()
    assert bundled is not None
    with running(bundled, "--logits_all", "true") as address:
        run = begin(address)
        steps, answer = list(run.steps()), run.answer()
        run.close()
    assert answer.info.gate == "reader"
    assert answer.info.model.device in address
    assert len(steps) == answer.info.chunks
    assert sum(step.models[answer.info.model.name].prefilled for step in steps) > 0
