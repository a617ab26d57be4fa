"""Table structure recognition: printed lines → columns, heads with their spans, rows, sub-heads.

Contract: lines go in in reading order and come out as rows in the same order, none lost. Columns
come from how the figures are aligned (or from drawn cells), heads from what stands above the
first row of figures; a head that spans columns is given to each of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from longread.documents.columns import Columns
from longread.documents.heads import assigned
from longread.documents.layout_types import Line
from longread.documents.periods import corner_unit, is_period, period_in, unit_in, without_unit
from longread.documents.stacked import bare, has_figures, label_edge, parts, repeats
from longread.documents.subheads import DraftLine, set_paths
from longread.documents.superscripts import without_note_marks
from longread.documents.table import BORDER, Box, row_text, union
from longread.documents.tables import LONGEST_HEAD, is_number

# Lines with cells longer than this, on average, are columns of text.
_LONG_CELL = 36
# A unit for all figures stands this near to their middle, as a share of their width.
_CENTRED = 0.15
# Columns of one table in two places stand at most this far apart, in points.
_SHIFT = 12.0
# A label that ends so goes on below its figures.
_OPEN_END = re.compile(r"\s(?:and|or|of|the|to|in|for|from|on|by|with)$")
Join = Callable[[str, str], str]


@dataclass(slots=True)
class Draft:
    """A table as one page shows it: its lines, and the head of each column."""

    lines: list[DraftLine]
    heads: list[tuple[str, ...]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    period: str = ""
    unit: str = ""
    edges: tuple[float, ...] = ()

    @property
    def is_table(self) -> bool:
        """Are there rows and columns, or only lines with gaps?"""
        return len(self.heads) >= 2

    def in_line(self, other: Draft) -> bool:
        """Do the figures of two tables of as many columns end in line? How long labels are says
        nothing."""
        edges = zip(self.edges[3::2], other.edges[3::2], strict=True)
        return all(abs(one - another) <= _SHIFT for one, another in edges)


def drafts(lines: Sequence[Line], drawn: Sequence[Box], join: Join) -> Iterator[Draft]:
    """The tables that a run of lines with several cells holds, one after the other."""
    whole = _without_wraps(lines, join)
    upper: Draft | None = None
    for part in parts(whole):
        first = _after_prose(part)
        if first:
            yield Draft([_plain(line) for line in part[:first]])
        draft = _draft(part[first:], drawn)
        if upper is not None:
            _complete(draft, upper)
        yield draft
        upper = draft


def _complete(draft: Draft, upper: Draft) -> None:
    """Heads that repeat the last lines of those of the table above stand under its others, too."""
    if len(draft.heads) != len(upper.heads) or draft.heads[1:] == upper.heads[1:]:
        return
    pairs = list(zip(draft.heads[1:], upper.heads[1:], strict=True))
    more = [line for own, above in pairs for line in above[: len(above) - len(own)]]
    if (
        any(own for own, _ in pairs)
        and draft.in_line(upper)
        and all(repeats(own, above[len(above) - len(own) :]) for own, above in pairs)
        and not any(is_period(line) or len(line) > LONGEST_HEAD for line in more)
    ):
        draft.heads[1:] = [above[: len(above) - len(own)] + own for own, above in pairs]


def _after_prose(lines: list[Line]) -> int:
    """Where a table begins in lines that begin with two columns of text."""
    rows = (i for i, line in enumerate(lines) if has_figures(line))
    index = next(rows, 0)
    while index and not _is_prose(lines[index - 1]):
        index -= 1
    return index


def _is_prose(line: Line) -> bool:
    mean = sum(map(len, line.cells)) / len(line.cells)
    return not line.ruled and len(line.cells) > 1 and mean > _LONG_CELL


def _without_wraps(lines: Sequence[Line], join: Join) -> list[Line]:
    """The lines, labels and heads that run over two of them put together."""
    limit = label_edge(lines)
    whole: list[Line] = []
    for line in lines:
        before = whole[-1] if whole else None
        if before is not None and _continues(before, line, limit):
            if len(before.cells) == 1:
                _prepend(before, line, join)
                whole[-1] = line
            else:
                before.cells[0] = join(before.cells[0], line.cells[0])
                before.boxes[0] = union(before.boxes[0], line.boxes[0])
        else:
            whole.append(line)
    return whole


def _continues(before: Line, line: Line, limit: float) -> bool:
    """Does the label of `before` go on in that of `line`?"""
    if without_note_marks(before.cells[0]).endswith(":"):
        return False
    if line.cells[0][:1].islower():
        if len(before.cells) == 1:
            return not before.cells[0].endswith(".") or line.x0 > before.x0 + 1
        return len(line.cells) == 1 and abs(line.x0 - before.x0) < 4 * line.size
    if line.x0 < before.x0 - 1 or line.y0 - before.y1 > 0.5 * line.size:
        return False
    if len(before.cells) > 1:
        return len(line.cells) == 1 and _OPEN_END.search(before.cells[0]) is not None
    fits = not is_number(line.cells[0]) and before.bold == line.bold
    # The next word had no room left.
    text = line.cells[0]
    first = (line.boxes[0][2] - line.boxes[0][0]) * len(text.split()[0]) / len(text)
    return fits and limit >= before.x1 > limit - first - 0.3 * line.size


def _prepend(before: Line, line: Line, join: Join) -> None:
    line.cells[0] = join(before.cells[0], line.cells[0])
    line.boxes[0] = union(before.boxes[0], line.boxes[0])
    line.x0 = before.x0


def _draft(lines: list[Line], drawn: Sequence[Box]) -> Draft:
    first = next((i for i, line in enumerate(lines) if len(line.cells) > 1), 0)
    edge = label_edge(lines)
    over = (x.x0 > edge if edge else not _is_left(x, lines[first]) for x in lines[:first])
    first = next((i for i, is_head in enumerate(over) if is_head), first)
    titles, lines = lines[:first], lines[first:]
    count = _head_count(lines)
    heads, body = lines[:count], lines[count:]
    columns = _columns(heads, body)
    if columns is None:
        return Draft([_plain(line) for line in (*titles, *lines)])
    draft = Draft([], edges=tuple(x for extent in columns.extents for x in extent))
    draft.heads = _heads(heads, columns, drawn, draft)
    draft.titles = [line.text for line in titles]
    draft.lines = [_plain(line, head=True) for line in (*titles, *heads)]
    dates = [line for line in body if len(line.cells) == 1 and is_period(line.text)]
    # Said once, right under the heads, it holds for all rows; said again, for those below.
    if len(dates) == 1 and dates[0] is body[0]:
        draft.period = dates[0].text
        draft.lines.append(_plain(body.pop(0), head=True))
    draft.lines += [_row(line, columns) for line in body]
    drawn_rows = 2 * sum(x.ruled for x in body) > sum(len(x.cells) > 1 for x in body)
    set_paths([line for line in draft.lines if not line.head], drawn_rows)
    return draft


def _is_left(line: Line, heads: Line) -> bool:
    """Does the line, above `heads` of a table of words, begin or stand left of all values?"""
    label, value = heads.boxes[0][2], heads.boxes[1][0]
    return line.x0 < value and (line.x0 <= label or (line.x0 + line.x1) / 2 < value)


def _plain(line: Line, head: bool = False) -> DraftLine:
    return DraftLine(BORDER.join(line.cells), (), (), head)


def _head_count(lines: list[Line]) -> int:
    """How many lines at the top are heads: those before the first figures, sub-heads aside."""
    first = next((i for i, line in enumerate(lines) if has_figures(line)), None)
    if first is None:
        return _heads_of_words(lines)
    count = first
    while count and len(lines[count - 1].cells) == 1 and _is_label(lines[count - 1], lines[first]):
        count -= 1
    # A row of words below complete heads ("Method | FIFO | LIFO") is a row.
    for index in range(1, count):
        above, line = lines[index - 1], lines[index]
        complete = any(map(is_period, map(bare, above.cells))) and len(above.cells) >= len(
            line.cells
        )
        if complete and len(line.cells) > 1 and _is_label(line, lines[first]):
            wordy = not any(is_period(bare(cell)) or unit_in(cell) for cell in line.cells)
            if wordy and not line.bold:
                return index
    return count


def _heads_of_words(lines: list[Line]) -> int:
    """Heads of a table without figures: its first row where it is drawn, bold, or over marks."""
    first = next((i for i, line in enumerate(lines) if len(line.cells) > 1), 0)
    if len(lines) - first < 2:
        return 0
    drawn = lines[first].ruled or (lines[first].bold and not lines[first + 1].bold)
    return first + 1 if drawn or _is_over_marks(lines[first], lines[first + 1 :]) else 0


def _is_over_marks(line: Line, rows: Sequence[Line]) -> bool:
    """Do the cells below say the same few words over and over, and none of this line's?"""
    marks = [cell for row in rows for cell in row.cells[1:]]
    few = 2 * len(set(marks)) <= len(marks) and not set(marks).intersection(line.cells)
    widths = [len(row.cells) for row in rows]
    return few and len(rows) > 1 and min(widths) > 1 and max(3, *widths) <= len(line.cells)


def _is_label(line: Line, row: Line) -> bool:
    """Does the line begin where labels do, and say neither unit nor period?"""
    if line.boxes[0][0] > row.boxes[0][0] + 3 * row.size and line.boxes[0][0] > row.boxes[0][2]:
        return False
    return not unit_in(line.cells[0])


def _columns(heads: list[Line], body: list[Line]) -> Columns | None:
    """Columns by alignment; None where the lines are no table."""
    rows = [line for line in body if len(line.cells) > 1]
    figures = [line for line in rows if has_figures(line)]
    ruled = any(line.ruled for line in rows)
    if not rows or not (figures or ruled or heads):
        return None
    used = figures if figures and not ruled else rows
    columns = Columns.of([line.boxes for line in used])
    # A column may be empty but for its head, or hold pictures.
    fullest = max(heads, key=lambda line: len(line.cells), default=None)
    if fullest is not None and len(fullest.cells) > len(columns.extents):
        columns = Columns.of([line.boxes for line in (*used, fullest)])
    columns = columns.extended([box for line in heads for box in line.boxes])
    if len(columns.extents) < 2 or (len(rows) < 2 and not heads):
        return None
    return columns


def _heads(
    lines: list[Line], columns: Columns, drawn: Sequence[Box], draft: Draft
) -> list[tuple[str, ...]]:
    """Each column's head from top to bottom; what they say of all figures goes to `draft`."""
    heads: list[list[str]] = [[] for _ in columns.extents]
    kept: list[tuple[Line, list[int]]] = []
    for line in lines:
        cells = [i for i, cell in enumerate(line.cells) if not _is_general(cell, line, i, columns)]
        for i in set(range(len(line.cells))).difference(cells):
            draft.unit = draft.unit or unit_in(line.cells[i])
            draft.period = draft.period or _period_beside_unit(line.cells[i])
        if cells:
            kept.append((line, cells))
    boxes = [[line.boxes[i] for i in cells] for line, cells in kept]
    periods = [[is_period(bare(line.cells[i])) for i in cells] for line, cells in kept]
    placed = assigned(boxes, periods, columns.extents, drawn)
    _spread_over_repeats(
        [[line.cells[i] for i in cells] for line, cells in kept], periods, placed, len(heads)
    )
    for (line, cells), groups in zip(kept, placed, strict=True):
        for i, group in zip(cells, groups, strict=True):
            for column in group:
                heads[column].append(line.cells[i])
    corner = " ".join(heads[0])
    if is_period(corner):
        draft.period = corner
    if corner_unit(corner):
        draft.unit = draft.unit or corner_unit(corner)
        draft.period = draft.period or period_in(corner)
    if is_period(corner) or corner_unit(corner):
        heads[0] = []
    return [tuple(lines_of) for lines_of in heads]


def _spread_over_repeats(
    texts: Sequence[Sequence[str]],
    periods: Sequence[Sequence[bool]],
    placed: Sequence[list[list[int]]],
    columns: int,
) -> None:
    """Give each period all heads of its turn: "2016", "2015" to "Shares", "Amount" twice."""
    over = [[index for index, group in enumerate(groups) if group != [0]] for groups in placed]
    for cells, words in zip(over, texts, strict=True):
        if len(cells) == columns - 1:
            said = [words[index] for index in cells]
            turn = next(k for k in range(1, columns) if said == (said[:k] * columns)[: columns - 1])
            break
    else:
        return
    for groups, dated, cells in zip(placed, periods, over, strict=True):
        turns = [((groups[index][0] - 1) // turn) for index in cells]
        single = all(len(groups[index]) == 1 and dated[index] for index in cells)
        if turn > 1 and single and turns == list(range((columns - 1) // turn)) and len(turns) > 1:
            for index, number in zip(cells, turns, strict=True):
                groups[index] = list(range(number * turn + 1, (number + 1) * turn + 1))


def _period_beside_unit(cell: str) -> str:
    """The period of all figures: "December 31, 2020 (in millions)"."""
    rest = without_unit(cell)
    period = rest if is_period(rest) else period_in(rest)
    return period if any(map(str.isdigit, period)) else ""


def _is_general(cell: str, line: Line, index: int, columns: Columns) -> bool:
    """Is this the unit of all figures, on a line of its own or in the corner?"""
    if not unit_in(cell):
        return False
    left, _, right, _ = line.boxes[index]
    over = [extent for extent in columns.extents[1:] if extent[0] < right and left < extent[1]]
    if right <= columns.extents[1][0] or len(line.cells) > 1:
        return right <= columns.extents[1][0]
    first, last = columns.extents[1][0], columns.extents[-1][1]
    off = abs((left + right) / 2 - (first + last) / 2)
    return len(over) != 1 or off < _CENTRED * (last - first)


def _row(line: Line, columns: Columns) -> DraftLine:
    cells = [""] * len(columns.extents)
    boxes: list[Box | None] = [None] * len(columns.extents)
    label = len(line.cells) == 1 and not is_number(line.cells[0])
    for text, box in zip(line.cells, line.boxes, strict=True):
        column = columns.label_or(box) if label else columns.of_box(box)
        cells[column] = f"{cells[column]} {text}".strip()
        before = boxes[column]
        rounded = (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))
        boxes[column] = rounded if before is None else union(before, rounded)
    return DraftLine(
        row_text(cells) if any(cells[1:]) else cells[0],
        tuple(cells),
        tuple(boxes),
        False,
        line.boxes[0][0],
        line.bold_label,
    )
