"""Options that the commands of `longread bench` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from longread.cli.complete import model_names
from longread.reading.names import STRATEGIES

NAMES = (*STRATEGIES, "closed-book")
USUAL = "gated,rag,closed-book"


def _last_strategy(incomplete: str) -> list[str]:
    """Offers names for the last of several that commas separate."""
    before, comma, begun = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in NAMES if name.startswith(begun)]


Strategies = Annotated[
    str,
    typer.Option(
        metavar="NAME[,NAME...]",
        help="Strategies to compare: each with the first. closed-book answers without a "
        "document. Settings of a strategy follow its name: gated:gate=choice:exit=no.",
        autocompletion=_last_strategy,
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Only N questions, drawn by --seed; a larger N keeps those and adds others.",
    ),
]
Seed = Annotated[int, typer.Option(help="Seed of all random draws.")]
Out = Annotated[
    Path | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Keep the results in FILE, a line of JSON each. The same command goes on where it "
        "was stopped.",
    ),
]
Page = Annotated[
    Path | None,
    typer.Option(
        "--report", metavar="FILE.md", help="Write a report in Markdown, plots beside it."
    ),
]
Plots = Annotated[
    bool,
    typer.Option(
        "--plots/--no-plots", help="Draw plots for the report (default).", show_default=False
    ),
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Drop what the result file holds, and start anew.")
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model", "-m", help="A model's name, or a .gguf file.", autocompletion=model_names
    ),
]
Context = Annotated[
    int | None, typer.Option(help="Tokens of the model's context (8192, or its own).")
]
GpuLayers = Annotated[
    str | None, typer.Option(help="Layers on the GPU: auto (default), or a number.")
]
Threads = Annotated[int | None, typer.Option(help="Threads (default: one a core).")]
ChunkTokens = Annotated[int | None, typer.Option(help="Tokens of a chunk: what one step reads.")]
UnitTokens = Annotated[
    int | None, typer.Option(help="Tokens of a unit: what is gated and retrieved (256).")
]
MemoryTokens = Annotated[int | None, typer.Option(help="Tokens of memory (1024).")]
MaxChunks = Annotated[int | None, typer.Option(help="Stop each run after so many chunks.")]
MaxSeconds = Annotated[float | None, typer.Option(help="Stop each run after so many seconds.")]
Quiet = Annotated[
    bool | None, typer.Option("--quiet", "-q", help="Show only the tables and errors.")
]
