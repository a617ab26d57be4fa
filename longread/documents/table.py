"""Tables: heads, rows, caption, period and unit, and three renderings of a row.

The text of a document keeps a row as it stands on the page ("Marketing | 553,331 | 724,691").
A model reads it better as a *record* in which every cell stands beside its column's head.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

# x0, y0, x1, y1 in points on the upright page, y down.
Box = tuple[float, float, float, float]
# Start and end offsets into `Document.text`.
Span = tuple[int, int]

BORDER = " | "
# A cell that begins like this stands right behind its head; words take a colon.
_FIGURE = re.compile(r"[\W_]*\d|[—–-]+$|n/?[am]\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: `cells` has a string for each column of the table, empty where the cell is.

    The first cell is the row's label, `path` the sub-heads that it stands under ("Earnings
    per share:" over "Basic"). The row stands at `start` to `end` of the document's text, on
    page number `page`; `boxes` says where its cells are on that page, where that is known.
    """

    cells: tuple[str, ...]
    start: int
    end: int
    path: tuple[str, ...] = ()
    page: int | None = None
    boxes: tuple[Box | None, ...] = ()

    @property
    def label(self) -> str:
        """The row's sub-heads and its own label: "Earnings per share: Basic"."""
        parts = (*self.path, *self.cells[:1])
        return ": ".join(part.rstrip(" :") for part in parts if part.strip(" :"))

    @property
    def is_subhead(self) -> bool:
        """Does the row hold a label alone, for the rows under it?"""
        return not any(self.cells[1:])

    def moved(self, shift: int) -> TableRow:
        """The same row in a text in which it stands `shift` characters further on."""
        return TableRow(
            self.cells, self.start + shift, self.end + shift, self.path, self.page, self.boxes
        )


@dataclass(frozen=True)
class Table:
    """A table of a document, one object also where it runs over several pages.

    `heads` has an entry for each column: the lines of its head from top to bottom, spanning
    heads included ("Year ended December 31,", "2017"); the first column's may be empty.
    `caption`, `period` ("Year ended December 31, 2017") and `unit` ("in thousands") were found
    above the table, in its caption or in the corner of its heads; `notes` are what else is said
    there or right below. `head_lines` are the places in the text where the heads are printed,
    repeated ones on later pages as well: no row lies in them.
    """

    heads: tuple[tuple[str, ...], ...]
    rows: tuple[TableRow, ...]
    head_lines: tuple[Span, ...] = ()
    caption: str = ""
    period: str = ""
    unit: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def start(self) -> int:
        """Where the table's first line begins in the document's text."""
        return min([start for start, _end in self.head_lines] + [row.start for row in self.rows])

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Each column's head on one line."""
        return tuple(" ".join(lines) for lines in self.heads)

    @cached_property
    def context(self) -> str:
        """Caption, period and unit: "Segment information, year ended … 2017 (in thousands)"."""
        caption = self.caption.rstrip(" :.")
        said = caption.casefold()
        parts = [caption] if caption else []
        if self.period and self.period.casefold() not in said:
            parts.append(self.period)
        unit = self.unit if self.unit.casefold() not in said else ""
        return f"{', '.join(parts)} ({unit})".lstrip() if unit else ", ".join(parts)

    def record(self, row: TableRow, *, context: bool = True) -> str:
        """The row for a model: label, then every cell that holds something, with its head."""
        label, head = row.label, self.columns[0] if self.columns else ""
        if head and row.cells[0] and not row.path and not row.is_subhead:
            label = f"{head.rstrip(' :')} {label}"
        cells = "; ".join(
            _with_head(head, cell)
            for head, cell in zip(self.columns[1:], row.cells[1:], strict=True)
            if cell
        )
        parts = (self.context if context else "", label, cells)
        return ": ".join(part for part in parts if part)

    def words(self, row: TableRow) -> str:
        """The row for BM25: its words with those of its sub-heads, heads, caption, period, unit."""
        heads = (head for head, cell in zip(self.columns[1:], row.cells[1:], strict=True) if cell)
        parts = (self.context, self.columns[0], *heads, *row.path, *row.cells)
        return " ".join(part for part in parts if part)


def union(a: Box, b: Box) -> Box:
    """The smallest box around two."""
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def row_text(cells: Sequence[str]) -> str:
    """A row as it stands in a document's text: cells between borders, empty ones kept."""
    return BORDER.join(cells).replace("|  |", "| |").replace("|  |", "| |").strip()


def cells(first: str, start: int, end: int) -> str:
    """Cells of a sheet's row, as columns counted from the cell `first`: "B7", "B7:D7"."""
    letters = first.rstrip("0123456789")
    row = first[len(letters) :]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    names = [f"{column_name(column + offset)}{row}" for offset in dict.fromkeys((start, end))]
    return ":".join(names)


def column_name(number: int) -> str:
    """1 → "A", 27 → "AA"."""
    name = ""
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(65 + letter) + name
    return name


def _with_head(head: str, cell: str) -> str:
    if not head:
        return cell
    return f"{head} {cell}" if _FIGURE.match(cell) else f"{head.rstrip(' :')}: {cell}"
