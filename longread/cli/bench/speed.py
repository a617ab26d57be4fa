"""`longread bench throughput`: how fast this machine reads, against llama.cpp's own prefill."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli.bench.measure import require_folder
from longread.cli.options import BenchOptions, takes_options
from longread.errors import UsageError
from longread.runs.options import DocumentOptions

if TYPE_CHECKING:
    from longread.bench.throughput import SpeedReport
    from longread.display import View
    from longread.documents import Document
    from longread.engine import Engine

_EXAMPLE = "longread bench throughput book.pdf --chunk-tokens 512,1024"


@takes_options("throughput")
def throughput(
    document: Annotated[
        str | None,
        typer.Argument(metavar="[DOCUMENT]", help="What to read; without one, built-in prose."),
    ] = None,
    sizes: Annotated[
        str | None,
        typer.Option(
            "--chunk-tokens",
            metavar="N[,N...]",
            help="Chunk sizes in tokens (default: the usual one).",
        ),
    ] = None,
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
    *,
    options: BenchOptions,
) -> None:
    """Measure how fast this machine reads.

    In one run and in turn: raw prefill by llama.cpp, reading with all gates closed,
    generation, one question more on a passage, and a second question on the document. A
    repeat goes through the document four times; leave the machine alone meanwhile.
    """
    wanted = _sizes(sizes) if sizes else [options.reading.chunk_tokens]
    require_folder(out)
    matter = _Matter(document, tokens, options.documents)
    _deliver(_measured(matter, options, wanted, repeats), out)


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


@dataclass(frozen=True, slots=True)
class _Matter:
    """What is read: a document, or built-in prose, up to so many tokens."""

    source: str | None
    tokens: int
    options: DocumentOptions

    def read(self, engine: Engine, view: View, opened: dict[str, float]) -> Document:
        """The document; the seconds that loading it took are entered in `opened`."""
        from longread.bench.workload import beginning, built_in
        from longread.documents import load

        if self.source is None:
            view.activity("writing prose")
            return built_in(self.tokens, engine.count)
        view.activity("reading", Path(self.source).name)
        begun = time.perf_counter()
        document = load(self.source, **self.options.loading())
        opened["document"] = time.perf_counter() - begun
        return beginning(document, self.tokens, engine.count)


def _measured(
    matter: _Matter, options: BenchOptions, sizes: list[int | None], repeats: int
) -> SpeedReport:
    from longread.bench.throughput import measure
    from longread.cli.models import chosen_model
    from longread.cli.process import keep_logs_quiet
    from longread.display import open_view
    from longread.models.host import busy, load_average
    from longread.runs.opening import open_engine

    keep_logs_quiet()
    load = load_average()
    if warning := busy(load):
        # Shown to those who want to see nothing else, too: without it the table would lie.
        typer.echo(f"longread: {warning}", err=True)
    resolved = chosen_model(options.model.model)
    with open_view(quiet=options.view.quiet, verbose=False) as view:
        opened: dict[str, float] = {}
        view.activity("opening model")
        begun = time.perf_counter()
        engine = open_engine(resolved, options.model, view.message)
        opened["model"] = time.perf_counter() - begun
        try:
            return measure(
                engine,
                matter.read(engine, view, opened),
                options.reading,
                sizes,
                repeats=repeats,
                threads=options.model.threads,
                opened=opened,
                load=load,
                report=view.activity,
            )
        finally:
            engine.close()


def _deliver(report: SpeedReport, out: Path | None) -> None:
    from longread.display.speed import write_speed

    record = json.dumps(report.record(), indent=2, ensure_ascii=False)
    if out is not None and str(out) == "-":
        typer.echo(record)
        return
    write_speed(report, sys.stdout)
    if out is not None:
        out.write_text(f"{record}\n", "utf-8")
