"""The live view as an SVG picture, for the README and for looking at it without a terminal."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from longread.display.frame import frame
from longread.display.progress import Progress


def export_svg(
    progress: Progress, path: Path, *, now: float, columns: int = 100, rows: int = 30
) -> None:
    """Write what a terminal of `columns` by `rows` would show at `now` (monotonic seconds)."""
    console = Console(
        file=io.StringIO(),
        record=True,
        force_terminal=True,
        color_system="truecolor",
        width=columns,
        height=rows,
        highlight=False,
    )
    for line in frame(progress, console, now, rows - 1):
        console.print(line)
    console.save_svg(str(path), title="longread")
