"""What a PDF or XPS file gives before any cleaning: pages of segments, outline, troubles."""

from __future__ import annotations

from dataclasses import dataclass, field

from longread.documents.layout_types import Segment, Shape
from longread.documents.table import Box


@dataclass(slots=True)
class RawPage:
    """One page; coordinates are upright, in points.

    `aside` is text in another direction than most. `drawn` is where lines and boxes are drawn,
    `shapes` are those that are large enough to hold text. `furniture` are heads and footers that
    stand here for the first time, `removed` those that stood on a page before and page
    numbers. `hidden` are lines that nobody sees. `comments` are notes pinned to the page.
    `unmapped`: its fonts do not say which letters their glyphs are.
    """

    width: float
    height: float
    segments: list[Segment]
    aside: list[Segment] = field(default_factory=list)
    label: str | None = None
    scan: bool = False
    right_to_left: bool = False
    drawn: list[Box] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    furniture: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    unmapped: bool = False


@dataclass(slots=True)
class OutlineEntry:
    """One bookmark: `page` counts from 0."""

    level: int
    title: str
    page: int


@dataclass(slots=True)
class RawFile:
    """All that is taken from the file."""

    pages: list[RawPage]
    outline: list[OutlineEntry]
    title: str
    locked: bool
    repaired: bool
    failed: list[int]
    attachments: list[tuple[str, bytes]] = field(default_factory=list)
