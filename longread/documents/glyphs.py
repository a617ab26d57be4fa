"""Glyphs that a font says are two characters: a full stop that is told as " .".

A page shows "4.3", its font's Unicode map gives "4 .3". MuPDF hands the glyph's width to the space
and none to the stop, which tells it from a space that was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

_SPACED = re.compile(r"(?<=\w )[.,;:]")
_MARKS = ".,;:"


@dataclass
class SpacedMarks:
    """Takes out spaces that are half of a mark's glyph, over the pages of a file.

    Characters one by one cost as much as the page itself, so a font is looked at until one of its
    marks shows a space of its own: `typed` are such fonts, each with the mark.
    """

    typed: set[tuple[str, str]] = field(default_factory=set)

    def join(self, content: dict[str, Any], characters: Callable[[], dict[str, Any]]) -> None:
        """Join the marks of a page; `characters` gives it character by character."""
        blocks: list[Any] | None = None
        for index, block in enumerate(content["blocks"]):
            for number, line in enumerate(block.get("lines", ())):
                for place, span in enumerate(line["spans"]):
                    font = span.get("font", "")
                    found = {(font, mark) for mark in _SPACED.findall(span["text"])}
                    if found <= self.typed:
                        continue
                    blocks = blocks or characters()["blocks"]
                    chars = blocks[index]["lines"][number]["spans"][place]["chars"]
                    span["text"] = self._joined(chars, font)

    def _joined(self, chars: Sequence[dict[str, Any]], font: str) -> str:
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
