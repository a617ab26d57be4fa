"""The pieces a page is laid out from: segments come from the file, lines go to the text."""

from __future__ import annotations

from dataclasses import dataclass, field

from longread.documents.table import Box


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of one printed line, as the PDF wrote it: no wide gap inside.

    `cell` marks a cell of a table whose cells hold several lines; its text has line ends.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    text: str
    cell: bool = False


@dataclass(slots=True)
class Line:
    """One printed line within a column; more than one cell means wide gaps between them.

    `left` and `right` are the edges of the column the line stands in, `column` tells
    columns of a page apart. `boxes` says where each cell is; `ruled` lines stand in a table
    whose cells are drawn.
    """

    cells: list[str]
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    left: float = 0.0
    right: float = 0.0
    column: int = 0
    boxes: list[Box] = field(default_factory=list)
    ruled: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.cells)
