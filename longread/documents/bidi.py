"""Right-to-left lines in reading order, by where their characters stand.

A PDF may hold such a line as it is seen from left to right, and MuPDF turns its words round but
not the order of what stands on either side of a figure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from longread.documents.normalize import RIGHT_TO_LEFT

# What runs to the right within such a line: figures and Latin words, with what joins them.
_TO_THE_RIGHT = re.compile(r"[0-9A-Za-z]+(?:[ .,:/%$€-]*[0-9A-Za-z]+)*")


def set_in_order(content: dict[str, Any], characters: Callable[[], dict[str, Any]]) -> None:
    """Put spans of mixed direction in order; `characters` gives the page character by character."""
    blocks: list[Any] | None = None
    for index, block in enumerate(content["blocks"]):
        for number, line in enumerate(block.get("lines", ())):
            for place, span in enumerate(line["spans"]):
                text = span["text"]
                if text.isascii() or not RIGHT_TO_LEFT.search(text):
                    continue
                if _TO_THE_RIGHT.search(text):
                    blocks = blocks or characters()["blocks"]
                    span["text"] = logical(blocks[index]["lines"][number]["spans"][place]["chars"])


def logical(chars: list[dict[str, Any]]) -> str:
    """The characters as they are read: from the right, figures and Latin words from the left."""
    ordered = sorted(chars, key=lambda char: -float(char["origin"][0]))
    text = "".join(char["c"] for char in ordered)
    return _TO_THE_RIGHT.sub(lambda run: run[0][::-1], text)
