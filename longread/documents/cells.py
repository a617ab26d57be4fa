"""Tables with wrapped cells: lines stacked in a cell become one text again.

Contract: segments go in, segments come out, none lost; where a group of stacks side by
side reads as one row of a table, each stack comes back as one segment of several
lines, all on one baseline. Everything doubtful stays as it was.

A stack is a run of lines close below each other. Stacks that overlap in height are one
row of a table only if no two of them stand above each other: a column of figures beside
a column of labels fails that, so plain tables keep a row for each line.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from longread.documents.layout_types import Segment

# Lines of one cell are at most this far apart, in units of the type size: 1.4, and its rounding.
_PITCH = 1.405
# Boxes are taller than letters: cut off before asking whether two overlap.
_TRIM = 0.2
# A page with more segments than this is a drawing or a map.
_MOST_SEGMENTS = 4000
_YEAR = re.compile(r"(?:19|20)\d\d")
# A bullet or the mark of a note: "•", "3", "(a)".
_BULLET = re.compile(r"\W{0,2}\w{0,2}\W{0,2}")
# Columns of prose have at least this many characters a line; tables of figures do not.
PROSE_LINE = 18
# A cell longer than this is a column of text.
_LONGEST_STACK = 30


@dataclass(slots=True)
class _Stack:
    segments: list[Segment]
    x0: float
    x1: float

    @property
    def top(self) -> float:
        first = self.segments[0]
        return first.y0 + _TRIM * (first.y1 - first.y0)

    @property
    def bottom(self) -> float:
        last = self.segments[-1]
        return last.y1 - _TRIM * (last.y1 - last.y0)

    @property
    def column(self) -> int:
        return round(self.x0 / 4)

    @property
    def wrapped(self) -> bool:
        """Does a line go on in the next, as a sentence does and a list of names does not?"""
        return any(segment.text[:1].islower() for segment in self.segments[1:])

    @property
    def is_text(self) -> bool:
        """Are these several lines as long as those of a column of prose?"""
        lengths = sum(len(segment.text) for segment in self.segments)
        return len(self.segments) >= 3 and lengths >= PROSE_LINE * len(self.segments)


def merge_wrapped_cells(segments: Sequence[Segment]) -> list[Segment]:
    """The segments of a page, wrapped table cells put together."""
    ruled = [segment for segment in segments if segment.table]
    if ruled:
        return merge_wrapped_cells([s for s in segments if not s.table]) + ruled
    if not 8 <= len(segments) <= _MOST_SEGMENTS:
        return list(segments)
    candidates = _without_prose(_side_by_side(_stacks(segments)))
    sure = {stack.column for group in candidates for stack in group if stack.wrapped}
    rows = [group for group in candidates if max(group, key=_height).column in sure]
    if not any(len(row) >= 3 for row in rows) and sum(map(_is_uneven, rows)) < 2:
        return list(segments)
    if len(rows) >= 2:
        top, bottom = min(_top(row) for row in rows), max(_top(row) for row in rows)
        rows = [group for group in candidates if top <= _top(group) <= bottom]
    merged: dict[int, Segment | None] = {}
    for row in rows:
        for stack, cell in zip(row, _on_one_line(row), strict=True):
            merged.update((id(segment), None) for segment in stack.segments[1:])
            merged[id(stack.segments[0])] = cell
    replaced = (merged.get(id(segment), segment) for segment in segments)
    return [segment for segment in replaced if segment is not None]


def _height(stack: _Stack) -> int:
    return len(stack.segments)


def _is_uneven(row: Sequence[_Stack]) -> bool:
    """Is one cell much taller than the other? Two columns of prose seldom are."""
    heights = [len(stack.segments) for stack in row]
    return 2 * min(heights) <= max(heights)


def _top(group: Sequence[_Stack]) -> float:
    return min(stack.top for stack in group)


def _stacks(segments: Sequence[Segment]) -> list[_Stack]:
    stacks: list[_Stack] = []
    open_stacks: list[_Stack] = []
    for segment in sorted(segments, key=lambda segment: (segment.y0, segment.x0)):
        limit = segment.y0 - _PITCH * segment.size
        open_stacks = [
            stack for stack in open_stacks if stack.segments[-1].y0 >= limit - segment.size
        ]
        below = next((stack for stack in open_stacks if _continues(stack, segment)), None)
        if below is None:
            below = _Stack([], segment.x0, segment.x1)
            stacks.append(below)
            open_stacks.append(below)
        below.segments.append(segment)
        below.x0, below.x1 = min(below.x0, segment.x0), max(below.x1, segment.x1)
    return stacks


def _continues(stack: _Stack, segment: Segment) -> bool:
    last = stack.segments[-1]
    if last.x1 <= segment.x0 or segment.x1 <= last.x0:
        return False
    size = min(last.size, segment.size)
    distance = segment.y0 - last.y0
    if not 0.5 * size < distance < _PITCH * size or abs(last.size - segment.size) > 0.15 * size:
        return False
    if _YEAR.fullmatch(last.text):
        return False  # a head over several others
    overlap = min(last.x1, segment.x1) - max(last.x0, segment.x0)
    if overlap < 0.5 * min(last.x1 - last.x0, segment.x1 - segment.x0):
        return False
    return not all(is_figure(text) or text.isdigit() for text in (last.text, segment.text))


@functools.lru_cache(maxsize=8192)
def is_figure(text: str) -> bool:
    """Is this a number, a dash or a date, rather than words?"""
    return len(text) > 1 and sum(map(str.isalpha, text)) < 0.5 * len(text)


def _side_by_side(stacks: Sequence[_Stack]) -> list[list[_Stack]]:
    """Groups of stacks whose heights overlap, directly or by way of another."""
    groups: list[list[_Stack]] = []
    bottom = 0.0
    for stack in sorted(stacks, key=lambda stack: stack.top):
        if groups and stack.top < bottom:
            groups[-1].append(stack)
            bottom = max(bottom, stack.bottom)
        else:
            groups.append([stack])
            bottom = stack.bottom
    return groups


def _could_be_row(group: Sequence[_Stack]) -> bool:
    heights = [len(stack.segments) for stack in group]
    if len(group) < 2 or not 1 < max(heights) <= _LONGEST_STACK:
        return False
    across = sorted(group, key=lambda stack: stack.x0)
    if len(across) == 2 and _BULLET.fullmatch(across[0].segments[0].text):
        return False  # a bullet and its paragraph
    edge = across[0].x1
    for stack in across[1:]:
        if stack.x0 < edge:
            return False
        edge = stack.x1
    # Stacks of the same lines at the same heights are plain rows, one a line.
    return heights.count(max(heights)) == 1 or len(group) > heights.count(max(heights))


def _without_prose(groups: Sequence[Sequence[_Stack]]) -> list[Sequence[_Stack]]:
    """Groups that could be rows, unless they stand in columns that hold more text than rows."""
    candidates: list[Sequence[_Stack]] = []
    in_rows: Counter[int] = Counter()
    flowing: Counter[int] = Counter()
    for group in groups:
        lines: Counter[int] = Counter()
        is_row = _could_be_row(group)
        for stack in group:
            if is_row or stack.is_text:
                lines[stack.column] += len(stack.segments)
        if is_row:
            candidates.append(group)
            in_rows += lines
        elif len(lines) > 1:
            flowing += lines
    prose = {column for column, count in flowing.items() if count > in_rows[column]}
    return [group for group in candidates if not all(stack.column in prose for stack in group)]


def _on_one_line(row: Sequence[_Stack]) -> list[Segment]:
    top, bottom = min(stack.top for stack in row), max(stack.bottom for stack in row)
    middle, half = (top + bottom) / 2, max(stack.segments[0].size for stack in row) / 2
    return [
        Segment(
            stack.x0,
            middle - half,
            stack.x1,
            middle + half,
            stack.segments[0].size,
            all(segment.bold for segment in stack.segments),
            "\n".join(segment.text for segment in stack.segments),
            -1,
        )
        for stack in row
    ]
