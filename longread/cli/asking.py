"""A run on the command line: documents, model, steps shown as they end, answer on stdout."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from longread.cli.errors import abandon_stdout
from longread.errors import ExitCode, Interrupted, LongreadError

if TYPE_CHECKING:
    from longread.cli.options import AskOptions
    from longread.display import Messages, View
    from longread.display.events import EventLog
    from longread.models.store import ResolvedModel
    from longread.reading.step import Answer
    from longread.runs.session import Run, Session

STAGES = {
    "think": "thinking",
    "retrieve": "looking up",
    "update_gate": "weighing the chunk",
    "write": "writing notes",
    "exit_gate": "asking if that is enough",
}


def answer_question(
    sources: list[str],
    question: str,
    options: AskOptions,
) -> ExitCode:
    """Read `sources` for `question`.

    What is cheap to check (files, pages, the model's name, the events file) is checked
    before anything slow begins. Raises LongreadError.
    """
    from longread.display import open_view
    from longread.display.events import EventLog

    files, resolved = checked(sources, options)
    events = options.call.events
    with (
        open_view(quiet=options.view.quiet, verbose=options.view.verbose) as view,
        EventLog(events, view.message) if events else nullcontext() as log,
        open_session(files, resolved, options, view) as session,
    ):
        view.activity("preparing")
        run = session.run(
            question,
            options.reading,
            journal=True,
            resume=options.call.resume,
            report=view.message,
        )
        answer = read_run(run, view, log)
        view.close()
        deliver(answer, options.call.as_json)
        if answer.status == "interrupted":
            raise _interrupted(answer)
        run.close()
    return ExitCode.ANSWERED if answer.status == "answered" else ExitCode.NOT_FOUND


def checked(sources: list[str], options: AskOptions) -> tuple[list[str], ResolvedModel]:
    """The files and the model of a call: all that can be known before anything slow begins."""
    from longread.documents import PageRange, discover

    terminate_like_ctrl_c()
    keep_logs_quiet()
    files = discover(sources)
    if options.documents.pages:
        PageRange.parse(options.documents.pages)
    return files, chosen_model(options.model.model)


def open_session(
    files: list[str],
    resolved: ResolvedModel,
    options: AskOptions,
    view: Messages,
) -> Session:
    """Documents read and the model opened; the view says what is left out and how far it is."""
    from longread.runs.session import Session, open_engine, read_documents

    left_out: list[str] = []
    documents = read_documents(
        files,
        options.documents,
        report=left_out.append,
        progress=lambda file, done: view.activity("reading", Path(file).name, done),
    )
    for line in left_out:
        # It matters even to those who want to see nothing else.
        (_warn if options.view.quiet else view.message)(line)
    view.activity("opening model")
    engine = open_engine(resolved, options.model, view.message)
    return Session(documents, engine, resolved.note, left_out=left_out)


def _warn(line: str) -> None:
    typer.echo(f"longread: {line}", err=True)


def read_run(run: Run, view: View, log: EventLog | None) -> Answer:
    """Run to the end, every step shown and logged."""
    if log is not None:
        log.begin(run.info)
    view.begin(run.info)
    run.reader.on_stage = lambda stage: view.activity(STAGES.get(stage, stage))
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


def deliver(answer: Answer, as_json: bool) -> None:
    """The answer on stdout: text with citations, or the JSON object."""
    from longread.display.answer import write_answer
    from longread.display.json_answer import answer_object, to_json

    with delivering():
        if as_json:
            typer.echo(to_json(answer_object(answer), indent=2))
        else:
            write_answer(answer, sys.stdout)
        sys.stdout.flush()


@contextmanager
def delivering() -> Iterator[None]:
    """Around what writes answers.

    Raises LongreadError where stdout is a closed pipe or a full disk: the run is not lost,
    since its journal is dropped only after this.
    """
    try:
        yield
    except OSError as error:
        abandon_stdout()
        why = (
            "nobody reads stdout any more"
            if isinstance(error, BrokenPipeError)
            else (error.strerror or str(error)).lower()
        )
        raise LongreadError(
            f"the answer could not be written: {why}.",
            "nothing that was read is lost: the same command goes straight to the answer",
        ) from error


def _interrupted(answer: Answer) -> Interrupted:
    return Interrupted(
        f"interrupted after {answer.chunks_read:,} of {answer.info.chunks:,} chunks.",
        "the same command goes on from there; --fresh starts anew",
    )


def chosen_model(reference: str | None) -> ResolvedModel:
    """The model that `reference` names, or the default one; a terminal is offered a download."""
    from longread.cli.models import resolve_or_offer
    from longread.models import store

    return store.resolve(reference) if reference else resolve_or_offer()


def terminate_like_ctrl_c() -> None:
    """`timeout` and service managers send SIGTERM: save the run then, too."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def keep_logs_quiet() -> None:
    """llama.cpp's log is for `LONGREAD_DEBUG=1`; without a handler Python would print it."""
    import logging

    debug = os.environ.get("LONGREAD_DEBUG") == "1"
    logger = logging.getLogger("longread")
    logger.handlers = [logging.StreamHandler() if debug else logging.NullHandler()]
    logger.setLevel(logging.DEBUG if debug else logging.CRITICAL)
