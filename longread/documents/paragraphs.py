"""From printed lines to blocks: paragraphs, headings and table rows.

Contract: a paragraph's lines are one line of text; a table's row is one line with " | "
between its cells; nothing is reordered here.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from longread.documents.layout_types import Line
from longread.documents.normalize import SOFT_HYPHEN, Joiner
from longread.documents.structure import Draft, drafts
from longread.documents.subheads import DraftLine
from longread.documents.table import Box
from longread.documents.tables import clean_cells, is_marker, table_rows

SENTENCE_END = ".!?:;。！？؟…"
TERMINAL = '.!?:;。！？؟…”"’»)'
_BULLET = re.compile(r"[•▪◦‣⁃■□➢➤✓·*!–—-]\s+\S")
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})\)|\d{1,3}(?:\.\d{1,2})*\.?)\s+\S")
# Lines further apart than this (times the usual distance) are two paragraphs.
_APART = 1.3


@dataclass(slots=True)
class Block:
    """`kind` is `text`, `heading`, `row` or `aside`; rows of one table follow each other.

    An aside is no part of the page's text: a running head, a footer, a comment.
    """

    text: str
    kind: str
    size: float
    bold: bool
    column: int = 0
    draft: Draft | None = None
    line: DraftLine | None = None


@dataclass(slots=True)
class Placed:
    """A block in the document's text: where it starts, and the number of its page."""

    block: Block
    start: int
    page: int


class Pitch:
    """The usual distance between lines of one paragraph, for each type size."""

    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        distances: dict[int, list[float]] = defaultdict(list)
        for lines in pages:
            for before, line in itertools.pairwise(lines):
                same_type = round(before.size) == round(line.size)
                if before.column == line.column and same_type and _is_wide(before):
                    distance = line.y1 - before.y1
                    if 0.8 * line.size < distance < 3.5 * line.size:
                        distances[round(line.size)].append(distance)
        # Low in the range: most distances lie inside paragraphs, the wider ones between them.
        self._usual = {
            size: sorted(found)[len(found) * 3 // 10]
            for size, found in distances.items()
            if len(found) >= 5
        }

    def of(self, size: float) -> float:
        return self._usual.get(round(size), 1.25 * size)


def _is_wide(line: Line) -> bool:
    """A line of text; rows of a table and entries of a list stand closer or further than lines."""
    is_text = len(line.cells) == 1 and not line.is_entry
    return is_text and line.x1 - line.x0 > 0.5 * (line.right - line.left)


def blocks(
    lines: Sequence[Line],
    body_size: float,
    pitch: Pitch,
    joiner: Joiner,
    drawn: Sequence[Box] = (),
) -> list[Block]:
    """The blocks of one page; `drawn` are its lines and filled boxes."""
    for line in lines:
        cells = [_one_line(cell, joiner) for cell in line.cells]
        line.cells, line.boxes = clean_cells(cells, line.boxes)
    found: list[Block] = []
    for is_table, part in table_rows(lines):
        if not is_table:
            found.extend(_paragraphs(part, body_size, pitch, joiner))
            continue
        size, column = part[0].size, part[0].column
        for draft in drafts(part, drawn, joiner.join):
            found.extend(
                Block(line.text.replace(SOFT_HYPHEN, ""), "row", size, False, column, draft, line)
                for line in draft.lines
            )
    return found


def _one_line(cell: str, joiner: Joiner) -> str:
    return functools.reduce(joiner.join, cell.split("\n")) if "\n" in cell else cell


def _paragraphs(
    lines: Sequence[Line], body_size: float, pitch: Pitch, joiner: Joiner
) -> list[Block]:
    found: list[Block] = []
    group: list[Line] = []
    for line in lines:
        if group and _begins(line, group, pitch):
            found.append(_block(group, body_size, joiner))
            group = []
        group.append(line)
    if group:
        found.append(_block(group, body_size, joiner))
    return found


def _begins(line: Line, group: Sequence[Line], pitch: Pitch) -> bool:
    """Does `line` begin a new paragraph after the lines of `group`?"""
    before = group[-1]
    if line.is_entry or before.is_entry:
        return True
    size = min(line.size, before.size)
    other_size = abs(line.size - before.size) > 0.12 * size
    if line.column != before.column:
        # What stands in a margin, or is set in another direction, goes on with nothing.
        if other_size or line.bold != before.bold or line.column < 0:
            return True
        return not (_runs_on(before, line) or _fills_column(before, line))
    distance = line.y1 - before.y1
    apart = distance > _APART * pitch.of(size) or distance < -size
    if other_size or line.bold != before.bold:
        # A bold first phrase inside a sentence does not end it.
        return other_size or apart or not _runs_on(before, line)
    return apart or _BULLET.match(line.text) is not None or _begins_by_shape(line, group)


def _begins_by_shape(line: Line, group: Sequence[Line]) -> bool:
    """What indents, numbers and short last lines say."""
    before, text = group[-1], line.text
    width = line.right - line.left
    ended = before.text[-1:] in TERMINAL
    short = before.x1 < line.right - 0.2 * width
    if _NUMBERED.match(text) and (short or ended):
        return True
    listed = _BULLET.match(group[0].text) or _NUMBERED.match(group[0].text)
    indented = line.x0 > before.x0 + 0.8 * line.size and not listed
    hanging = group[-1].x0 > line.x0 + 0.8 * line.size and abs(group[0].x0 - line.x0) < 1
    if ended and (short or indented or hanging):
        return True
    much_shorter = before.x1 < line.right - 0.35 * width
    return much_shorter and not text[:1].islower() and not _open_ended(before)


def _open_ended(line: Line) -> bool:
    """Does the line plainly want more ("…, and")?"""
    return line.text.endswith((",", "-", "–", " and", " or", " of", " the", " to", " in", " for"))


def _runs_on(before: Line, line: Line) -> bool:
    return runs_on(before.text, line.text)


def runs_on(before: str, after: str) -> bool:
    """Does `after` plainly go on with what `before` began?"""
    return before[-1:] not in SENTENCE_END and after[:1].islower()


def _fills_column(before: Line, line: Line) -> bool:
    """Is `before` a full line cut off in mid-sentence by the end of its column?"""
    full = before.x1 > before.right - 0.15 * (before.right - before.left)
    alike = before.bold == line.bold and abs(before.size - line.size) < 0.05 * line.size
    return full and alike and before.text[-1:] not in TERMINAL and not _BULLET.match(line.text)


def _block(group: Sequence[Line], body_size: float, joiner: Joiner) -> Block:
    text = group[0].text
    for line in group[1:]:
        text = joiner.join(text, line.text)
    size, bold = group[0].size, all(line.bold for line in group)
    stands_out = size > 1.12 * body_size or (bold and size > 0.92 * body_size)
    heading = stands_out and len(group) <= 4 and len(text) <= 160 and _names_something(text)
    return Block(text, "heading" if heading else "text", size, bold, group[0].column)


def _names_something(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return (
        letters >= 3
        and letters >= 0.5 * len(text)
        and text[-1] not in ".,;:"
        and not is_marker(text)
    )
