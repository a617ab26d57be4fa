"""Paragraph numbers that are set apart from their first line, as in contracts and by-laws."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from longread.documents.layout_types import Segment

# "3.12", "(a)", "iv.", "B)": digits, a letter or a small roman numeral.
_NUMBER = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3}){0,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]{0,2}")
# In units of the type size: the widest gap behind a number, and the least width of the lines.
_GAP, _WIDTH = 4.0, 20.0
# The next line begins so far below, in units of the type size.
_PITCH = (0.5, 1.8)
# Levels of type differ by this much of its size at most.
_LEVEL = 0.3


def joined_numbers(segments: Sequence[Segment]) -> list[Segment]:
    """The segments of a page, a paragraph's number and its first line being one.

    The gap between them is no column where the next line runs below both: "3.12   Waiver. …".
    """
    joined: dict[int, Segment] = {}
    gone: set[int] = set()
    for number in segments:
        if not _NUMBER.fullmatch(number.text):
            continue
        first = _beside(number, segments)
        if first is not None and any(_runs_below(number, first, each) for each in segments):
            joined[id(number)] = replace(first, x0=number.x0, text=f"{number.text} {first.text}")
            gone.add(id(first))
    kept = [each for each in segments if id(each) not in gone] if gone else list(segments)
    return [joined.get(id(each), each) for each in kept]


def _beside(number: Segment, segments: Sequence[Segment]) -> Segment | None:
    """Where the line of text right of a number begins, if nothing else stands on their level."""
    size = number.size
    level = [each for each in segments if abs(each.y1 - number.y1) < _LEVEL * size]
    line = sorted((each for each in level if each is not number), key=lambda each: each.x0)
    if not line or not 0 < line[0].x0 - number.x1 < _GAP * size:
        return None
    whole = all(after.x0 - each.x1 < size for each, after in pairwise(line))
    is_text = line[-1].x1 - line[0].x0 > _WIDTH * size and any(map(str.isalpha, line[-1].text))
    return line[0] if whole and is_text else None


def _runs_below(number: Segment, first: Segment, line: Segment) -> bool:
    """Does a line begin left of a paragraph's first one, and run on below it?"""
    size = first.size
    low, high = (factor * size for factor in _PITCH)
    is_next = low < line.y1 - first.y1 < high and abs(line.size - size) < _LEVEL * size
    return is_next and line.x0 < number.x1 and line.x1 > first.x0 + size
