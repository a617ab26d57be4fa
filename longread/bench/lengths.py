"""Lengths of documents that are built to order: `32k` is 32,768 tokens, `1m` is 1,048,576."""

from __future__ import annotations

import re

from longread.errors import UsageError

# Gold passages and needles with a little text around them need so much.
SHORTEST = 1024

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)([km]?)", re.IGNORECASE)
_FACTORS = {"": 1, "k": 1024, "m": 1024 * 1024}


def parse_lengths(text: str) -> tuple[int, ...]:
    """Tokens for each of the lengths in `text`, which commas separate; doubles are dropped.

    Raises UsageError for what is no length, and for lengths below `SHORTEST`.
    """
    lengths = dict.fromkeys(_length(word.strip()) for word in text.split(",") if word.strip())
    if not lengths:
        raise UsageError("there is no length.", "--lengths 8k,32k,128k")
    return tuple(lengths)


def _length(word: str) -> int:
    match = _LENGTH.fullmatch(word.replace("_", ""))
    if match is None:
        raise UsageError(f"{word} is not a length.", "lengths are tokens: 8k,32k,128k,1m or 5000")
    tokens = int(float(match[1]) * _FACTORS[match[2].lower()])
    if tokens < SHORTEST:
        raise UsageError(f"{word} tokens are too few.", f"the shortest length is {SHORTEST:,}")
    return tokens


def length_label(tokens: int) -> str:
    """131072 → `128k`; 5000 → `5,000`."""
    if tokens % _FACTORS["m"] == 0:
        return f"{tokens // _FACTORS['m']}m"
    if tokens % _FACTORS["k"] == 0:
        return f"{tokens // _FACTORS['k']}k"
    return f"{tokens:,}"
