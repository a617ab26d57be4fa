"""Spaces that nobody sees: half of a glyph, or drawn over with the letter behind it.

A page shows "4.3", its font's Unicode map gives "4 .3". MuPDF hands the glyph's width to the space
and none to the stop, which tells it from a space that was typed. Another shows "Balance Sheet",
and its file has "Balance Shee t", the last letter moved back over the space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

_SPACED = re.compile(r"\w ([.,;:])")
_MARKS = ".,;:"
# A word's last letter by itself: one that is no word. How wide the space before it may be, as a
# share of the narrowest other one of the span.
_LONE = re.compile(r" (?<=[a-z]{3} )(?=[b-hj-np-xz]\b(?!['’.)]))")
_NARROW = 0.85
_SPACE = re.compile(r"(?<=\S) (?=\S)")


@dataclass
class SpacedMarks:
    """Takes out spaces that are half of a mark's glyph, over the pages of a file.

    Characters one by one cost as much as the page itself, so a font is looked at until one of its
    marks shows a space of its own: `typed` are such fonts, each with the mark.
    """

    typed: set[tuple[str, str]] = field(default_factory=set)

    def may_stand_in(self, text: str, font: str) -> bool:
        """Does a mark stand behind a space here whose font has shown none that was typed?"""
        # Few texts hold one: looking for these four is faster than the pattern.
        if " ." not in text and " ," not in text and " ;" not in text and " :" not in text:
            return False
        return any((font, mark) not in self.typed for mark in _SPACED.findall(text))

    def joined(self, chars: Sequence[dict[str, Any]], font: str) -> str:
        """The text of the characters, without the halves of glyphs."""
        kept = []
        for char, after in pairwise(chars):
            half = char["c"] == " " and after["c"] in _MARKS
            if half and not _is_flat(after):
                self.typed.add((font, after["c"]))
                half = False
            if not half:
                kept.append(char["c"])
        return "".join([*kept, chars[-1]["c"]])


def has_lone_letter(text: str) -> bool:
    """Does a word seem to have its last letter behind a space: "Balance Shee t"?"""
    return bool(_LONE.search(text))


def without_narrow(chars: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The characters without spaces before a lone letter that are narrower than all others."""
    # A ligature is several letters: a stand-in keeps places and characters in step.
    text = "".join(char["c"] if len(char["c"]) == 1 else "#" for char in chars)
    gaps = {
        space.start(): chars[space.end()]["bbox"][0] - chars[space.start() - 1]["bbox"][2]
        for space in _SPACE.finditer(text)
    }
    lone = {space.start() for space in _LONE.finditer(text)}
    widest = _NARROW * min((gap for place, gap in gaps.items() if place not in lone), default=0.0)
    narrow = {place for place in lone if gaps[place] < widest}
    return [char for place, char in enumerate(chars) if place not in narrow]


def _is_flat(char: dict[str, Any]) -> bool:
    left, _top, right, _bottom = char["bbox"]
    return bool(right <= left)
