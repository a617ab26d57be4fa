"""From printed lines to blocks: paragraphs, headings and table rows.

Contract: a paragraph's lines are one line of text; a table's row is one line with " | "
between its cells; nothing is reordered here.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from longread.documents.hygiene import Joiner
from longread.documents.layout_types import Line
from longread.documents.tables import clean_cells, is_marker, table_rows

TERMINAL = '.!?:;。！？؟…”"’»)'
_BULLET = re.compile(r"[•▪◦‣⁃■□➢➤✓·*–—-]\s+\S")
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})\)|\d{1,3}(?:\.\d{1,2})*\.?)\s+\S")
# Lines further apart than this (times the usual distance) are two paragraphs.
_APART = 1.3


@dataclass(slots=True)
class Block:
    """`kind` is `text`, `heading` or `row`; rows of one table follow each other."""

    text: str
    kind: str
    size: float
    bold: bool
    column: int = 0


class Pitch:
    """The usual distance between lines of one paragraph, for each type size."""

    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        distances: dict[int, list[float]] = defaultdict(list)
        for lines in pages:
            for before, line in zip(lines, lines[1:], strict=False):
                if before.column == line.column and round(before.size) == round(line.size):
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


def blocks(lines: Sequence[Line], body_size: float, pitch: Pitch, joiner: Joiner) -> list[Block]:
    """The blocks of one page."""
    for line in lines:
        line.cells = clean_cells([_one_line(cell, joiner) for cell in line.cells])
    found: list[Block] = []
    for is_table, part in table_rows(lines):
        if is_table:
            found.extend(
                Block(text, "row", part[0].size, False, part[0].column) for text in _rows(part)
            )
        else:
            found.extend(_paragraphs(part, body_size, pitch, joiner))
    return found


def _one_line(cell: str, joiner: Joiner) -> str:
    return functools.reduce(joiner.join, cell.split("\n")) if "\n" in cell else cell


def _rows(lines: Sequence[Line]) -> list[str]:
    """A table's rows as text; a label that runs over two lines is put together."""
    rows: list[list[str]] = []
    for line in lines:
        cells = list(line.cells)
        before = rows[-1] if rows else None
        continues = before is not None and cells[0][:1].islower()
        if (
            before is not None
            and continues
            and len(before) == 1
            and not before[0].endswith((":", "."))
        ):
            cells[0] = f"{before[0]} {cells[0]}"
            rows[-1] = cells
        elif before is not None and continues and len(cells) == 1:
            before[0] = f"{before[0]} {cells[0]}"
        else:
            rows.append(cells)
    return [" | ".join(cells) for cells in rows]


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
    size = min(line.size, before.size)
    distance = line.y1 - before.y1
    if line.column != before.column:
        return not _runs_on(before, line)
    if abs(line.size - before.size) > 0.12 * size or line.bold != before.bold:
        # A bold first phrase or a stray small line inside a sentence does not end it.
        return not (abs(line.size - before.size) <= 0.12 * size and _runs_on(before, line))
    if distance > _APART * pitch.of(size) or distance < -size:
        return True
    text = line.text
    if _BULLET.match(text):
        return True
    width = line.right - line.left
    ended = before.text[-1:] in TERMINAL
    short = before.x1 < line.right - 0.2 * width
    if _NUMBERED.match(text) and (short or ended):
        return True
    listed = _BULLET.match(group[0].text) or _NUMBERED.match(group[0].text)
    if ended and (short or (line.x0 > before.x0 + 0.8 * size and not listed)):
        return True
    return (
        before.x1 < line.right - 0.35 * width and not text[:1].islower() and not _open_ended(before)
    )


def _open_ended(line: Line) -> bool:
    """Does the line plainly want more ("…, and")?"""
    return line.text.endswith((",", "-", "–", " and", " or", " of", " the", " to", " in", " for"))


def _runs_on(before: Line, line: Line) -> bool:
    text = line.text
    return before.text[-1:] not in TERMINAL and text[:1].islower()


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
