"""Postings: inverted lists of a document's texts as arrays, in memory or as bytes on disk.

A term stands for itself by a 64-bit hash, so that looking one up is a binary search; of a million
terms two share a hash once in thirty million indices.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from longread.retrieval.stems import LANGUAGES, language_of, stem
from longread.retrieval.terms import folded, terms

Array = np.ndarray[Any, np.dtype[Any]]

_HEAD = 4
_MOST = 0xFFFF
# Numbers that postings are made of as bytes, behind those of the head.
_KINDS = np.uint64, np.uint32, np.uint32, np.uint32, np.uint16
# Postings of so many bytes are joined with others: of thousands a look into each takes longer than
# one through them all.
_SMALL = 1 << 14


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

    def held(self, keys: Array) -> Iterator[tuple[int, Array, Array]]:
        """Of the terms that have one of the hashes `keys` (its number, texts, counts)."""
        numbers, rows = self._rows(keys)
        begins = self.starts[rows].astype(np.int64)
        sizes = self.starts[rows + 1] - begins
        ends = np.cumsum(sizes)
        at = np.repeat(begins - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)
        places, counts = self.places[at], self.counts[at]
        borders = np.searchsorted(np.repeat(numbers, sizes), np.arange(len(keys) + 1)).tolist()
        for number, (first, last) in enumerate(pairwise(borders)):
            if first < last:
                yield number, places[first:last], counts[first:last]

    def _rows(self, keys: Array) -> tuple[Array, Array]:
        """Which of `keys` there are, and the numbers of their terms."""
        if not len(self.hashes):
            return keys[:0], keys[:0]
        at = np.minimum(self.hashes.searchsorted(keys), len(self.hashes) - 1)
        found = np.flatnonzero(self.hashes[at] == keys)
        return found, at[found]

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
        for kind, size in zip(_KINDS, (words, words + 1, texts, pairs, pairs), strict=True):
            parts.append(np.frombuffer(data, kind, size, at))
            at += parts[-1].nbytes
        if at != len(data) or language >= len(LANGUAGES):
            raise ValueError("no postings")
        hashes, starts, lengths, places, counts = parts
        return cls(hashes, starts, lengths, places, counts, LANGUAGES[language])


class _Joined(Postings):
    """Postings of several documents in a row: after those of each stands a hash of no term."""

    __slots__ = ()

    @classmethod
    def of_bytes(cls, data: Sequence[bytes]) -> Postings:
        """The postings of all texts, in order, from the bytes of several in one language."""
        heads = np.frombuffer(b"".join(each[: _HEAD * 4] for each in data), np.uint32)
        texts, words, pairs, languages = heads.reshape(-1, _HEAD).astype(np.int64).T
        begins = np.full(len(data), _HEAD * 4)
        columns: list[Array] = []
        for kind, size in zip(_KINDS, (words, words + 1, texts, pairs, pairs), strict=True):
            ends = begins + size * np.dtype(kind).itemsize
            cut = zip(data, begins.tolist(), ends.tolist(), strict=True)
            between = b"" if columns else bytes(np.dtype(kind).itemsize)
            whole = between.join([*(each[at:end] for each, at, end in cut), b""])
            columns.append(np.frombuffer(whole, kind))
            begins = ends
        hashes, starts, lengths, places, counts = columns
        starts = starts + np.repeat(np.cumsum(pairs) - pairs, words + 1)
        places = places + np.repeat(np.cumsum(texts) - texts, pairs)
        return cls(hashes, starts, lengths, places, counts, LANGUAGES[languages[0]])

    def _rows(self, keys: Array) -> tuple[Array, Array]:
        numbers, rows = np.nonzero(keys[:, None] == self.hashes)
        return numbers, rows


def joined(parts: Iterable[bytes | Postings]) -> list[Postings]:
    """Postings in order, some of them as their bytes; those of small ones in a row are one."""
    found: list[Postings] = []
    for language, group in groupby(parts, _language_if_small):
        if language is not None:
            found.append(_Joined.of_bytes([each for each in group if isinstance(each, bytes)]))
            continue
        found += [each if isinstance(each, Postings) else Postings.from_bytes(each)
                  for each in group]  # fmt: skip
    return found


def _language_if_small(part: bytes | Postings) -> bytes | None:
    """The part of the head of small postings that says their language; they are bytes."""
    small = isinstance(part, bytes) and len(part) <= _SMALL
    return part[(_HEAD - 1) * 4 : _HEAD * 4] if isinstance(part, bytes) and small else None


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
