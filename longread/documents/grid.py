"""Table grids: cells with rowspan and colspan, put where a browser shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from longread.documents.periods import is_period
from longread.documents.table import row_text

# What HTML allows, and what a hostile page may ask for.
_WIDEST, _LONGEST_SPAN = 1000, 2000
# Cells that fill over rows and columns without saying anything new are not spread beyond this.
_MOST_CELLS = 2_000_000
_FIGURE = re.compile(r"[\W_]*\d[\d.,'’ ]*[\W_]*(?:\[\w{1,3}\])?|[—–-]|n/?a", re.IGNORECASE)
_LONGEST_FIGURE = 40
_CURRENCY = frozenset(("$", "€", "£", "¥", "US$", "C$", "R$", "-$", "($", "(€", "(£"))
_TAILS = frozenset((")", "%", ")%", "%)", "pts", "bps"))


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    rowspan: int = 1
    colspan: int = 1
    head: bool = False
    indent: float = 0.0


@dataclass(slots=True)
class Grid:
    """A table being read row by row; after `close`, `rows` has a cell for each column.

    A cell over several rows stands in each of them. One over several columns stands in each of
    them in the heads, and elsewhere in the first. `heads` counts the rows of heads.
    """

    rows: list[list[str]] = field(default_factory=list)
    heads: int = 0
    block: int = 0
    # How far the first cell of each row is set in, and how many columns label a row.
    indents: list[float] = field(default_factory=list)
    labels: int = 1
    _open: list[Cell] | None = None
    # What reaches down into a column: rows left, the cell, is it the first column of it.
    _below: dict[int, tuple[int, Cell, bool]] = field(default_factory=dict)
    # Cells at the head of each row that are heads, or come from above.
    _leading: list[int] = field(default_factory=list)
    # Columns of each row that a cell reaches into from the left.
    _spanned: list[set[int]] = field(default_factory=list)
    _all_heads: list[bool] = field(default_factory=list)
    _cells: int = 0

    def open_row(self) -> None:
        self._close_row()
        self._open = []

    def add(self, cell: Cell) -> None:
        if self._open is None:
            self._open = []
        self._open.append(cell)

    def close_head(self) -> None:
        """All rows so far were in <thead>."""
        self._close_row()
        self.heads = len(self.rows)

    def _close_row(self) -> None:
        if self._open is None:
            return
        cells, self._open = self._open, None
        row: list[str] = []
        spanned: set[int] = set()
        leading = self._from_above(row, spanned)
        self.indents.append(cells[0].indent if cells else 0.0)
        for cell in cells:
            self._from_above(row, spanned)
            width = min(max(1, cell.colspan), _WIDEST - len(row))
            if width <= 0 or self._cells > _MOST_CELLS:
                break
            for step in range(width):
                if step:
                    spanned.add(len(row))
                if cell.rowspan != 1:
                    rows = _LONGEST_SPAN if cell.rowspan == 0 else cell.rowspan - 1
                    self._below[len(row)] = (min(rows, _LONGEST_SPAN), cell, step == 0)
                if cell.head and leading == len(row):
                    leading += 1
                row.append("" if step else cell.text)
        self._from_above(row, spanned)
        self._cells += len(row)
        self.rows.append(row)
        self._spanned.append(spanned)
        self._leading.append(leading)
        self._all_heads.append(bool(cells) and all(cell.head or not cell.text for cell in cells))

    def _from_above(self, row: list[str], spanned: set[int]) -> int:
        """Cells of rows above that reach into the next columns of this one."""
        while len(row) in self._below:
            left, cell, first = self._below.pop(len(row))
            if left > 1:
                self._below[len(row)] = (left - 1, cell, first)
            if not first:
                spanned.add(len(row))
            row.append(cell.text if first else "")
        return len(row)

    def close(self) -> None:
        """Make the table rectangular; signs go to their figures, columns without a word go."""
        self._close_row()
        width = max(map(len, self.rows), default=0)
        if not width:
            self.rows, self.heads = [], 0
            return
        for row in self.rows:
            row.extend([""] * (width - len(row)))
        self._find_heads()
        own = {
            column
            for row, spanned in zip(self.rows[: self.heads], self._spanned, strict=False)
            for column, text in enumerate(row)
            if text and column not in spanned and column + 1 not in spanned
        }
        for row, spanned in zip(self.rows[: self.heads], self._spanned, strict=False):
            for column in sorted(spanned):
                row[column] = row[column - 1]
        body = self.rows[self.heads :]
        for row in body:
            _join_signs(row)
        said = [column in own or any(row[column] for row in body) for column in range(width)]
        # Filings keep their columns apart by empty ones; a few empty ones are empty columns.
        if said.count(False) > width / 3:
            self.rows = [
                [cell for cell, keep in zip(row, said, strict=True) if keep] for row in self.rows
            ]
        self.labels = max(1, min(self._leading[self.heads :], default=1))
        self.heads = sum(map(any, self.rows[: self.heads]))
        kept = [any(row) for row in self.rows]
        self.indents = [i for i, keep in zip(self.indents, kept, strict=True) if keep]
        self.rows = [row for row in self.rows if any(row)]

    def _find_heads(self) -> None:
        """Rows of <thead>, or of <th> alone; else what stands above the first figures."""
        if not self.heads:
            self.heads = self._rows_of_heads() or above_figures(self.rows)
        if self.heads >= len(self.rows):
            self.heads = 0

    def _rows_of_heads(self) -> int:
        """Rows of <th> alone from the top; one cell across below heads is a head of rows."""
        for index, head in enumerate(self._all_heads):
            alone = len(list(filter(None, self.rows[index]))) == 1
            if not head or (alone and index and self._several(index - 1)):
                return index
        return 0

    def _several(self, index: int) -> bool:
        return len(list(filter(None, self.rows[index]))) > 1

    def texts(self) -> list[str]:
        """The rows as they stand in a document's text: empty cells keep their borders."""
        return [row_text(row) for row in self.rows]


def above_figures(rows: list[list[str]]) -> int:
    """How many rows stand above the first one with a figure."""
    for index, row in enumerate(rows):
        values = list(filter(None, row[1:]))
        if any(_is_figure(cell) for cell in values):
            return index
        # A label alone below the heads stands above rows.
        if row[0] and not values and index:
            return index
    return 0


def _is_figure(cell: str) -> bool:
    return len(cell) <= _LONGEST_FIGURE and bool(_FIGURE.fullmatch(cell)) and not is_period(cell)


def _join_signs(row: list[str]) -> None:
    """Filings set "$" and ")" in cells of their own."""
    for column, text in enumerate(row):
        if text in _CURRENCY:
            after = next((at for at in range(column + 1, len(row)) if row[at]), None)
            if after is not None and after - column <= 2 and row[after][0] in "(0123456789":
                row[column], row[after] = "", text + row[after]
        elif text in _TAILS:
            before = next((at for at in range(column - 1, -1, -1) if row[at]), None)
            if before is not None and column - before <= 2 and row[before][-1].isdigit():
                row[before], row[column] = row[before] + text, ""
