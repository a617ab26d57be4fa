"""Glyphs that a font says are two characters: a full stop that is told as " .".

A page shows "4.3", its font's Unicode map gives "4 .3". MuPDF hands the glyph's width to the space
and none to the stop, which tells it from a space that was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

_SPACED = re.compile(r"\w [.,;:]")
_MARKS = ".,;:"


def join_marks(content: dict[str, Any], characters: Callable[[], dict[str, Any]]) -> None:
    """Take out spaces that are half of a mark's glyph; `characters` gives the page character by
    character."""
    blocks: list[Any] | None = None
    for index, block in enumerate(content["blocks"]):
        for number, line in enumerate(block.get("lines", ())):
            for place, span in enumerate(line["spans"]):
                if _SPACED.search(span["text"]):
                    blocks = blocks or characters()["blocks"]
                    span["text"] = _joined(blocks[index]["lines"][number]["spans"][place]["chars"])


def _joined(chars: Sequence[dict[str, Any]]) -> str:
    kept = []
    for char, after in zip(chars, [*chars[1:], None], strict=True):
        half = char["c"] == " " and after is not None and after["c"] in _MARKS and _is_flat(after)
        kept.append("" if half else char["c"])
    return "".join(kept)


def _is_flat(char: dict[str, Any]) -> bool:
    left, _top, right, _bottom = char["bbox"]
    return bool(right <= left)
