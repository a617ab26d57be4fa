"""Answer to a question that asks for everything: those of all places that belong on the list."""

from __future__ import annotations

from collections.abc import Sequence

from longread.reading.judges.candidates import best_length
from longread.reading.parts.backing import LIKELIER_THAN_NOT
from longread.reading.state import Outcome
from longread.reading.step import Quote


def all_answers(groups: Sequence[Sequence[Quote]]) -> Outcome:
    """The answers that belong on the list, in document order, each with its place.

    Nothing where not even one is likelier than not. That one says whether there is an answer;
    the confidence is the share of the list that can be expected to be right.
    """
    best = [max(group, key=lambda quote: quote.score) for group in groups]
    best.sort(key=lambda quote: -quote.score)
    if best[0].score < LIKELIER_THAN_NOT:
        return Outcome(None, (), best[0].score)
    kept = best[: best_length([quote.score for quote in best])]
    kept.sort(key=lambda quote: (quote.document, quote.start))
    text = "; ".join(quote.answer for quote in kept)
    right = sum(quote.score * quote.answer_confidence for quote in kept) / len(kept)
    return Outcome(text, tuple(kept), best[0].score, answer_confidence=right / best[0].score)
