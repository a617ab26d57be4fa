"""Depth against length: how many needles were found, for the terminal and as a picture.

A row a depth, a column a length, a map for each strategy and kind of needle. The terminal
and the picture use one scale of colours, from red over pale yellow to blue, which people who
see no difference between red and green can read as well; the number stands in every cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from longread.bench.lengths import length_label
from longread.bench.metrics import CONTAINED
from longread.bench.plots import require_matplotlib
from longread.bench.records import Result
from longread.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage
    from rich.text import Text

# ColorBrewer's RdYlBu, at 0, 0.25, 0.5, 0.75 and 1.
_STOPS = ((215, 48, 39), (253, 174, 97), (255, 255, 191), (171, 217, 233), (69, 117, 180))
# Inches of the picture's cells, of what stands around them, and of a letter above them.
_CELL, _MARGIN, _LETTER = 0.75, 1.3, 0.085
_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """Mean score (0 to 1) of `n` questions."""

    mean: float
    n: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Mean scores by (depth in percent, length in tokens)."""

    strategy: str
    kind: str
    depths: tuple[int, ...]
    lengths: tuple[int, ...]
    cells: Mapping[tuple[int, int], Cell]

    @property
    def mean(self) -> float:
        """The mean over all questions."""
        total = sum(cell.n for cell in self.cells.values())
        return sum(cell.mean * cell.n for cell in self.cells.values()) / total

    @property
    def questions(self) -> str:
        """How many questions a cell stands for: `1 question`, `3 questions`, `2 to 5 questions`."""
        sizes = sorted(cell.n for cell in self.cells.values())
        if sizes[0] != sizes[-1]:
            return f"{sizes[0]} to {sizes[-1]} questions"
        return f"{sizes[0]} question" if sizes[0] == 1 else f"{sizes[0]} questions"


def heat_maps(results: Sequence[Result]) -> list[HeatMap]:
    """A map for every strategy and kind, in the order they stand; all on the same axes.

    Left out are results without depth and length, and those without a gold answer.
    """
    found: dict[tuple[str, str], dict[tuple[int, int], list[float]]] = {}
    for result in results:
        value = CONTAINED.value(result)
        depth, length = result.tags.get("depth"), result.tags.get("length")
        if value is None or not isinstance(depth, int) or not isinstance(length, int):
            continue
        cells = found.setdefault((result.strategy, str(result.tags.get("kind", ""))), {})
        cells.setdefault((depth, length), []).append(value)
    places = [place for cells in found.values() for place in cells]
    depths = tuple(sorted({depth for depth, _length in places}))
    lengths = tuple(sorted({length for _depth, length in places}))
    return [
        HeatMap(
            strategy,
            kind,
            depths,
            lengths,
            {
                place: Cell(sum(values) / len(values), len(values))
                for place, values in cells.items()
            },
        )
        for (strategy, kind), cells in found.items()
    ]


def write_heat_maps(maps: Sequence[HeatMap], stream: TextIO, *, colour: bool) -> None:
    """Write the maps: side by side in `colour` for a terminal, else one below the other."""
    if colour:
        _draw(maps, stream)
        return
    blocks = ["".join(f"{line}\n" for line in plain(each)) for each in maps]
    stream.write("\n".join(blocks))


def plain(heat_map: HeatMap) -> list[str]:
    """The map's lines: a title, the lengths, then a line a depth, in percent found."""
    labels = [length_label(length) for length in heat_map.lengths]
    width = max(5, *(len(label) for label in labels))
    lines = [
        f"{_title(heat_map)}: {_percent(heat_map.mean)} % found, {heat_map.questions} a cell",
        f"{'depth':<7}" + "".join(f"{label:>{width + 2}}" for label in labels),
    ]
    for depth in heat_map.depths:
        numbers = (_cell_text(heat_map.cells.get((depth, each))) for each in heat_map.lengths)
        lines.append(f"{depth:>5} %" + "".join(f"{number:>{width + 2}}" for number in numbers))
    return lines


def save_png(maps: Sequence[HeatMap], file: Path) -> None:
    """Draw the maps into a PNG file, a row of maps for each strategy.

    Raises UsageError without matplotlib, or when there is nothing to draw; OSError when the
    file cannot be written.
    """
    if not maps:
        raise UsageError("there is nothing to draw.", "all runs have failed: see the results")
    require_matplotlib()
    from matplotlib.figure import Figure

    strategies = list(dict.fromkeys(each.strategy for each in maps))
    kinds = list(dict.fromkeys(each.kind for each in maps))
    # A name is often longer than a map of one or two lengths is wide.
    wide = max(len(maps[0].lengths) * _CELL, max(map(len, strategies)) * _LETTER) + _MARGIN
    high = len(maps[0].depths) * _CELL * 0.6 + _MARGIN
    figure = Figure(
        figsize=(max(4.0, wide * len(kinds)), max(2.6, high * len(strategies))),
        dpi=150,
        layout="constrained",
    )
    axes = figure.subplots(len(strategies), len(kinds), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    images = []
    for each in maps:
        axis = axes[strategies.index(each.strategy)][kinds.index(each.kind)]
        axis.set_axis_on()
        images.append(_paint(axis, each))
    bar = figure.colorbar(images[0], ax=axes, shrink=0.8, ticks=[0, 0.25, 0.5, 0.75, 1])
    bar.ax.set_yticklabels(["0", "25", "50", "75", "100 %"])
    bar.set_label(f"found, {maps[0].questions} a cell")
    figure.savefig(file, format="png")


def _title(heat_map: HeatMap, between: str = ", ") -> str:
    return between.join(filter(None, (heat_map.strategy, heat_map.kind)))


def _percent(share: float) -> str:
    """Whole percent; 100 only for all, 0 only for none."""
    return f"{round(100 * share) if share in (0.0, 1.0) else min(99, max(1, round(100 * share)))}"


def _cell_text(cell: Cell | None) -> str:
    return _NOTHING if cell is None else _percent(cell.mean)


def _colour(share: float) -> tuple[int, int, int]:
    """The scale's colour at `share`, between 0 and 1."""
    place = min(max(share, 0.0), 1.0) * (len(_STOPS) - 1)
    left = min(int(place), len(_STOPS) - 2)
    part = place - left
    red, green, blue = (
        round(low + (high - low) * part)
        for low, high in zip(_STOPS[left], _STOPS[left + 1], strict=True)
    )
    return red, green, blue


def _ink(share: float) -> str:
    """Black or white, whichever can be read on the scale's colour (by its luminance)."""
    red, green, blue = _colour(share)
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 125 else "#ffffff"


def _draw(maps: Sequence[HeatMap], stream: TextIO) -> None:
    from rich.columns import Columns
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    for strategy in dict.fromkeys(each.strategy for each in maps):
        own = [each for each in maps if each.strategy == strategy]
        console.print(Text(f"{strategy}, {own[0].questions} a cell", style="bold"))
        console.print(Columns([_coloured(each) for each in own], padding=(0, 4)))


def _coloured(heat_map: HeatMap) -> Text:
    from rich.text import Text

    labels = [length_label(length) for length in heat_map.lengths]
    width = max(5, *(len(label) + 2 for label in labels))
    text = Text(no_wrap=True)
    text.append(f"{heat_map.kind or 'found'}: {_percent(heat_map.mean)} %\n")
    text.append(f"{'depth':>6} " + "".join(label.center(width) for label in labels) + "\n", "dim")
    for depth in heat_map.depths:
        text.append(f"{depth:>4} % ", "dim")
        for length in heat_map.lengths:
            cell = heat_map.cells.get((depth, length))
            style = ""
            if cell is not None:
                red, green, blue = _colour(cell.mean)
                style = f"{_ink(cell.mean)} on rgb({red},{green},{blue})"
            text.append(_cell_text(cell).center(width), style)
        text.append("\n")
    return text


def _paint(axis: Axes, heat_map: HeatMap) -> AxesImage:
    from matplotlib.colors import LinearSegmentedColormap

    scale = LinearSegmentedColormap.from_list(
        "found", [tuple(part / 255 for part in stop) for stop in _STOPS]
    )
    shares = [
        [
            cell.mean if (cell := heat_map.cells.get((depth, length))) else float("nan")
            for length in heat_map.lengths
        ]
        for depth in heat_map.depths
    ]
    image = axis.imshow(shares, cmap=scale, vmin=0.0, vmax=1.0, aspect="auto")
    axis.set_facecolor("0.9")
    title = _title(heat_map, between="\n")
    axis.set_title(f"{title}: {_percent(heat_map.mean)} %", fontsize=10)
    axis.set_xticks(range(len(heat_map.lengths)), [length_label(each) for each in heat_map.lengths])
    axis.set_yticks(range(len(heat_map.depths)), [f"{depth} %" for depth in heat_map.depths])
    place = axis.get_subplotspec()
    if place is None or place.is_last_row():
        axis.set_xlabel("tokens")
    if place is None or place.is_first_col():
        axis.set_ylabel("depth")
    axis.tick_params(length=0)
    for row, depth in enumerate(heat_map.depths):
        for column, length in enumerate(heat_map.lengths):
            cell = heat_map.cells.get((depth, length))
            axis.text(
                column,
                row,
                _cell_text(cell),
                ha="center",
                va="center",
                color=_ink(cell.mean) if cell else "#000000",
            )
    return image
