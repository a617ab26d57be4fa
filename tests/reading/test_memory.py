"""Memory: notes within a budget, a ledger that only grows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longread.engine.llamacpp import LlamaCppEngine
from longread.reading.memory import Memory
from longread.reading.step import Quote


def quote(start: int, end: int, *, score: float = 0.5, document: int = 0) -> Quote:
    text = " ".join(["word"] * (end - start))
    return Quote(document, "a.pdf", start, end, text, page=1, score=score, verified=True)


def memory(budget: int = 40) -> Memory:
    return Memory(budget, lambda text: len(text.split()))


def test_notes_over_the_budget_are_refused_and_the_old_ones_stay() -> None:
    held = memory(3)
    assert held.note(" one two three ")
    assert not held.note("one two three four")
    assert held.notes == "one two three"


def test_a_quote_is_entered_once_and_parts_of_it_not_at_all() -> None:
    held = memory()
    first = quote(10, 20)
    assert held.enter([first, first]) == (first,)
    assert held.enter([first, quote(12, 18), quote(10, 20, score=0.9)]) == ()
    assert held.ledger == [first]


def test_the_same_place_in_another_document_is_another_quote() -> None:
    held = memory()
    held.enter([quote(10, 20), quote(10, 20, document=1), quote(15, 25)])
    assert len(held.ledger) == 3


def test_an_unverified_quote_never_enters() -> None:
    held = memory()
    assert held.enter([replace(quote(1, 5), verified=False)]) == ()
    assert held.ledger == []


def test_the_best_quotes_fit_the_budget_in_document_order() -> None:
    held = memory(45)
    weak, strong, middle = quote(0, 10, score=0.1), quote(50, 60, score=0.9), quote(20, 30)
    held.enter([weak, strong, middle])
    assert held.best_quotes() == [middle, strong]


def test_a_quote_too_long_for_the_notes_does_not_keep_the_others_out() -> None:
    held = memory(40)
    huge, small = quote(0, 60, score=0.9), quote(80, 90, score=0.5)
    held.enter([huge, small])
    assert held.best_quotes() == [small]


@pytest.mark.model
def test_notes_full_of_quotes_stay_within_the_budget(engine: LlamaCppEngine) -> None:
    held = Memory(300, engine.count)
    for number in range(40):
        text = f"Clerk {number} wrote a ledger about ships."
        place = 100 * number
        held.enter([Quote(0, "a.pdf", place, place + 9, text, page=1500 + number, verified=True)])
    lines = [f"- (page {quote.page}) {quote.text}" for quote in held.best_quotes()]
    assert len(lines) > 10
    assert held.note("\n".join(lines))
