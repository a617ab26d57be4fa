"""`longread ask`: documents and a question in, an answer with verified page citations out."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from longread.cli.errors import reported
from longread.cli.settings import InForce, settings_in_force
from longread.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from longread.display import View
    from longread.reading.step import Answer
    from longread.runs.session import Run

STRATEGIES = ("gated", "gru-mem", "infmem", "memagent", "rag", "truncate")
READING, MODEL, OUTPUT = "Reading", "Model", "Output"


def _strategies(incomplete: str) -> list[str]:
    return [name for name in STRATEGIES if name.startswith(incomplete)]


def _orders(incomplete: str) -> list[str]:
    return [name for name in ("document", "relevance") if name.startswith(incomplete)]


def _gates(incomplete: str) -> list[str]:
    return [name for name in ("auto", "likelihood", "choice") if name.startswith(incomplete)]


@reported
def ask(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar='DOC... "QUESTION"',
            help='Files, folders, patterns or "-" for standard input; the question comes last.',
            show_default=False,
        ),
    ],
    strategy: Annotated[
        str | None,
        typer.Option(
            help="How to read: gated (default), gru-mem, infmem, memagent, rag, truncate.",
            autocompletion=_strategies,
            rich_help_panel=READING,
        ),
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(
            help="Chunks as they stand (document), or most promising first (relevance).",
            autocompletion=_orders,
            rich_help_panel=READING,
        ),
    ] = None,
    pages: Annotated[
        str | None,
        typer.Option(help="Only these pages: 10-50, or 1,4-6,10-.", rich_help_panel=READING),
    ] = None,
    exit_early: Annotated[
        bool | None,
        typer.Option(
            "--exit/--no-exit",
            help="Stop as soon as enough is known, or read to the end.",
            show_default=False,
            rich_help_panel=READING,
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(help="Open exit gates in a row before stopping.", rich_help_panel=READING),
    ] = None,
    gate: Annotated[
        str | None,
        typer.Option(
            help="The update gate's signal: auto, likelihood, choice.",
            autocompletion=_gates,
            rich_help_panel=READING,
        ),
    ] = None,
    gate_threshold: Annotated[
        float | None,
        typer.Option(help="Probability that opens the update gate (0.5).", rich_help_panel=READING),
    ] = None,
    exit_threshold: Annotated[
        float | None,
        typer.Option(help="Probability that opens the exit gate (0.9).", rich_help_panel=READING),
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(help="Stop reading after so many seconds.", rich_help_panel=READING),
    ] = None,
    max_chunks: Annotated[
        int | None,
        typer.Option(help="Stop reading after so many chunks.", rich_help_panel=READING),
    ] = None,
    chunk_tokens: Annotated[
        int | None, typer.Option(help="Tokens a chunk.", rich_help_panel=READING)
    ] = None,
    unit_tokens: Annotated[
        int | None,
        typer.Option(help="Tokens a unit: what is gated and retrieved.", rich_help_panel=READING),
    ] = None,
    memory_tokens: Annotated[
        int | None, typer.Option(help="Tokens of memory.", rich_help_panel=READING)
    ] = None,
    top_k: Annotated[
        int | None,
        typer.Option(help="Units that a retrieval brings back.", rich_help_panel=READING),
    ] = None,
    password: Annotated[
        str | None,
        typer.Option(help="Password of encrypted documents.", rich_help_panel=READING),
    ] = None,
    ocr: Annotated[
        bool | None,
        typer.Option(
            "--ocr/--no-ocr",
            help="Read scanned pages with Tesseract.",
            show_default=False,
            rich_help_panel=READING,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume/--fresh",
            help="Go on with an interrupted run, or start anew.",
            rich_help_panel=READING,
        ),
    ] = True,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            help="A model's name, or a .gguf file.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    context: Annotated[
        int | None, typer.Option(help="Tokens of context.", rich_help_panel=MODEL)
    ] = None,
    gpu_layers: Annotated[
        str | None,
        typer.Option(help="Layers on the GPU: auto, or a number.", rich_help_panel=MODEL),
    ] = None,
    threads: Annotated[int | None, typer.Option(help="Threads.", rich_help_panel=MODEL)] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object.", rich_help_panel=OUTPUT)
    ] = False,
    events: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Append one JSON object a step to FILE.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    quiet: Annotated[
        bool | None,
        typer.Option(
            "--quiet", "-q", help="Show only the answer and errors.", rich_help_panel=OUTPUT
        ),
    ] = None,
    verbose: Annotated[
        bool | None,
        typer.Option("--verbose", "-v", help="Show memory and retrieval.", rich_help_panel=OUTPUT),
    ] = None,
) -> int:
    """Ask a question of one or more documents.

    Exit codes: 0 answered, 1 the document does not say, 2 usage, 3 unreadable document,
    4 model trouble, 130 interrupted (the same command goes on).
    """
    given = dict(locals())
    sources, question = _split(arguments)
    settings = settings_in_force({**given, "exit": exit_early})
    return _ask(sources, question, settings, pages, resume, as_json, events)


def _split(arguments: list[str]) -> tuple[list[str], str]:
    """Documents and question; the last argument is the question."""
    usage = 'longread ask book.pdf "your question"'
    if len(arguments) < 2:
        what = "question" if Path(arguments[0]).exists() or arguments[0] == "-" else "document"
        raise UsageError(f"there is no {what}.", usage)
    *sources, question = arguments
    if not question.strip():
        raise UsageError("the question is empty.", usage)
    if len(question) < 250 and Path(question).is_file():
        raise UsageError(f"the last argument, {question}, is a file and no question.", usage)
    return sources, question


def _ask(
    sources: list[str],
    question: str,
    settings: dict[str, InForce],
    pages: str | None,
    resume: bool,
    as_json: bool,
    events: Path | None,
) -> int:
    from longread.display import open_view
    from longread.runs.session import Session, open_engine, read_documents

    value = {name: found.value for name, found in settings.items()}
    _terminate_like_ctrl_c()
    with open_view(quiet=value["quiet"], verbose=value["verbose"]) as view:
        documents = read_documents(
            sources,
            pages=pages,
            password=value["password"],
            ocr=value["ocr"],
            report=view.message,
            progress=lambda file, done: view.activity("reading", Path(file).name, done),
        )
        view.activity("opening model")
        resolved = _model(value["model"])
        with Session(
            documents, open_engine(resolved, _model_options(value), view.message), resolved.note
        ) as session:
            view.activity("preparing")
            run = session.run(
                question,
                _reading_options(value),
                journal=True,
                resume=resume,
                report=view.message,
            )
            answer = _read(run, view, events)
            view.close()
            _deliver(answer, as_json)
            if answer.status != "interrupted":
                run.close()
    return _exit_code(answer)


def _read(run: Run, view: View, events: Path | None) -> Answer:
    """Run to the end, every step shown and logged."""
    from contextlib import nullcontext

    from longread.display.events import EventLog

    with EventLog(events, view.message) if events else nullcontext() as log:
        if log is not None:
            log.begin(run.info)
        view.begin(run.info)
        if run.info.resumed:
            view.message(f"going on from chunk {run.info.resumed + 1} of {run.info.chunks}")
        for step in run.steps():
            view.step(step)
            if log is not None:
                log.step(step)
        view.activity("answering")
        answer = run.answer(view.text)
        if log is not None:
            log.end(answer)
        view.end(answer)
    return answer


def _deliver(answer: Answer, as_json: bool) -> None:
    """The answer on stdout: text with citations, or the JSON object."""
    if as_json:
        from longread.display.json_answer import answer_object, to_json

        typer.echo(to_json(answer_object(answer), indent=2))
    else:
        from longread.display.answer import write_answer

        write_answer(answer, sys.stdout)
    sys.stdout.flush()


def _exit_code(answer: Answer) -> int:
    if answer.status == "interrupted":
        typer.echo("hint: the same command goes on from there; --fresh starts anew", err=True)
        return ExitCode.INTERRUPTED
    return ExitCode.ANSWERED if answer.status == "answered" else ExitCode.NOT_FOUND


def _model(reference: str | None) -> Any:
    from longread.cli.models import resolve_or_offer
    from longread.models import store

    return store.resolve(reference) if reference else resolve_or_offer()


def _model_options(value: dict[str, Any]) -> Any:
    from longread.runs.session import ModelOptions

    names = ("model", "context", "gpu_layers", "threads")
    return ModelOptions(**{name: value[name] for name in names})


def _reading_options(value: dict[str, Any]) -> Any:
    from dataclasses import fields

    from longread.reading.options import ReadingOptions

    names = [field.name for field in fields(ReadingOptions)]
    return ReadingOptions(**{name: value[name] for name in names if name in value})


def _terminate_like_ctrl_c() -> None:
    """`timeout` and service managers send SIGTERM: save the run then, too."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
