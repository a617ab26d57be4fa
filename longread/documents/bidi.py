"""Right-to-left lines in reading order, by where their characters stand.

A PDF may hold such a line as it is seen from left to right, and MuPDF turns its words round but
not the order of what stands on either side of a figure.
"""

from __future__ import annotations

import re
from typing import Any

from longread.documents.normalize import RIGHT_TO_LEFT

# What runs to the right within such a line: figures and Latin words, with what joins them.
_TO_THE_RIGHT = re.compile(r"[0-9A-Za-z]+(?:[ .,:/%$€-]*[0-9A-Za-z]+)*")


def is_mixed(text: str) -> bool:
    """Do parts of the text run to the left, and others to the right?"""
    if text.isascii() or not RIGHT_TO_LEFT.search(text):
        return False
    return _TO_THE_RIGHT.search(text) is not None


def logical(chars: list[dict[str, Any]]) -> str:
    """The characters as they are read: from the right, figures and Latin words from the left."""
    ordered = sorted(chars, key=lambda char: -float(char["origin"][0]))
    text = "".join(char["c"] for char in ordered)
    return _TO_THE_RIGHT.sub(lambda run: run[0][::-1], text)
