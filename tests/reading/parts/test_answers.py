"""Answers: nothing that the document does not back, nothing cited that is not in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from longread.documents.model import Document
from longread.engine import Generation
from longread.reading.corpus import Corpus
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.parts.answers import WrittenAnswer
from longread.reading.parts.backing import cite, is_backed
from longread.reading.state import Outcome, ReadingState
from longread.reading.step import Quote
from tests.reading.conftest import FACT, QUESTION
from tests.scripted import ScriptedEngine


def corpus(book: Document) -> Corpus:
    return Corpus([book], chunk_tokens=80, passage_tokens=40, count=lambda text: len(text.split()))


def answered(
    book: Document,
    reply: str | Generation,
    notes: str = f"- {FACT}",
    yes: float = 0.95,
    **changes: Any,
) -> Outcome:
    """What a model's reply comes to; `yes` is its P(the notes say the answer)."""
    made = corpus(book)
    start = book.text.index(FACT)
    quote = replace(made.quote(0, start, start + len(FACT), score=0.8), **changes)
    memory = Memory(100, made.count, notes, [quote])
    engine = ScriptedEngine(replies=[reply], choices=[yes])
    return WrittenAnswer(PromptedJudge(engine)).answer(asked(engine, made, memory))


def asked(engine: ScriptedEngine, made: Corpus, memory: Memory) -> ReadingState:
    return ReadingState(engine, made, QUESTION, memory, ReadingOptions(answer_tokens=50))


def test_a_backed_answer_is_given_with_its_quote(book: Document) -> None:
    reply = answered(book, "  In 1931,\noff Point Sable. ")
    assert reply.text == "In 1931, off Point Sable."
    assert [quote.text for quote in reply.citations] == [FACT]
    assert reply.citations[0].page == 7
    assert 0.5 < reply.confidence < 1.0


@pytest.mark.parametrize(
    "reply", ["It sank in 1932.", "In 1931, with 14 passengers.", "After 3.5 hours, in 1931."]
)
def test_a_number_that_is_nowhere_gives_way_to_the_quote(book: Document, reply: str) -> None:
    given = answered(book, reply)
    assert given.text == FACT
    assert [quote.text for quote in given.citations] == [FACT]


def test_a_number_made_up_in_the_notes_is_not_backed_by_them(book: Document) -> None:
    """Notes are written by a model: only what stands in the document backs an answer."""
    given = answered(book, "It sank in 1932.", notes="- The ferry sank in 1932.")
    assert given.text == FACT


def test_a_number_that_only_the_notes_hold_gives_way_to_the_quote(book: Document) -> None:
    """It stands in the document, but nobody who looks at the citation can see it."""
    elsewhere = "c7x2"
    assert elsewhere in book.text
    given = answered(
        book, f"It sank in 1931, as {elsewhere} says.", notes=f"- {elsewhere} says 1931"
    )
    assert given.text == FACT


def test_quotes_are_cited_for_what_the_others_lack(book: Document) -> None:
    def quote(text: str, score: float) -> Quote:
        return Quote(0, "a.pdf", 0, len(text), text, score=score, verified=True)

    ledger = [
        quote("The ferry was built in 1902 at Orvel.", 0.9),
        quote("In 1902 it was built.", 0.8),
        quote("It was built in 1902 by Quist.", 0.7),
        quote("She sank in 1931.", 0.2),
    ]
    cited = cite("Built in 1902, sank in 1931.", "What became of the ferry?", ledger)
    assert ledger[3] in cited


def test_words_that_are_nowhere_give_way_to_the_quote(book: Document) -> None:
    given = answered(book, "Because dragons attacked its wooden paddles violently.")
    assert given.text == FACT


def test_of_an_answer_that_goes_round_in_a_circle_one_round_is_given(book: Document) -> None:
    """Its words are certain, one by one: that says nothing, the judge's word alone counts."""
    said = "The ferry sank in " + "1931, " * 50
    circle = Generation(said, 100, finished=False, log_probability=-0.1, looped=True)
    given = answered(book, circle)
    assert given.text == "The ferry sank in 1931,"
    assert given.remark == "the reply went round in a circle: it is cut there"
    assert answered(book, circle, yes=0.3).text is None


@pytest.mark.parametrize(
    "reply", ["The notes do not say.", "Das steht nicht im Text.", "文中没有说。", "In 1931."]
)
def test_where_the_judge_sees_no_answer_there_is_none_in_any_language(
    book: Document, reply: str
) -> None:
    given = answered(book, reply, yes=0.2)
    assert (given.text, given.citations) == (None, ())
    assert given.confidence < 0.5


@pytest.mark.parametrize("reply", ["", "  \n"])
def test_an_empty_reply_is_not_found(book: Document, reply: str) -> None:
    assert answered(book, reply).text is None


@pytest.mark.parametrize(
    ("reply", "why"),
    [("渡轮于一九三一年沉没。", "in another language"), ("Dragons ate it.", "documents do not")],
)
def test_a_reply_that_is_not_given_is_said_in_one_line(
    book: Document, reply: str, why: str
) -> None:
    given = answered(book, reply)
    assert given.text == FACT
    assert why in given.remark


@pytest.mark.parametrize("change", [{"text": "The Orvel ferry never sank."}, {"start": 3}])
def test_a_quote_that_the_document_does_not_have_is_never_cited(
    book: Document, change: dict[str, Any]
) -> None:
    """However it came into the ledger, and though it says that it was verified."""
    given = answered(book, "In 1931.", **change)
    assert (given.text, given.citations) == (None, ())


def test_without_quotes_the_model_is_not_even_asked(book: Document) -> None:
    engine = ScriptedEngine()
    state = asked(engine, corpus(book), Memory(100, engine.count, "Some notes."))
    assert WrittenAnswer(PromptedJudge(engine)).answer(state) == Outcome(None, (), 0.0)
    assert engine.prompts == []


def test_numbers_of_the_question_need_no_backing() -> None:
    assert is_backed("Yes, 1,931 did.", "Did 1931 happen?", ["nothing"])
    assert not is_backed("1930", "Did 1931 happen?", ["nothing"])


def test_the_quote_with_the_answer_s_words_is_cited_first() -> None:
    def quote(text: str, score: float) -> Quote:
        return Quote(0, "a.pdf", 0, len(text), text, score=score, verified=True)

    ledger = [
        quote("The ferry was painted white.", 0.9),
        quote("It sank in 1931.", 0.4),
        quote("Off Point Sable it sank in 1931.", 0.3),
    ]
    cited = cite("1931, off Point Sable", "When did the ferry sink?", ledger)
    assert [q.text for q in cited] == [ledger[2].text, ledger[1].text]
    assert cite("white", "", ledger) == (ledger[0],)
    assert cite("zebra", "When did the ferry sink?", ledger)[0] == ledger[0]
