"""Postings: inverted lists of a document's texts as arrays, in memory or as bytes on disk.

A term stands for itself by a 64-bit hash, so that looking one up is a binary search; of a million
terms two share a hash once in thirty million indices.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from longread.retrieval.terms import folded, terms

Array = np.ndarray[Any, np.dtype[Any]]

_HEAD = 4
_MOST = 0xFFFF


@dataclass(frozen=True, slots=True)
class Postings:
    """Which of some texts hold which terms, and how often.

    `hashes` (uint64) are sorted; term number i stands in the texts `places[starts[i] :
    starts[i + 1]]`, `counts` times each. `lengths` are the texts' in words; numbers do not count.
    """

    hashes: Array
    starts: Array
    lengths: Array
    places: Array
    counts: Array

    @classmethod
    def of(cls, texts: Iterable[str]) -> Postings:
        """The postings of texts, in their order."""
        numbers: dict[str, int] = {}
        numbered: list[int] = []
        counts: list[int] = []
        sizes: list[int] = []
        for text in texts:
            found = Counter(map(folded, terms(text)))
            numbered += [numbers.setdefault(term, len(numbers)) for term in found]
            counts += found.values()
            sizes.append(len(found))
        hashes = hashed(list(numbers))
        order = np.argsort(hashes)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        which = np.array(numbered, np.int64)
        ranks = rank[which]
        by_term = np.argsort(ranks, kind="stable")
        places = np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes)
        words = np.array([not term[0].isdigit() for term in numbers], bool)
        all_counts = np.array(counts, np.int64)
        lengths = np.bincount(places, all_counts * words[which], len(sizes))
        return cls(
            hashes[order],
            np.concatenate(([0], np.cumsum(np.bincount(ranks, minlength=len(order))))).astype(
                np.uint32
            ),
            lengths.astype(np.uint32),
            places[by_term],
            np.minimum(all_counts, _MOST).astype(np.uint16)[by_term],
        )

    def to_bytes(self) -> bytes:
        """The postings as one block of bytes."""
        head = np.array([len(self.lengths), len(self.hashes), len(self.places), 0], np.uint32)
        parts = (head, self.hashes, self.starts, self.lengths, self.places, self.counts)
        return b"".join(part.tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Postings:
        """The postings that `to_bytes` gave. Raises ValueError where the bytes are none."""
        texts, words, pairs, _ = map(int, np.frombuffer(data, np.uint32, _HEAD))
        parts = []
        at = _HEAD * 4
        for kind, size in (
            (np.uint64, words), (np.uint32, words + 1), (np.uint32, texts),
            (np.uint32, pairs), (np.uint16, pairs),
        ):  # fmt: skip
            parts.append(np.frombuffer(data, kind, size, at))
            at += parts[-1].nbytes
        if at != len(data):
            raise ValueError("no postings")
        return cls(*parts)


def hashed(words: Sequence[str]) -> Array:
    """A 64-bit hash for each term."""
    return np.frombuffer(b"".join(map(_hash, words)), np.uint64)


@lru_cache(maxsize=1 << 16)
def _hash(term: str) -> bytes:
    return hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
