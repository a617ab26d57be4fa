"""Page layout analysis: from segments of text to lines in reading order.

Contract: everything here works in upright coordinates in points (x to the right, y down)
and knows nothing of files or of characters' meaning. Every segment that comes in goes
out in exactly one line. Time is n log n in the number of segments of a page.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from statistics import median

from longread.documents.beside import parted_beside
from longread.documents.cells import is_figure, merge_wrapped_cells
from longread.documents.layout_types import WIDEST_GAP, Line, Segment, Shape
from longread.documents.page_columns import CELL_GAP, split_columns
from longread.documents.rows import Row, group_rows
from longread.documents.table import Box, union

# In a row that has a gap between cells, narrower ones are borders as well.
TIGHT_CELL_GAP = 0.6
# Lines of a page's text have at least so many characters; so many tell where its edges are.
_LONG, _FEWEST_LONG, _SAME_EDGE = 40, 8, 2.0
# Sizes that differ by less than this share are one type.
_SAME_TYPE = 0.08
# Segments closer than this are one word.
WORD_GAP = 0.12


def reading_order(
    segments: Sequence[Segment],
    right_to_left: bool = False,
    shapes: Sequence[Shape] = (),
    drawn: Sequence[Box] = (),
) -> list[Line]:
    """The lines of a page, column after column.

    `shapes` are drawn around some of them; `drawn` is where lines and boxes are.
    """
    lines: list[Line] = []
    body, margins = _without_margins(segments)
    parts = [
        part
        for side in parted_beside(body, drawn, right_to_left)
        for part in split_columns(merge_wrapped_cells(side), shapes, right_to_left)
    ]
    columns = [*enumerate(parts), *((-2 - side, margin) for side, margin in enumerate(margins))]
    for column, part in columns:
        left = min(segment.x0 for segment in part)
        right = max(segment.x1 for segment in part)
        for row in group_rows(part):
            stretched = is_stretched(row, left, right)
            line = make_line(row, right_to_left, justified=stretched)
            line.left, line.right, line.column = left, right, column
            lines.append(line)
    return lines


def _without_margins(segments: Sequence[Segment]) -> tuple[list[Segment], list[list[Segment]]]:
    """What stands between the edges of the page's text, and the notes in its two margins."""
    long = [segment for segment in segments if len(segment.text) >= _LONG and not segment.table]
    if len(long) < _FEWEST_LONG:
        return list(segments), []
    edges = [_common([s.x0 for s in long]), _common([s.x1 for s in long])]
    width = max(s.x1 for s in long) - min(s.x0 for s in long)
    size = median(segment.size for segment in long)
    gap = 0.5 * size
    beside = (
        [s for s in segments if s.x1 < edges[0] - gap],
        [s for s in segments if s.x0 > edges[1] + gap],
    )
    inner = [s for s in segments if edges[0] - gap <= s.x0 <= edges[1]]
    margins = []
    for x, margin in zip(edges, beside, strict=True):
        over = any(s.x0 < x - gap and s.x1 > x + gap for s in segments)
        reach = max((abs(s.x0 + s.x1 - 2 * x) for s in margin), default=0.0)
        if (
            any(len(s.text.split()) > 1 or abs(s.size - size) > 0.15 * size for s in margin)
            and not over
            and reach < width
            and not any(len(s.text) >= _LONG or s.table for s in margin)
            # What stands level with lines of text on their left is a term, a number or a head.
            and (x != edges[0] or _stands_free(margin, long, inner, size))
        ):
            margins.append(margin)
    apart = {id(segment) for margin in margins for segment in margin}
    return [segment for segment in segments if id(segment) not in apart], margins


def _common(places: Sequence[float]) -> float:
    """The edge that most lines share, or an infinite one where fewer than half do."""
    counts = Counter(round(place / _SAME_EDGE) for place in places)
    shared = max(counts, key=lambda number: counts[number] + counts[number + 1])
    count = counts[shared] + counts[shared + 1]
    near = _SAME_EDGE * (shared + 0.5)
    return near if 2 * count >= len(places) and count >= _FEWEST_LONG else math.inf


def _stands_free(
    margin: Sequence[Segment], long: Sequence[Segment], inner: Sequence[Segment], size: float
) -> bool:
    """Are few of these level with long lines, and not nearly all with a line of their type?"""
    few = 3 * sum(_is_head(segment, long) for segment in margin) <= len(margin)
    alike = [segment for segment in margin if abs(segment.size - size) < _SAME_TYPE * size]
    return few and 4 * sum(_is_head(segment, inner) for segment in alike) < 3 * len(margin)


def _is_head(segment: Segment, lines: Sequence[Segment]) -> bool:
    """Does the segment stand level with a line: not in other type, in the middle of a sentence?"""
    middle = segment.y0 + segment.y1
    return any(
        abs(middle - line.y0 - line.y1) < 0.6 * line.size
        and not (
            abs(segment.size - line.size) > _SAME_TYPE * line.size
            and line.text[:1].islower()
            and any(
                0 < line.y0 - above.y0 < 2 * line.size and above.text[-1:] not in ".:;"
                for above in lines
            )
        )
        for line in lines
    )


def make_line(row: Row, right_to_left: bool = False, *, justified: bool = False) -> Line:
    """One line from the segments of a row; wide gaps are cell borders unless it is `justified`."""
    if len(row) == 1:
        only = row[0]
        box = _box(only)
        line = Line([only.text], *box, only.size, only.bold, boxes=[box], bold_label=only.bold)
        line.is_entry = only.is_entry
        return line
    if right_to_left:
        row = row[::-1]
    cells = [row[0].text]
    boxes = [_box(row[0])]
    weight: dict[float, int] = {row[0].size: len(row[0].text)}
    gaps = [
        (before.x0 - after.x1 if right_to_left else after.x0 - before.x1)
        / max(before.size, after.size)
        for before, after in itertools.pairwise(row)
    ]
    border = TIGHT_CELL_GAP if max(gaps, default=0.0) > CELL_GAP else CELL_GAP
    for segment, gap in zip(row[1:], gaps, strict=True):
        if (gap > border and not justified) or segment.table:
            cells.append(segment.text)
            boxes.append(_box(segment))
        else:
            cells[-1] += segment.text if gap < WORD_GAP else " " + segment.text
            boxes[-1] = union(boxes[-1], _box(segment))
        weight[segment.size] = weight.get(segment.size, 0) + len(segment.text)
    return Line(
        cells,
        min(segment.x0 for segment in row),
        min(segment.y0 for segment in row),
        max(segment.x1 for segment in row),
        max(segment.y1 for segment in row),
        max(weight, key=weight.__getitem__),
        all(segment.bold for segment in row),
        boxes=boxes,
        ruled=sum(segment.table != 0 for segment in row) >= 2,
        bold_label=row[0].bold,
    )


def _box(segment: Segment) -> Box:
    return segment.x0, segment.y0, segment.x1, segment.y1


def is_stretched(row: Row, left: float, right: float) -> bool:
    """Is this a justified line of few words: from edge to edge of its column, all gaps alike?"""
    if len(row) < 2 or any(segment.table for segment in row):
        return False
    size = row[0].size
    if row[0].x0 > left + 2 * size or row[-1].x1 < right - 0.5 * size:
        return False
    gaps = [after.x0 - before.x1 for before, after in itertools.pairwise(row)]
    if max(gaps) > WIDEST_GAP * size or max(gaps) - min(gaps) > 0.15 * size:
        return False
    words = sum(len(segment.text.split()) for segment in row)
    figures = sum(is_figure(segment.text) for segment in row)
    # Words far apart are all parted alike, so each is a segment of its own.
    return words == len(row) and 2 * figures < len(row) and not is_figure(row[-1].text)
