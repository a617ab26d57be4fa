"""Sub-heads of a table: which rows stand under which, by indents, type, order and words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from longread.documents.table import Box
from longread.documents.tables import is_number

_TOTAL = re.compile(r"(?:sub-?)?totals?\b|net cash\b|gesamt|summe", re.IGNORECASE)
_WORD = re.compile(r"\w{4,}")
_YEAR = re.compile(r"(?:19|20)\d\d")
# A row without figures, because a note has them: "Commitments and contingencies (Note 16)".
_IN_NOTE = re.compile(r"\((?:see )?notes? \d[\d, and]*\)$", re.IGNORECASE)


@dataclass(slots=True)
class DraftLine:
    """A line of a table in the making; `cells` has an entry a column, unless `head`."""

    text: str
    cells: tuple[str, ...]
    boxes: tuple[Box | None, ...]
    head: bool
    indent: float = 0.0
    bold: bool = False
    path: tuple[str, ...] = ()


@dataclass(slots=True)
class _SubHead:
    text: str
    indent: float
    bold: bool
    # Do rows stand further in than it? Then the first that does not is no longer under it.
    indents: bool | None = None
    rows: int = 0


def set_paths(rows: Sequence[DraftLine], ruled: bool) -> None:
    """Give every row the sub-heads that it stands under; `ruled` rows stand in drawn cells."""
    heads: list[_SubHead] = []
    label = ""
    # Where several end in colons, a plain row without figures is one whose cells are empty.
    colons = sum(row.cells[0].endswith(":") and not any(row.cells[1:]) for row in rows) > 1
    for row, after in itertools.zip_longest(rows, rows[1:]):
        if not row.cells[0]:
            if ruled and label and not _is_sum(row):
                row.path = (label,)
            continue
        if not any(row.cells[1:]):
            while heads and _ends(heads[-1], row):
                heads.pop()
            row.path = tuple(head.text for head in heads)
            further_in = after is not None and after.indent > row.indent + 2
            text = row.cells[0]
            empty = colons and text[-1] != ":" and not row.bold and text != text.upper()
            if further_in or not (empty or _IN_NOTE.search(text)):
                heads.append(_SubHead(row.cells[0], row.indent, row.bold))
            continue
        label = row.cells[0]
        for head in heads:
            head.rows += 1
            if head.indents is None:
                head.indents = row.indent > head.indent + 2
        while heads and _is_over(heads[-1], row):
            heads.pop()
        summed = _summed(heads, row)
        if summed is not None:
            del heads[summed:]
        row.path = tuple(head.text for head in heads)
        if summed is None and heads and _is_last(heads[-1], row):
            heads.pop()


def _is_sum(row: DraftLine) -> bool:
    """Are all cells figures, and the first no year? So is a sum that has no label."""
    cells = [cell for cell in row.cells if cell]
    return bool(cells) and all(map(is_number, cells)) and not _YEAR.fullmatch(cells[0])


def _is_over(head: _SubHead, row: DraftLine) -> bool:
    """Does the row stand too far out for this sub-head, or in its type where others did not?"""
    if row.indent > head.indent + 2:
        return False
    shared = _TOTAL.match(row.cells[0]) or _words(head.text) & _words(row.cells[0])
    alike = head.bold and row.bold and head.rows > 1 and not shared
    return row.indent < head.indent - 2 or bool(head.indents) or alike


def _is_last(head: _SubHead, row: DraftLine) -> bool:
    """Is this the total of the rows under the sub-head? It is as weighty, or says no more."""
    total = _TOTAL.match(row.cells[0])
    weighty = row.bold >= head.bold or (total and total[0] == row.cells[0])
    return bool(total and weighty) and head.rows > 1


def _summed(heads: Sequence[_SubHead], row: DraftLine) -> int | None:
    """The outermost sub-head whose rows this row sums up: a total of its words, or its name."""
    label = row.cells[0]
    words, total = _words(label), _TOTAL.match(label)
    name = label.casefold() if " " in label else ""
    for index, head in enumerate(heads):
        own = _words(head.text)
        if total and own and 2 * len(own & words) > len(own):
            return index
        flush = row.indent <= head.indent + 2
        if name and flush and head.rows > 1 and _bears(head.text.casefold(), name):
            return index
    return None


def _bears(text: str, name: str) -> bool:
    """Does a sub-head begin with the name, or give it in quotes or brackets?"""
    place = text.find(name)
    after = text[place + len(name) : place + len(name) + 1]
    return (place == 0 or (place > 0 and text[place - 1] in '"“(')) and not after.isalnum()


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _ends(head: _SubHead, row: DraftLine) -> bool:
    """Does a new sub-head end this one: as far out or further, and as weighty?"""
    if row.indent > head.indent + 2:
        return False
    if row.indent < head.indent - 2 or head.indents is not None:
        return row.indent < head.indent - 2 or not (head.bold and not row.bold)
    # Directly below: two heads over each other, of which the lower is the narrower.
    return False
