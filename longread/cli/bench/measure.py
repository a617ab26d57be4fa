"""A bench on the command line: questions, model, progress on stderr, tables on stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from longread.cli.bench.strategies import names
from longread.cli.models import chosen_model
from longread.cli.options import TABLE
from longread.cli.process import keep_logs_quiet, say, terminate_like_ctrl_c
from longread.errors import DocumentError, ModelError, UsageError
from longread.options import flag

if TYPE_CHECKING:
    from longread.bench.records import Question, Result
    from longread.bench.results import Header
    from longread.bench.runner import Bench
    from longread.bench.tables import Table
    from longread.cli.options import BenchOptions, ResultOptions
    from longread.engine import Engine
    from longread.reading.options import ReadingOptions
    from longread.runs.options import ModelOptions

    Build = Callable[[Callable[[str], int]], list[Question]]


def strategies_of(text: str, reading: ReadingOptions) -> dict[str, ReadingOptions]:
    """The strategies that `text` names, each with the settings in force and its own.

    Example: `strategies_of("gated,gated:exit=no,rag", reading)`. Raises UsageError.
    """
    strategies = {}
    for word in filter(None, (word.strip() for word in text.split(","))):
        name, *changes = word.split(":")
        if name not in names():
            raise UsageError(
                f"there is no strategy called {name}.", f"strategies are: {', '.join(names())}"
            )
        # One strategy's blocks would make the next one's reading look fast.
        own: dict[str, Any] = {"blocks": False}
        for change in changes:
            setting, _, new = change.partition("=")
            found, value = TABLE.read(setting, new, f"{word}: {setting}")
            if not hasattr(reading, found):
                raise UsageError(
                    f"{word}: {setting} is no setting of a strategy.", f"pass {flag(found)} {new}"
                )
            own[found] = value
        strategies[word] = replace(reading, **{**own, "strategy": name})
    if not strategies:
        raise UsageError("there is no strategy.", "--strategies gated,rag,closed-book")
    return strategies


def with_tokenizer(build: Build, model: ModelOptions) -> list[Question]:
    """The questions that `build` makes with the tokenizer of the model in force."""
    with engines(model, say) as (engine, _reader):
        return build(engine.count)


def measure(
    questions: Sequence[Question] | Build,
    strategies: Mapping[str, ReadingOptions],
    options: BenchOptions,
    title: str,
) -> tuple[Header, list[Result]]:
    """Run the bench with the model of the settings in force; progress goes to stderr.

    `questions` may be what builds them with the model's tokenizer. Without a file the
    results are kept until all are there, so that an interrupted bench goes on as well.
    Raises LongreadError; Interrupted at Ctrl-C.
    """
    from longread.bench.results import read_results
    from longread.bench.runner import Bench, run_bench
    from longread.display.bench import open_bench_view

    if not callable(questions):
        _require_documents(questions)
    terminate_like_ctrl_c()
    keep_logs_quiet()
    model, out = options.model, options.results.out
    layers = model.gpu_layers
    facts = {
        "threads": model.threads or "one a core",
        "gpu_layers": "auto" if layers is None else layers,
    }
    with (
        open_bench_view(sys.stderr, quiet=options.view.quiet) as view,
        engines(model, view.message) as (engine, reader),
    ):
        asked = questions(engine.count) if callable(questions) else questions
        bench = Bench(engine, strategies, facts, title, reader=reader)
        file = out or _kept_meanwhile(asked, bench)
        results = run_bench(asked, bench, file, fresh=options.results.fresh, watcher=view)
    header = read_results(file)[0]
    if out is None:
        file.unlink(missing_ok=True)
    _say_what_failed(results)
    return header, results


@contextmanager
def engines(
    model: ModelOptions, report: Callable[[str], None]
) -> Iterator[tuple[Engine, Engine | None]]:
    """The engine on the model in force, and the one that reads for it."""
    from longread.runs.opening import open_engine, open_reader

    resolved = chosen_model(model.model)
    engine = open_engine(resolved, model, report)
    reader = open_reader(resolved, model, report)
    try:
        yield engine, reader
    finally:
        engine.close()
        if reader is not None:
            reader.close()


def _kept_meanwhile(questions: Sequence[Question], bench: Bench) -> Path:
    """Where results go that no file is named for: one place for the same bench."""
    from longread import paths
    from longread.bench.results import Header
    from longread.runs.journal import run_key

    header = Header.of(bench.engine.info, bench.strategies, facts=bench.facts)
    asked = [question.record() for question in questions]
    key = run_key([header.model, header.options, header.facts, asked])
    return paths.state_folder() / "bench" / f"{key}.jsonl"


def _require_documents(questions: Sequence[Question]) -> None:
    """A question file in the wrong place is found out before a model is opened."""
    named = dict.fromkeys(path for question in questions for path in question.documents)
    if named and not any(Path(path).exists() for path in named):
        raise DocumentError(
            f"none of the {len(named):,} documents is there: {next(iter(named))} does not exist.",
            "documents are named from the question file's folder",
        )


def _say_what_failed(results: Sequence[Result]) -> None:
    failed = [result for result in results if result.error]
    if not failed:
        return
    first = f"{failed[0].strategy} on {failed[0].id}: {failed[0].error}"
    if len(failed) == len(results):
        raise ModelError(f"every run failed, the first {first}", "the same command tries again")
    typer.echo(f"{len(failed):,} of {len(results):,} runs failed, the first {first}", err=True)


def require_folder(*files: Path | None) -> None:
    """Raises UsageError when a file's folder is missing, before hours are spent."""
    for file in files:
        if file is not None and not file.absolute().parent.is_dir():
            raise UsageError(
                f"there is no folder {file.parent} to write {file.name} to.", "make it first"
            )


def require_writable(kept: ResultOptions) -> None:
    """Raises UsageError when results or report could not be written in the end."""
    require_folder(kept.out, kept.page)


def show(tables: Sequence[Table]) -> None:
    """Tables on stdout."""
    from longread.display.tables import write_tables

    write_tables(tables, sys.stdout)
    sys.stdout.flush()


def write_page(kept: ResultOptions, header: Header, results: Sequence[Result]) -> None:
    """The Markdown report, if one is wanted."""
    if kept.page is not None:
        from longread.bench.plots import INSTALL, can_plot
        from longread.bench.report import write_report

        write_report(kept.page, header, results, drawn=kept.plots)
        plain = kept.plots and not can_plot()
        without = f", without plots, which need matplotlib: {INSTALL}" if plain else ""
        typer.echo(f"report: {kept.page}{without}", err=True)
