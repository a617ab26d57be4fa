"""Table structure of HTML, EPUB and FB2: grids of cells → tables with heads, caption and rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from longread.documents.grid import Grid
from longread.documents.periods import is_period, period_in, unit_in, without_unit
from longread.documents.table import Span, Table, TableRow

# A block above a table that is longer than this is a paragraph and no caption.
_LONGEST_CAPTION = 160


def table_of(grid: Grid, spans: Sequence[Span], above: Sequence[str]) -> Table | None:
    """The table of a grid whose rows stand at `spans`; `above` are the blocks before it.

    None for a grid that is no table: one row or one column.
    """
    width = len(grid.rows[0]) if grid.rows else 0
    heads = grid.heads
    if width < 2 or len(grid.rows) - heads < 1 or len(grid.rows) < 2:
        return None
    titles = [row[0] or row[-1] for row in grid.rows[:heads] if len(set(row)) == 1]
    lines = [row for row in grid.rows[:heads] if len(set(row)) > 1]
    said = [*_captions(above), *titles]
    corner = [row[0] for row in lines if row[0]]
    named = [text for text in said if _bare(text) and not is_period(_bare(text))]
    return Table(
        tuple(_lines(column) for column in zip(*lines, strict=True)) if lines else ((),) * width,
        tuple(_rows(grid.rows[heads:], spans[heads:])),
        tuple(spans[:heads]),
        caption=_bare(named[-1]) if named else "",
        period=_first(map(period_in, (*reversed(said), *corner))),
        unit=_first(map(unit_in, (*reversed(said), *corner))),
    )


def _first(found: Iterator[str]) -> str:
    return next(filter(None, found), "")


def _bare(text: str) -> str:
    return without_unit(text).strip(" :")


def _captions(above: Sequence[str]) -> list[str]:
    """The blocks right above that name the table: short, and no sentences."""
    found: list[str] = []
    for text in reversed(above):
        if len(text) > _LONGEST_CAPTION or (text.rstrip()[-1:] in ".;," and "(" not in text):
            break
        found.insert(0, text)
        if not is_period(_bare(text)) and _bare(text):
            break
    return found


def _lines(column: Sequence[str]) -> tuple[str, ...]:
    """A column's head, a cell that stands in several rows once."""
    lines: list[str] = []
    for cell in column:
        if cell and cell != (lines[-1] if lines else ""):
            lines.append(cell)
    return tuple(lines)


def _rows(rows: Sequence[Sequence[str]], spans: Sequence[Span]) -> Iterator[TableRow]:
    path: list[str] = []
    subhead = False
    for row, (start, end) in zip(rows, spans, strict=True):
        alone = bool(row[0]) and not any(cell and cell != row[0] for cell in row[1:])
        if alone:
            # Below another it is a part of that; otherwise it takes the last one's place.
            path = [*path, row[0]] if subhead else [*path[:-1], row[0]]
            above, cells = tuple(path[:-1]), (row[0], *[""] * (len(row) - 1))
        else:
            above, cells = tuple(path), tuple(row)
        subhead = alone
        yield TableRow(cells, start, end, above)
