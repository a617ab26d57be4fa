"""Numbered tables: labels left, numbers right, rules only where an accountant would draw them."""

from __future__ import annotations

from dataclasses import dataclass

from .canvas import LEFT, RIGHT, Canvas
from .figures import Figures, Row, Table
from .lines import BLUE, GREY, Line, Setting, break_lines, width
from .markup import words

SIZE, LEADING, PAD = 8.8, 12.4, 7.0
NOTE = Setting(RIGHT - LEFT, 7.6, 9.6, justify=False, hyphenate=False)
TINT = (0.945, 0.957, 0.968)


@dataclass
class SetTable:
    """A table set to the width of the page: its height, and how to draw it."""

    table: Table
    title: list[Line]
    header: list[list[Line]]
    rows: list[tuple[Row, list[list[Line]]]]
    notes: list[Line]
    edges: list[tuple[float, float]]
    anchor: str = ""

    @property
    def height(self) -> float:
        body = sum(_row_height(cells) for _, cells in self.rows)
        head = _row_height(self.header) + 4
        title = 15.0 * len(self.title)
        return title + head + body + 8 + sum(line.height for line in self.notes) + 16

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draw with the upper edge at `top`."""
        y = top + 10
        for line in self.title:
            canvas.line(LEFT, y, line)
            y += 15
        y -= 8
        canvas.rule(LEFT, y, RIGHT, y, weight=1.1, colour=BLUE)
        y = self._draw_row(canvas, y + 1, self.header, last=True)
        canvas.rule(LEFT, y + 2, RIGHT, y + 2)
        y += 3
        for row, cells in self.rows:
            height = _row_height(cells)
            if row.total:
                canvas.box(LEFT, y, RIGHT, y + height, TINT)
                canvas.rule(LEFT, y, RIGHT, y, weight=0.4)
            y = self._draw_row(canvas, y, cells)
        canvas.rule(LEFT, y + 2, RIGHT, y + 2, weight=0.8, colour=BLUE)
        y += 13
        for line in self.notes:
            canvas.line(LEFT, y, line)
            y += line.height

    def _draw_row(
        self, canvas: Canvas, y: float, cells: list[list[Line]], *, last: bool = False
    ) -> float:
        height = _row_height(cells)
        for (left, _), lines in zip(self.edges, cells, strict=False):
            # Column heads stand on the rule below them.
            first = y + 9 + (height - _row_height([lines]) if last else 0.0)
            for index, line in enumerate(lines):
                canvas.line(left, first + index * LEADING * 0.87, line)
        return y + height


def _row_height(cells: list[list[Line]]) -> float:
    return LEADING + (max(len(lines) for lines in cells) - 1) * LEADING * 0.87


def set_table(table: Table, figures: Figures, anchor: str, pages: dict[str, str]) -> SetTable:
    """Set a table to the full width of the page."""
    aligns = table.align.split() or ["l", *("r" for _ in table.columns)]
    edges = _edges(table)
    caption = Setting(RIGHT - LEFT, 9.4, 12, "sansbold", justify=False, colour=BLUE)
    head = [table.stub, *table.columns]
    rows = []
    for row in table.rows:
        texts = [row.label, *(table.printed(cell) for cell in row.cells)]
        face = "bold" if row.total else "roman" if row.cells else "italic"
        rows.append((row, _cells(texts, edges, aligns, face)))
    notes: list[Line] = []
    for note in table.notes:
        notes += break_lines(words(figures.fill(note, pages)), NOTE)
    title = words(f"Table {table.number}. {table.title}", "sansbold")
    return SetTable(
        table, break_lines(title, caption), _cells(head, edges, aligns, "sans"), rows, notes,
        edges, anchor,
    )  # fmt: skip


def _edges(table: Table) -> list[tuple[float, float]]:
    """Left and right edge of every column, from the left of the page's text."""
    total = RIGHT - LEFT
    if table.widths:
        sizes = [total * part / sum(table.widths) for part in table.widths]
    else:
        # Four columns of figures read best close together, eight need all the room.
        each = min(82.0, (total - 150) / len(table.columns))
        sizes = [total - each * len(table.columns), *(each for _ in table.columns)]
    edges, x = [], LEFT
    for size in sizes:
        edges.append((x, x + size - PAD))
        x += size
    return edges


def _cells(
    texts: list[str], edges: list[tuple[float, float]], aligns: list[str], face: str
) -> list[list[Line]]:
    cells = []
    for text, (left, right), align in zip(texts, edges, aligns, strict=False):
        size, colour = (7.8, GREY) if face == "sans" else (SIZE, (0.10, 0.11, 0.13))
        room = right - left + (PAD if align == "r" else 0)
        # A row that is only a heading may run across the empty columns.
        room = RIGHT - left if len(texts) == 1 else room
        setting = Setting(room, size, LEADING, face, justify=False, hyphenate=False, colour=colour)
        lines = break_lines(words(text, face), setting)
        cells.append([_aligned(line, room, align) for line in lines])
    return cells


def _aligned(line: Line, room: float, align: str) -> Line:
    if align == "l":
        return line
    end = line.runs[-1]
    shift = room - end.x - width(end.text, end.face, end.size)
    # A closing bracket hangs over the edge, so that digits stand under digits.
    if end.text.startswith("(") and end.text.endswith(")"):
        shift += width(")", end.face, end.size)
    return Line(
        [type(run)(run.x + shift, run.text, run.face, run.size, run.rise, run.colour)
         for run in line.runs], line.height,
    )  # fmt: skip
