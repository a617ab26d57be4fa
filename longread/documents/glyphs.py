"""Glyphs that a font says are two characters: a full stop that is told as " .".

A page shows "4.3", its font's Unicode map gives "4 .3". MuPDF hands the glyph's width to the space
and none to the stop, which tells it from a space that was typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

_SPACED = re.compile(r"\w ([.,;:])")
_MARKS = ".,;:"


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


def _is_flat(char: dict[str, Any]) -> bool:
    left, _top, right, _bottom = char["bbox"]
    return bool(right <= left)
