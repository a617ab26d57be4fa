"""Ruled tables (lattice): the lines of text that stand in one drawn cell become one segment.

Contract: segments go in, segments come out, none lost. A cell is what lies between the nearest
drawn edges on all four sides, be they lines or the borders of filled boxes. Only grids count:
cells beside and below each other, each with one thing in it. The cells of a row come back on
one baseline, reaching from border to border.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from longread.documents.cells import is_figure
from longread.documents.layout_types import Segment
from longread.documents.periods import is_period
from longread.documents.table import Box

# Thinner boxes than this are lines.
_LINE = 3.0
# Shorter edges than this are ticks and boxes around single letters.
_SHORTEST = 4.0
# Borders this near to each other are one.
_SNAP = 4.0
# A gap this wide (in units of the type size) parts two cells.
_GAP = 1.25
_LONGEST_CELL = 40
_GUTTER = 14.0
# Cells end before their borders, so that neighbours never overlap.
_INSET = 0.5


@dataclass(slots=True)
class _Cell:
    left: float
    top: float
    right: float
    bottom: float
    segments: list[Segment] = field(default_factory=list)

    def lines(self) -> list[list[Segment]]:
        """The cell's segments line by line."""
        lines: list[list[Segment]] = []
        for segment in sorted(self.segments, key=lambda s: (s.y0 + s.y1, s.x0)):
            middle = (segment.y0 + segment.y1) / 2
            if lines and middle < lines[-1][0].y1 - 0.1 * segment.size:
                lines[-1].append(segment)
            else:
                lines.append([segment])
        return [sorted(line, key=lambda s: s.x0) for line in lines]

    def is_centred(self) -> bool:
        """Is what the cell holds as far from its top as from its bottom?"""
        first, last = min(s.y0 for s in self.segments), max(s.y1 for s in self.segments)
        return abs(first - self.top - (self.bottom - last)) < self.segments[0].size


def ruled_cells(segments: Sequence[Segment], drawn: Sequence[Box]) -> list[Segment]:
    """The segments of a page, those inside one cell of a drawn grid put together."""
    if len(segments) < 4 or len(drawn) < 4:
        return list(segments)
    closed, outside = _cells(segments, drawn)
    if rows := _open_rows(segments, drawn, {id(segment) for segment, _, _ in outside}):
        closed, outside = _cells(segments, [*drawn, *rows])
    cells: list[_Cell] = []
    several: list[_Cell] = []
    for cell in closed:
        (several if _holds_several(cell) else cells).append(cell)
    merged: dict[int, Segment | None] = {}
    for number, grid in enumerate(_grids(cells), start=1):
        edge = min(cell.left for row in grid for cell in row)
        for row in grid:
            if not _is_open(row, outside) and not _is_band(row, several):
                merged.update(_merged(row, edge, number))
    replaced = (merged.get(id(segment), segment) for segment in segments)
    return [segment for segment in replaced if segment is not None]


def _open_rows(segments: Sequence[Segment], drawn: Sequence[Box], outside: set[int]) -> list[Box]:
    """The cells of rows that upright lines alone part, below a drawn head that has their sides.

    Such lines may part many rows; what they hold is one row if it is centred between their ends.
    `outside` are the segments that stand in no closed cell yet.
    """
    bands: dict[tuple[int, int], set[float]] = defaultdict(set)
    for left, top, right, bottom in drawn:
        if right - left < _LINE and bottom - top > 2 * _SNAP:
            bands[round(top), round(bottom)].add((left + right) / 2)
    found: list[Box] = []
    loose = [(s.y0 + s.y1) / 2 for s in segments if id(s) in outside]
    for (top, bottom), places in bands.items():
        if not any(top < y < bottom for y in loose):
            continue
        sides = sorted(places)
        above = [box for box in drawn if abs(box[3] - top) <= _SNAP < box[3] - box[1]]
        sides[:0] = [box[0] for box in above if abs(box[2] - sides[0]) <= _SNAP][:1]
        sides += [box[2] for box in above if abs(box[0] - sides[-1]) <= _SNAP][:1]
        cells = [_Cell(a, top, b, bottom) for a, b in itertools.pairwise(sides)]
        for segment in segments:
            x, y = (segment.x0 + segment.x1) / 2, (segment.y0 + segment.y1) / 2
            if top < y < bottom and sides[0] < x < sides[-1]:
                cells[bisect_right(sides, x) - 1].segments.append(segment)
        held = [cell for cell in cells if cell.segments]
        whole = len(sides) == len(places) + 2
        if (
            len(held) > (1 if whole else 2)
            and any(id(segment) in outside for cell in held for segment in cell.segments)
            and all(cell.is_centred() for cell in held)
            and any(len(cell.lines()) == 1 for cell in held)
        ):
            found += [(cell.left, top, cell.right, bottom) for cell in cells]
    return found


def _cells(
    segments: Sequence[Segment], drawn: Sequence[Box]
) -> tuple[list[_Cell], list[tuple[Segment, float, float]]]:
    """Closed cells that hold text: the nearest edges around each segment's middle.

    Segments in no cell come with the edges above and below them.
    """
    boxes = np.array(drawn, dtype=float).reshape(-1, 4)
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    upright = boxes[high >= _SHORTEST]
    level = boxes[wide >= _SHORTEST]
    if not len(upright) or not len(level):
        return [], []
    x = np.array([(s.x0 + s.x1) / 2 for s in segments])[:, None]
    y = np.array([(s.y0 + s.y1) / 2 for s in segments])[:, None]
    left, right = _nearest(upright[:, 0], upright[:, 2], upright[:, 1], upright[:, 3], x, y)
    top, bottom = _nearest(level[:, 1], level[:, 3], level[:, 0], level[:, 2], y, x)
    edges = np.concatenate([left, top, right, bottom], axis=1)
    found: dict[tuple[float, ...], _Cell] = {}
    outside: list[tuple[Segment, float, float]] = []
    for segment, sides in zip(segments, edges.tolist(), strict=True):
        # Text that runs over a border stands in no cell.
        over = segment.x0 < sides[0] - _SNAP or segment.x1 > sides[2] + _SNAP
        if over or not all(map(math.isfinite, sides)):
            outside.append((segment, sides[1], sides[3]))
            continue
        key = tuple(round(side) for side in sides)
        found.setdefault(key, _Cell(*sides)).segments.append(segment)
    return list(found.values()), outside


def _nearest(first: Any, second: Any, begin: Any, end: Any, along: Any, across: Any) -> Any:
    """For each place the nearest edge before and after it among those that reach over it."""
    # A box that is a line has one edge, in its middle.
    thick = second - first >= _LINE
    edges = np.concatenate([np.where(thick, first, (first + second) / 2), second[thick]])
    begin, end = np.concatenate([begin, begin[thick]]), np.concatenate([end, end[thick]])
    over = (begin - 1 <= across) & (across <= end + 1)
    passed = edges <= along
    before = np.where(over & passed, edges, -np.inf).max(axis=1)
    after = np.where(over & ~passed, edges, np.inf).min(axis=1)
    return before[:, None], after[:, None]


def _grids(cells: list[_Cell]) -> list[list[list[_Cell]]]:
    """The rows of cells that touch, group by group; only groups that are tables."""
    if not cells:
        return []
    left, top, right, bottom = np.array([[c.left, c.top, c.right, c.bottom] for c in cells]).T
    beside = np.abs(left[:, None] - right[None, :]) <= _SNAP
    below = np.abs(top[:, None] - bottom[None, :]) <= _SNAP
    across = np.minimum.outer(right, right) > np.maximum.outer(left, left)
    along = np.minimum.outer(bottom, bottom) > np.maximum.outer(top, top)
    # A narrow empty column parts two halves of one table.
    level = np.abs(top[:, None] - top) + np.abs(bottom[:, None] - bottom) <= _SNAP
    gap = left[None, :] - right[:, None]
    beside |= level & (gap > 0) & (gap <= _GUTTER)
    touching = ((beside | beside.T) & along) | ((below | below.T) & across)
    grids: list[list[list[_Cell]]] = []
    left_over = set(range(len(cells)))
    while left_over:
        grid: list[_Cell] = []
        reached = [left_over.pop()]
        while reached:
            number = reached.pop()
            grid.append(cells[number])
            neighbours = left_over.intersection(np.flatnonzero(touching[number]).tolist())
            left_over -= neighbours
            reached += neighbours
        grids.append([row for row in _rows(grid) if len(row) > 1 and _side_by_side(row)])
    return [grid for grid in grids if len(grid) > 1]


def _side_by_side(row: list[_Cell]) -> bool:
    return all(a.right <= b.left + _SNAP for a, b in itertools.pairwise(row))


def _is_open(row: list[_Cell], outside: Sequence[tuple[Segment, float, float]]) -> bool:
    """Do figures, or words between the same lines, stand level with the row in no cell?"""
    top, bottom = row[0].top, min(cell.bottom for cell in row)
    return any(
        is_figure(segment.text) or abs(above - top) + abs(below - bottom) <= _SNAP
        for segment, above, below in outside
        if top < (segment.y0 + segment.y1) / 2 < bottom
    )


def _is_band(row: list[_Cell], several: Sequence[_Cell]) -> bool:
    """Are these several rows of a table between two lines, with figures in as many lines?"""
    level = [cell for cell in several if abs(cell.top - row[0].top) <= _SNAP]
    if len(level) < 2:
        return False
    height = max(len(cell.lines()) for cell in row)
    return height > 2 and sum(len(cell.lines()) == height for cell in level) > 1


def _holds_several(cell: _Cell) -> bool:
    """Does the cell hold what are several cells, as where only some borders are drawn?"""
    lines = cell.lines()
    if len(lines) > _LONGEST_CELL:
        return True
    if any(
        after.x0 - before.x1 > _GAP * before.size and not _is_sign(before.text, after.text)
        for line in lines
        for before, after in itertools.pairwise(line)
    ):
        return True
    if any(sum(is_figure(segment.text) for segment in line) >= 2 for line in lines):
        return True
    alone = [line[0].text for line in lines if len(line) == 1]
    figures = [text for text in alone if is_figure(text) or text.isdigit()]
    # Years above a word are the lines of one head ("FY 2013, FY 2017 Trend").
    head = len(figures) < len(lines) and all(map(is_period, figures))
    return len(figures) >= 2 and not head


def _is_sign(text: str, after: str) -> bool:
    """A currency sign or a bullet, which stands apart from what it belongs to; no empty figure."""
    dash = text in "-–—" and not after[:1].isalpha()
    return len(text) <= 2 and not text.isalnum() and not dash


def _rows(grid: list[_Cell]) -> list[list[_Cell]]:
    """The grid's cells by the height that they begin at, from the top; left to right."""
    rows: list[list[_Cell]] = []
    for cell in sorted(grid, key=lambda c: c.top):
        if rows and cell.top - rows[-1][0].top <= _SNAP:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [sorted(row, key=lambda c: c.left) for row in rows]


def _merged(row: list[_Cell], edge: float, table: int) -> dict[int, Segment | None]:
    """For each segment of the row the cell that it begins, or nothing; `edge` is the table's."""
    merged: dict[int, Segment | None] = {}
    top = min(segment.y0 for cell in row for segment in cell.segments)
    for cell in row:
        first = cell.segments[0]
        inner = min(segment.x0 for segment in cell.segments)
        merged.update((id(segment), None) for segment in cell.segments[1:])
        merged[id(first)] = Segment(
            # The first column keeps its indents, which say what stands under what.
            inner if cell.left - edge <= _SNAP else cell.left + _INSET,
            top,
            cell.right - _INSET,
            top + first.size,
            first.size,
            all(segment.bold for segment in cell.segments),
            "\n".join(" ".join(s.text for s in line) for line in cell.lines()),
            table,
        )
    return merged
