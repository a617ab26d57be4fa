"""Postings: inverted lists of a document's texts as arrays, in memory or as bytes on disk.

A term stands for itself by a 64-bit hash, so that looking one up is a binary search; of a million
terms two share a hash once in thirty million indices.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from longread.retrieval.stems import LANGUAGES, language_of, stem
from longread.retrieval.terms import folded, terms

Array = np.ndarray[Any, np.dtype[Any]]

_HEAD = 4
_MOST = 0xFFFF


@dataclass(frozen=True, slots=True)
class Postings:
    """Which of some texts hold which terms, and how often.

    `hashes` (uint64) are sorted; term number i stands in the texts `places[starts[i] :
    starts[i + 1]]`, `counts` times each. `lengths` are the texts' in words; numbers do not
    count. Words in Latin letters are stemmed as those of `language`.
    """

    hashes: Array
    starts: Array
    lengths: Array
    places: Array
    counts: Array
    language: str = ""

    @classmethod
    def of(cls, texts: Iterable[str]) -> Postings:
        """The postings of texts, in their order."""
        numbers = _Numbers()
        numbered, sizes = array("I"), []
        for text in texts:
            found = terms(text)
            numbered.extend(map(numbers.__getitem__, found))
            sizes.append(len(found))
        folds, numbers_of = numbers.folded, np.frombuffer(numbered, np.uint32)
        frequencies = np.bincount(numbers_of, minlength=len(folds))
        language = language_of(dict(zip(folds, frequencies.tolist(), strict=True)))
        stems: dict[str, int] = {}
        stem_of = [stems.setdefault(stem(term, language), len(stems)) for term in folds]
        hashes = hashed(list(stems))
        order = np.argsort(hashes)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        which = np.array(stem_of, np.int64)[numbers_of]
        texts_of = np.repeat(np.arange(len(sizes)), sizes)
        words = np.array([not term[0].isdigit() for term in stems], bool)
        lengths = np.bincount(texts_of[words[which]], minlength=len(sizes))
        pairs, counts = np.unique(rank[which] * len(sizes) + texts_of, return_counts=True)
        ranks, places = np.divmod(pairs, max(1, len(sizes)))
        return cls(
            hashes[order],
            np.searchsorted(ranks, np.arange(len(order) + 1)).astype(np.uint32),
            lengths.astype(np.uint32),
            places.astype(np.uint32),
            np.minimum(counts, _MOST).astype(np.uint16),
            language,
        )

    def to_bytes(self) -> bytes:
        """The postings as one block of bytes."""
        head = np.array(
            [len(self.lengths), len(self.hashes), len(self.places), LANGUAGES.index(self.language)],
            np.uint32,
        )
        parts = (head, self.hashes, self.starts, self.lengths, self.places, self.counts)
        return b"".join(part.tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Postings:
        """The postings that `to_bytes` gave. Raises ValueError where the bytes are none."""
        texts, words, pairs, language = map(int, np.frombuffer(data, np.uint32, _HEAD))
        parts = []
        at = _HEAD * 4
        for kind, size in (
            (np.uint64, words), (np.uint32, words + 1), (np.uint32, texts),
            (np.uint32, pairs), (np.uint16, pairs),
        ):  # fmt: skip
            parts.append(np.frombuffer(data, kind, size, at))
            at += parts[-1].nbytes
        if at != len(data) or language >= len(LANGUAGES):
            raise ValueError("no postings")
        hashes, starts, lengths, places, counts = parts
        return cls(hashes, starts, lengths, places, counts, LANGUAGES[language])


class _Numbers(dict[str, int]):
    """Terms to the numbers of their folded forms, which are given as they come."""

    def __init__(self) -> None:
        self.folded: dict[str, int] = {}

    def __missing__(self, term: str) -> int:
        number = self[term] = self.folded.setdefault(folded(term), len(self.folded))
        return number


def hashed(words: Sequence[str]) -> Array:
    """A 64-bit hash for each term."""
    return np.frombuffer(b"".join(map(_hash, words)), np.uint64)


@lru_cache(maxsize=1 << 16)
def _hash(term: str) -> bytes:
    return hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
