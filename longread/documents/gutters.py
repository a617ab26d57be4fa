"""Gutters: vertical gaps that lines of text respect, in a whole region or in a band of rows."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from statistics import median

from longread.documents.cells import PROSE_LINE, is_figure
from longread.documents.layout_types import Segment
from longread.documents.rows import Row, group_rows

# What of a row stands left of a gutter, and what right of it.
Halved = tuple[Row, Row]
# Lines of text on each side of a gutter, all those that cross it taken off.
_FEWEST_LINES = 3
# White between two columns (in units of the type size).
_WHITE = 1.5
# White above or below a line that stands apart (in units of the type size).
_APART = 0.5


@dataclass(frozen=True, slots=True)
class Gutter:
    """A vertical gap at `x`; the score is the lines on each side less half of those over it."""

    x: float
    score: float


def find_gutter(segments: list[Segment]) -> Gutter | None:
    """The best vertical gap: as many segments as possible wholly on either side.

    Segments that cross it (headings, wide tables) count against it but do not forbid it.
    Only lines of text have a say: a table's figures have gutters of their own.
    """
    everything = segments
    segments = [segment for segment in segments if len(segment.text) >= PROSE_LINE]
    if len(segments) < 6:
        return None
    left = min(segment.x0 for segment in segments)
    width = max(segment.x1 for segment in segments) - left
    bins = 200
    step = width / bins
    if step <= 0:
        return None
    starts, ends = [0] * (bins + 2), [0] * (bins + 2)
    for segment in segments:
        starts[int((segment.x0 - left) / step)] += 1
        ends[min(bins, int((segment.x1 - left) / step)) + 1] += 1
    total = len(segments)
    best, best_score, best_run, run = None, 0.0, 0, 0
    started, ended = (list(itertools.accumulate(counts)) for counts in (starts, ends))
    for position in range(bins * 15 // 100, bins * 85 // 100 + 1):
        before, after = ended[position], total - started[position]
        score = min(before, after) - 0.5 * (total - before - after)
        if score > best_score:
            best, best_score, best_run, run = position, score, 1, 1
        elif best is not None and score == best_score:
            run = run + 1 if position == best + run else 1
            if run > best_run:
                best, best_run = position - run + 1, run
        else:
            run = 0
    if best is None or best_score < _FEWEST_LINES:
        return None
    # Within the gap, where the fewest short pieces (numbers of a list's entries) are cut.
    places = [left + (best + best_run * eighth / 8) * step for eighth in (4, 3, 5, 2, 6, 1, 7)]
    cut = [sum(s.x0 < x - 1 and s.x1 > x + 1 for s in everything) for x in places]
    return Gutter(places[cut.index(min(cut))], best_score)


@dataclass(frozen=True, slots=True)
class ColumnBand:
    """Rows of a region that are two columns of text, between those above and those below."""

    above: Row
    left: Row
    right: Row
    below: Row

    @property
    def lines(self) -> int:
        """How many lines of text the column has that has fewer."""
        return min(_count_lines(self.left), _count_lines(self.right))


def column_bands(segments: Sequence[Segment]) -> list[ColumnBand]:
    """Where two columns of text may stand in a band of rows, the tallest first.

    The rows of a region may be too many that go from edge to edge for a gutter of them all.
    """
    rows = group_rows(segments)
    found = [
        band
        for x in _edges_beside_text(rows)
        for first, last in _runs(crosses(row, x) for row in rows)
        if (band := _band(rows, x, first, last)).lines >= _FEWEST_LINES
    ]
    return sorted(found, key=lambda band: -band.lines)


def _runs(over: Iterable[bool]) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) of the rows that stand together and cross nothing."""
    for crossing, run in itertools.groupby(enumerate(over), itemgetter(1)):
        if not crossing:
            indices = [index for index, _ in run]
            yield indices[0], indices[-1] + 1


def _band(rows: Sequence[Row], x: float, first: int, last: int) -> ColumnBand:
    """The band of these rows, without those at its ends that belong to neither column."""
    split = [halves(row, x) for row in rows]
    while last - first > 1 and _is_of_neither(split[first], split[first + 1]):
        first += 1
    while last - first > 1 and _is_of_neither(split[last - 1], split[last - 2]):
        last -= 1
    return ColumnBand(
        list(itertools.chain(*rows[:first])),
        [segment for left, _ in split[first:last] for segment in left],
        [segment for _, right in split[first:last] for segment in right],
        list(itertools.chain(*rows[last:])),
    )


def _is_of_neither(outer: Halved, inner: Halved) -> bool:
    """Is this a row of a table, or one that stands on one side only, apart from the next?"""
    if sum(is_figure(segment.text) for segment in itertools.chain(*outer)) > 1:
        return True
    if all(outer):
        return False
    row, beside = outer[0] or outer[1], inner[0] or inner[1]
    gap = max(row[0].y0 - beside[0].y1, beside[0].y0 - row[0].y1)
    return gap > _APART * row[0].size


def has_rows(left: Row, right: Row) -> bool:
    """Is there white between lines of both sides, as between two rows of a table?"""
    first = max(min(s.y1 for s in side) for side in (left, right))
    last = min(max(s.y0 for s in side) for side in (left, right))
    lines = itertools.pairwise(row[0] for row in group_rows([*left, *right]))
    gaps = [after.y0 - above.y1 for above, after in lines if above.y1 >= first and after.y0 <= last]
    # Lines that are not level overlap.
    return bool(gaps) and max(gaps) > max(0.0, median(gaps)) + _APART * left[0].size


def _count_lines(side: Row) -> int:
    return sum(len(segment.text) >= PROSE_LINE for segment in side)


def _edges_beside_text(rows: Sequence[Row]) -> list[float]:
    """Where lines of text begin that have text on their left, behind white."""
    edges: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        for before, after in itertools.pairwise(row):
            white = after.x0 - before.x1 > _WHITE * after.size
            if white and min(len(before.text), len(after.text)) >= PROSE_LINE:
                edges[round(after.x0 / 4)].append(after.x0)
    return sorted(min(places) - 1 for places in edges.values() if len(places) >= _FEWEST_LINES)


def halves(row: Row, gutter: float) -> Halved:
    left = [segment for segment in row if segment.x0 + segment.x1 <= 2 * gutter]
    return left, [segment for segment in row if segment.x0 + segment.x1 > 2 * gutter]


def crosses(row: Row, x: float) -> bool:
    return any(segment.x0 < x - 1 and segment.x1 > x + 1 for segment in row)
