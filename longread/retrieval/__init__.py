"""BM25 over the whole document: passages in, ranked passages out, no model needed.

rank-bm25 does the arithmetic. Its IDF is replaced: its own is negative or zero for terms
in half of the texts or more, which is every term of a document of one or two texts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from longread.retrieval.queries import names, query_terms
from longread.retrieval.terms import folded, terms

__all__ = ["Hit", "Index", "names", "query_terms", "terms"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A text that shares at least one term with the query; `place` is its place in the corpus."""

    place: int
    score: float


class Index:
    """A BM25 index over `texts` (Robertson and Zaragoza 2009; k1 1.5, b 0.75).

    Numbers can be found but do not count into a text's length: a table of figures is not a
    long text that happens to hold a few words
    (benchmarks/LOG.md#2026-11-21-bm25-on-filings).
    """

    def __init__(self, texts: Sequence[str]) -> None:
        from rank_bm25 import BM25Okapi

        corpus = [[folded(term) for term in terms(text)] for text in texts]
        self.size = len(corpus)
        self._bm25 = BM25Okapi(corpus) if any(corpus) else None
        self._idf: dict[str, float] = {}
        if self._bm25 is not None:
            words = [sum(not term[0].isdigit() for term in found) for found in corpus]
            self._bm25.doc_len = words
            self._bm25.avgdl = max(1.0, sum(words) / self.size)
            holding: dict[str, int] = {}
            for frequencies in self._bm25.doc_freqs:
                for term in frequencies:
                    holding[term] = holding.get(term, 0) + 1
            self._idf = {
                # log(1 + …) is Lucene's form: above zero for every term of every corpus.
                term: math.log(1 + (self.size - count + 0.5) / (count + 0.5))
                for term, count in holding.items()
            }
            self._bm25.idf = self._idf

    def scores(self, query: str) -> list[float]:
        """BM25's score of every text, in order; 0 where no term matches.

        Words that every question has ("how", "does") do not count.
        """
        wanted = [term for term in query_terms(query) if term in self._idf]
        if self._bm25 is None or not wanted:
            return [0.0] * self.size
        return [float(score) for score in self._bm25.get_scores(wanted)]

    def search(self, query: str, limit: int) -> list[Hit]:
        """The `limit` best texts, best first; ties in document order, no match no hit."""
        ranked = sorted(
            (Hit(place, score) for place, score in enumerate(self.scores(query)) if score > 0.0),
            key=lambda hit: (-hit.score, hit.place),
        )
        return ranked[:limit]

    def missing(self, wanted: Sequence[str]) -> list[float]:
        """What each text lacks of `wanted` (folded terms): the summed IDF of those that stand in
        other texts only, in order."""
        weights = {term: self._idf[term] for term in wanted if term in self._idf}
        if self._bm25 is None or not weights:
            return [0.0] * self.size
        return [
            sum(weight for term, weight in weights.items() if term not in held)
            for held in self._bm25.doc_freqs
        ]

    def weight(self, term: str) -> float:
        """The term's IDF; 0 for a term that the document does not have."""
        return self._idf.get(folded(term), 0.0)
