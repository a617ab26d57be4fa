"""The loop's own business: limits, costs, and where a run ended."""

from __future__ import annotations

import time

import pytest

from longread.reading.step import Exit, Quote
from tests.reading.conftest import FACT, Start
from tests.scripted import ScriptedEngine, as_likely_as, interrupting


def test_a_limit_of_chunks_is_a_budget(start: Start) -> None:
    run = start(ScriptedEngine(scores=as_likely_as("nowhere in the book")), max_chunks=2)
    assert len(list(run.steps())) == 2
    answer = run.answer()
    assert answer.exit == Exit(2, "budget")
    assert answer.status == "not_found"


def test_a_limit_of_seconds_is_a_budget(start: Start) -> None:
    def slow(prompt: str) -> float:
        del prompt
        time.sleep(0.01)
        return -3.0

    run = start(ScriptedEngine(scores=slow), max_seconds=0.05)
    steps = list(run.steps())
    assert 1 <= len(steps) < steps[0].total
    assert run.answer().exit == Exit(len(steps), "budget")


def test_no_chunks_allowed_none_read(start: Start) -> None:
    run = start(ScriptedEngine(scores=as_likely_as(FACT)), max_chunks=0)
    assert list(run.steps()) == []
    assert run.answer().exit == Exit(0, "budget")
    assert run.answer().coverage == 0.0


def test_the_ledger_only_grows_and_holds_nothing_twice(start: Start) -> None:
    run = start(ScriptedEngine(scores=as_likely_as("Clerk")), gate_threshold=0.0, exit=False)
    held: list[Quote] = []
    for step in run.steps():
        ledger = list(run.reader.memory.ledger)
        assert ledger[: len(held)] == held
        assert ledger[len(held) :] == list(step.added)
        held = ledger
    spans = [(quote.document, quote.start, quote.end) for quote in run.reader.memory.ledger]
    assert len(spans) == len(set(spans)) > 5


def test_steps_account_for_every_token(start: Start) -> None:
    engine = ScriptedEngine(scores=as_likely_as(FACT))
    run = start(engine, exit=False)
    steps = list(run.steps())
    assert sum(step.tokens.prefilled for step in steps) == engine.usage.prefilled
    assert run.answer().tokens.prefilled == engine.usage.prefilled
    assert all({"think", "retrieve", "update_gate", "exit_gate"} <= set(s.seconds) for s in steps)
    assert all(("write" in step.seconds) == step.update.open for step in steps)


@pytest.mark.parametrize("call", [1, 8, 16])
def test_ctrl_c_ends_the_steps_and_is_not_raised(start: Start, call: int) -> None:
    run = start(ScriptedEngine(scores=interrupting(as_likely_as(FACT), call)))
    steps = list(run.steps())
    answer = run.answer()
    assert answer.exit == Exit(len(steps), "interrupted")
    assert (answer.status, answer.answer) == ("interrupted", None)
