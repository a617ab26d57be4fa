"""`gated`, the default, by likelihood and by choice, with scripted signals."""

from __future__ import annotations

from typing import Any

import pytest

from longread.documents.model import Document
from longread.errors import UsageError
from longread.reading.step import Answer, Step
from longread.runs.session import Run
from tests.reading.conftest import FACT, QUESTION, Start
from tests.scripted import ScriptedEngine, as_likely_as, by_role, page, paged


def finish(run: Run) -> tuple[list[Step], Answer]:
    return list(run.steps()), run.answer()


def likelihood(fact: str = FACT) -> ScriptedEngine:
    return ScriptedEngine(scores=as_likely_as(fact))


def choice(**changes: Any) -> ScriptedEngine:
    script: dict[str, Any] = {
        "gap": "NONE",
        "write": "- The Orvel ferry sank in 1931 (page 7).",
        "answer": "It sank in 1931.",
    }
    return ScriptedEngine(
        replies=by_role(**{**script, **changes}),
        choices=lambda prompt: 0.95 if FACT in prompt or "1931" in prompt else 0.05,
    )


@pytest.mark.parametrize("gate", ["likelihood", "choice"])
def test_the_fact_is_found_on_its_page_and_cited(start: Start, gate: str) -> None:
    engine = likelihood() if gate == "likelihood" else choice()
    run = start(engine, gate=gate)
    steps, answer = finish(run)
    assert answer.status == "answered"
    assert "1931" in (answer.answer or "")
    assert [quote.page for quote in answer.citations] == [7]
    assert answer.citations[0].text == FACT
    assert answer.citations[0].verified
    opened = [step for step in steps if step.update.open]
    assert [step.chunk.page for step in opened] in ([6], [7])
    assert opened[0].update.signal == gate
    assert "1931" in answer.memory
    assert answer.updates == 1


def test_gates_of_units_are_recorded_and_the_chunk_s_is_their_highest(start: Start) -> None:
    steps, _answer = finish(start(likelihood(), exit=False))
    assert len(steps) == steps[0].total
    for step in steps:
        assert step.unit_gates
        assert step.update.probability >= max(step.unit_gates)


def test_likelihood_generates_nothing(start: Start) -> None:
    engine = likelihood()
    _steps, answer = finish(start(engine))
    assert answer.tokens.generated == 0
    assert {call for call, _prompt in engine.prompts} == {"score"}


def test_early_exit_leaves_the_rest_unread(start: Start) -> None:
    steps, answer = finish(start(choice(), gate="choice"))
    assert answer.exit.reason == "exit_gate"
    assert answer.exit.step == len(steps) < steps[0].total
    assert 0 < answer.coverage < 1
    assert answer.seconds_saved_by_exit > 0


@pytest.mark.parametrize("gate", ["likelihood", "choice"])
def test_without_exit_everything_is_read(start: Start, gate: str) -> None:
    engine = likelihood() if gate == "likelihood" else choice()
    steps, answer = finish(start(engine, gate=gate, exit=False))
    assert len(steps) == steps[0].total
    assert answer.exit.reason == "end_of_document"
    assert answer.exit.step == len(steps)
    assert answer.coverage == 1.0
    assert all(step.exit is None for step in steps)


def test_a_question_for_everything_reads_to_the_end(start: Start) -> None:
    question = "List all ferries that sank."
    steps, answer = finish(start(choice(), question, gate="choice"))
    assert len(steps) == steps[0].total
    assert answer.status == "answered"


@pytest.mark.parametrize("patience", [1, 2, 3])
def test_patience_counts_open_exit_gates_in_a_row(start: Start, patience: int) -> None:
    steps, answer = finish(start(choice(), gate="choice", patience=patience))
    asked = [step for step in steps if step.exit is not None]
    assert [step.exits_in_a_row for step in asked] == list(range(1, patience + 1))
    assert answer.exit == type(answer.exit)(len(steps), "exit_gate")


@pytest.mark.parametrize("gate", ["likelihood", "choice"])
def test_no_gate_opens_no_answer(start: Start, gate: str) -> None:
    engine = ScriptedEngine(
        scores=as_likely_as("nowhere in the book"), choices=lambda _prompt: 0.05
    )
    steps, answer = finish(start(engine, "Who built Halvard bridge?", gate=gate))
    assert not any(step.update.open for step in steps)
    assert (answer.status, answer.answer, answer.citations) == ("not_found", None, ())
    assert answer.exit.reason == "end_of_document"
    assert answer.memory == ""


def test_the_threshold_moves_the_gate(start: Start) -> None:
    closed, _ = finish(start(choice(), gate="choice", gate_threshold=0.99, exit=False))
    opened, _ = finish(start(choice(), gate="choice", gate_threshold=0.01, exit=False))
    assert not any(step.update.open for step in closed)
    assert all(step.update.open for step in opened)


def test_a_model_that_always_says_yes_is_brought_down_to_even(start: Start) -> None:
    engine = ScriptedEngine(choices=lambda _prompt: 0.97)
    steps, _answer = finish(start(engine, gate="choice", gate_threshold=0.6))
    assert [round(step.update.probability, 3) for step in steps] == [0.5] * len(steps)


def test_the_same_chunk_prefix_comes_first_in_gate_and_write(start: Start) -> None:
    """Gate and write share the passage's prefill: it stands before what changes."""
    engine = choice()
    finish(start(engine, gate="choice"))
    for prompt in [*engine.asked("gate"), *engine.asked("write")]:
        assert prompt.index("Passage:") < prompt.index(QUESTION)


def test_the_writer_sees_the_opened_unit_with_its_neighbours_only(start: Start) -> None:
    engine = choice()
    run = start(engine, gate="choice", chunk_tokens=400)
    finish(run)
    written = engine.asked("write")[0]
    assert FACT in written
    chunk = next(each for each in run.corpus.chunks if FACT in run.corpus.text(each))
    tiles = run.corpus.tiles(chunk)
    shown = [tile for tile in tiles if run.corpus.text(tile) in written]
    assert 2 <= len(shown) <= 3 < len(tiles)


def test_by_relevance_the_best_chunk_comes_first_and_none_is_left_out(start: Start) -> None:
    steps, answer = finish(start(likelihood(), order="relevance", exit=False))
    positions = [step.chunk.position for step in steps]
    assert sorted(positions) == list(range(steps[0].total))
    assert steps[0].update.open
    assert positions[1:] == sorted(positions[1:])
    assert answer.info.order == "relevance"


def test_an_unknown_order_gate_or_strategy_is_refused(start: Start) -> None:
    for option in ({"order": "random"}, {"gate": "dice"}, {"strategy": "skim"}):
        with pytest.raises(UsageError) as caught:
            start(likelihood(), **option)
        assert str(next(iter(option.values()))) in caught.value.message


def test_the_gap_is_looked_up_in_what_was_read(start: Start) -> None:
    """The bridge: the second page names the ferry's captain, the last one what became of him."""
    pages = [page(number) for number in range(1, 9)]
    early = "Captain Moreau later kept the lighthouse at Tessel."
    late = "The captain of the Orvel ferry was one Moreau."
    book = paged(page(20, early), *pages, page(21, late), *(page(n) for n in range(30, 33)))
    engine = ScriptedEngine(
        replies=by_role(
            gap="captain Moreau lighthouse", write=f"- {late}", answer="He kept the lighthouse."
        ),
        choices=lambda prompt: 0.9 if late in prompt.split("Already known")[0] else 0.05,
    )
    steps, answer = finish(start(engine, documents=(book,), gate="choice", exit=False))
    trips = [step for step in steps if step.retrieval is not None]
    assert trips[0].retrieval is not None
    assert trips[0].retrieval.query == "captain Moreau lighthouse"
    assert 1 in {unit.page for unit in trips[0].retrieval.units}
    read_before = {step.chunk.position for step in steps[: trips[0].index - 1]}
    assert {unit.chunk for unit in trips[0].retrieval.units} <= read_before
    assert len(trips) == 1, "the same search is not made twice"
    assert answer.retrievals == 1


def test_two_documents_are_read_in_turn_and_cited_apart(start: Start, book: Document) -> None:
    other = paged(*(page(number + 40) for number in range(4)), title="Other")
    steps, answer = finish(start(likelihood(), documents=(other, book), exit=False))
    assert [step.chunk.document for step in steps] == sorted(s.chunk.document for s in steps)
    assert {step.chunk.path for step in steps} == {"other.pdf", "annals.pdf"}
    assert [(quote.document, quote.path) for quote in answer.citations] == [(1, "annals.pdf")]
    assert len(answer.info.documents) == 2
