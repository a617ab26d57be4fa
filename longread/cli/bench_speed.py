"""`longread bench throughput`: how fast this machine reads, against llama.cpp's own prefill."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from longread.cli.bench_options import Context, GpuLayers, Model, Quiet, Threads, UnitTokens
from longread.cli.settings import settings_in_force
from longread.errors import UsageError

if TYPE_CHECKING:
    from longread.bench.throughput import SpeedReport
    from longread.display import View
    from longread.documents import Document
    from longread.engine import Engine

_EXAMPLE = "longread bench throughput book.pdf --chunk-tokens 512,1024"


def throughput(
    document: Annotated[
        str | None,
        typer.Argument(metavar="[DOCUMENT]", help="What to read; without one, built-in prose."),
    ] = None,
    chunk_tokens: Annotated[
        str | None,
        typer.Option(metavar="N[,N...]", help="Chunk sizes in tokens (default: the usual one)."),
    ] = None,
    unit_tokens: UnitTokens = None,
    tokens: Annotated[
        int, typer.Option(min=64, help="Tokens to read, from the document's start.")
    ] = 20_000,
    repeats: Annotated[int, typer.Option(min=1, help="Times that each side is measured.")] = 3,
    out: Annotated[
        Path | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help='Write every value to FILE; "-" prints them in place of the table.',
        ),
    ] = None,
    model: Model = None,
    context: Context = None,
    gpu_layers: GpuLayers = None,
    threads: Threads = None,
    quiet: Quiet = None,
) -> None:
    """Measure how fast this machine reads.

    In one run and in turn: raw prefill by llama.cpp, reading with all gates closed,
    generation, one question more on a unit, and a second question on the document. A
    repeat goes through the document four times; leave the machine alone meanwhile.
    """
    from longread.cli.benching import require_writable

    given = {
        "unit_tokens": unit_tokens,
        "model": model,
        "context": context,
        "gpu_layers": gpu_layers,
        "threads": threads,
        "quiet": quiet,
    }
    value = {name: found.value for name, found in settings_in_force(given).items()}
    sizes = _sizes(chunk_tokens) if chunk_tokens else [value["chunk_tokens"]]
    require_writable(out)
    report = _measured(document, value, sizes, tokens, repeats)
    _deliver(report, out)


def _sizes(text: str) -> list[int | None]:
    """The chunk sizes of "256,512". Raises UsageError for anything else."""
    sizes: list[int | None] = []
    for word in text.split(","):
        if not word.strip().isdecimal():
            raise UsageError(
                f"--chunk-tokens ({text}) is not a number, or some with commas.", _EXAMPLE
            )
        sizes.append(int(word))
    return list(dict.fromkeys(sizes))


def _measured(
    source: str | None, value: dict[str, Any], sizes: list[int | None], tokens: int, repeats: int
) -> SpeedReport:
    from longread.bench.host import busy, load_average
    from longread.bench.throughput import measure
    from longread.cli.asking import chosen_model, keep_logs_quiet, model_options, reading_options
    from longread.display import open_view
    from longread.runs.session import open_engine

    keep_logs_quiet()
    load = load_average()
    if warning := busy(load):
        # Shown to those who want to see nothing else, too: without it the table would lie.
        typer.echo(f"longread: {warning}", err=True)
    resolved = chosen_model(value["model"])
    with open_view(quiet=value["quiet"], verbose=False) as view:
        opened: dict[str, float] = {}
        view.activity("opening model")
        begun = time.perf_counter()
        engine = open_engine(resolved, model_options(value), view.message)
        opened["model"] = time.perf_counter() - begun
        try:
            matter = _document(source, value, tokens, engine, view, opened)
            return measure(
                engine,
                matter,
                reading_options(value),
                sizes,
                repeats=repeats,
                threads=value["threads"],
                opened=opened,
                load=load,
                report=view.activity,
            )
        finally:
            engine.close()


def _document(
    source: str | None,
    value: dict[str, Any],
    tokens: int,
    engine: Engine,
    view: View,
    opened: dict[str, float],
) -> Document:
    """What is read; the seconds that loading took are entered in `opened`."""
    from longread.bench.matter import beginning, built_in
    from longread.documents import load

    if source is None:
        view.activity("writing prose")
        return built_in(tokens, engine.count)
    view.activity("reading", Path(source).name)
    begun = time.perf_counter()
    document = load(source, password=value["password"], ocr=value["ocr"])
    opened["document"] = time.perf_counter() - begun
    return beginning(document, tokens, engine.count)


def _deliver(report: SpeedReport, out: Path | None) -> None:
    from longread.display.speed import write_speed

    record = json.dumps(report.record(), indent=2, ensure_ascii=False)
    if out is not None and str(out) == "-":
        typer.echo(record)
        return
    write_speed(report, sys.stdout)
    if out is not None:
        out.write_text(f"{record}\n", "utf-8")
