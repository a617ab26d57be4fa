"""The report's two figures and its cover, drawn with straight lines and plain numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from .canvas import HEIGHT, LEFT, RIGHT, WIDTH, Canvas
from .figures import Figures
from .lines import BLUE, GREY, INK, Colour

PALE: Colour = (0.80, 0.86, 0.91)
WATER: Colour = (0.925, 0.948, 0.965)
LAND: Colour = (0.905, 0.900, 0.880)
RUST: Colour = (0.66, 0.33, 0.20)
WHITE: Colour = (1, 1, 1)


@dataclass
class Drawing:
    """A figure set to the width of the page."""

    key: str
    height: float
    paint: Callable[[Canvas, float], None]
    anchor: str = ""

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draw with the upper edge at `top`."""
        self.paint(canvas, top)


def drawing(key: str, figures: Figures) -> Drawing:
    """The figure called `key`."""
    if key == "quarters":
        return Drawing(key, 218, lambda canvas, top: _quarters(canvas, top, figures), "figure:2")
    return Drawing(key, 300, _harbour, "figure:1")


def _caption(canvas: Canvas, top: float, text: str) -> None:
    canvas.text(LEFT, top + 10, text, "sansbold", 9.4, BLUE)
    canvas.rule(LEFT, top + 17, RIGHT, top + 17, weight=1.1, colour=BLUE)


def _quarters(canvas: Canvas, top: float, figures: Figures) -> None:
    """Tonnage by quarter, one bar a quarter, dry bulk and ro-ro shown apart."""
    _caption(canvas, top, "Figure 2. Cargo by quarter, 2024 (thousand tonnes)")
    base, scale = top + 182, 130 / 1000
    for value in range(0, 1001, 250):
        y = base - value * scale
        canvas.rule(LEFT + 34, y, RIGHT, y, weight=0.3)
        canvas.text(LEFT + 28, y + 3, f"{value:,}", "sans", 7.4, GREY, "r")
    parts = (
        ("Dry bulk", ["dry"], BLUE),
        ("Ro-ro freight", ["roro"], (0.45, 0.60, 0.72)),
        ("All other cargo", ["aggregates", "timber", "steel", "boxes", "oil"], PALE),
    )
    for index in range(4):
        x = LEFT + 68 + index * 104
        y = base
        for _, keys, colour in parts:
            value = sum(float(figures.cell(f"tonnage.{key}.Q{index + 1}")) for key in keys)
            canvas.box(x, y - value * scale, x + 54, y, colour)
            y -= value * scale
        total = figures.cell(f"tonnage.total.Q{index + 1}")
        canvas.text(x + 27, y - 4, f"{total:,}", "sansbold", 8, INK, "c")
        canvas.text(x + 27, base + 11, f"Q{index + 1}", "sans", 8, GREY, "c")
    for index, (label, _, colour) in enumerate(parts):
        x = LEFT + 68 + index * 104
        canvas.box(x, base + 20, x + 8, base + 28, colour)
        canvas.text(x + 13, base + 27, label, "sans", 7.8, GREY)


def _harbour(canvas: Canvas, top: float) -> None:
    """A sketch of the harbour: land, water, the quays by name. Not to scale."""
    _caption(canvas, top, "Figure 1. The harbour (sketch, not to scale; not for navigation)")
    upper, lower = top + 24, top + 288
    canvas.box(LEFT, upper, RIGHT, lower, WATER)

    def at(x: float, y: float) -> tuple[float, float]:
        return LEFT + x * (RIGHT - LEFT), upper + y * (lower - upper)

    north = [(0, 0), (0.62, 0), (0.60, 0.16), (0.52, 0.22), (0.50, 0.33), (0.36, 0.35),
             (0.35, 0.27), (0.27, 0.27), (0.26, 0.38), (0.12, 0.41), (0, 0.47)]  # fmt: skip
    south = [(0, 1), (0.56, 1), (0.53, 0.86), (0.44, 0.84), (0.43, 0.74), (0.29, 0.73),
             (0.28, 0.66), (0.13, 0.65), (0, 0.60)]  # fmt: skip
    for land in (north, south):
        canvas.curve([at(*point) for point in land], LAND, 0)
    mole = [at(0.52, 0.22), at(0.60, 0.25), at(0.66, 0.32), at(0.70, 0.44)]
    pier = [at(0.53, 0.86), at(0.67, 0.64)]
    for wall in (mole, pier):
        canvas.curve(wall, (0.52, 0.51, 0.48), 4)
    canvas.curve([at(0.98, 0.62), at(0.80, 0.55), at(0.60, 0.53), at(0.30, 0.50), at(0.0, 0.535)],
                 (0.62, 0.73, 0.81), 0.8)  # fmt: skip
    names = [
        ("North Mole", 0.72, 0.38, "l"), ("South Pier", 0.69, 0.72, "l"),
        ("Corran Dock", 0.31, 0.22, "c"), ("Fish Quay", 0.44, 0.28, "c"),
        ("Sandhythe Quay", 0.355, 0.80, "c"), ("Pell Point ferry berth", 0.33, 0.93, "c"),
        ("Teln Marina", 0.09, 0.33, "c"), ("Tanker jetty", 0.20, 0.71, "c"),
        ("Swinging basin", 0.47, 0.59, "c"),
        ("Approach channel to the fairway buoy", 0.985, 0.52, "r"),
        ("River Teln", 0.06, 0.50, "c"), ("Aldmere town", 0.16, 0.13, "c"),
    ]  # fmt: skip
    for name, x, y, align in names:
        face = "italic" if name in ("River Teln", "Swinging basin") or y == 0.52 else "sans"
        canvas.text(*at(x, y), name, face, 8, INK, align)
    canvas.box(*at(0.275, 0.235), *at(0.345, 0.27), WATER)
    x, y = at(0.945, 0.16)
    canvas.curve([(x, y + 16), (x, y - 10), (x - 4, y - 2), (x, y - 10), (x + 4, y - 2)], GREY, 0.8)
    canvas.text(x, y - 14, "N", "sans", 8, GREY, "c")


def cover(canvas: Canvas, title: str, subtitle: str, lines: list[str]) -> None:
    """The cover: the authority's blue, and a tide drawn as a few quiet curves."""
    canvas.box(0, 0, WIDTH, HEIGHT, BLUE)
    for index in range(9):
        base = 560 + index * 30
        points = [
            (x, base + (15 - index) * math.sin(x / (88 + index * 7) + index * 0.9))
            for x in range(0, int(WIDTH) + 6, 5)
        ]
        shade = 0.30 + index * 0.045
        canvas.curve(points, (shade, shade + 0.12, shade + 0.21), 0.9)
    canvas.text(LEFT, 150, title, "roman", 33, WHITE)
    canvas.text(LEFT, 190, subtitle, "roman", 33, (0.74, 0.82, 0.89))
    canvas.rule(LEFT, 216, LEFT + 120, 216, weight=1.4, colour=(0.85, 0.62, 0.44))
    for index, line in enumerate(lines):
        canvas.text(LEFT, 244 + index * 16, line, "sans", 9.6, (0.80, 0.86, 0.91))
