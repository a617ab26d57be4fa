"""`longread batch`: very many documents, on any number of processes and machines."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from longread.cli.complete import DocumentsCommand, document_names, group
from longread.cli.models import chosen_model
from longread.cli.options import AsJson, BatchOptions, QuestionsFile, takes_options
from longread.cli.process import keep_logs_quiet, terminate_like_ctrl_c
from longread.errors import UsageError
from longread.runs.options import RowFormat

if TYPE_CHECKING:
    from longread.runs.batch import Shard
    from longread.runs.fields import Field
    from longread.runs.questions import Asked

_EXAMPLE = "longread batch filings/ --questions questions.txt --out answers"

# What may stand behind --ray: anything else is the next argument.
_ADDRESS = re.compile(r"auto|local|ray://\S+|[\w.\-]+:\d+|\[[\da-f:]+\]:\d+", re.IGNORECASE)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="What --out named.")]


class _Documents(TyperGroup):
    """A group whose first argument may be a document: then `run` is meant."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help"):
            args = ["run", *args]
        # The parser knows no option whose value may be left out.
        for place, word in enumerate(args):
            if word == "--ray" and not _ADDRESS.fullmatch("".join(args[place + 1 : place + 2])):
                args = [*args[:place], "--ray=auto", *args[place + 1 :]]
        return super().parse_args(ctx, args)


app = group(
    "Ask very many documents, each for itself. The call is `longread batch DOC... "
    "--questions FILE --out DIR`; `longread batch run --help` lists its options. What is done "
    "stays done, whatever happens.",
    cls=_Documents,
)


@app.command(cls=DocumentsCommand)
@takes_options("batch")
def run(
    documents: Annotated[
        list[str],
        typer.Argument(
            metavar="DOC...",
            help='Files, folders and patterns, or a manifest: lines like {"document": "a.pdf"}.',
            autocompletion=document_names,
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Keep the answers there.")],
    question: Annotated[
        list[str] | None,
        typer.Option("--question", "-q", help="A question.", show_default=False),
    ] = None,
    questions: QuestionsFile = None,
    *,
    options: BatchOptions,
) -> int:
    """Ask every document all questions, and keep the answers in DIR.

    A document is read once for all questions. The same command goes on where it was stopped,
    by whatever. Exit codes: 0 all answered,
    1 a document does not say, 2 usage, 3 a document could not be read, 4 model trouble,
    130 interrupted.
    """
    from longread.display.batch import closing_lines
    from longread.display.each import DocumentsView
    from longread.display.fields import field_rows
    from longread.display.json_answer import document_objects
    from longread.display.records import rows
    from longread.documents import PageRange
    from longread.runs.batch import Batch, Settings, read_units

    asked, fields = _asked(question or [], questions, options.fields.schema)
    shard, told = _shard(options.spread.shard)
    if options.documents.pages:
        PageRange.parse(options.documents.pages)
    terminate_like_ctrl_c()
    keep_logs_quiet()
    units, left_out = read_units(documents, options.documents, out)
    resolved = chosen_model(options.model.model)
    own = [unit for unit in units if shard.holds(unit)] if shard else units
    settings = Settings(
        tuple(asked),
        options.reading,
        options.documents,
        options.model,
        resolved,
        document_objects,
        tuple(fields),
    )
    with DocumentsView(
        None,
        len(own),
        rows=field_rows(fields) if fields else rows(len(asked) > 1),
        quiet=options.view.quiet,
        stdout=sys.stdout,
        stderr=sys.stderr,
    ) as view:
        for line in [*left_out, told, resolved.note]:
            if line:
                view.message(line)
        batch = Batch(out, own, settings, view, total=units)
        spread = options.spread
        found = batch.run(jobs=spread.jobs, retry_errors=spread.retry_errors, ray=spread.ray)
        for line in closing_lines(found):
            view.message(line)
    return found.exit_code


@app.command()
def status(folder: Folder, as_json: AsJson = False) -> None:
    """Show how much of a batch is done, and what could not be read."""
    import json

    from longread.display.batch import status_lines, status_object
    from longread.runs.batch import status as look

    found = look(folder)
    if as_json:
        typer.echo(json.dumps(status_object(found), indent=2))
        return
    for line in status_lines(found):
        typer.echo(line)


@app.command()
def merge(
    folder: Folder,
    form: Annotated[
        RowFormat, typer.Option("--format", help="How the answers are written.")
    ] = RowFormat.JSONL,
) -> None:
    """Print all answers of a batch, in the documents' order.

    A line for each document and question; of a schema one for each document.
    """
    from longread.display.fields import field_rows
    from longread.display.phrasing import counted
    from longread.display.records import rows
    from longread.runs.batch import BatchFolder
    from longread.runs.fields import Field

    batch, about = BatchFolder.existing(folder)
    fields = [Field(**each) for each in about.get("fields", ())]
    if form is RowFormat.JSONL and not fields:
        for lines in batch.merged():
            sys.stdout.write(lines.decode("ascii"))
    else:
        made = field_rows(fields) if fields else rows(len(about["questions"]) > 1)
        write = made(form, sys.stdout, 132)
        for lines in batch.merged():
            write(batch.records(lines))
    if others := batch.others():
        documents = counted(others, "document")
        typer.echo(
            f"left out: {documents} asked with other questions, models or settings", err=True
        )


def _asked(
    texts: list[str], file: Path | None, schema: Path | None
) -> tuple[list[Asked], list[Field]]:
    """The questions, and the fields that they ask for where there is a schema."""
    from longread.runs.fields import read_schema
    from longread.runs.questions import read_questions

    if schema is not None:
        if texts or file is not None:
            raise UsageError("a schema asks its own questions.", "--schema, without questions")
        fields = read_schema(schema)
        return [field.asked for field in fields], fields
    if not texts and file is None:
        raise UsageError("there are no questions.", _EXAMPLE)
    return read_questions(texts, file), []


def _shard(text: str | None) -> tuple[Shard | None, str]:
    """The shard that is asked for, or SLURM's, and a line that says so of the latter."""
    from longread.runs.batch import Shard

    if text:
        return Shard.parse(text), ""
    shard = Shard.of_slurm(os.environ)
    if shard is None:
        return None, ""
    return shard, (
        f"part {shard.number} of {shard.count}, as SLURM's array says; --shard 1/1 reads all"
    )
