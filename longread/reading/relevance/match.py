"""BM25's match of every passage with a question: the prior of the gate, at no model's cost."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from longread.retrieval import Index, names, query_terms


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """How well BM25 likes a passage: as a share of the document's best one (`relative`), and of
    the best score that any text could have (`absolute`), both 0 to 1.

    Both are needed: every document has a best passage, also one that says nothing of what was
    asked; and a long question never comes near the best conceivable score.

    `named` is 1 less the summed IDF of the names and numbers that the question has, the document
    has, and the passage lacks, as a share of the rarest word's; at least 0. BM25 alone ranks a
    sentence about the wrong town above the right town's if it shares more of the other words.
    `alike` counts the passages that lack no more than this one, itself included.

    These are by the document's own frequencies, which the weights of gates were fitted on. `score`
    is the index's own, by which passages are looked up.
    """

    relative: float
    absolute: float
    named: float = 1.0
    alike: int = field(default=1, compare=False)
    score: float = field(default=0.0, compare=False)


# Rounding error of sums of the same weights in another order.
_SAME = 1e-9


def lexical_match(
    index: Index, question: str, known: str = "", without: Container[int] = ()
) -> list[Match]:
    """BM25's match of every passage with the question, in order.

    `known` are words to search for as well, which no passage is blamed for lacking. The passages
    that they come from, `without`, do not count as the best one.
    """
    asked = f"{question} {known}".strip()
    ranked_by, index = index.scores(asked), index.plain
    scores = index.scores(asked)
    others = (score for place, score in enumerate(scores) if place not in without)
    best = max(others, default=0.0) or 1.0
    # A term adds at most idf × (k1 + 1), k1 = 1.5; one that the document lacks counts with
    # the highest idf there is.
    rarest = index.rarest
    ideal = 2.5 * sum(index.weight(term) or rarest for term in query_terms(asked)) or 1.0
    told = set(query_terms(known))
    lacking = index.missing([name for name in names(question) if name not in told])
    ranked = sorted(lacking)
    return [
        Match(
            min(1.0, score / best),
            score / ideal,
            max(0.0, 1.0 - lack / rarest),
            bisect_right(ranked, lack + _SAME),
            by,
        )
        for score, lack, by in zip(scores, lacking, ranked_by, strict=True)
    ]


def best_matching(matches: Sequence[Match], wanted: int) -> list[int]:
    """The places that BM25 likes best, best first."""
    ranked = sorted(range(len(matches)), key=lambda place: (-matches[place].score, place))
    return ranked[:wanted]


def fused(rankings: Sequence[Sequence[int]], wanted: int) -> list[int]:
    """The first `wanted` places of several rankings joined by reciprocal rank (Cormack et al.,
    SIGIR 2009; k = 60)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, place in enumerate(ranking):
            scores[place] = scores.get(place, 0.0) + 1 / (60 + rank)
    return sorted(scores, key=lambda place: (-scores[place], place))[:wanted]


def evenly(count: int, wanted: int) -> list[int]:
    """`wanted` places spread evenly over `count`, the ends left out; all of them when few."""
    if wanted >= count:
        return list(range(count))
    return sorted({round((place + 1) * (count - 1) / (wanted + 1)) for place in range(wanted)})
