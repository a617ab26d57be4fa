"""Tables, lists and charts that stand beside each other on a page, or beside text.

Contract: every segment comes out in one part. A border between two parts is a gutter, a line
that is drawn upright, or the left edge of a second column of check boxes and bullets; a page
is parted at it only where the rows on its two sides are no rows of one table. The lines of an
entry of a list in columns come out as one segment.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from statistics import median

from longread.documents.cells import PROSE_LINE, is_figure
from longread.documents.entries import parted_lists
from longread.documents.gutters import Gutter, crosses, find_gutter, halves
from longread.documents.layout_types import Segment
from longread.documents.page_columns import (
    is_labelled,
    is_prose,
    mark_outer,
    parted_in_band,
    reads_down,
    tables,
)
from longread.documents.rows import Row, group_rows, left_edge
from longread.documents.table import Box

# Rows that make a table of one side of a gutter; how wide that is at least, and how far apart the
# middles of two level rows may be, doubled (in units of the type size).
_FEWEST_ROWS = 3
_WHITE = 1.5
_LEVEL = 0.3
# A line this tall and no wider than that (points) parts columns, not cells.
_TALL, _THIN = 100.0, 8.0
# Lines on each side of a gutter that tell whether they are level, and how many more one side has.
_FEWEST_LINES, _AS_MANY = 8, 2.5
# A gap over which two columns stand has this share of the segments on each side, and so few in it.
_FEWEST_SHARE, _MOST_OVER = 0.25, 0.04
# Figures of a chart's scale.
_FEWEST_STEPS = 5
_DEEPEST = 6
_ITEM = re.compile(r"(?:[•▪◦‣⁃■□➢➤✓●○❑☐☑☒✔]|\[[x ]\])(?:\s|$)")
# An empty check box that is drawn (points).
_SMALLEST_BOX, _LARGEST_BOX = 5.0, 16.0

# Is what stands left of a border independent of what stands right of it?
_Test = Callable[[Row, Row], bool]


def parted_beside(
    segments: Sequence[Segment],
    drawn: Sequence[Box] = (),
    right_to_left: bool = False,
    depth: int = 0,
) -> list[list[Segment]]:
    """The segments of a page, parted where a table, a list or a chart stands beside others.

    `drawn` is where lines and boxes are drawn.
    """
    if len(segments) < 2 * _FEWEST_ROWS or depth >= _DEEPEST:
        return [list(segments)]
    rows = group_rows(segments)
    parts = parted_lists(rows, drawn) if not right_to_left else []
    if parts:
        return [piece for part in parts for piece in parted_beside(part, drawn, depth=depth + 1)]
    gutter = find_gutter(list(segments))
    tried = (
        _parted(rows, (x, top, bottom), test, right_to_left)
        for x, top, bottom, test in _borders(segments, gutter, drawn)
    )
    parts = next((parts for parts in tried if len(parts) > 1), [list(segments)])
    if len(parts) < 2 and gutter is None:
        parts = parted_in_band(segments, right_to_left)
    if len(parts) < 2:
        return parts
    return [
        piece for part in parts for piece in parted_beside(part, drawn, right_to_left, depth + 1)
    ]


def _borders(
    segments: Sequence[Segment], gutter: Gutter | None, drawn: Sequence[Box]
) -> Iterator[tuple[float, float, float, _Test]]:
    """Where a border may be: its place, its two ends, and what must hold beside it."""
    top, bottom = min(s.y0 for s in segments), max(s.y1 for s in segments)
    left, right = min(s.x0 for s in segments), max(s.x1 for s in segments)
    lines = {
        (round(x0 + x1) / 2, round(y0), round(y1))
        for x0, y0, x1, y1 in drawn
        if y1 - y0 >= _TALL and x1 - x0 < _THIN and left < x0 and x1 < right
    }
    for x, first, last in sorted(lines):
        yield x, first, last, _are_parted
    items = _items(segments, drawn)
    for x in _second_edges(items):
        yield x - 1, top, bottom, partial(_are_lists, items)
    if gutter is not None:
        yield _behind_figures(segments, gutter.x), top, bottom, _independent
    white = _widest_white(segments)
    if white is not None:
        yield white, top, bottom, _are_not_level


def _parted(
    rows: Sequence[Row], border: tuple[float, float, float], test: _Test, right_to_left: bool
) -> list[list[Segment]]:
    """The parts of the rows, left and right of the border where the test says so."""
    x, top, bottom = border
    parts: list[list[Segment]] = [[]]
    split = [halves(row, x) for row in rows]
    across = [crosses(row, x) or not top <= row[0].y1 <= bottom + 1 for row in rows]
    mark_outer(across, split)
    for over, group in itertools.groupby(zip(across, split, strict=True), itemgetter(0)):
        lefts, rights = zip(*(both for _, both in group), strict=True)
        sides = [list(itertools.chain(*side)) for side in (lefts, rights)]
        if over or not all(sides) or not test(*sides):
            parts[-1] += sides[0] + sides[1]
        else:
            parts += [*(sides[::-1] if right_to_left else sides), []]
    return [part for part in parts if part]


def _behind_figures(segments: Sequence[Segment], x: float) -> float:
    """The gutter at `x`, or the one right of the figures that stand between it and the text."""
    right = [segment for segment in segments if segment.x0 >= x - 1]
    edge = min((s.x0 for s in right if len(s.text) >= PROSE_LINE), default=x)
    for segment in sorted(right, key=lambda s: -s.x1):
        if segment.x1 <= edge - _WHITE * segment.size:
            return (segment.x1 + edge) / 2
        edge = min(edge, segment.x0)
    return x


def _independent(left: Row, right: Row) -> bool:
    """Is one side a table, and the other one as well, or text, and no row of both one row?"""
    if tables(left) & tables(right):
        return False
    own = [_own_rows(side) for side in (left, right)]
    if max(map(len, own)) < _FEWEST_ROWS or not all(
        len(rows) >= _FEWEST_ROWS or is_prose(side)
        for rows, side in zip(own, (left, right), strict=True)
    ):
        return False
    level = sum(
        any(abs(s.y0 + s.y1 - middle) < _LEVEL * s.size for s in other)
        for rows, other in zip(own, (right, left), strict=True)
        for middle in rows
    )
    return 2 * level < sum(map(len, own)) or bool(tables(left) and tables(right))


def _own_rows(side: Row) -> list[float]:
    """Where rows of a table stand that has its labels at the edge of this side, doubled."""
    edge = min(map(left_edge, side), default=0.0)
    return [
        row[0].y0 + row[0].y1
        for row in group_rows(side)
        if len(row) > 1 and (row[0].table > 0 or is_labelled(row, edge))
    ]


def _are_parted(left: Row, right: Row) -> bool:
    """Has each side of a line rows of its own, labels and figures, or is it a chart?"""
    if tables(left) & tables(right):
        return False
    own = [len(_own_rows(side)) >= _FEWEST_ROWS for side in (left, right)]
    return any(own) and all(
        has_rows or _has_scale(side) for has_rows, side in zip(own, (left, right), strict=True)
    )


def _has_scale(side: Row) -> bool:
    """Do figures stand below each other that go up in equal steps, at equal distances?"""
    columns: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for segment in side:
        text = segment.text.strip("$€£%").replace(",", "")
        if text.replace(".", "", 1).isdecimal():
            columns[round(segment.x1 / 2)].append((segment.y1, float(text)))
    for column in columns.values():
        column.sort()
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(column)]
        alike = 1
        for (high, step), (next_high, next_step) in itertools.pairwise(steps):
            even = abs(high - next_high) < 0.1 * high and abs(step - next_step) < 0.01 * abs(step)
            alike = alike + 1 if even else 1
            if alike >= _FEWEST_STEPS - 1:
                return True
    return False


def _items(segments: Sequence[Segment], drawn: Sequence[Box]) -> list[Box]:
    """Bullets and check boxes that begin an entry of a list, written or drawn."""
    written = [(s.x0, s.y0, s.x1, s.y1) for s in segments if _ITEM.match(s.text)]
    boxes = [
        box
        for box in drawn
        if _SMALLEST_BOX <= box[2] - box[0] <= _LARGEST_BOX
        and abs(box[2] - box[0] - box[3] + box[1]) < 1
    ]
    return written + boxes


def _second_edges(items: Sequence[Box]) -> list[float]:
    """Where a column of items begins that has another one on its left."""
    columns: dict[int, list[Box]] = defaultdict(list)
    for item in items:
        columns[round(item[0] / 3)].append(item)
    edges = sorted(
        min(item[0] for item in column)
        for column in columns.values()
        if len({round(item[1]) for item in column}) >= _FEWEST_ROWS
    )
    return edges[1:]


def _are_lists(items: Sequence[Box], left: Row, right: Row) -> bool:
    """Do both sides hold lists, a bullet or check box before each entry?"""
    return all(_is_list(items, side) for side in (left, right))


def _is_list(items: Sequence[Box], side: Row) -> bool:
    if any(is_figure(segment.text) and not _ITEM.match(segment.text) for segment in side):
        return False
    entries = sum(any(_stands_before(item, segment) for item in items) for segment in side)
    return entries >= _FEWEST_ROWS and 2 * entries >= len(group_rows(side))


def _stands_before(item: Box, segment: Segment) -> bool:
    """Does the item stand right before words?"""
    if not item[0] <= segment.x0 <= item[2] + 4 * segment.size:
        return False
    level = abs(item[1] + item[3] - segment.y0 - segment.y1) < segment.size
    return level and sum(map(str.isalpha, segment.text)) >= _FEWEST_ROWS


def _widest_white(segments: Sequence[Segment]) -> float | None:
    """The middle of the widest gap that hardly any segment crosses, with enough on both sides."""
    starts = sorted(segment.x0 for segment in segments)
    ends = sorted(segment.x1 for segment in segments)
    count = len(segments)
    best, left, width = None, 0.0, _WHITE * median(segment.size for segment in segments)
    open_gap = False
    for before, end in enumerate(ends, start=1):
        after = count - bisect_left(starts, end)
        if (
            min(before, after) < _FEWEST_SHARE * count
            or count - before - after > _MOST_OVER * count
        ):
            open_gap = False
            continue
        if not open_gap:
            left, open_gap = end, True
        right = starts[count - after]
        if right - left > width:
            best, width = (left + right) / 2, right - left
    return best


def _are_not_level(left: Row, right: Row) -> bool:
    """Do lines stand on both sides at heights of their own, about as many on each?"""
    if tables(left) & tables(right) or all(reads_down(side) for side in (left, right)):
        return False
    if any(3 * sum(is_figure(s.text) for s in side) > len(side) for side in (left, right)):
        return False
    top = max(min(s.y0 for s in side) for side in (left, right))
    bottom = min(max(s.y1 for s in side) for side in (left, right))
    few, many = sorted(
        ([row[0] for row in group_rows(side) if top <= row[0].y1 and row[0].y0 <= bottom]
         for side in (left, right)),
        key=len,
    )  # fmt: skip
    if len(few) < _FEWEST_LINES or len(many) > _AS_MANY * len(few):
        return False
    level = sum(
        any(abs(s.y0 + s.y1 - other.y0 - other.y1) < _LEVEL * s.size for other in many) for s in few
    )
    return 2 * level < len(few)
