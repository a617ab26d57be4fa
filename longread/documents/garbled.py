"""Fonts without a Unicode map (ToUnicode): extracted text that is not what is printed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

# A bit of `char_flags`: the letter is only the glyph's number in its font.
_NUMBER_ONLY = 1 << 7
_SHARE, _FEWEST = 0.05, 8
# In any language of the Latin script vowels are a third of the letters or more.
_VOWELS = frozenset("aeiouyAEIOUYàáâãäåæèéêëìíîïòóôõöøùúûüýœ")
_LEAST_VOWELS, _ENOUGH = 0.2, 60
_WORD = re.compile(r"[^\W\d_]{3,}")


def is_unmapped(spans: Sequence[dict[str, Any]]) -> bool:
    """Are letters of the page only numbers of glyphs, or the text of a font no language?"""
    by_font: dict[str, list[str]] = defaultdict(list)
    total = numbers = 0
    for span in spans:
        by_font[span["font"]].append(span["text"])
        total += len(span["text"])
        if span["char_flags"] & _NUMBER_ONLY:
            numbers += len(span["text"]) - span["text"].count(" ")
    if numbers >= max(_FEWEST, _SHARE * total):
        return True
    return any(_has_few_vowels(" ".join(texts)) for texts in by_font.values())


def has_unknown(content: dict[str, Any]) -> bool:
    """Does MuPDF's page have glyphs that their font gives no letter for?"""
    return any(
        span["char_flags"] & _NUMBER_ONLY
        for block in content["blocks"]
        for line in block.get("lines", ())
        for span in line["spans"]
    )


def _has_few_vowels(text: str) -> bool:
    if len(text) < _ENOUGH:
        return False
    # Codes such as "B-35" are no language, and no fault.
    letters = "".join(_WORD.findall(text))
    if len(letters) < _ENOUGH or (not letters.isascii() and max(letters) >= "\u0250"):
        return False
    return sum(map(letters.count, _VOWELS)) < _LEAST_VOWELS * len(letters)
