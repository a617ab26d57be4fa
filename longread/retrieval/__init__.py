"""BM25 over the whole document: passages in, ranked passages out, no model needed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from longread.retrieval.background import ENGLISH, pseudo_passages, share
from longread.retrieval.queries import names, query_terms, synonyms
from longread.retrieval.stems import stem
from longread.retrieval.terms import folded, terms

if TYPE_CHECKING:
    from longread.retrieval.postings import Array, Postings

__all__ = ["Hit", "Index", "names", "query_terms", "terms"]

_K1, _B = 1.5, 0.8
# What a term of another name for the same thing counts.
_SYNONYM = 0.3
# A term as the index of each language knows it.
_Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A text that shares at least one term with the query; `place` is its place in the corpus."""

    place: int
    score: float


class Index:
    """A BM25 index over `texts` (Robertson and Zaragoza 2009; k1 1.5, b 0.8).

    Numbers can be found but do not count into a text's length: a table of figures is not a
    long text that happens to hold a few words
    (benchmarks/LOG.md#2026-11-21-bm25-on-filings).

    With `background` the texts are passages of documents, and how rare a word is in English at
    large counts as well (see `background`). Sentences of one passage are told from each other by
    what they have themselves.
    """

    def __init__(self, texts: Iterable[str], *, background: bool = False) -> None:
        from longread.retrieval.postings import Postings

        self._take([Postings.of(texts)], background)

    @classmethod
    def over(cls, postings: Sequence[Postings], *, background: bool = False) -> Index:
        """An index over the texts of several postings, in their order."""
        index = cls.__new__(cls)
        index._take(postings, background)
        return index

    def _take(self, postings: Sequence[Postings], background: bool) -> None:
        self._postings = postings
        self._background = background
        self.size = sum(len(each.lengths) for each in postings)
        self._languages = list(dict.fromkeys(each.language for each in postings))
        # For each term that was asked for, the texts that hold it, and how often each does.
        self._held: dict[_Stems, tuple[Array, Array]] = {}

    @cached_property
    def _norms(self) -> Array:
        """What a text's length adds to a term's frequency."""
        import numpy as np

        lengths = np.concatenate([each.lengths for each in self._postings]).astype(float)
        mean = max(1.0, float(lengths.sum()) / self.size)
        norms: Array = _K1 * (1 - _B + _B * lengths / mean)
        return norms

    def _look_up(self, wanted: Iterable[str]) -> dict[_Stems, tuple[Array, Array]]:
        """For each of `wanted` (folded terms) its places and counts, where any text holds it."""
        asked = list(dict.fromkeys(map(self._stems, wanted)))
        new = [stems for stems in asked if stems not in self._held]
        if new and self.size:
            import numpy as np

            from longread.retrieval.postings import hashed

            found: list[list[tuple[Array, Array]]] = [[] for _ in new]
            first = 0
            for each in self._postings:
                column = self._languages.index(each.language)
                keys = hashed([stems[column] for stems in new])
                for number, places, counts in each.held(keys):
                    found[number].append((places.astype(np.int64) + first, counts))
                first += len(each.lengths)
            for stems, parts in zip(new, found, strict=True):
                if parts:
                    places, counts = map(np.concatenate, zip(*parts, strict=True))
                    self._held[stems] = places, counts
        return {stems: self._held[stems] for stems in asked if stems in self._held}

    def _stems(self, term: str) -> _Stems:
        return tuple(stem(term, language) for language in self._languages)

    def scores(self, query: str) -> list[float]:
        """BM25's score of every text, in order; 0 where no term matches.

        Words that every question has ("how", "does") do not count; terms of accounts are looked
        for under their other names as well ("capex").
        """
        scored: list[float] = self._scores(query).tolist()
        return scored

    def _scores(self, query: str) -> Array:
        import numpy as np

        scores: Array = np.zeros(self.size)
        for weight, wanted in ((1.0, query_terms(query)), (_SYNONYM, synonyms(query))):
            for stems, (places, counts) in self._look_up(wanted).items():
                tops = counts * (_K1 + 1)
                norms = counts + self._norms[places]
                scores[places] += weight * self._idf(len(places), stems) * (tops / norms)
        return scores

    def search(self, query: str, limit: int) -> list[Hit]:
        """The `limit` best texts, best first; ties in document order, no match no hit."""
        scores = self._scores(query)
        (places,) = scores.nonzero()
        best = places[(-scores[places]).argsort(kind="stable")[:limit]]
        return [Hit(*hit) for hit in zip(best.tolist(), scores[best].tolist(), strict=True)]

    def missing(self, wanted: Sequence[str]) -> list[float]:
        """What each text lacks of `wanted` (folded terms): the summed IDF of those that stand in
        other texts only, in order."""
        import numpy as np

        lacking = np.zeros(self.size)
        for stems, (places, _counts) in self._look_up(wanted).items():
            lacks = np.ones(self.size, bool)
            lacks[places] = False
            lacking[lacks] += self._idf(len(places), stems)
        lacked: list[float] = lacking.tolist()
        return lacked

    def weight(self, term: str) -> float:
        """The term's IDF; 0 for a term that the document does not have."""
        held = self._look_up([folded(term)])
        return sum(self._idf(len(places), stems) for stems, (places, _counts) in held.items())

    @property
    def rarest(self) -> float:
        """The highest IDF that a term can have: that of one that no text holds."""
        return self._idf(0)

    @cached_property
    def plain(self) -> Index:
        """The same texts by their own frequencies alone."""
        return Index.over(self._postings) if self._background else self

    @cached_property
    def _pseudo(self) -> float:
        """How many passages of English at large stand behind the texts."""
        held = self._look_up([ENGLISH]) if self._background else {}
        english = sum(len(places) for places, _counts in held.values())
        return pseudo_passages(self.size, english)

    def _idf(self, count: int, stems: _Stems = ()) -> float:
        """The IDF of a term that `count` texts hold.

        log(1 + …) is Lucene's form: above zero for every term of every corpus.
        """
        # English is not stemmed: the column that has no language knows a term as it is folded.
        word = stems[self._languages.index("")] if stems and "" in self._languages else ""
        size, held = self.size + self._pseudo, count + self._pseudo * share(word)
        return math.log(1 + (size - held + 0.5) / (held + 0.5))
