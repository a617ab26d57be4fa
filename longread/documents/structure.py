"""Table structure recognition: printed lines → columns, heads with their spans, rows, sub-heads.

Contract: lines go in in reading order and come out as rows in the same order, none lost. Columns
come from how the figures are aligned (or from drawn cells), heads from what stands above the
first row of figures; a head that spans columns is given to each of them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from longread.documents.columns import Columns, Extent
from longread.documents.heads import assigned
from longread.documents.layout_types import Line
from longread.documents.periods import corner_unit, is_period, period_in, unit_in
from longread.documents.subheads import DraftLine, set_paths
from longread.documents.superscripts import without_note_marks
from longread.documents.table import BORDER, Box, row_text, union
from longread.documents.tables import is_number

_NOTE = re.compile(r"\s*(?:\(\w\)|\[\w{1,2}\]|[*†‡§]+)$")
# Lines with cells longer than this, on average, are columns of text.
_LONG_CELL = 36
# A unit for all figures stands this near to their middle, as a share of their width.
_CENTRED = 0.15
CAPTION = re.compile(r"(?:table|exhibit|figure|chart|tabelle|tableau)\s+[\dIVX]+", re.IGNORECASE)
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


def drafts(lines: Sequence[Line], drawn: Sequence[Box], join: Join) -> Iterator[Draft]:
    """The tables that a run of lines with several cells holds, one after the other."""
    whole = _without_wraps(lines, join)
    for part in _parts(whole):
        first = _after_prose(part)
        if first:
            yield Draft([_plain(line) for line in part[:first]])
        yield _draft(part[first:], drawn)


def _after_prose(lines: list[Line]) -> int:
    """Where a table begins in lines that begin with two columns of text."""
    rows = (i for i, line in enumerate(lines) if _has_figures(line))
    index = next(rows, 0)
    while index and not _is_prose(lines[index - 1]):
        index -= 1
    return index


def _is_prose(line: Line) -> bool:
    mean = sum(map(len, line.cells)) / len(line.cells)
    return not line.ruled and len(line.cells) > 1 and mean > _LONG_CELL


def _without_wraps(lines: Sequence[Line], join: Join) -> list[Line]:
    """The lines, labels and heads that run over two of them put together."""
    limit = _label_edge(lines)
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


def _label_edge(lines: Sequence[Line]) -> float:
    """How far to the right labels reach that leave room for the figures."""
    rows = [line for line in lines if _has_figures(line)]
    if not rows:
        return 0.0
    figures = min(line.boxes[1][0] for line in rows)
    return max((x.boxes[0][2] for x in lines if x.boxes[0][2] <= figures), default=0.0)


def _continues(before: Line, line: Line, limit: float) -> bool:
    """Does the label of `before` go on in that of `line`?"""
    if without_note_marks(before.cells[0]).endswith(":"):
        return False
    if line.cells[0][:1].islower():
        if len(before.cells) == 1:
            return not before.cells[0].endswith(".") or line.x0 > before.x0 + 1
        return len(line.cells) == 1 and abs(line.x0 - before.x0) < 4 * line.size
    if len(before.cells) > 1 or is_number(line.cells[0]) or before.bold != line.bold:
        return False
    if line.x0 < before.x0 - 1 or line.y0 - before.y1 > 0.5 * line.size:
        return False
    # The next word had no room left.
    text = line.cells[0]
    first = (line.boxes[0][2] - line.boxes[0][0]) * len(text.split()[0]) / len(text)
    return limit >= before.x1 > limit - first - 0.3 * line.size


def _prepend(before: Line, line: Line, join: Join) -> None:
    line.cells[0] = join(before.cells[0], line.cells[0])
    line.boxes[0] = union(before.boxes[0], line.boxes[0])
    line.x0 = before.x0


def _parts(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines cut where the heads of another table begin."""
    begin, has_rows = 0, False
    edge = _label_edge(lines)
    for index, line in enumerate(lines):
        several = len(line.cells) > 1
        again = several and line.cells in (x.cells for x in lines[begin:index][:8])
        if has_rows and (_opens_table(lines, index, edge) or (again and not _has_figures(line))):
            first = index
            while first > begin + 1 and _may_head(lines[first - 1], edge, several):
                first -= 1
            yield lines[begin:first]
            begin, has_rows = first, False
        has_rows = has_rows or _has_figures(line)
    yield lines[begin:]


def _opens_table(lines: list[Line], index: int, edge: float) -> bool:
    """Are these the heads of a new table below the rows of another?"""
    line, rest = lines[index], lines[index + 1 : index + 8]
    if _has_figures(line) or not any(map(_has_figures, rest)):
        return False
    if len(line.cells) == 1:
        if CAPTION.match(line.text):
            return True
        if is_period(_bare(line.text)):
            return line.x0 > edge
        several = next((after for after in rest if len(after.cells) > 1), line)
        return _leads_in(line, edge) and not _has_figures(several)
    periods = [is_period(_bare(cell)) for cell in line.cells]
    below_title = line.ruled and line.bold and len(lines[index - 1].cells) == 1
    apart = line.bold and not lines[index - 1].bold and line.x0 > edge
    if below_title or not any(periods[1:]):
        return below_title or apart
    named = periods[0] or line.bold or line.x0 > edge
    return named or bool(unit_in(line.cells[0]) or period_in(line.cells[0]))


def _leads_in(line: Line, edge: float) -> bool:
    """Is this a sentence or a title before a table, rather than a sub-head in it?"""
    if CAPTION.match(line.text):
        return True
    return line.x1 > edge and (
        without_note_marks(line.text).endswith(":") or bool(unit_in(line.text))
    )


def _may_head(line: Line, edge: float, several: bool) -> bool:
    """Can this line, above the heads of a table, be a part of them or its title?

    Above `several` heads in a line it cannot be a sub-head of the table before: that has no rows.
    """
    if _has_figures(line):
        return False
    if len(line.cells) > 1 or line.x0 > edge or several or (line.bold and line.x1 > edge):
        return True
    return _leads_in(line, edge) or bool(unit_in(line.text)) or is_period(line.text)


def _bare(text: str) -> str:
    return _NOTE.sub("", text)


def _has_figures(line: Line) -> bool:
    values = line.cells[1:] if len(line.cells) > 1 else []
    if len(line.cells) > 1 and is_number(line.cells[0]):
        values = line.cells
    return any(map(_is_value, values))


@functools.lru_cache(maxsize=8192)
def _is_value(cell: str) -> bool:
    """Is this a figure, and no year?"""
    return is_number(cell) and not is_period(_bare(cell))


def _draft(lines: list[Line], drawn: Sequence[Box]) -> Draft:
    first = next((i for i, line in enumerate(lines) if len(line.cells) > 1), 0)
    edge = _label_edge(lines)
    first = next((i for i in range(first) if lines[i].x0 > edge), first)
    titles, lines = lines[:first], lines[first:]
    count = _head_count(lines)
    heads, body = lines[:count], lines[count:]
    columns = _columns(heads, body)
    if columns is None:
        return Draft([_plain(line) for line in (*titles, *lines)])
    draft = Draft([], edges=tuple(x for extent in columns.extents for x in extent))
    draft.heads = _heads(heads, columns, drawn, draft)
    draft.titles = [line.text for line in titles]
    draft.lines = [_head_line(line) for line in (*titles, *heads)]
    dates = [line for line in body if len(line.cells) == 1 and is_period(line.text)]
    # Said once, right under the heads, it holds for all rows; said again, for those below.
    if len(dates) == 1 and dates[0] is body[0]:
        draft.period = dates[0].text
        draft.lines.append(_head_line(body.pop(0)))
    draft.lines += [_row(line, columns) for line in body]
    drawn_rows = 2 * sum(line.ruled for line in body) > len(body)
    set_paths([line for line in draft.lines if not line.head], drawn_rows)
    return draft


def _plain(line: Line) -> DraftLine:
    return DraftLine(BORDER.join(line.cells), (), (), False)


def _head_line(line: Line) -> DraftLine:
    return DraftLine(BORDER.join(line.cells), (), (), True)


def _head_count(lines: list[Line]) -> int:
    """How many lines at the top are heads: those before the first figures, sub-heads aside."""
    first = next((i for i, line in enumerate(lines) if _has_figures(line)), None)
    if first is None:
        return _heads_of_words(lines)
    count = first
    while count and len(lines[count - 1].cells) == 1 and _is_label(lines[count - 1], lines[first]):
        count -= 1
    # A row of words below complete heads ("Method | FIFO | LIFO") is a row.
    for index in range(1, count):
        above, line = lines[index - 1], lines[index]
        complete = any(map(is_period, map(_bare, above.cells))) and len(above.cells) >= len(
            line.cells
        )
        if complete and len(line.cells) > 1 and _is_label(line, lines[first]):
            wordy = not any(is_period(_bare(cell)) or unit_in(cell) for cell in line.cells)
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
    figures = [line for line in rows if _has_figures(line)]
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
        if cells:
            kept.append((line, cells))
    boxes = [[line.boxes[i] for i in cells] for line, cells in kept]
    periods = [[is_period(_bare(line.cells[i])) for i in cells] for line, cells in kept]
    placed = assigned(boxes, periods, columns.extents, drawn)
    for (line, cells), groups in zip(kept, placed, strict=True):
        for i, group in zip(cells, groups, strict=True):
            for column in group:
                heads[column].append(line.cells[i])
    corner = " ".join(heads[0])
    draft.period = corner if is_period(corner) else ""
    if corner_unit(corner):
        draft.unit = draft.unit or corner_unit(corner)
        draft.period = draft.period or period_in(corner)
    if draft.period or corner_unit(corner):
        heads[0] = []
    return [tuple(lines_of) for lines_of in heads]


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


__all__ = ["Draft", "DraftLine", "Extent", "drafts"]
