"""Smaller questions: what their answers give together, and how likely."""

from __future__ import annotations

import pytest

from longread.documents.model import Document
from longread.reading.corpus import Corpus
from longread.reading.judges.decomposition import Decomposition
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.parts.smaller_questions import SmallerQuestions
from longread.reading.state import Outcome, ReadingState
from longread.reading.step import Judged
from tests.reading.conftest import telling
from tests.scripted import ScriptedEngine

MADE = Decomposition({"A": "What is the ferry of Orvel?", "B": "When did [A] sink?"}, "B")
GIVEN = {"What is the ferry of Orvel?": "the Brenna", "When did the Brenna sink?": "1931"}


@pytest.fixture
def told() -> Document:
    return telling({3: "The ferry of Orvel is the Brenna.", 7: "The Brenna sank in 1931."})


class Breaking(PromptedJudge):
    """Breaks every question in the same way."""

    def decompose(self, question: str) -> Decomposition | None:
        return MADE


def asking(told: Document, confidence: float) -> tuple[SmallerQuestions, ReadingState]:
    """Smaller questions whose answers are known, each with this confidence."""
    engine = ScriptedEngine()
    corpus = Corpus((told,), chunk_tokens=80, passage_tokens=40, count=engine.count)
    memory = Memory(120, engine.count)
    state = ReadingState(engine, corpus, "When did it sink?", memory, ReadingOptions())

    def look(own: ReadingState) -> tuple[Outcome, list[Judged]]:
        answer = GIVEN[own.question]
        start = told.text.index(answer.split()[-1])
        quote = corpus.quote(0, start, start + 4, score=0.3)
        return Outcome(answer, (quote,), confidence), [Judged(0, 0, 3, 0.9, 0.9, 0.9)]

    return SmallerQuestions(Breaking(engine), look), state


def test_every_part_has_to_be_right(told: Document) -> None:
    smaller, state = asking(told, 0.9)
    quotes, read = smaller.quotes(state)
    assert [quote.answer for quote in quotes] == ["1931", ""]
    assert [quote.score for quote in quotes] == pytest.approx([0.75 * 0.9 * 0.9] * 2)
    assert [place.asked for place in read] == list(GIVEN)


def test_what_is_no_likelier_than_not_is_left(told: Document) -> None:
    smaller, state = asking(told, 0.8)
    quotes, read = smaller.quotes(state)
    assert not quotes
    assert len(read) == len(GIVEN)
