"""Many questions in one pass: every question ends as it would alone, every passage is read once."""

from __future__ import annotations

from typing import Any

import pytest

from longread.documents.model import Document
from longread.reading.judges.trained import PROTOCOL
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer
from longread.runs.run import Pass
from longread.runs.session import Session
from tests.reading.conftest import FACT, QUESTION
from tests.scripted import Choice, ScriptedEngine, interrupting, page, paged

TOLL = "The bridge toll at Kestrel was nine crowns."
FACTS = {
    QUESTION: FACT,
    "How much was the bridge toll at Kestrel?": TOLL,
    "Who painted the lighthouse?": "nowhere at all",
}
SIZES: dict[str, Any] = {"chunk_tokens": 80, "passage_tokens": 40, "memory_tokens": 120}
BOTH = frozenset({"generate", "choose", "score", "branches"})


@pytest.fixture(scope="module")
def pages() -> Document:
    told = {4: [TOLL], 7: [FACT]}
    return paged(*(page(number, *told.get(number, [])) for number in range(1, 13)))


def helps(prompt: str) -> Choice:
    passage, _, rest = prompt.partition("Question: ")
    wanted = next((fact for question, fact in FACTS.items() if question in rest), "")
    return 0.98 if wanted and wanted in passage else 0.01


def likely(prompt: str) -> float:
    return -1.0 if FACT in prompt else -3.0


def engine(**changes: Any) -> ScriptedEngine:
    script: dict[str, Any] = {
        "replies": lambda prompt: "1931" if FACT in prompt else "nine crowns",
        "choices": helps,
        "scores": likely,
        "protocol": PROTOCOL,
        "capabilities": BOTH,
    }
    return ScriptedEngine(**{**script, **changes})


def read(together: Pass) -> list[Answer]:
    for _number, _step in together.steps():
        pass
    return [run.answer() for run in together.runs]


def begin(document: Document, model: ScriptedEngine, **options: Any) -> Pass:
    return Session((document,), model).run_all(list(FACTS), ReadingOptions(**{**SIZES, **options}))


def of_interest(answer: Answer) -> tuple[object, ...]:
    return answer.answer, answer.status, answer.citations, answer.memory, answer.exit


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"exit": False},
        {"order": "relevance"},
        {"strategy": "pi-mem"},
        {"gate": "likelihood"},
        {"gate": "choice", "exit": False},
        {"strategy": "rag"},
    ],
    ids=str,
)
def test_every_question_ends_as_it_would_alone(pages: Document, options: dict[str, Any]) -> None:
    changes: dict[str, Any] = {"protocol": ""} if options.get("gate") else {}
    if options.get("gate") == "choice":
        changes["replies"] = lambda _prompt: "NONE"
    together = read(begin(pages, engine(**changes), **options))
    for question, answer in zip(FACTS, together, strict=True):
        model = engine(**changes)
        run = Session((pages,), model).run(question, ReadingOptions(**{**SIZES, **options}))
        steps = list(run.steps())
        assert of_interest(answer) == of_interest(run.answer())
        assert answer.chunks_read == len({step.chunk.position for step in steps})


def test_a_tile_is_read_once_for_all_questions(pages: Document) -> None:
    model = engine(capabilities=BOTH)
    together = begin(pages, model, exit=False)
    read(together)
    passages = len(together.runs[0].corpus.passages)
    assert len(model.together) == passages
    gates = [prompt for prompt in model.asked("reader") if prompt.endswith("Helps:")]
    # The sentence of each of the two answers is read alone as well.
    assert len(gates) == len(set(gates)) == passages * len(FACTS) + 2


def test_who_has_found_enough_is_asked_no_more(pages: Document) -> None:
    model = engine()
    answers = read(begin(pages, model))
    assert [answer.exit.reason for answer in answers] == ["exit_gate"] * 2 + ["end_of_document"]
    # The look-ups ask for all three; from there on the third is alone.
    assert set(model.together) == {3}
    assert len(model.together) < len(begin(pages, engine()).runs[0].corpus.passages)


def test_an_engine_without_branches_asks_one_by_one(pages: Document) -> None:
    model = engine(capabilities=BOTH - {"branches"})
    answers = read(begin(pages, model))
    assert [answer.answer for answer in answers] == ["1931", "nine crowns", None]
    assert model.together == []


def test_costs_are_shared_and_add_up(pages: Document) -> None:
    model = engine()
    together = begin(pages, model, exit=False)
    answers = read(together)
    spent = sum(answer.tokens.prefilled for answer in answers)
    assert spent == model.usage.prefilled
    shares = [answer.tokens.prefilled / spent for answer in answers]
    assert min(shares) > 0.2
    assert all(answer.seconds >= 0 for answer in answers)


def test_the_same_question_twice_is_one_run(pages: Document) -> None:
    together = Session((pages,), engine()).run_all(
        [QUESTION, f" {QUESTION} "], ReadingOptions(**SIZES)
    )
    assert len(together.runs) == 1


def test_max_seconds_are_those_of_the_whole_pass(pages: Document) -> None:
    together = begin(pages, engine(), exit=False, max_seconds=1e-9)
    answers = read(together)
    assert [answer.exit.reason for answer in answers] == ["budget"] * 3
    assert sum(answer.chunks_read for answer in answers) == 1


@pytest.mark.parametrize("call", [1, 20, 60])
def test_an_interrupted_pass_goes_on_where_it_stopped(pages: Document, call: int) -> None:
    options = ReadingOptions(**SIZES, exit=False)
    whole = read(Session((pages,), engine()).run_all(list(FACTS), options))
    broken = engine(choices=interrupting(helps, call))
    first = Session((pages,), broken).run_all(list(FACTS), options, journal=True)
    stopped = read(first)
    assert {answer.status for answer in stopped} == {"interrupted"}
    again = Session((pages,), engine()).run_all(list(FACTS), options, journal=True)
    assert sum(run.info.resumed for run in again.runs) == sum(a.chunks_read for a in stopped)
    for resumed, answer in zip(read(again), whole, strict=True):
        assert of_interest(resumed) == of_interest(answer)
    again.close()
    fresh = Session((pages,), engine()).run_all(list(FACTS), options, journal=True)
    assert [run.info.resumed for run in fresh.runs] == [0, 0, 0]
