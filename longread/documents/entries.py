"""Short lists in columns whose entries are a name over lines of smaller type.

Contract: rows of a page go in. Where such a list stands, each of its columns is a part of its
own, with one segment of several lines for each entry, between what is above it and below.

The names stand level, as the cells of a table do. But what stands in smaller type below a name
(a role, an office, what a form asks for) belongs to it and not to its neighbour. It is no table
if names and smaller lines take turns, or if what is below a single name is indented or in
brackets: values stand under the head of a table as large as it and at its edge. Names alone are
a list where all are bold and evenly apart, and the last of an odd number has none beside it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from longread.documents.cells import is_figure
from longread.documents.layout_types import Segment
from longread.documents.rows import Row
from longread.documents.table import Box

# Columns of a list, rows in which smaller type begins, and lines of an entry.
_MOST_COLUMNS, _MOST_NAME_LINES, _MOST_LINES = 3, 3, 20
# White between two columns, above a row that goes on with the list, and above a name without
# anything below it that still belongs to the list (in units of the type size).
_GUTTER, _NEAR, _NEXT = 2.0, 1.5, 0.5
# How far above and below a list no column of text stands (in units of the type size).
_FAR = 3.0
# Rows of a list of nothing but names.
_FEWEST_ROWS = 3
# Lines of one name, or of what is below it, are no further apart (in units of the type size).
_PITCH = 1.405
# Type is smaller from this share on, and the same from that share on.
_SMALLER, _SAME = 0.92, 0.97
# How far lines are indented at most (in units of the type size), and how far apart places are
# that are one edge (points).
_INDENT, _EDGE = 1.5, 1.5


def parted_lists(rows: Sequence[Row], drawn: Sequence[Box] = ()) -> list[list[Segment]]:
    """The segments of the rows, parted at lists in columns, or nothing where there is none.

    `drawn` is where lines and boxes are drawn.
    """
    parts: list[list[Segment]] = []
    last = end = 0
    for begin, row in enumerate(rows):
        if begin < end or not 2 <= len(row) <= _MOST_COLUMNS or not _may_begin(rows, begin):
            continue
        end = _end(rows, begin)
        found = _list_in(rows, begin, end, drawn) or _names_in(rows, begin, end, drawn)
        if found is not None:
            parts += [list(itertools.chain(*rows[last:begin])), *found[1]]
            last = end = found[0]
    if parts:
        parts.append(list(itertools.chain(*rows[last:])))
    return [part for part in parts if part]


def _may_begin(rows: Sequence[Row], begin: int) -> bool:
    """Is this a row of names far apart, all bold or with smaller type soon below?"""
    row = rows[begin]
    largest = _SMALLER * row[0].size
    below = rows[begin + 1 : begin + 1 + _MOST_NAME_LINES]
    if not (row[0].bold and row[-1].bold) and all(
        segment.size > largest for lines in below for segment in lines
    ):
        return False
    return not any(segment.table for segment in row) and all(
        after.x0 - before.x1 >= _GUTTER * before.size for before, after in itertools.pairwise(row)
    )


def _end(rows: Sequence[Row], begin: int) -> int:
    """The row behind those that stand close below each other, in the columns of the first."""
    heads = rows[begin]
    for index in range(begin + 1, len(rows)):
        row = rows[index]
        if _white(rows[index - 1], row) > _NEAR * row[0].size:
            return index
        places = {_place(segment, heads) for segment in row}
        if None in places or len(places) < len(row):
            return index
    return len(rows)


def _white(above: Row, row: Row) -> float:
    return min(s.y0 for s in row) - max(s.y1 for s in above)


def _place(segment: Segment, heads: Row) -> int | None:
    """Below which of the heads a segment stands: at its edge, indented, or centred."""
    for number, head in enumerate(heads):
        if segment.table or any(
            other.x0 - segment.size < segment.x1 and segment.x0 < other.x1
            for other in heads
            if other is not head
        ):
            continue
        if abs(segment.x0 - head.x0) <= _INDENT * head.size or _is_centred(segment, head):
            return number
    return None


def _is_centred(segment: Segment, head: Segment) -> bool:
    return abs(segment.x0 + segment.x1 - head.x0 - head.x1) < 2 * _EDGE


@dataclass(frozen=True, slots=True)
class _Column:
    """The lines of a column; those of `small` type stand below names."""

    lines: list[Segment]
    small: float

    def is_small(self, index: int) -> bool:
        return _SAME * self.lines[index].size <= self.small

    @property
    def names(self) -> list[Segment]:
        return [line for index, line in enumerate(self.lines) if not self.is_small(index)]

    @property
    def below(self) -> list[Segment]:
        return [line for index, line in enumerate(self.lines) if self.is_small(index)]

    def starts(self) -> list[int]:
        """Where entries begin, and the end; what goes on from the column before is the first."""
        return [
            index
            for index, line in enumerate(self.lines)
            if not index
            or (
                not self.is_small(index)
                and (
                    self.is_small(index - 1)
                    or line.y0 - self.lines[index - 1].y0 > _PITCH * line.size
                )
            )
        ] + [len(self.lines)]

    def entries(self) -> list[list[Segment]]:
        return [self.lines[first:last] for first, last in itertools.pairwise(self.starts())]

    def is_aligned(self) -> bool:
        """Do the smaller lines share an edge, and the names, or do all lines share a middle?"""
        names, below = ([line.x0 for line in lines] for lines in (self.names, self.below))
        if names and below and max(below) - min(below) < _EDGE:
            names = [x for x in names if abs(x - below[0]) >= _EDGE] or names
        flush = all(max(edges) - min(edges) < _EDGE for edges in (names, below) if edges)
        hanging = not names or not below or min(below) > min(names) - _EDGE
        return (flush and hanging) or all(_is_centred(line, self.lines[0]) for line in self.lines)

    def takes_turns(self) -> bool:
        """Does a name follow what is below another one?"""
        return any(
            self.is_small(index - 1) and not self.is_small(index)
            for index in range(1, len(self.lines))
        )

    def is_hanging(self) -> bool:
        """Is what is below a single name, if anything, indented or in brackets?"""
        below = self.below
        if not below or self.is_small(0):
            return True
        in_brackets = below[0].text[0] == "(" and below[-1].text[-1] == ")"
        return in_brackets or all(line.x0 > self.lines[0].x0 + _EDGE for line in below)


def _list_in(
    rows: Sequence[Row], begin: int, end: int, drawn: Sequence[Box]
) -> tuple[int, list[list[Segment]]] | None:
    """The list that begins the rows from `begin` to `end`: where it ends, and its columns."""
    if end == begin + 1:
        return None
    small = min(segment.size for row in rows[begin:end] for segment in row)
    end = _without_next_heading(rows, begin, end, small)
    columns = [_Column([], small) for _ in rows[begin]]
    for segment in itertools.chain(*rows[begin:end]):
        columns[_place(segment, rows[begin]) or 0].lines.append(segment)
    if not _are_entries(columns) or not _stands_free(rows, begin, end, drawn):
        return None
    parts: list[list[Segment]] = []
    for column in columns:
        entries = [_whole(entry) for entry in column.entries()]
        if column.is_small(0):
            rest = entries.pop(0)
            last = parts[-1][-1]
            parts[-1][-1] = replace(last, text=f"{last.text}\n{rest.text}")
        parts.append(entries)
    return end, [entries for entries in parts if entries]


def _names_in(
    rows: Sequence[Row], begin: int, end: int, drawn: Sequence[Box]
) -> tuple[int, list[list[Segment]]] | None:
    """The list of nothing but names, set in bold, that begins the rows: its end, its columns."""
    first = rows[begin]
    if end < begin + _FEWEST_ROWS or len(first) != 2 or not all(name.bold for name in first):
        return None
    last = begin + 1
    pitch = rows[last][0].y0 - first[0].y0
    while last < end and _is_row_of_names(rows[last], rows[last - 1], first, pitch):
        last += 1
    found = rows[begin:last]
    if len(found) < _FEWEST_ROWS or pitch <= _PITCH * first[0].size:
        return None
    if [len(row) for row in found] != [2] * (len(found) - 1) + [1]:
        return None
    if _place(found[-1][0], first) != 0 or not _stands_free(rows, begin, last, drawn):
        return None
    return last, [[_whole([row[side]]) for row in found if len(row) > side] for side in (0, 1)]


def _is_row_of_names(row: Row, above: Row, first: Row, pitch: float) -> bool:
    """Are these names in the type, at the edges and in the even distance of those above?"""
    return abs(row[0].y0 - above[0].y0 - pitch) < _EDGE and all(
        segment.bold
        and segment.size == first[0].size
        and not is_figure(segment.text)
        and any(abs(segment.x0 - name.x0) < _EDGE for name in first)
        for segment in row
    )


def _without_next_heading(rows: Sequence[Row], begin: int, end: int, small: float) -> int:
    """The end, before lines of larger type that stand further below than the list's names do."""
    has_small = [any(_SAME * s.size <= small for s in row) for row in rows[begin:end]]
    last = max(index for index, found in enumerate(has_small) if found) + begin
    whites = [_white(rows[i - 1], rows[i]) for i in range(begin + 1, last + 1)]
    most = max([_NEXT * rows[begin][0].size, *whites])
    while last + 1 < end and _white(rows[last], rows[last + 1]) <= most:
        last += 1
    return last + 1


def _are_entries(columns: Sequence[_Column]) -> bool:
    """Is each column names, with words in one smaller type below them?"""
    small = columns[0].small
    below = [line for column in columns for line in column.below]
    if any(small > _SMALLER * name.size for column in columns for name in column.names):
        return False
    if not below or any(is_figure(line.text) for line in below):
        return False
    if columns[0].is_small(0) or not all(
        not after.is_small(0) or _goes_on(before, after)
        for before, after in itertools.pairwise(columns)
    ):
        return False
    if not all(column.is_aligned() for column in columns):
        return False
    if not all(_is_close(entry) for column in columns for entry in column.entries()):
        return False
    return any(column.takes_turns() for column in columns) or all(
        column.is_hanging() for column in columns
    )


def _goes_on(before: _Column, after: _Column) -> bool:
    """Does an entry go on at the head of the next column?"""
    return before.is_small(-1) and before.lines[-1].text[-1] not in ".!?:"


def _is_close(entry: Sequence[Segment]) -> bool:
    """Are the lines few, and those of one type right below each other?"""
    return len(entry) <= _MOST_LINES and all(
        after.y0 - above.y0 <= _PITCH * after.size
        for above, after in itertools.pairwise(entry)
        if after.size >= _SAME * above.size
    )


def _go_on_outside(rows: Sequence[Row], begin: int, end: int) -> bool:
    """Do lines above or below stand at the edge of a later column, as in columns of text?"""
    first, last = rows[begin], rows[end - 1]
    far = _FAR * first[0].size
    top, bottom = first[0].y0 - far, last[0].y1 + far
    above = itertools.takewhile(lambda row: row[0].y1 > top, reversed(rows[:begin]))
    below = itertools.takewhile(lambda row: row[0].y0 < bottom, rows[end:])
    return any(
        abs(segment.x0 - head.x0) < _NEXT * head.size
        for row in itertools.chain(above, below)
        for segment in row
        for head in first[1:]
    )


def _stands_free(rows: Sequence[Row], begin: int, end: int, drawn: Sequence[Box]) -> bool:
    """Does no row of cells stand right above or below, and is nothing drawn between the rows?"""
    if _go_on_outside(rows, begin, end) or any(
        0 <= outer < len(rows)
        and len(rows[outer]) > 1
        and _white(rows[upper], rows[upper + 1]) < rows[outer][0].size
        for outer, upper in ((begin - 1, begin - 1), (end, end - 1))
    ):
        return False
    top, bottom = rows[begin][0].y1, rows[end - 1][0].y0
    left = min(segment.x0 for row in rows[begin:end] for segment in row)
    right = max(segment.x1 for row in rows[begin:end] for segment in row)
    return not any(
        x0 < right and x1 > left and (top <= y0 <= bottom or top <= y1 <= bottom)
        for x0, y0, x1, y1 in drawn
    )


def _whole(entry: Sequence[Segment]) -> Segment:
    """The lines of an entry as one segment, in the type that most of it is set in."""
    sizes: Counter[float] = Counter()
    for line in entry:
        sizes[line.size] += len(line.text)
    return Segment(
        min(line.x0 for line in entry),
        entry[0].y0,
        max(line.x1 for line in entry),
        entry[-1].y1,
        sizes.most_common(1)[0][0],
        all(line.bold for line in entry),
        "\n".join(line.text for line in entry),
        is_entry=True,
    )
