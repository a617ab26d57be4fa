"""Spans whose text depends on where each of their characters stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from longread.documents.bidi import is_mixed, logical
from longread.documents.glyphs import SpacedMarks, has_lone_letter, without_narrow


def mend(
    content: dict[str, Any], characters: Callable[[], dict[str, Any]], marks: SpacedMarks
) -> None:
    """Join spaced marks and cut-off letters, and put spans of mixed direction in order.

    `characters` gives the page character by character, which costs as much as the page itself.
    """
    blocks: list[Any] | None = None
    for index, block in enumerate(content["blocks"]):
        for number, line in enumerate(block.get("lines", ())):
            for place, span in enumerate(line["spans"]):
                text, font = span["text"], span.get("font", "")
                spaced, lone = marks.may_stand_in(text, font), has_lone_letter(text)
                if not spaced and not lone and not is_mixed(text):
                    continue
                blocks = blocks or characters()["blocks"]
                chars = blocks[index]["lines"][number]["spans"][place]["chars"]
                if lone:
                    chars = without_narrow(chars)
                    span["text"] = "".join(char["c"] for char in chars)
                if spaced:
                    span["text"] = marks.joined(chars, font)
                # From the characters as the file has them: the order is set last.
                if is_mixed(span["text"]):
                    span["text"] = logical(chars)
