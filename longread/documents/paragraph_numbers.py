"""Paragraph numbers that are set apart from their first line, as in contracts and by-laws."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
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
    numbers = [each for each in segments if _NUMBER.fullmatch(each.text)]
    levels = _levels(segments) if numbers else {}
    joined: dict[int, Segment] = {}
    gone: set[int] = set()
    for number in numbers:
        first = _beside(number, levels)
        if first is not None and any(_runs_below(number, first, each) for each in segments):
            joined[id(number)] = replace(first, x0=number.x0, text=f"{number.text} {first.text}")
            gone.add(id(first))
    kept = [each for each in segments if id(each) not in gone] if gone else list(segments)
    return [joined.get(id(each), each) for each in kept]


def _levels(segments: Sequence[Segment]) -> dict[int, list[Segment]]:
    """The segments by the whole points that their lower edge is nearest to, three each."""
    levels: dict[int, list[Segment]] = defaultdict(list)
    for each in segments:
        for nearby in (-1, 0, 1):
            levels[round(each.y1) + nearby].append(each)
    return levels


def _beside(number: Segment, levels: Mapping[int, list[Segment]]) -> Segment | None:
    """Where the line of text right of a number begins, if nothing else stands on their level."""
    size = number.size
    line = sorted(levels[round(number.y1)], key=lambda each: each.x0)
    if line[0] is not number or len(line) < 2 or not 0 < line[1].x0 - number.x1 < _GAP * size:
        return None
    first, last = line[1], line[-1]
    whole = all(after.x0 - each.x1 < size for each, after in pairwise(line[1:]))
    is_text = last.x1 - first.x0 > _WIDTH * size and any(map(str.isalpha, last.text))
    return first if whole and is_text else None


def _runs_below(number: Segment, first: Segment, line: Segment) -> bool:
    """Does a line begin left of a paragraph's first one, and run on below it?"""
    size = first.size
    low, high = (factor * size for factor in _PITCH)
    is_next = low < line.y1 - first.y1 < high and abs(line.size - size) < _LEVEL * size
    return is_next and line.x0 < number.x1 and line.x1 > first.x0 + size
