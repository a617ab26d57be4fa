"""Table grids: cells with rowspan and colspan, put where a browser shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from longread.documents.table import row_text

# What HTML allows, and what a hostile page may ask for.
_WIDEST, _LONGEST_SPAN = 1000, 2000
# Cells that fill over rows and columns without saying anything new are not spread beyond this.
_MOST_CELLS = 2_000_000
_CURRENCY = frozenset(("$", "€", "£", "¥", "US$", "C$", "R$", "-$", "($", "(€", "(£"))
_TAILS = frozenset((")", "%", ")%", "%)", "pts", "bps"))


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    rowspan: int = 1
    colspan: int = 1
    head: bool = False


@dataclass(slots=True)
class Grid:
    """A table being read row by row; after `close`, `rows` has a cell for each column.

    A cell over several rows stands in each of them. One over several columns stands in each of
    them in the heads, and elsewhere in the first. `heads` counts the rows of heads.
    """

    rows: list[list[str]] = field(default_factory=list)
    heads: int = 0
    block: int = 0
    _open: list[Cell] | None = None
    _below: dict[int, tuple[int, str, bool]] = field(default_factory=dict)
    _head_cells: list[bool] = field(default_factory=list)
    _in_head: bool = True
    _cells: int = 0
    _headed: set[int] = field(default_factory=set)

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
        row: list[str] = []
        head = bool(self._open) and all(cell.head or not cell.text for cell in self._open)
        waiting = self._open
        self._open = None
        for cell in waiting:
            self._from_above(row)
            width = min(max(1, cell.colspan), _WIDEST - len(row))
            if width <= 0 or self._cells > _MOST_CELLS:
                break
            if (cell.head or head) and cell.text and width == 1:
                self._headed.add(len(row))
            for step in range(width):
                text = cell.text if step == 0 or cell.head or head else ""
                if cell.rowspan != 1:
                    below = _LONGEST_SPAN if cell.rowspan == 0 else cell.rowspan - 1
                    self._below[len(row)] = (min(below, _LONGEST_SPAN), text, cell.head)
                row.append(text)
        while self._from_above(row):
            pass
        self._cells += len(row)
        self.rows.append(row)
        self._head_cells.append(head)

    def _from_above(self, row: list[str]) -> bool:
        """Cells of rows above that reach into the next columns of this one."""
        found = False
        while len(row) in self._below:
            left, text, head = self._below.pop(len(row))
            if left > 1:
                self._below[len(row)] = (left - 1, text, head)
            row.append(text)
            found = True
        return found

    def close(self) -> None:
        """Make the table rectangular; signs go to their figures, columns without a word go."""
        self._close_row()
        leading = next(
            (index for index, head in enumerate(self._head_cells) if not head), len(self.rows)
        )
        self.heads = max(self.heads, leading if leading < len(self.rows) else 0)
        for row in self.rows[self.heads :]:
            _join_signs(row)
        width = max(map(len, self.rows), default=0)
        for row in self.rows:
            row.extend([""] * (width - len(row)))
        said = [
            column in self._headed or any(row[column] for row in self.rows[self.heads :])
            for column in range(width)
        ]
        # Filings keep their columns apart by empty ones; a few empty ones are empty columns.
        if said.count(False) > width / 3:
            self.rows = [
                [cell for cell, keep in zip(row, said, strict=True) if keep] for row in self.rows
            ]
        first = [any(row) for row in self.rows]
        self.heads = sum(first[: self.heads])
        self.rows = [row for row in self.rows if any(row)]

    def texts(self) -> list[str]:
        """The rows as they stand in a document's text: empty cells keep their borders."""
        return [row_text(row) for row in self.rows]


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
