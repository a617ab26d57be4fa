"""`longread bench`: what strategies answer, cite, leave unread and cost, on the same questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli.bench import speed, synthetic
from longread.cli.bench.measure import measure, require_writable, show, strategies_of, write_page
from longread.cli.bench.strategies import USUAL, Strategies
from longread.cli.complete import DocumentsCommand, beginning_with, group
from longread.cli.options import BenchOptions, takes_options
from longread.errors import UsageError

if TYPE_CHECKING:
    from longread.bench.records import Result
    from longread.bench.results import Header
    from longread.cli.options import ResultOptions

# Kept here as well as in longread.bench.formats, which help must not wait for; a test holds
# them together.
SOURCES = ("squad", "hotpotqa", "2wiki", "musique", "financebench")

app = group("Measure answers, evidence, early exits and speed on questions.")


@app.command(cls=DocumentsCommand)
@takes_options("qa")
def qa(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS", help="A JSONL file of questions.")
    ],
    strategies: Strategies = USUAL,
    *,
    options: BenchOptions,
) -> None:
    """Ask questions with known answers, strategy beside strategy.

    A line of QUESTIONS: {"id": "1", "documents": ["a.pdf"], "question": "...", "answers":
    ["..."], "evidence": [{"document": "a.pdf", "page": 3}]}. A question without answers is
    one that the documents do not answer: there, refusing is right. `longread bench convert`
    makes such files.
    """
    from longread.bench import runner
    from longread.bench.records import read_questions

    chosen = strategies_of(strategies, options.reading)
    asked = runner.sample(read_questions(questions), options.sample.limit, options.sample.seed)
    if not asked:
        raise UsageError(f"{questions} holds no questions.", "longread bench convert --help")
    require_writable(options.results)
    # `longread bench convert` calls every question file the same: its folder says more.
    named = questions.stem != "questions"
    title = questions.stem if named else questions.absolute().parent.name
    header, results = measure(asked, chosen, options, title)
    _tell(header, results, options.results)


@app.command(cls=DocumentsCommand)
@takes_options("report")
def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="A result file.")],
    options: BenchOptions,
) -> None:
    """Show the tables of a result file again, and write its report."""
    from longread.bench.results import read_results

    require_writable(options.results)
    header, found = read_results(results)
    if not found:
        raise UsageError(f"{results} holds no results yet.", "the bench that began it goes on")
    _tell(header, found, options.results)


def _tell(header: Header, results: list[Result], kept: ResultOptions) -> None:
    from longread.bench.report import all_tables

    show(all_tables(results))
    write_page(kept, header, results)


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

    header, first = read_results(before)
    other, second = read_results(after)
    changed = header.difference(other)
    if changed:
        typer.echo(f"not made alike: {changed}", err=True)
    show([tables.compared(before.stem, first, after.stem, second)])


@app.command(cls=DocumentsCommand)
@takes_options("convert")
def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A data set's own file.")],
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="FORMAT",
            help="squad (XQuAD, SQuAD 2, COVID-QA as well), hotpotqa, 2wiki, musique or "
            "financebench.",
            autocompletion=beginning_with(lambda: SOURCES),
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
    *,
    options: BenchOptions,
) -> None:
    """Make a question file and its documents from a data set."""
    from longread.bench import formats
    from longread.bench.records import QUESTIONS
    from longread.display.phrasing import counted

    wanted = formats.Wanted(source, joined, options.sample.limit, options.sample.seed, pdfs)
    questions = formats.convert(file, folder, wanted, lambda line: typer.echo(line, err=True))
    documents = {path for question in questions for path in question.documents}
    made = f"{counted(len(questions), 'question')} on {counted(len(documents), 'document')}"
    typer.echo(made, err=True)
    typer.echo(str(folder / QUESTIONS))


for _command in (synthetic.multihop, synthetic.needle, speed.throughput):
    app.command(cls=DocumentsCommand)(_command)
