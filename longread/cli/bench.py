"""`longread bench`: what strategies answer, cite, leave unread and cost, on the same questions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from longread.cli import bench_speed, bench_synthetic
from longread.cli.bench_options import (
    USUAL,
    ChunkTokens,
    Context,
    Fresh,
    GpuLayers,
    Limit,
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
from longread.cli.complete import DocumentsCommand, beginning_with
from longread.cli.settings import settings_in_force
from longread.errors import ExitCode, UsageError

# Kept here as well as in longread.bench.formats, which help must not wait for; a test holds
# them together.
SOURCES = ("squad", "hotpotqa", "2wiki", "musique", "financebench")

app = typer.Typer(
    help="Measure answers, evidence, early exits and speed on questions.",
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _bench(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(ExitCode.USAGE)


@app.command(cls=DocumentsCommand)
def qa(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS", help="A JSONL file of questions.")
    ],
    strategies: Strategies = USUAL,
    limit: Limit = None,
    seed: Seed = 0,
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
    """Ask questions with known answers, strategy beside strategy.

    A line of QUESTIONS: {"id": "1", "documents": ["a.pdf"], "question": "...", "answers":
    ["..."], "evidence": [{"document": "a.pdf", "page": 3}]}. A question without answers is
    one that the documents do not answer: there, refusing is right. `longread bench convert`
    makes such files.
    """
    from longread.bench.records import read_questions
    from longread.bench.runner import sample
    from longread.cli import benching

    given: dict[str, Any] = {
        "model": model,
        "context": context,
        "gpu_layers": gpu_layers,
        "threads": threads,
        "chunk_tokens": chunk_tokens,
        "unit_tokens": unit_tokens,
        "memory_tokens": memory_tokens,
        "max_chunks": max_chunks,
        "max_seconds": max_seconds,
        "quiet": quiet,
    }
    value = {name: found.value for name, found in settings_in_force(given).items()}
    chosen = benching.strategies_of(strategies, value)
    asked = sample(read_questions(questions), limit, seed)
    if not asked:
        raise UsageError(f"{questions} holds no questions.", "longread bench convert --help")
    benching.require_writable(out, page)
    benching.require_plots(page, plots)
    # `longread bench convert` calls every question file the same: its folder says more.
    named = questions.stem != "questions"
    title = questions.stem if named else questions.absolute().parent.name
    header, results = benching.measure(asked, chosen, value, out=out, fresh=fresh, title=title)
    _tell(header, results, page, plots)


@app.command(cls=DocumentsCommand)
def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="A result file.")],
    page: Page = None,
    plots: Plots = True,
) -> None:
    """Show the tables of a result file again, and write its report."""
    from longread.bench.results import read_results
    from longread.cli import benching

    benching.require_writable(page)
    benching.require_plots(page, plots)
    header, found = read_results(results)
    if not found:
        raise UsageError(f"{results} holds no results yet.", "the bench that began it goes on")
    _tell(header, found, page, plots)


def _tell(header: Any, results: list[Any], page: Path | None, plots: bool) -> None:
    from longread.bench.report import all_tables
    from longread.cli import benching

    benching.show(all_tables(results))
    benching.write_page(page, header, results, plots)


@app.command(cls=DocumentsCommand)
def compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A result file.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="Another one.")],
) -> None:
    """Compare two result files, question by question.

    Strategies of the same name are compared; where each file has a single one, these two.
    """
    from longread.bench import tables
    from longread.bench.results import read_results
    from longread.cli import benching

    header, first = read_results(before)
    other, second = read_results(after)
    changed = header.difference(other)
    if changed:
        typer.echo(f"not made alike: {changed}", err=True)
    benching.show([tables.compared(before.stem, first, after.stem, second)])


@app.command(cls=DocumentsCommand)
def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A data set's own file.")],
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="FORMAT",
            help="squad (XQuAD, SQuAD 2, COVID-QA as well), hotpotqa, 2wiki, musique or "
            "financebench.",
            autocompletion=beginning_with(SOURCES),
        ),
    ],
    folder: Annotated[
        Path,
        typer.Option("--to", metavar="FOLDER", help="Where questions.jsonl and the documents go."),
    ],
    joined: Annotated[
        bool, typer.Option("--joined", help="Join all articles into one document (squad).")
    ] = False,
    pdfs: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Where the PDFs are (financebench; default: pdfs beside FILE)."
        ),
    ] = None,
    limit: Limit = None,
    seed: Seed = 0,
) -> None:
    """Make a question file and its documents from a data set."""
    from longread.bench import formats
    from longread.display.phrasing import counted

    wanted = formats.Wanted(source, joined, limit, seed, pdfs)
    questions = formats.convert(file, folder, wanted, lambda line: typer.echo(line, err=True))
    documents = {path for question in questions for path in question.documents}
    made = f"{counted(len(questions), 'question')} on {counted(len(documents), 'document')}"
    typer.echo(made, err=True)
    typer.echo(str(folder / formats.QUESTIONS))


for _command in (bench_synthetic.multihop, bench_synthetic.needle, bench_speed.throughput):
    app.command(cls=DocumentsCommand)(_command)
