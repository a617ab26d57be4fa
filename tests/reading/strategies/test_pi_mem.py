"""`pi-mem`: every chunk of a round is read against the same memory."""

from __future__ import annotations

from typing import Any

import pytest

from longread.reading.judges.trained import PROTOCOL
from longread.reading.memory import RoundMemory
from longread.reading.step import Answer, Step
from longread.runs.run import Run
from tests.reading.conftest import FACT, Start, telling
from tests.scripted import Choice, ScriptedEngine, interrupting

FIRST = "Captain Ilse Brandt sailed the Orvel for nine years."
SECOND = "Brandt was born at Kestrel Bay."
BRIDGE = "Where was the captain of the Orvel born?"


def gate(prompt: str) -> Choice:
    """The second hop, which stands before the first, helps only who knows the first."""
    passage, _, rest = prompt.partition("Question:")
    if SECOND in passage and FIRST in rest:
        return {"yes": 0.97}
    if FIRST in passage:
        return {"yes": 0.02, "part": 0.95}
    return {"yes": 0.01}


def say(prompt: str) -> str:
    if prompt.endswith("Quote:"):
        return FIRST
    return "Brandt" if prompt.endswith("Look for:") else "Kestrel Bay"


def engine(**changes: Any) -> ScriptedEngine:
    return ScriptedEngine(**{"replies": say, "choices": gate, "protocol": PROTOCOL, **changes})


def begin(start: Start, model: ScriptedEngine, **options: Any) -> Run:
    told = telling({3: SECOND, 10: FIRST})
    chosen = {"strategy": "pi-mem", "exit": False, **options}
    return start(model, question=BRIDGE, documents=(told,), **chosen)


def finish(run: Run) -> tuple[list[Step], Answer]:
    return list(run.steps()), run.answer()


def test_what_a_round_found_opens_gates_of_the_next(start: Start) -> None:
    steps, answer = finish(begin(start, engine()))
    assert answer.answer == "Kestrel Bay"
    length = answer.info.chunks
    rounds = [steps[first : first + length] for first in range(0, len(steps), length)]
    assert [[quote.text for step in each for quote in step.added] for each in rounds] == [
        [FIRST],
        [SECOND],
        [],
    ]
    assert answer.exit.reason == "end_of_document"
    assert answer.chunks_read == length
    assert answer.coverage == 1.0


def test_the_memory_stays_as_it_is_within_a_round(start: Start) -> None:
    steps, answer = finish(begin(start, engine()))
    length = answer.info.chunks
    for step in steps:
        if step.index % length:
            assert step.memory_after == step.memory_before
    assert FIRST in steps[length - 1].memory_after
    assert SECOND not in steps[length - 1].memory_after


def test_a_round_that_brings_nothing_is_the_last(start: Start) -> None:
    steps, answer = finish(begin(start, engine(choices=lambda _prompt: 0.01)))
    assert answer.status == "not_found"
    assert len(steps) == answer.info.chunks
    assert answer.exit.reason == "end_of_document"


def test_an_open_exit_gate_ends_it_after_a_round(start: Start) -> None:
    model = engine(choices=lambda p: 0.98 if FACT in p else 0.01, replies=lambda _p: "1931")
    run = start(model, strategy="pi-mem")
    steps, answer = finish(run)
    assert answer.answer == "1931"
    assert (answer.exit.reason, len(steps)) == ("exit_gate", answer.info.chunks)


def test_a_budget_that_ends_a_round_early_keeps_what_it_found(start: Start) -> None:
    model = engine(choices=lambda p: 0.98 if FACT in p else 0.01, replies=lambda _p: "1931")
    _steps, answer = finish(start(model, strategy="pi-mem", max_chunks=8))
    assert answer.exit.reason == "budget"
    assert answer.answer == "1931"


# The first round asks of 20 passages; the second and the third of two each, which BM25 likes with
# the step that is known by then.
@pytest.mark.parametrize("call", [5, 20, 21, 22, 23, 24])
def test_interrupted_in_any_round_it_goes_on_as_if_nothing_had_happened(
    start: Start, call: int
) -> None:
    _steps, whole = finish(begin(start, engine()))
    _steps, stopped = finish(begin(start, engine(choices=interrupting(gate, call)), journal=True))
    assert stopped.status == "interrupted"
    _steps, resumed = finish(begin(start, engine(), journal=True))
    assert (resumed.answer, resumed.memory, resumed.exit) == (
        whole.answer,
        whole.memory,
        whole.exit,
    )
    assert resumed.citations == whole.citations


def test_notes_over_the_budget_are_refused_though_they_wait() -> None:
    memory = RoundMemory(3, lambda text: len(text.split()))
    assert memory.note("one two three")
    assert not memory.note("one two three four")
    assert memory.notes == ""
