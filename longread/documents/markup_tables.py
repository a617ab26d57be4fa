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
    labels = grid.labels if grid.labels < width else 1
    heads = grid.heads
    if width < 2 or len(grid.rows) - heads < 1 or len(grid.rows) < 2:
        return None
    titles = [row[0] or row[-1] for row in grid.rows[:heads] if len(set(row)) == 1]
    lines = [row for row in grid.rows[:heads] if len(set(row)) > 1]
    said = [*_captions(above), *titles]
    corner = [row[0] for row in lines if row[0]]
    named = [text for text in said if _bare(text) and not is_period(_bare(text))]
    columns = [_lines(column) for column in zip(*lines, strict=True)] if lines else [()] * width
    return Table(
        (_lines([cell for column in columns[:labels] for cell in column]), *columns[labels:]),
        tuple(_rows(grid, spans, labels)),
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


def _rows(grid: Grid, spans: Sequence[Span], labels: int) -> Iterator[TableRow]:
    """Rows with the sub-heads above them, and all but the last of several labels among these."""
    indented = len(set(grid.indents[grid.heads :])) > 1
    path: list[tuple[float, str]] = []
    subhead = False
    for row, (start, end), indent in list(zip(grid.rows, spans, grid.indents, strict=True))[
        grid.heads :
    ]:
        alone = bool(row[0]) and not any(cell and cell != row[0] for cell in row[1:])
        if indented:
            path = [each for each in path if each[0] < indent]
        elif alone and not subhead:
            # Below another sub-head it is a part of that; otherwise it takes the last one's place.
            path = path[:-1]
        above = tuple(label for _, label in path)
        subhead = alone
        if alone:
            path.append((indent, row[0]))
            yield TableRow((row[0], *[""] * (len(row) - labels)), start, end, above)
        else:
            groups = tuple(filter(None, row[: labels - 1]))
            yield TableRow(tuple(row[labels - 1 :]), start, end, (*above, *groups))
