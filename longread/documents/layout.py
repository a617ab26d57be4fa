"""Geometry of a page: from pieces of text with a place to lines in reading order.

Contract: everything here works in upright coordinates in points (x to the right, y down)
and knows nothing of files or of characters' meaning. Every segment that comes in goes
out in exactly one line. Time is n log n in the number of segments of a page.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from statistics import median

from longread.documents.cells import is_figure, merge_wrapped_cells
from longread.documents.layout_types import Line, Segment
from longread.documents.table import Box, union

# A gap this wide (in units of the type size) separates cells; justified text stays below.
CELL_GAP = 1.25
# In a row that has such a gap, narrower ones are borders as well.
TIGHT_CELL_GAP = 0.6
# Pieces closer than this are one word.
WORD_GAP = 0.12
# Columns of prose have at least this many characters a line; tables of figures do not.
PROSE_LINE = 18
# Columns within columns are real (a box in a column), deeper nesting is noise.
MAX_DEPTH = 4

Row = list[Segment]


def group_rows(segments: Sequence[Segment]) -> list[Row]:
    """Segments that stand on one printed line, lines from top to bottom, left to right."""
    rows: list[Row] = []
    top = bottom = 0.0
    for segment in sorted(segments, key=_middle):
        height = segment.y1 - segment.y0
        middle = _middle(segment)
        slack = 0.1 * min(height, bottom - top)
        if rows and top + slack <= middle <= bottom - slack:
            rows[-1].append(segment)
        else:
            rows.append([segment])
            top, bottom = segment.y0, segment.y1
    rows = _with_sunken_cells(rows)
    for row in rows:
        if len(row) > 1:
            row.sort(key=_left)
    return rows


def _with_sunken_cells(rows: list[Row]) -> list[Row]:
    """Join rows whose figures stand a little lower than their label."""
    joined: list[Row] = []
    for row in rows:
        before = joined[-1] if joined else None
        if before is not None and len(before) + len(row) <= 24 and _beside(before, row):
            before.extend(row)
        else:
            joined.append(row)
    return joined


def _beside(before: Row, row: Row) -> bool:
    height = min(before[0].y1 - before[0].y0, row[0].y1 - row[0].y0)
    if _middle(row[0]) - _middle(before[0]) > 0.5 * height:
        return False
    return all(a.x1 <= b.x0 or b.x1 <= a.x0 for a in before for b in row)


def reading_order(segments: Sequence[Segment], right_to_left: bool = False) -> list[Line]:
    """The lines of a page, column after column."""
    lines: list[Line] = []
    for column, part in enumerate(_columns(merge_wrapped_cells(segments), right_to_left, 0)):
        left = min(segment.x0 for segment in part)
        right = max(segment.x1 for segment in part)
        for row in group_rows(part):
            line = make_line(row, right_to_left)
            line.left, line.right, line.column = left, right, column
            lines.append(line)
    return lines


def make_line(row: Row, right_to_left: bool = False) -> Line:
    """One line from the segments of a row, wide gaps kept as cell borders."""
    if right_to_left and len(row) > 1:
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
        if gap > border or segment.cell:
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
        ruled=sum(segment.cell for segment in row) >= 2,
    )


def _box(segment: Segment) -> Box:
    return segment.x0, segment.y0, segment.x1, segment.y1


def _middle(segment: Segment) -> float:
    return (segment.y0 + segment.y1) / 2


def _left(segment: Segment) -> float:
    return segment.x0


def _columns(segments: list[Segment], right_to_left: bool, depth: int) -> list[list[Segment]]:
    """Split a region into parts to be read one after the other, each a single column."""
    if not segments:
        return []
    gutter = _gutter(segments) if len(segments) >= 6 and depth < MAX_DEPTH else None
    if gutter is None:
        return [segments]
    parts: list[list[Segment]] = []
    single: list[Segment] = []
    split = False
    for full_width, band in _bands(segments, gutter):
        left = [segment for segment in band if _across(segment) <= 2 * gutter]
        right = [segment for segment in band if _across(segment) > 2 * gutter]
        if full_width or not (_reads_down(left, depth) and _reads_down(right, depth)):
            single.extend(band)
            continue
        split = True
        if single:
            parts.append(single)
            single = []
        sides = (right, left) if right_to_left else (left, right)
        for side in sides:
            parts.extend(_columns(side, right_to_left, depth + 1))
    if not split:
        return [segments]
    if single:
        parts.append(single)
    return parts


def _reads_down(side: list[Segment], depth: int) -> bool:
    """Is this side of a gutter a column of text, or itself several of them?"""
    if _is_prose(side):
        return True
    # The heads of a table can look like two short columns.
    return len(side) >= 16 and len(_columns(side, False, depth + 1)) > 1


def _across(segment: Segment) -> float:
    return segment.x0 + segment.x1


def _gutter(segments: list[Segment]) -> float | None:
    """The x of the best vertical gap: as many segments as possible wholly on either side.

    Segments that cross it (headings, wide tables) count against it but do not forbid it.
    Only lines of text have a say: a table's figures have gutters of their own.
    """
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
    started, ended = 0, 0
    for position in range(bins + 1):
        started += starts[position]
        ended += ends[position]
        if not 0.15 * bins <= position <= 0.85 * bins:
            continue
        before, after = ended, total - started
        score = min(before, after) - 0.5 * (total - before - after)
        if score > best_score:
            best, best_score, best_run, run = position, score, 1, 1
        elif best is not None and score == best_score:
            run = run + 1 if position == best + run else 1
            if run > best_run:
                best, best_run = position - run + 1, run
        else:
            run = 0
    if best is None or best_score < 3:
        return None
    return left + (best + best_run / 2) * step


def _bands(segments: list[Segment], gutter: float) -> list[tuple[bool, list[Segment]]]:
    """Cut a region at the rows of tables and those across the gutter: (such rows?, segments)."""
    bands: list[tuple[bool, list[Segment]]] = []
    for row in group_rows(segments):
        crosses = (
            any(segment.x0 < gutter - 1 and segment.x1 > gutter + 1 for segment in row)
            or sum(is_figure(segment.text) for segment in row) >= 2
        )
        if bands and bands[-1][0] == crosses:
            bands[-1][1].extend(row)
        else:
            bands.append((crosses, list(row)))
    return bands


def _is_prose(segments: list[Segment]) -> bool:
    """Do these segments read as a column of text, rather than as cells of a table?"""
    if len(segments) < 3:
        return False
    rows = group_rows(segments)
    if len(rows) < 3:
        return False
    if sum(segment.cell for segment in segments) > 0.2 * len(segments):
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


def _has_gap(row: Row) -> bool:
    pairs = itertools.pairwise(row)
    return any(after.x0 - before.x1 > CELL_GAP * before.size for before, after in pairs)
