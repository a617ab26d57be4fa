"""A book of twelve pages with one fact on page 7, questions about it, and a scripted engine."""

from __future__ import annotations

from typing import Any

import pytest

from longread.bench.records import Evidence, Question
from longread.bench.runner import Bench
from longread.documents.model import Document
from longread.errors import DocumentError
from longread.reading.options import ReadingOptions
from tests.reading.conftest import FACT, QUESTION, book
from tests.scripted import ScriptedEngine, as_likely_as, by_role

__all__ = ["book"]

SIZES: dict[str, Any] = {"chunk_tokens": 80, "passage_tokens": 40, "memory_tokens": 120}
BOOK = "annals.pdf"


def asked(identity: str = "ferry", document: str = BOOK, **values: Any) -> Question:
    """A question about the fact on page 7."""
    usual: dict[str, Any] = {
        "question": QUESTION,
        "answers": ("1931",),
        "evidence": (Evidence(document, page=7),),
        "tags": {"data": "annals"},
    }
    return Question(identity, (document,), **{**usual, **values})


def strategy(name: str, **options: Any) -> ReadingOptions:
    """Options as for `longread ask`, in chunks of about a page."""
    return ReadingOptions(strategy=name, **{**SIZES, **options})


def scripted() -> ScriptedEngine:
    """Finds the fact likely, and answers with it, whatever the strategy."""
    return ScriptedEngine(
        replies=by_role(
            overwrite=lambda prompt: FACT if FACT in prompt else "Nothing yet.",
            answer=FACT,
            closed_book="In 1931.",
        ),
        scores=as_likely_as(FACT),
    )


@pytest.fixture
def bench(book: Document) -> Any:
    """Makes a bench that reads the book; every other document is missing."""

    def load(path: str) -> Document:
        if path != BOOK:
            raise DocumentError(f"{path} does not exist.", "check the name")
        return book

    def make(*names: str, engine: ScriptedEngine | None = None, **options: Any) -> Bench:
        strategies = {name: strategy(name, **options) for name in names}
        return Bench(engine or scripted(), strategies, {}, "annals", load)

    return make
