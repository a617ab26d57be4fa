"""Spanning heads: which columns of a table each cell of its head lines stands over.

By the line drawn under the head, by what stands below it, by where its middle is.
"""

from __future__ import annotations

from collections.abc import Sequence

from longread.documents.columns import Extent
from longread.documents.table import Box

# Drawn boxes thinner than this are lines; those nearer than this to each other are one line.
_THIN = 3.0
_NEAR = 2.5
# A head may reach out of its column's room by this much.
_SLACK = 4.0
# A spanning head stands this near to the middle of its columns, in points.
_OFF = 8.0


def assigned(
    lines: Sequence[Sequence[Box]],
    periods: Sequence[Sequence[bool]],
    columns: Sequence[Extent],
    drawn: Sequence[Box],
) -> list[list[list[int]]]:
    """For each head line, from top to bottom, the columns of each of its cells.

    `periods` says which cells name a period: one over heads of their own spans all of them.
    """
    rules = _rules(drawn, lines)
    found: list[list[list[int]]] = []
    below: Sequence[Box] = ()
    below_groups: list[list[int]] = []
    below_dated: Sequence[bool] = ()
    headed: set[int] = set()
    for boxes, dated in zip(reversed(lines), reversed(periods), strict=True):
        groups = [_by_rule(box, boxes, rules, columns, headed) for box in boxes]
        groups = [
            group or _by_cell_below(box, below, below_groups)
            for box, group in zip(boxes, groups, strict=True)
        ]
        groups = _by_place(boxes, groups, columns, not found)
        groups = _spread(boxes, groups, dated, columns, headed)
        if len(boxes) == 1 and dated[0] and len(below) > 1 and all(below_dated):
            groups = _over_all(boxes[0], below_groups, columns) or groups
        found.append(groups)
        headed.update(column for group in groups for column in group)
        columns = _widened(columns, boxes, groups)
        below, below_groups, below_dated = boxes, groups, dated
    return found[::-1]


def _widened(
    columns: Sequence[Extent], boxes: Sequence[Box], groups: Sequence[Sequence[int]]
) -> list[Extent]:
    """The columns, as wide as the heads that stand over one alone."""
    wide = list(columns)
    for box, group in zip(boxes, groups, strict=True):
        if len(group) == 1:
            left, right = wide[group[0]]
            wide[group[0]] = min(left, box[0]), max(right, box[2])
    return wide


def _rules(drawn: Sequence[Box], lines: Sequence[Sequence[Box]]) -> list[Box]:
    """Level lines near the heads, each as drawn and as one with those that it touches."""
    boxes = [box for line in lines for box in line]
    if not boxes:
        return []
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes) + 6
    level = [
        box for box in drawn if box[3] - box[1] < _THIN < box[2] - box[0] and top < box[1] < bottom
    ]
    joined: list[Box] = []
    for box in sorted(level, key=lambda box: (round(box[1] / _NEAR), box[0])):
        last = joined[-1] if joined else None
        if last and abs(last[1] - box[1]) < _NEAR and box[0] - last[2] < 1.0:
            joined[-1] = (last[0], last[1], max(last[2], box[2]), last[3])
        else:
            joined.append(box)
    return level + joined


def _by_rule(
    box: Box,
    boxes: Sequence[Box],
    rules: Sequence[Box],
    columns: Sequence[Extent],
    headed: set[int],
) -> list[int]:
    """The columns over the line right under a cell, unless that runs under the labels, too.

    Of several, the widest under no other cell of `boxes`, if all its columns have heads below.
    """
    height = box[3] - box[1]
    under = [
        rule
        for rule in rules
        if rule[0] - 2 <= box[0]
        and box[2] <= rule[2] + 2
        and -0.3 * height < rule[1] - box[3] < 0.6 * height
    ]
    if not under:
        return []
    shortest, *longer = sorted(under, key=lambda rule: rule[2] - rule[0])
    covered = _covered(shortest, columns)
    for rule in longer:
        wider = _covered(rule, columns)
        over = [other for other in boxes if rule[0] < other[2] and other[0] < rule[2]]
        if over == [box] and headed.issuperset(wider) and 0 not in wider:
            covered = wider
    return [] if covered[:1] == [0] and len(covered) > 1 else covered


def _covered(rule: Box, columns: Sequence[Extent]) -> list[int]:
    return [i for i, extent in enumerate(columns) if _covers(rule, extent)]


def _covers(rule: Box, extent: Extent) -> bool:
    shared = min(rule[2], extent[1]) - max(rule[0], extent[0])
    return shared > 0.5 * min(extent[1] - extent[0], rule[2] - rule[0])


def _by_cell_below(box: Box, below: Sequence[Box], groups: list[list[int]]) -> list[int]:
    """The columns of the cell right under this one, where both are lines of one spanning head."""
    middle = (box[0] + box[2]) / 2
    for other, group in zip(below, groups, strict=True):
        if len(group) > 1 and abs((other[0] + other[2]) / 2 - middle) < 0.1 * (box[2] - box[0]) + 3:
            return group
    return []


def _by_place(
    boxes: Sequence[Box], groups: list[list[int]], columns: Sequence[Extent], last: bool
) -> list[list[int]]:
    """Columns for the cells that have none yet, from those that no other cell took."""
    taken = {column for group in groups for column in group}
    placed: list[list[int]] = []
    for index, (box, group) in enumerate(zip(boxes, groups, strict=True)):
        if group:
            placed.append(group)
            continue
        others = [other for i, other in enumerate(boxes) if i != index]
        free = [
            column
            for column, extent in enumerate(columns)
            if column not in taken and not any(_over(other, extent) for other in others)
        ]
        placed.append(_best_group(box, free, columns, last))
    return placed


def _over_all(box: Box, groups: Sequence[list[int]], columns: Sequence[Extent]) -> list[list[int]]:
    """All columns of a line of periods, for one over the middle of them all."""
    first, last = groups[0][0], groups[-1][-1]
    off = (columns[first][0] + columns[last][1] - box[0] - box[2]) / 2
    return [list(range(first, last + 1))] if first and abs(off) <= _OFF else []


def _spread(
    boxes: Sequence[Box],
    groups: list[list[int]],
    dated: Sequence[bool],
    columns: Sequence[Extent],
    headed: set[int],
) -> list[list[int]]:
    """The groups, those of periods as wide as may be: no column stands under two of them."""
    middles = [(box[0] + box[2]) / 2 for box in boxes]

    def widest(near: bool) -> list[list[int]]:
        wide = []
        for index, (box, group) in enumerate(zip(boxes, groups, strict=True)):
            own = {
                column
                for column in headed
                if not near or _nearest(columns[column], middles) == index
            }
            wide.append(_widest(box, group, groups, columns, own) if dated[index] else group)
        return wide

    found = widest(near=False)
    taken = [column for group in found for column in group]
    return found if len(set(taken)) == len(taken) else widest(near=True)


def _nearest(extent: Extent, middles: Sequence[float]) -> int:
    """Which of the middles is the nearest to that of a column?"""
    middle = (extent[0] + extent[1]) / 2
    return min(range(len(middles)), key=lambda index: abs(middles[index] - middle))


def _widest(
    box: Box,
    group: list[int],
    groups: Sequence[list[int]],
    columns: Sequence[Extent],
    headed: set[int],
) -> list[int]:
    """The columns with heads of their own on both sides that no other cell of the line takes."""
    if len(group) != 1 or group[0] == 0 or group[0] not in headed:
        return group
    taken = {column for other in groups if other is not group for column in other}
    first = last = group[0]
    while first - 1 in headed and first - 1 > 0 and first - 1 not in taken:
        first -= 1
    while last + 1 in headed and last + 1 not in taken:
        last += 1
    runs = [
        list(range(i, j + 1)) for i in range(first, group[0] + 1) for j in range(group[0], last + 1)
    ]
    middle = (box[0] + box[2]) / 2
    off = [abs((columns[run[0]][0] + columns[run[-1]][1]) / 2 - middle) for run in runs]
    near = [run for run, distance in zip(runs, off, strict=True) if distance <= min(off) + _OFF]
    return max(near, key=len)


def _over(box: Box, extent: Extent) -> bool:
    middle = (extent[0] + extent[1]) / 2
    return box[0] <= middle <= box[2]


def _best_group(box: Box, free: list[int], columns: Sequence[Extent], last: bool) -> list[int]:
    """The column whose room the cell keeps within, or those whose middle is nearest to its own."""
    shared = [min(box[2], right) - max(box[0], left) for left, right in columns]
    best = shared.index(max(shared))
    left, right = _room(best, columns)
    if box[0] >= left - _SLACK and box[2] <= right + _SLACK and (shared[best] > 0 or last):
        return [best]
    runs = [
        free[i:j]
        for i in range(len(free))
        for j in range(i + 1, len(free) + 1)
        if free[j - 1] - free[i] == j - 1 - i and free[i] > 0
    ]
    if not runs:
        return [best]
    middle = (box[0] + box[2]) / 2

    def distance(run: list[int]) -> float:
        first, end = columns[run[0]][0], columns[run[-1]][1]
        outside = max(0.0, first - box[0]) + max(0.0, box[2] - end)
        return abs((first + end) / 2 - middle) + outside

    return min(runs, key=lambda run: (round(distance(run) / 3), -len(run)))


def _room(column: int, columns: Sequence[Extent]) -> Extent:
    """A column with half of the white space on either side."""
    left = (columns[column - 1][1] + columns[column][0]) / 2 if column else -1.0
    last = column + 1 == len(columns)
    right = columns[column][1] + 1e4 if last else (columns[column][1] + columns[column + 1][0]) / 2
    return left, right
