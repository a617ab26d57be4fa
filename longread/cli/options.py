"""The table of options, and the command line made of it.

A command names a group of options as its parameter; `takes_options` puts in its place the
group's options that are meant for this command, and hands the command the group with the
values in force: command line over environment over config file over default.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from longread.cli.complete import beginning_with, model_names
from longread.cli.process import say
from longread.options import Option, Table, call_option, flag, option, options_of
from longread.reading.options import ReadingOptions
from longread.runs.options import DocumentOptions, ModelOptions, RowFormat

_ASK = ("ask",)
_BATCH = ("batch",)
_INSPECT = ("inspect",)
_BUILT = ("multihop", "needle")
_BENCH = ("qa", *_BUILT)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
QuestionsFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help='Questions, one a line, or JSON Lines: {"id": "1", "question": "Who?"}.',
    ),
]


@dataclass(frozen=True, slots=True)
class CallOptions:
    """How one call of `longread ask` goes, and where its records go."""

    resume: bool = call_option(
        True,
        "Go on with an interrupted run (default), or start anew.",
        _ASK,
        flags="--resume/--fresh",
    )
    each: bool = call_option(False, "Ask every document for itself: a row for each.", _ASK)
    form: RowFormat | None = call_option(
        None,
        "How --each writes its rows: table (default), csv, jsonl or markdown.",
        _ASK,
        flags="--format",
        choices=tuple(RowFormat),
    )
    as_json: bool = call_option(
        False, "Print a JSON object; of several questions one a line.", _ASK, flags="--json"
    )
    events: Path | None = call_option(
        None, "Append one JSON object a step to FILE.", _ASK, metavar="FILE"
    )
    highlight: Path | None = call_option(
        None,
        "Write a copy of the document to FILE with the quotes marked: FILE.pdf, or FILE.html.",
        _ASK,
        metavar="FILE",
    )


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """What is asked for where that is no question."""

    schema: Path | None = call_option(
        None,
        "Ask for the fields of FILE (JSON Schema, or lines like revenue: number): typed JSON.",
        ("ask", "batch"),
        metavar="FILE",
    )


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How much is shown on stderr."""

    quiet: bool = option(
        False,
        "Show only what was asked for, and errors.",
        ("ask", "batch", *_BENCH, "throughput"),
        short="-q",
        short_in=(*_BENCH, "throughput"),
    )
    verbose: bool = option(False, "Show memory and retrieval as well.", _ASK, short="-v")


@dataclass(frozen=True, slots=True)
class AskOptions:
    """All that `longread ask` was told beside documents and questions."""

    reading: ReadingOptions
    documents: DocumentOptions
    model: ModelOptions
    fields: FieldOptions
    call: CallOptions
    view: ViewOptions


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """All that `longread mcp` was told beside the folders."""

    reading: ReadingOptions
    documents: DocumentOptions
    model: ModelOptions


@dataclass(frozen=True, slots=True)
class SampleOptions:
    """Which questions of many, and the seed of what is drawn."""

    limit: int | None = call_option(
        None,
        "Only N questions, drawn by --seed; a larger N keeps those and adds others.",
        ("qa", "convert"),
        metavar="N",
        least=1,
    )
    seed: int = call_option(0, "Seed of all random draws.", (*_BENCH, "convert"))


@dataclass(frozen=True, slots=True)
class ResultOptions:
    """Where a bench's results and report go."""

    out: Path | None = call_option(
        None,
        "Keep the results in FILE, a line of JSON each. The same command goes on where it was "
        "stopped.",
        _BENCH,
        flags="--json",
        metavar="FILE",
    )
    page: Path | None = call_option(
        None,
        "Write a report in Markdown, plots beside it.",
        (*_BENCH, "report"),
        flags="--report",
        metavar="FILE.md",
    )
    plots: bool = call_option(
        True,
        "Draw plots for the report (default).",
        (*_BENCH, "report"),
        flags="--plots/--no-plots",
    )
    fresh: bool = call_option(False, "Drop what the result file holds, and start anew.", _BENCH)


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """Documents built to order: how long they are, and where they are kept."""

    lengths: str = call_option(
        "8k,32k",
        "Tokens of the documents, by the model's tokenizer: 8k,32k,128k,1m (k is 1,024).",
        _BUILT,
        metavar="N[,N...]",
    )
    folder: Path | None = call_option(
        None,
        "Keep the documents and questions.jsonl there (default: deleted at the end).",
        _BUILT,
        flags="--out",
        metavar="FOLDER",
    )
    build_only: bool = call_option(
        False, "Write documents and questions to --out; run nothing.", _BUILT
    )


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """All that a command of `longread bench` was told beside its questions."""

    reading: ReadingOptions
    documents: DocumentOptions
    model: ModelOptions
    view: ViewOptions
    sample: SampleOptions
    results: ResultOptions
    build: BuildOptions


@dataclass(frozen=True, slots=True)
class ShowOptions:
    """What `longread inspect` shows of a document beside the summary."""

    text: bool = call_option(False, "Print the text that longread reads.", _INSPECT)
    chunks: bool = call_option(False, "List the chunks.", _INSPECT)
    passages: bool = call_option(False, "List the passages.", _INSPECT, formerly=("units",))


@dataclass(frozen=True, slots=True)
class LookOptions:
    """How documents are read, cut and shown without a model."""

    documents: DocumentOptions
    reading: ReadingOptions
    show: ShowOptions


@dataclass(frozen=True, slots=True)
class SpreadOptions:
    """How a batch is spread over processes and machines."""

    shard: str | None = call_option(
        None,
        "Only the I-th of N parts of the documents (default: this task of a SLURM array).",
        _BATCH,
        metavar="I/N",
    )
    jobs: int | None = call_option(
        None,
        "Processes, each with the model open, which share the cores (1); with --ray workers (as "
        "many as the cluster has CPUs for).",
        _BATCH,
        metavar="N",
        least=1,
    )
    ray: str | None = call_option(
        None,
        "On a Ray cluster: its address, or without one RAY_ADDRESS's, the one here, or a new one.",
        _BATCH,
        metavar="[ADDRESS]",
    )
    retry_errors: bool = call_option(
        False, "Ask the documents again that could not be asked.", _BATCH
    )


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """All that `longread batch` was told beside documents and questions."""

    reading: ReadingOptions
    documents: DocumentOptions
    model: ModelOptions
    fields: FieldOptions
    view: ViewOptions
    spread: SpreadOptions


TABLE = Table(AskOptions, BatchOptions, BenchOptions, LookOptions)


def takes_options(command: str, table: Table = TABLE) -> Callable[[Callable[..., Any]], Any]:
    """Makes a function the Typer command `command`; its groups of options become options.

    What is no group stays the parameter it is. Raises UsageError, when it is called, for
    what the command line, a variable or the config file says wrongly.
    """

    def made(function: Callable[..., Any]) -> Callable[..., Any]:
        hints = get_type_hints(function, include_extras=True)
        groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}

        def run(**given: Any) -> Any:
            own = {name: given.pop(name) for name in hints if name in given}
            for name, group in groups.items():
                own[name] = table.build(group, given, say)
            return function(**own)

        parameters: list[inspect.Parameter] = []
        for parameter in inspect.signature(function).parameters.values():
            if parameter.name in groups:
                parameters += _parameters(options_of(groups[parameter.name]), command)
            else:
                parameters.append(parameter.replace(annotation=hints[parameter.name]))
        by_keyword = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
        run.__signature__ = inspect.Signature(by_keyword)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in by_keyword}
        run.__name__, run.__doc__ = function.__name__, function.__doc__
        return run

    return made


def _parameters(options: Sequence[Option], command: str) -> list[inspect.Parameter]:
    """Typer's parameters for those of `options` that `command` takes; old names are hidden."""
    taken = [each for each in options if command in each.commands]
    return [_parameter(each, each.name, command) for each in taken] + [
        _parameter(each, name, command, hidden=True) for each in taken for name in each.formerly
    ]


def _parameter(
    declared: Option, name: str, command: str, *, hidden: bool = False
) -> inspect.Parameter:
    flags = [flag(name) if hidden or not declared.flags else declared.flags]
    if declared.short and not hidden and command in (declared.short_in or (command,)):
        flags.append(declared.short)
    complete = beginning_with(lambda: declared.allowed)
    info = typer.Option(
        *flags,
        help=declared.help,
        metavar=declared.metavar,
        min=declared.least,
        autocompletion=model_names if declared.name == "model" else complete,
        show_default=declared.kind is not bool,
        hidden=hidden,
    )
    # What was not given must be told from what was: a variable may say otherwise.
    absent = declared.setting or declared.default is None
    kind: Any = declared.kind | None if absent else declared.kind
    default = None if declared.setting else declared.default
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info]
    )
