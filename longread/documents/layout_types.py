"""Types of page layout: segments come from the file, lines go to the text."""

from __future__ import annotations

from dataclasses import dataclass, field

from longread.documents.table import Box

# No words of a justified line are further apart (in units of the type size).
WIDEST_GAP = 6.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one printed line, as the PDF wrote it: no wide gap inside.

    `table` numbers the table whose cell it is, where cells may hold several lines: those drawn on
    the page count from 1, -1 is any other, 0 is none. The text of a cell has line ends, and so has
    that of a list's whole entry (`is_entry`).
    """

    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    text: str
    table: int = 0
    is_entry: bool = False


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
    whose cells are drawn. `bold_label`: the first cell is set in bold, the others need not be.
    `is_entry`: a whole entry of a list, which is a paragraph.
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
    bold_label: bool = False
    is_entry: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.cells)
