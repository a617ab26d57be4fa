"""Column detection: which segments of a page are read before the next column.

Contract: a recursive cut by gutters (vertical gaps that many lines of text respect). Rows
that reach over a gutter, rows of tables and shapes that are drawn over it cut a page into
bands, and each band is read column after column. Every segment comes out in one part.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from longread.documents.cells import PROSE_LINE, is_figure
from longread.documents.gutters import (
    Gutter,
    Halved,
    column_bands,
    crosses,
    find_gutter,
    halves,
    has_rows,
)
from longread.documents.layout_types import WIDEST_GAP, Segment, Shape
from longread.documents.rows import Row, group_rows, left_edge
from longread.documents.stacked import CAPTION
from longread.documents.tables import is_marker

# A gap this wide (in units of the type size) separates cells; justified text stays below.
CELL_GAP = 1.25
# Lines of a table's title, or between it and the table.
_MOST_TITLES = 3
# Columns within columns are real (a shape in a column), deeper nesting is noise.
MAX_DEPTH = 4
# A gutter of part of the page's columns is one of the page if it is about as clear.
_EQUAL_GUTTER = 0.5


def split_columns(
    segments: list[Segment],
    shapes: Sequence[Shape] = (),
    right_to_left: bool = False,
    depth: int = 0,
) -> list[list[Segment]]:
    """The parts of a region that are read one after the other, each a single column."""
    if len(segments) < 6 or depth >= MAX_DEPTH:
        return [segments] if segments else []
    found = find_gutter(segments)
    if found is None:
        return [segments]
    parts: list[list[Segment]] = []
    single: list[Segment] = []
    for band in _bands(segments, found, shapes):
        left, right = band.left, band.right
        if band.shape is None and (
            band.across or not (reads_down(left, depth) and reads_down(right, depth))
        ):
            single.extend(left + right)
            continue
        parts.extend(_split_band(single, shapes, right_to_left, depth))
        single = []
        if band.shape is not None:
            others = [shape for shape in shapes if shape is not band.shape]
            parts.extend(split_columns(left + right, others, right_to_left, depth + 1))
            continue
        for side in (right, left) if right_to_left else (left, right):
            parts.extend(split_columns(side, shapes, right_to_left, depth + 1))
    return [*parts, *_split_band(single, shapes, right_to_left, depth)]


def _split_band(
    segments: list[Segment], shapes: Sequence[Shape], right_to_left: bool, depth: int
) -> list[list[Segment]]:
    """What no gutter of the whole region parts, cut where a band of its rows is columns of text."""
    parts = parted_in_band(segments, right_to_left)
    if len(parts) < 2:
        return parts
    return [
        piece for part in parts for piece in split_columns(part, shapes, right_to_left, depth + 1)
    ]


def parted_in_band(segments: Sequence[Segment], right_to_left: bool) -> list[list[Segment]]:
    """The segments, parted where a band of their rows is two columns of text."""
    for band in column_bands(segments):
        sides = (band.right, band.left) if right_to_left else (band.left, band.right)
        if (
            not tables(band.left + band.right)
            and all(map(is_prose, sides))
            and not has_rows(*sides)
        ):
            return [part for part in (band.above, *sides, band.below) if part]
    return [list(segments)] if segments else []


def reads_down(side: list[Segment], depth: int = 0) -> bool:
    """Is this side of a gutter a column of text, or itself several of them?"""
    if not side or is_prose(side):
        return True
    # The heads of a table can look like two short columns.
    return len(side) >= 16 and len(split_columns(side, depth=depth + 1)) > 1


@dataclass(slots=True)
class _Band:
    """Rows that belong together: what stands left of the gutter, and what right of it."""

    across: bool
    shape: Shape | None
    left: list[Segment]
    right: list[Segment]


def _bands(segments: list[Segment], gutter: Gutter, shapes: Sequence[Shape]) -> list[_Band]:
    """Cut a region at the rows of tables, those across the gutter, and shapes across it."""
    rows = [halves(row, gutter.x) for row in group_rows(segments)]
    across = _across(rows, gutter, segments)
    framing = [shape for shape in shapes if _frames_some(shape, segments, gutter.x)]
    left, right = min(s.x0 for s in segments), max(s.x1 for s in segments)
    edges = (left + gutter.x) / 2, (gutter.x + right) / 2
    parting = [(shape.y0 + shape.y1) / 2 for shape in shapes if _parts(shape, segments, edges)]
    bands: list[_Band] = []
    last = 0
    for over, (lefts, rights) in zip(across, rows, strict=True):
        shape = next((b for b in framing if all(b.holds(s) for s in lefts + rights)), None)
        before = bands[-1] if bands else None
        above = sum(y < (lefts or rights)[0].y1 for y in parting)
        goes_on = before is not None and before.shape is shape and above == last
        last = above
        if before is not None and goes_on and (shape or before.across == over):
            before.left.extend(lefts)
            before.right.extend(rights)
        else:
            bands.append(_Band(over, shape, list(lefts), list(rights)))
    return bands


def _frames_some(shape: Shape, segments: Sequence[Segment], gutter: float) -> bool:
    """Is the shape drawn over the gutter, around a part of the region only?"""
    if (shape.is_filled and shape.colour is None) or not shape.x0 < gutter < shape.x1:
        return False
    inside = sum(shape.holds(segment) for segment in segments)
    return 0 < inside <= 0.6 * len(segments)


def _parts(shape: Shape, segments: Sequence[Segment], edges: tuple[float, float]) -> bool:
    """Is this a picture or a box over the middles of both columns, with no text in it?"""
    over_both = shape.x0 <= edges[0] and shape.x1 >= edges[1]
    return over_both and not any(shape.holds(segment) for segment in segments)


def _across(rows: Sequence[Halved], gutter: Gutter, segments: list[Segment]) -> list[bool]:
    """Which rows belong to no column: they cross a gutter, are a table's, or stand apart."""
    edges = _Edges.of(rows)
    others = [
        found.x
        for side in (
            [s for s in segments if s.x1 <= gutter.x + 1],
            [s for s in segments if s.x0 >= gutter.x - 1],
        )
        if (found := find_gutter(side)) is not None and found.score >= _EQUAL_GUTTER * gutter.score
    ]
    across = [
        crosses(left + right, gutter.x)
        or bool(tables(left) & tables(right))
        # In a page of three columns: a line over two of them, and nothing beside it.
        or (len(left + right) == 1 and any(crosses(left + right, other) for other in others))
        for left, right in rows
    ]
    in_table = [edges.is_table_row(left, right) for left, right in rows]
    beside = [a or b for a, b in zip(across, in_table, strict=True)]
    for index, is_table in enumerate(in_table):
        # One row is no table: it is a line of text that is full of figures.
        if is_table and any(beside[max(0, index - 1) : index] + beside[index + 1 : index + 2]):
            across[index] = True
    for index in range(1, len(rows)):
        if across[index] and not across[index - 1]:
            first = _first_title(rows, index)
            across[first:index] = [True] * (index - first)
    mark_outer(across, rows)
    return across


def mark_outer(across: list[bool], rows: Sequence[Halved]) -> None:
    """A page's number and the like, first or last of the rows, is of neither column."""
    if len(rows) > 1:
        for outer, inner in ((0, 1), (-1, -2)):
            across[outer] = across[outer] or _stands_apart(rows[outer], rows[inner])


def tables(segments: Iterable[Segment]) -> set[int]:
    return {segment.table for segment in segments if segment.table}


def _stands_apart(outer: Halved, inner: Halved) -> bool:
    """Is the first or last row a page's number or another line that is of neither column?"""
    row, beside = outer[0] or outer[1], inner[0] or inner[1]
    if len(row) > 1 or (outer[0] and outer[1]):
        return False
    gap = max(beside[0].y0 - row[0].y1, row[0].y0 - beside[0].y1)
    return gap > 1.5 * (row[0].y1 - row[0].y0)


def _first_title(rows: Sequence[Halved], index: int) -> int:
    """Where the title of what stands in the row at `index` begins, under the left column's text."""
    first = index
    below = rows[index][0] + rows[index][1]
    for place in range(index - 1, max(0, index - 1 - _MOST_TITLES), -1):
        left, right = rows[place]
        if right or len(left) != 1:
            break
        line = left[0]
        if min(s.y0 for s in below) - line.y1 > 2.5 * (line.y1 - line.y0):
            break
        if CAPTION.match(line.text) or _stands_out(line, rows[place - 1][0]):
            first = place
        below = left
    return first


def _stands_out(line: Segment, above: Row) -> bool:
    """Is the line set in bold or larger type than the text above it?"""
    if not above:
        return False
    return (line.bold and not above[-1].bold) or line.size > 1.12 * above[-1].size


@dataclass(slots=True)
class _Edges:
    """The edges of the two columns beside a gutter."""

    left: tuple[float, float]
    right: tuple[float, float]

    @classmethod
    def of(cls, rows: Sequence[Halved]) -> _Edges:
        sides = [[s for row in rows for s in row[side]] for side in (0, 1)]
        ends = [(min(map(left_edge, s)), max(e.x1 for e in s)) if s else (0.0, 0.0) for s in sides]
        return cls(ends[0], ends[1])

    def is_table_row(self, left: Row, right: Row) -> bool:
        """Is this one row of a table, rather than two lines of text that stand level?"""
        # The numbers of a list's entries are no figures of a table.
        if sum(is_figure(s.text) and not is_marker(s.text) for s in left + right) < 2:
            return False
        if _fills(left, *self.left) or _fills(right, *self.right):
            return False
        # A table that stands in one column has its labels there as well.
        figures_right = any(is_figure(segment.text) for segment in right)
        in_one = (is_labelled(left, self.left[0]) and not figures_right) or is_labelled(
            right, self.right[0]
        )
        return not in_one


def is_labelled(row: Row, edge: float) -> bool:
    """Do figures follow words that stand at the column's edge?"""
    if len(row) < 2 or row[0].x0 > edge + 2 * row[0].size or is_figure(row[0].text):
        return False
    return any(is_figure(segment.text) for segment in row[1:])


def _fills(row: Row, left: float, right: float) -> bool:
    """Is this a line of text from edge to edge of its column, up to a ragged end?"""
    if not row or row[0].x0 > left + 2 * row[0].size:
        return False
    if row[-1].x1 < right - 0.25 * (right - left) or _has_gap(row, WIDEST_GAP):
        return False
    text = "".join(segment.text for segment in row)
    # Text may be full of figures, but has no gaps like those between cells.
    letters = 0.5 if _has_gap(row) else 0.3
    return len(text) >= PROSE_LINE and sum(map(str.isalpha, text)) >= letters * len(text)


def is_prose(segments: list[Segment]) -> bool:
    """Do these segments read as a column of text, rather than as cells of a table?"""
    if len(segments) < 3:
        return False
    rows = group_rows(segments)
    if len(rows) < 3:
        return False
    if sum(segment.table != 0 for segment in segments) > 0.2 * len(segments):
        return False
    # A column of text has no wide gaps inside; a table beside its labels has.
    if sum(_has_gap(row) for row in rows) > 0.4 * len(rows):
        return False
    lengths = [sum(len(segment.text) for segment in row) for row in rows]
    if median(lengths) < PROSE_LINE:
        return False
    text = "".join(segment.text for segment in segments)
    letters = sum(map(str.isalpha, text))
    return letters >= 0.6 * len(text)


def _has_gap(row: Row, wide: float = CELL_GAP) -> bool:
    pairs = itertools.pairwise(row)
    return any(after.x0 - before.x1 > wide * before.size for before, after in pairs)
