"""Rows of a page: segments that stand on one printed line."""

from __future__ import annotations

from collections.abc import Sequence

from longread.documents.layout_types import Segment

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
            row.sort(key=left_edge)
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


def _middle(segment: Segment) -> float:
    return (segment.y0 + segment.y1) / 2


def left_edge(segment: Segment) -> float:
    """Sorts segments from left to right."""
    return segment.x0
