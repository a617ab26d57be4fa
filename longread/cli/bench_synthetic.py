"""`longread bench multihop` and `needle`: documents built to order, then read and scored."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from longread.cli.bench_options import (
    USUAL,
    ChunkTokens,
    Context,
    Fresh,
    GpuLayers,
    MaxChunks,
    MaxSeconds,
    MemoryTokens,
    Model,
    Out,
    Page,
    Plots,
    Quiet,
    Seed,
    Strategies,
    Threads,
    UnitTokens,
)
from longread.cli.settings import settings_in_force
from longread.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from longread.bench.multihop import Plan as MultihopPlan
    from longread.bench.needle import Plan as NeedlePlan
    from longread.bench.passages import Row
    from longread.bench.records import Question, Result
    from longread.bench.results import Header

Count = Callable[[str], int]

Lengths = Annotated[
    str,
    typer.Option(
        metavar="N[,N...]",
        help="Tokens of the documents, by the model's tokenizer: 8k,32k,128k,1m (k is 1,024).",
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FOLDER",
        help="Keep the documents and questions.jsonl there (default: deleted at the end).",
    ),
]
BuildOnly = Annotated[
    bool, typer.Option("--build-only", help="Write documents and questions to --out; run nothing.")
]


def multihop(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Questions with passages, as HotpotQA, 2WikiMultihopQA and MuSiQue have them.",
            show_default=False,
        ),
    ],
    lengths: Lengths = "8k,32k",
    samples: Annotated[
        int, typer.Option(min=1, help="Questions of each length, from the files in turn.")
    ] = 50,
    unanswerable: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Share of questions whose passages are left out."),
    ] = 0.2,
    filler: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Documents to take more passages from, where the files have too few.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    folder: Folder = None,
    build_only: BuildOnly = False,
    strategies: Strategies = USUAL,
    out: Out = None,
    page: Page = None,
    plots: Plots = True,
    fresh: Fresh = False,
    model: Model = None,
    context: Context = None,
    gpu_layers: GpuLayers = None,
    threads: Threads = None,
    chunk_tokens: ChunkTokens = None,
    unit_tokens: UnitTokens = None,
    memory_tokens: MemoryTokens = None,
    max_chunks: MaxChunks = None,
    max_seconds: MaxSeconds = None,
    quiet: Quiet = None,
) -> None:
    """Ask multi-hop questions of long mixed documents.

    A document is made of many questions' passages, shuffled anew for each, so that evidence
    stands anywhere. For unanswerable questions their own passages are left out: there,
    refusing is right.
    """
    from longread.bench import multihop as builder
    from longread.bench.lengths import parse_lengths
    from longread.bench.passages import read_rows
    from longread.documents import discover

    run = _Run(locals(), "multihop")
    plan = builder.Plan(parse_lengths(lengths), samples, unanswerable, seed)
    rows = [row for file in files for row in read_rows(file)]
    run.say_if(
        len(rows) < samples, f"the files hold {len(rows):,} questions, fewer than {samples:,}"
    )
    sources = discover(filler) if filler else []
    with run.folder([plan, [row.id for row in rows], sources]) as place:
        header, results = run.measure(
            lambda count: _multihop_questions(rows, sources, plan, place, count)
        )
        run.tell(header, results)


def needle(
    lengths: Lengths = "8k,32k",
    depths: Annotated[
        str, typer.Option(metavar="N[,N...]", help="Where the needles stand, in percent.")
    ] = "0,25,50,75,100",
    kinds: Annotated[
        str,
        typer.Option(
            metavar="KIND[,KIND...]",
            help="single, multi-key, multi-value, multi-query; absent (no needle has the answer).",
        ),
    ] = "single,multi-key,multi-value,multi-query",
    tries: Annotated[
        int, typer.Option(min=1, help="Documents for each length, depth and kind.")
    ] = 1,
    filler: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Documents to hide needles in, in place of generated prose.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    folder: Folder = None,
    build_only: BuildOnly = False,
    strategies: Strategies = "gated,rag",
    out: Out = None,
    png: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Draw the heat maps.")
    ] = None,
    page: Page = None,
    plots: Plots = True,
    fresh: Fresh = False,
    model: Model = None,
    context: Context = None,
    gpu_layers: GpuLayers = None,
    threads: Threads = None,
    chunk_tokens: ChunkTokens = None,
    unit_tokens: UnitTokens = None,
    memory_tokens: MemoryTokens = None,
    max_chunks: MaxChunks = None,
    max_seconds: MaxSeconds = None,
    quiet: Quiet = None,
) -> None:
    """Hide invented facts in prose and ask for them.

    Shows a heat map of depth against length. A needle is found when the answer holds its
    value; a multi-value question counts by the share of its three values in the answer.
    """
    from longread.bench import heatmap
    from longread.bench import needle as builder
    from longread.bench.lengths import parse_lengths
    from longread.cli import benching
    from longread.display import can_draw
    from longread.documents import discover

    run = _Run(locals(), "needle")
    benching.require_writable(png)
    if png is not None:
        heatmap.require_matplotlib()
    plan = builder.Plan(
        parse_lengths(lengths),
        builder.parse_depths(depths),
        builder.parse_kinds(kinds),
        tries,
        seed,
    )
    sources = discover(filler) if filler else []
    with run.folder([plan, sources]) as place:
        header, results = run.measure(lambda count: _needles(sources, plan, place, count))
        run.tell(header, results, by_tags=False)
    maps = heatmap.heat_maps(results)
    if maps:
        typer.echo()
        heatmap.write_heat_maps(maps, sys.stdout, colour=can_draw(sys.stdout))
    if png is not None:
        heatmap.save_png(maps, png)
        typer.echo(f"heat maps: {png}", err=True)


def _multihop_questions(
    rows: list[Row], sources: list[str], plan: MultihopPlan, place: Path, count: Count
) -> list[Question]:
    from longread.bench.multihop import build, filler_passages

    return build(rows, filler_passages(sources), plan, place, count)


def _needles(sources: list[str], plan: NeedlePlan, place: Path, count: Count) -> list[Question]:
    from longread.bench.needle import build
    from longread.bench.prose import FilledProse, GeneratedProse
    from longread.documents import load

    carrier = FilledProse(list(map(load, sources)), count) if sources else GeneratedProse(count)
    return build(plan, carrier, place)


class _Run:
    """One call of a command: its options, checked before anything slow begins."""

    def __init__(self, options: dict[str, Any], name: str) -> None:
        from longread.cli import benching

        self._name = name
        self._folder: Path | None = options["folder"]
        self._build_only: bool = options["build_only"]
        self._page: Path | None = options["page"]
        self._plots: bool = options["plots"]
        self._out: Path | None = options["out"]
        self._fresh: bool = options["fresh"]
        found = settings_in_force(options)
        self._value = {setting: each.value for setting, each in found.items()}
        self._strategies = benching.strategies_of(options["strategies"], self._value)
        if self._build_only and self._folder is None:
            raise UsageError("--build-only needs a folder to build in.", "add --out FOLDER")
        benching.require_writable(self._out, self._page)
        benching.require_plots(self._page, self._plots)

    def say_if(self, holds: bool, line: str) -> None:
        """One line on stderr."""
        if holds:
            typer.echo(line, err=True)

    @contextmanager
    def folder(self, key: object) -> Iterator[Path]:
        """Where documents are built: the user's folder, or one that `key` names.

        The latter is dropped once all is done; an interrupted run finds its documents again.
        """
        from longread import paths
        from longread.runs.journal import run_key

        if self._folder is not None:
            yield self._folder
            return
        place = paths.cache_folder() / "bench" / f"{self._name}-{run_key([repr(key)])}"
        try:
            yield place
        except (KeyboardInterrupt, Interrupted):
            raise
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        shutil.rmtree(place, ignore_errors=True)

    def measure(self, build: Callable[[Count], list[Question]]) -> tuple[Header, list[Result]]:
        """Build the questions with the model's tokenizer and run them; progress on stderr."""
        from longread.bench.needle import QUESTIONS
        from longread.cli import benching

        if self._build_only:
            questions = benching.with_tokenizer(build, self._value)
            typer.echo(f"{len(questions):,} questions", err=True)
            typer.echo(str((self._folder or Path()) / QUESTIONS))
            raise typer.Exit
        return benching.measure(
            build,
            self._strategies,
            self._value,
            out=self._out,
            fresh=self._fresh,
            title=self._name,
        )

    def tell(self, header: Header, results: list[Result], *, by_tags: bool = True) -> None:
        """Tables on stdout, and the report if one is wanted."""
        from longread.bench import report, tables
        from longread.cli import benching

        both = (tables.summary(results), tables.paired(results))
        shown = report.all_tables(results) if by_tags else [each for each in both if each]
        benching.show(shown)
        benching.write_page(self._page, header, results, self._plots)
