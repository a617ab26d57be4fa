"""A book of twelve pages with one fact on page 7, read by a scripted engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from longread.documents.model import Document
from longread.reading.options import ReadingOptions
from longread.runs.run import Run
from longread.runs.session import Session
from tests.scripted import ScriptedEngine, page, paged

FACT = "The Orvel ferry sank in 1931 off Point Sable."
QUESTION = "When did the Orvel ferry sink?"

Start = Callable[..., Run]


def telling(facts: dict[int, str]) -> Document:
    """Twelve pages, with a fact on each of those numbered."""
    told = {number: (fact,) for number, fact in facts.items()}
    return paged(*(page(number, *told.get(number, ())) for number in range(1, 13)))


@pytest.fixture(scope="session")
def book() -> Document:
    return telling({7: FACT})


@pytest.fixture
def start(book: Document) -> Start:
    """A run on the book in chunks of about a page; options as for `longread ask`."""

    def begin(
        engine: ScriptedEngine,
        question: str = QUESTION,
        documents: tuple[Document, ...] = (),
        journal: bool = False,
        **options: Any,
    ) -> Run:
        sizes: dict[str, Any] = {"chunk_tokens": 80, "passage_tokens": 40, "memory_tokens": 120}
        return Session(documents or (book,), engine).run(
            question, ReadingOptions(**{**sizes, **options}), journal=journal
        )

    return begin
