"""`longread bench multihop` and `needle`: documents built to order, then read and scored."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli.bench.measure import (
    measure,
    require_folder,
    require_writable,
    show,
    strategies_of,
    with_tokenizer,
    write_page,
)
from longread.cli.bench.strategies import USUAL, Strategies
from longread.cli.options import BenchOptions, takes_options
from longread.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from longread.bench.prose import Carrier
    from longread.bench.records import Question, Result
    from longread.bench.results import Header

Count = Callable[[str], int]


@takes_options("multihop")
def multihop(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Questions with passages, as HotpotQA, 2WikiMultihopQA and MuSiQue have them.",
            show_default=False,
        ),
    ],
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
    strategies: Strategies = USUAL,
    *,
    options: BenchOptions,
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

    run = _Run("multihop", strategies, options)
    plan = builder.Plan(
        parse_lengths(options.build.lengths), samples, unanswerable, options.sample.seed
    )
    rows = [row for file in files for row in read_rows(file)]
    if len(rows) < samples:
        typer.echo(f"the files hold {len(rows):,} questions, fewer than {samples:,}", err=True)
    sources = discover(filler) if filler else []
    with run.folder([plan, [row.id for row in rows], sources]) as place:
        header, results = run.measure(
            lambda count: builder.build(rows, builder.filler_passages(sources), plan, place, count)
        )
        run.tell(header, results)


@takes_options("needle")
def needle(
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
    strategies: Strategies = "gated,rag",
    png: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Draw the heat maps.")
    ] = None,
    *,
    options: BenchOptions,
) -> None:
    """Hide invented facts in prose and ask for them.

    Shows a heat map of depth against length. A needle is found when the answer holds its
    value; a multi-value question counts by the share of its three values in the answer.
    """
    from longread.bench import heatmap, plots
    from longread.bench import needle as builder
    from longread.bench.lengths import parse_lengths
    from longread.bench.prose import FilledProse, GeneratedProse
    from longread.display import can_draw
    from longread.documents import discover, load

    run = _Run("needle", strategies, options)
    require_folder(png)
    if png is not None:
        plots.require_matplotlib()
    plan = builder.Plan(
        parse_lengths(options.build.lengths),
        builder.parse_depths(depths),
        builder.parse_kinds(kinds),
        tries,
        options.sample.seed,
    )
    sources = discover(filler) if filler else []

    def carrier(count: Count) -> Carrier:
        return FilledProse(list(map(load, sources)), count) if sources else GeneratedProse(count)

    with run.folder([plan, sources]) as place:
        header, results = run.measure(lambda count: builder.build(plan, carrier(count), place))
        run.tell(header, results, by_tags=False)
    maps = heatmap.heat_maps(results)
    if maps:
        typer.echo()
        heatmap.write_heat_maps(maps, sys.stdout, colour=can_draw(sys.stdout))
    if png is not None:
        heatmap.save_png(maps, png)
        typer.echo(f"heat maps: {png}", err=True)


class _Run:
    """One call of a command: its options, checked before anything slow begins."""

    def __init__(self, name: str, strategies: str, options: BenchOptions) -> None:

        self._name = name
        self._options = options
        self._folder = options.build.folder
        self._strategies = strategies_of(strategies, options.reading)
        if options.build.build_only and self._folder is None:
            raise UsageError("--build-only needs a folder to build in.", "add --out FOLDER")
        require_writable(options.results)

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
        from longread.bench.records import QUESTIONS

        if self._options.build.build_only:
            questions = with_tokenizer(build, self._options.model)
            typer.echo(f"{len(questions):,} questions", err=True)
            typer.echo(str((self._folder or Path()) / QUESTIONS))
            raise typer.Exit
        return measure(build, self._strategies, self._options, self._name)

    def tell(self, header: Header, results: list[Result], *, by_tags: bool = True) -> None:
        """Tables on stdout, and the report if one is wanted."""
        from longread.bench import report, tables

        both = (tables.summary(results), tables.paired(results))
        shown = report.all_tables(results) if by_tags else [each for each in both if each]
        show(shown)
        write_page(self._options.results, header, results)
