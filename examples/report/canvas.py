"""A page before it is a page: text, rules and boxes, painted into the PDF in reading order."""

from __future__ import annotations

from dataclasses import dataclass, field

import pymupdf

from .lines import GREY, INK, Colour, Line, Run, font, ligatures, width

WIDTH, HEIGHT = 595.0, 842.0  # A4 in points
LEFT, RIGHT, TOP, BOTTOM = 64.0, 531.0, 86.0, 776.0


@dataclass
class Canvas:
    """One page. Text comes out of the PDF in the order it was put in."""

    texts: list[tuple[float, float, Run]] = field(default_factory=list)
    rules: list[tuple[pymupdf.Point, pymupdf.Point, float, Colour]] = field(default_factory=list)
    boxes: list[tuple[pymupdf.Rect, Colour]] = field(default_factory=list)
    curves: list[tuple[list[pymupdf.Point], Colour, float]] = field(default_factory=list)

    def line(self, x: float, baseline: float, line: Line) -> None:
        """Put a set line with its left edge at `x`."""
        for run in line.runs:
            self.texts.append((x + run.x, baseline - run.rise, run))

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        face: str = "roman",
        size: float = 9.6,
        colour: Colour = INK,
        align: str = "l",
    ) -> None:
        """Put one piece of text; `align` says whether `x` is its left, right or centre."""
        shown = ligatures(text) if face in ("roman", "italic", "bold") else text
        shift = {"l": 0.0, "r": 1.0, "c": 0.5}[align] * width(shown, face, size)
        self.texts.append((x - shift, baseline, Run(0, shown, face, size, 0, colour)))

    def rule(
        self, x0: float, y0: float, x1: float, y1: float, *, weight: float = 0.5,
        colour: Colour = GREY,
    ) -> None:  # fmt: skip
        """Draw a straight line."""
        self.rules.append((pymupdf.Point(x0, y0), pymupdf.Point(x1, y1), weight, colour))

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        """Fill a rectangle."""
        self.boxes.append((pymupdf.Rect(x0, y0, x1, y1), colour))

    def curve(self, points: list[tuple[float, float]], colour: Colour, weight: float) -> None:
        """Draw a line through points; with a weight of 0, fill the shape they enclose."""
        self.curves.append(([pymupdf.Point(point) for point in points], colour, weight))

    def paint(self, document: pymupdf.Document) -> None:
        """Add this page to the PDF. Raises ValueError for text outside the paper's margins."""
        page = document.new_page(width=WIDTH, height=HEIGHT)
        shape = page.new_shape()
        for rect, colour in self.boxes:
            shape.draw_rect(rect)
            shape.finish(fill=colour, color=None)
        for points, colour, weight in self.curves:
            shape.draw_polyline(points)
            if weight:
                shape.finish(color=colour, width=weight, closePath=False, lineJoin=1)
            else:
                shape.finish(fill=colour, color=None)
        for start, end, weight, colour in self.rules:
            shape.draw_line(start, end)
            shape.finish(color=colour, width=weight)
        shape.commit()
        self._paint_texts(page)

    def _paint_texts(self, page: pymupdf.Page) -> None:
        writer, colour = pymupdf.TextWriter(page.rect), INK
        for x, y, run in self.texts:
            if x + width(run.text, run.face, run.size) > WIDTH - 36 or not 24 < y < HEIGHT - 24:
                raise ValueError(f"{run.text!r} stands outside the page at {x:.0f}, {y:.0f}")
            if run.colour != colour:
                _write(writer, page, colour)
                writer, colour = pymupdf.TextWriter(page.rect), run.colour
            writer.append((x, y), run.text, font(run.face), run.size)
        _write(writer, page, colour)


def _write(writer: pymupdf.TextWriter, page: pymupdf.Page, colour: Colour) -> None:
    if not writer.text_rect.is_empty:
        writer.write_text(page, color=colour)
