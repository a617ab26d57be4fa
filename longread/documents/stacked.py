"""Tables that stand under each other: where the heads of the next one begin.

Contract: lines go in in reading order and come out in parts, in the same order, none lost.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from longread.documents.layout_types import Line
from longread.documents.periods import is_period, period_in, unit_in
from longread.documents.superscripts import without_note_marks
from longread.documents.tables import is_number

CAPTION = re.compile(r"(?:table|exhibit|figure|chart|tabelle|tableau)\s+[\dIVX]+", re.IGNORECASE)
_NOTE = re.compile(r"\s*(?:\(\w\)|\[\w{1,2}\]|[*†‡§]+)$")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_NUMBERS = re.compile(r"\d+")
# Lines of heads.
_MOST_HEADS = 8
# Two lines with as many cells that say the same, all unlike each other, are heads.
_SURELY = 4


def label_edge(lines: Sequence[Line]) -> float:
    """How far to the right labels reach that leave room for the figures."""
    rows = [line for line in lines if has_figures(line)]
    if not rows:
        return 0.0
    figures = min(line.boxes[1][0] for line in rows)
    return max((x.boxes[0][2] for x in lines if x.boxes[0][2] <= figures), default=0.0)


def parts(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines cut where the heads of another table begin."""
    begin, has_rows = 0, False
    edge = label_edge(lines)
    heads: list[Line] = []
    for index, line in enumerate(lines):
        opens = has_rows and _opens_table(lines, index, edge)
        again = not opens and _is_head_again(lines[begin:index], line, heads, edge, has_rows)
        if opens or again:
            several = len(line.cells) > 1
            first = index
            while first > begin + 1 and (
                _leads_again(lines[first - 1], line, heads, has_rows)
                if again
                else _may_head(lines[first - 1], edge, several)
            ):
                first -= 1
            yield lines[begin:first]
            begin, has_rows = first, False
        elif not has_rows and index > begin and len(line.cells) == 1 and CAPTION.match(line.text):
            # What stands above a table's caption is no head of it: the axis of a chart.
            yield lines[begin:index]
            begin = index
        if not has_rows and has_figures(line):
            has_rows = True
            heads += lines[begin:index][:_MOST_HEADS]
    yield lines[begin:]


def _is_head_again(
    above: Sequence[Line], line: Line, heads: Sequence[Line], edge: float, has_rows: bool
) -> bool:
    """Does the line, below `above`, repeat heads of a table above it?"""
    if has_figures(line):
        return False
    if len(line.cells) > 1 and has_rows:
        return any(_says_again(head, line, 2) for head in heads)
    if len(line.cells) > 1:
        # A table of words: its first line is its head.
        several = [each for each in above if len(each.cells) > 1]
        return len(several) > 1 and _says_again(several[0], line, 3)
    said = bool(unit_in(line.text)) or is_period(bare(line.text)) or not _LETTERS.search(line.text)
    alone = (head.text for head in heads if len(head.cells) == 1)
    return has_rows and line.x0 > edge and not said and line.text in alone


def _says_again(head: Line, line: Line, least: int) -> bool:
    """Are the cells those of the head: all, or all but one if `least` of them are unlike?

    Where so many say the same that the two are surely heads, a third may be others.
    """
    known = {_numberless(cell) for cell in head.cells}
    same = [cell for cell in map(_numberless, line.cells) if cell in known]
    missing, unlike = len(line.cells) - len(same), len(set(same))
    if missing < 2:
        return unlike >= (least if missing else 2)
    return unlike >= _SURELY and 2 * missing <= len(same)


def _is_alike(head: Line, line: Line) -> bool:
    """Does the line say the same as a head, or the same of another period?"""
    pairs = list(zip(head.cells, line.cells, strict=False))
    same = all(repeats([a], [b]) or (is_period(a) and is_period(b)) for a, b in pairs)
    return (same and len(head.cells) == len(line.cells)) or _says_again(head, line, 2)


def repeats(lines: Sequence[str], others: Sequence[str]) -> bool:
    """Do they say the same but for the numbers?"""
    return list(map(_numberless, lines)) == list(map(_numberless, others))


def _numberless(text: str) -> str:
    """The text without its numbers and note marks; a period or a number as it stands."""
    text = bare(text)
    return text if is_period(text) or not _LETTERS.search(text) else _NUMBERS.sub("#", text)


def _leads_again(line: Line, below: Line, heads: Sequence[Line], has_rows: bool) -> bool:
    """Is this line above repeated heads, `below`, one of them as well, or a title?

    A title is bold, or over more than the labels; below rows of figures a label alone is one.
    """
    if has_figures(line):
        return False
    if len(line.cells) > 1:
        return has_rows and (not line.ruled or any(_is_alike(head, line) for head in heads))
    if has_rows and not below.ruled:
        return True
    left, _, right, _ = below.boxes[0]
    over = len(below.cells) == 1 or line.x1 > below.boxes[1][0]
    labelled = line.x0 < (left + right) / 2 and (has_rows or over)
    return line.bold or labelled or any(line.cells == head.cells for head in heads)


def _opens_table(lines: list[Line], index: int, edge: float) -> bool:
    """Are these the heads of a new table below the rows of another?"""
    line, rest = lines[index], lines[index + 1 : index + 8]
    if has_figures(line) or not any(map(has_figures, rest)):
        return False
    if len(line.cells) == 1:
        if CAPTION.match(line.text):
            return True
        if is_period(bare(line.text)):
            return line.x0 > edge
        several = next((after for after in rest if len(after.cells) > 1), line)
        return _leads_in(line, edge) and not has_figures(several)
    periods = [is_period(bare(cell)) for cell in line.cells]
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
    if has_figures(line):
        return False
    if len(line.cells) > 1 or line.x0 > edge or several or (line.bold and line.x1 > edge):
        return True
    return _leads_in(line, edge) or bool(unit_in(line.text)) or is_period(line.text)


def bare(text: str) -> str:
    return _NOTE.sub("", text)


def has_figures(line: Line) -> bool:
    values = line.cells[1:] if len(line.cells) > 1 else []
    if len(line.cells) > 1 and is_number(line.cells[0]):
        values = line.cells
    return any(map(_is_value, values))


@functools.lru_cache(maxsize=8192)
def _is_value(cell: str) -> bool:
    """Is this a figure, and no year?"""
    return is_number(cell) and not is_period(bare(cell))
