"""Types of page layout: segments come from the file, lines go to the text."""

from __future__ import annotations

from dataclasses import dataclass, field

from longread.documents.table import Box


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one printed line, as the PDF wrote it: no wide gap inside.

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


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape that is drawn on the page: an outline, or filled.

    `colour` (0xRRGGBB) is None where the shape is no rectangle of one solid colour.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    colour: int | None = None
    is_filled: bool = False

    def holds(self, segment: Segment) -> bool:
        """Does the segment stand inside, by its middle?"""
        x, y = (segment.x0 + segment.x1) / 2, (segment.y0 + segment.y1) / 2
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1


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
