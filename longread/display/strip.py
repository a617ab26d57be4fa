"""Sparkline of the gates: one cell a chunk, in document order, as high as its probability.

Where the chunks outnumber the cells, neighbours share one and the most telling of them
is shown: an opened gate before a retrieved chunk before a closed gate.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from longread.display.progress import CellState, Progress

# Lower half for closed gates, upper half for open ones: readable without colour.
_CLOSED_BARS = "▁▂▃"
_OPEN_BARS = "▅▆▇█"
BOUNDARY = "│"


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of the strip. `state` is None for a document boundary."""

    glyph: str
    state: CellState | None
    current: bool = False


def strip(progress: Progress, width: int, most_rows: int) -> list[list[Cell]]:
    """The strip's rows, each at most `width` cells; `most_rows` at most."""
    info = progress.info
    if info is None or info.chunks == 0:
        return []
    documents = enumerate(pairwise(info.chunk_documents), 1)
    starts = [position for position, (before, own) in documents if before != own]
    room = width * most_rows
    # Boundaries that would take more than a quarter of the room tell nothing any more.
    if len(starts) * 4 > room:
        starts = []
    spans = _spans(info.chunks, starts, room - len(starts))
    cells = _cells(progress, spans, set(starts))
    return [cells[start : start + width] for start in range(0, len(cells), width)]


def _spans(chunks: int, starts: list[int], cells: int) -> list[range]:
    """The chunks of each cell, as evenly as they go. No cell reaches over a document's end."""
    documents = list(pairwise([0, *starts, chunks]))
    spare = max(cells - len(documents), 0)
    spans = []
    for start, end in documents:
        size = end - start
        shares = size if chunks <= cells else min(size, 1 + size * spare // chunks)
        bounds = [start + number * size // shares for number in range(shares + 1)]
        spans += [range(first, last) for first, last in pairwise(bounds)]
    return spans


def _cells(progress: Progress, spans: list[range], starts: set[int]) -> list[Cell]:
    current = progress.last.chunk.position if progress.last and not progress.ended else -1
    cells = []
    for span in spans:
        if span.start in starts:
            cells.append(Cell(BOUNDARY, None))
        state = max(progress.cell(position) for position in span)
        cells.append(Cell(_glyph(progress, state, span), state, current in span))
    return cells


def _glyph(progress: Progress, state: CellState, span: range) -> str:
    if state is CellState.UNREAD:
        return "·"
    if state is CellState.SKIPPED:
        return "-"
    if state is CellState.RETRIEVED:
        return "◆"
    probability = max(progress.probabilities.get(position, 0.0) for position in span)
    threshold = progress.last.update.threshold if progress.last else 0.5
    return bar(probability, threshold, is_open=state is CellState.OPEN)


def bar(probability: float, threshold: float, *, is_open: bool) -> str:
    """A block as high as the probability, in the half that says which side of the gate it is on."""
    if is_open:
        height = (probability - threshold) / max(1.0 - threshold, 1e-9)
        bars = _OPEN_BARS
    else:
        height = probability / max(threshold, 1e-9)
        bars = _CLOSED_BARS
    steps = [(number + 1) / len(bars) for number in range(len(bars) - 1)]
    return bars[bisect_left(steps, height)]
