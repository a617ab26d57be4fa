"""`gated`, the default, by likelihood and by choice, with scripted signals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from longread.documents.model import Document
from longread.documents.table import Table, TableRow
from longread.errors import UsageError
from longread.reading.step import Answer, Step
from longread.runs.run import Run
from tests.reading.conftest import FACT, QUESTION, Start, telling
from tests.scripted import ScriptedEngine, as_likely_as, by_role, page, paged


def finish(run: Run) -> tuple[list[Step], Answer]:
    return list(run.steps()), run.answer()


def likelihood(fact: str = FACT) -> ScriptedEngine:
    return ScriptedEngine(scores=as_likely_as(fact))


def choice(**changes: Any) -> ScriptedEngine:
    script: dict[str, Any] = {"short_answer": "in 1931", "step": FACT, "look_for": "the Orvel"}
    return ScriptedEngine(
        replies=by_role(**{**script, **changes}),
        choices=lambda prompt: 0.98 if FACT in prompt or "ist all" in prompt else 0.01,
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
    # The look-ups before reading find it: the first step reads it, wherever it stands.
    assert [step.index for step in opened] == [1]
    assert opened[0].update.signal == gate
    assert "1931" in answer.memory
    assert answer.updates == 1


def test_gates_of_units_are_recorded_and_the_chunk_s_is_their_highest(start: Start) -> None:
    steps, _answer = finish(start(likelihood(), exit=False))
    assert len(steps) == steps[0].total
    for step in steps:
        assert step.passage_gates
        assert step.update.probability >= max(step.passage_gates)


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
    steps, answer = finish(start(choice(), gate="choice", patience=patience, gate_threshold=0.0))
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
    closed, _ = finish(start(choice(), gate="choice", gate_threshold=1.0, exit=False))
    opened, _ = finish(start(choice(), gate="choice", gate_threshold=0.0, exit=False))
    assert not any(step.update.open for step in closed)
    assert all(step.update.open for step in opened)


def test_bm25_s_best_passages_are_judged_before_reading_in_order(start: Start) -> None:
    """An instruct model gets what the bundled one gets: the place is found in the first step."""
    engine = choice()
    steps, answer = finish(start(engine, gate="choice"))
    assert (len(steps), answer.answer) == (1, "in 1931")
    assert any(place.page == 7 for place in steps[0].prefetched)
    assert len(engine.asked("relevance")) < 40


def test_all_that_a_prompted_model_is_asked_begins_alike(start: Start) -> None:
    """Gate, answer and the next question share the passage's prefill: it stands before what
    changes, and the words before it are the same."""
    engine = choice()
    engine.choices = lambda prompt: {"part": 0.9} if FACT in prompt else 0.01
    finish(start(engine, gate="choice", exit=False))
    finish(start(choice_of := choice(), gate="choice"))
    asked = [
        prompt
        for each in (engine, choice_of)
        for name in ("relevance", "short_answer", "step", "look_for")
        for prompt in each.asked(name)
    ]
    assert {prompt.partition("Passage:")[0] for prompt in asked} == {
        asked[0].partition("Passage:")[0]
    }
    for prompt in asked:
        assert prompt.index("Passage:") < prompt.index(QUESTION)
    for name in ("short_answer", "step", "look_for"):
        assert engine.asked(name) or choice_of.asked(name), name


def test_a_prompted_model_reads_one_passage_at_a_time(start: Start) -> None:
    engine = choice()
    run = start(engine, gate="choice", chunk_tokens=400)
    finish(run)
    (answered,) = engine.asked("short_answer")
    assert FACT in answered
    shown = [each for each in run.corpus.passages if run.corpus.text(each) in answered]
    assert len(shown) == 1


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


def test_what_a_step_leaves_open_is_looked_up(start: Start) -> None:
    """The bridge: the second page names the ferry's captain, the first one what became of him."""
    pages = [page(number) for number in range(1, 9)]
    early = "Captain Moreau later kept the lighthouse at Tessel."
    late = "The captain of the Orvel ferry was one Moreau."
    book = paged(page(20, early), *pages, page(21, late), *(page(n) for n in range(30, 33)))

    def said(prompt: str) -> dict[str, float]:
        passage, _, known = prompt.partition("Already known")
        if early in passage and late in known:
            return {"yes": 0.98}
        return {"part": 0.95} if late in passage and not known else {"yes": 0.01}

    engine = ScriptedEngine(
        replies=by_role(
            step=late, look_for="captain Moreau lighthouse", short_answer="the lighthouse at Tessel"
        ),
        choices=said,
    )
    question = "What did the captain of the Orvel ferry keep later?"
    steps, answer = finish(start(engine, question, (book,), gate="choice", order="document"))
    trips = [step for step in steps if step.retrieval and "Moreau" in step.retrieval.query]
    assert trips[0].retrieval is not None
    assert trips[0].retrieval.query == f"captain Moreau lighthouse {question}"
    assert 1 in {each.page for each in trips[0].retrieval.passages}
    assert len(trips) == 1, "the same search is not made twice"
    assert answer.answer == "the lighthouse at Tessel"
    assert {quote.page for quote in answer.citations} == {1, 10}


def test_two_documents_are_read_in_turn_and_cited_apart(start: Start, book: Document) -> None:
    other = paged(*(page(number + 40) for number in range(4)), title="Other")
    steps, answer = finish(
        start(likelihood(), documents=(other, book), order="document", exit=False)
    )
    assert [step.chunk.document for step in steps] == sorted(s.chunk.document for s in steps)
    assert {step.chunk.path for step in steps} == {"other.pdf", "annals.pdf"}
    assert [(quote.document, quote.path) for quote in answer.citations] == [(1, "annals.pdf")]
    assert len(answer.info.documents) == 2


def test_a_bare_figure_of_a_table_says_its_scale(start: Start) -> None:
    """731 of a table in thousands is no 731."""
    row = "Insurance premium of the ferry | 894 | 731"
    book = paged(page(1), row, page(3))
    begin = book.text.index(row)
    cells = TableRow(tuple(row.split(" | ")), begin, begin + len(row))
    table = Table(((), ("2024",), ("2023",)), (cells,), unit="£000")
    book = replace(book, tables=(table,))
    engine = ScriptedEngine(
        replies=by_role(short_answer="731"),
        choices=lambda prompt: 0.98 if "Insurance premium" in prompt else 0.01,
    )
    question = "What was the insurance premium of the ferry in 2023?"
    _steps, answer = finish(start(engine, question, (book,), gate="choice"))
    assert answer.answer == "£731,000 (731 in £000)"
    assert answer.citations[0].text == row


def test_the_reader_answers_from_a_table_with_a_cell(start: Start) -> None:
    """Whatever words it would say itself: of the row and the column that were asked about."""
    rows = ("Landing stage B-35 | 8.5 | 8.8", "Landing stage B-36 | 9.0 | 9.4")
    book = paged(page(1), "\n".join(rows), page(3))
    begins = [book.text.index(row) for row in rows]
    made = tuple(
        TableRow(tuple(row.split(" | ")), begin, begin + len(row))
        for row, begin in zip(rows, begins, strict=True)
    )
    heads = (("",), ("Depth", "declared"), ("Depth", "measured"))
    book = replace(book, tables=(Table(heads, made, unit="metres"),))
    engine = ScriptedEngine(
        choices=lambda prompt: 0.98 if "B-35" in prompt else 0.01,
        scores=lambda _prompt: -1.0,
        protocol="reader/1",
    )
    question = "What depth was measured at landing stage B-36?"
    _steps, answer = finish(start(engine, question, (book,)))
    assert answer.answer == "9.4 (metres)"
    assert answer.citations[0].text == rows[1]
    assert 0.5 < answer.confidence < 1.0


def test_of_like_records_the_one_with_the_identifier_answers(start: Start) -> None:
    """Both pages open, the wrong one wider."""
    facts = {number: f"The password of lock {number} is tern{number}." for number in (3, 7)}
    engine = ScriptedEngine(
        choices=lambda prompt: 0.99 if "tern3" in prompt else 0.9 if "tern7" in prompt else 0.01,
        replies=lambda prompt: "tern3" if "tern3" in prompt else "tern7",
        protocol="reader/1",
    )
    run = start(engine, "What is the password of lock 7?", (telling(facts),), exit=False)
    _steps, answer = finish(run)
    assert answer.answer == "tern7"
    assert [quote.page for quote in answer.citations] == [7]
