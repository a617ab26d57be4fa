"""Column alignment in tables: boxes of cells → the extents that they share.

Two cells of one line stand in two columns. Where boxes of several lines overlap all the way, they
are parted where the fewest cross (a cell that spans columns is one of those).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from longread.documents.table import Box

# Left and right edge of a column.
Extent = tuple[float, float]
# A box of a line, by the line's number.
_Placed = tuple[int, float, float]


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns from left to right; the first holds the labels."""

    extents: tuple[Extent, ...]

    @classmethod
    def of(cls, lines: Sequence[Sequence[Box]]) -> Columns:
        """The columns of lines that are given by the boxes of their cells."""
        placed = [(number, box[0], box[2]) for number, boxes in enumerate(lines) for box in boxes]
        return cls(tuple(_extent(group) for group in _groups(placed)))

    def extended(self, boxes: Sequence[Box]) -> Columns:
        """The columns with one more where boxes stand right of them all."""
        edge = self.extents[-1][1] if self.extents else 0.0
        beyond = [box for box in boxes if box[0] > edge]
        if not beyond:
            return self
        last = min(box[0] for box in beyond), max(box[2] for box in beyond)
        return Columns((*self.extents, last))

    def of_box(self, box: Box) -> int:
        """The column that a cell stands in: the one that it shares most with, or the nearest."""
        x0, _, x1, _ = box
        shared = [
            (x1 if x1 < right else right) - (x0 if x0 > left else left)
            for left, right in self.extents
        ]
        return shared.index(max(shared))

    def label_or(self, box: Box) -> int:
        """The first column for words that begin in it, however far they reach."""
        return (
            0 if box[0] < self.extents[1][0] and box[0] <= self.extents[0][1] else self.of_box(box)
        )


def _extent(group: Sequence[_Placed]) -> Extent:
    return min(left for _, left, _ in group), max(right for _, _, right in group)


def _groups(placed: list[_Placed]) -> list[list[_Placed]]:
    """Boxes that overlap, directly or by way of others, left to right."""
    groups: list[list[_Placed]] = []
    reach = 0.0
    for each in sorted(placed, key=lambda each: each[1]):
        if groups and each[1] < reach:
            groups[-1].append(each)
            reach = max(reach, each[2])
        else:
            groups.append([each])
            reach = each[2]
    return [part for group in groups for part in _parted(group)]


def _parted(group: list[_Placed]) -> list[list[_Placed]]:
    """The group, cut in two where a line has two boxes in it."""
    gaps = _gaps(group)
    if not gaps:
        return [group]
    # In the middle of a gap, and right before the box behind it.
    places = sorted(
        {round((left + right) / 4) * 2.0 for left, right in gaps}
        | {math.floor(2 * right) / 2 for _, right in gaps}
    )
    worth = [_support(gaps, x) - _crossing(group, x) for x in places]
    best = max(worth)
    if best <= 0:
        return [group]
    x = places[worth.index(best)]
    left = [each for each in group if each[2] <= x]
    right = [each for each in group if each[1] >= x]
    if not left or not right:
        return [group]
    return _groups(left) + _groups(right)


def _gaps(group: list[_Placed]) -> list[Extent]:
    by_line: dict[int, list[_Placed]] = {}
    for each in group:
        by_line.setdefault(each[0], []).append(each)
    return [
        (before[2], after[1])
        for boxes in by_line.values()
        for before, after in itertools.pairwise(boxes)
    ]


def _support(gaps: list[Extent], x: float) -> int:
    return sum(left <= x <= right for left, right in gaps)


def _crossing(group: list[_Placed], x: float) -> int:
    return sum(left < x < right for _, left, right in group)
