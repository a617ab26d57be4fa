"""Many questions on the command line: one pass over the documents, every answer on stdout."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

import typer

from longread.cli.asking import (
    STAGES,
    checked,
    delivering,
    open_session,
)
from longread.cli.questions import Asked
from longread.errors import ExitCode, Interrupted

if TYPE_CHECKING:
    from longread.cli.options import AskOptions
    from longread.display.events import EventLog
    from longread.display.many import ManyView
    from longread.reading.step import Answer
    from longread.runs.session import Pass


def answer_questions(
    sources: list[str],
    asked: Sequence[Asked],
    options: AskOptions,
) -> ExitCode:
    """Read `sources` once for all that is `asked`; otherwise as `asking.answer_question`.

    NOT_FOUND when at least one question has no answer. Raises LongreadError.
    """
    from longread.display.events import EventLog
    from longread.display.many import open_many_view

    files, resolved = checked(sources, options)
    events = options.call.events
    with (
        open_many_view(quiet=options.view.quiet, verbose=options.view.verbose) as view,
        EventLog(events, view.message) if events else nullcontext() as log,
        open_session(files, resolved, options, view) as session,
    ):
        view.activity("preparing")
        together = session.run_all(
            [each.text for each in asked],
            options.reading,
            journal=True,
            resume=options.call.resume,
            report=view.message,
        )
        answers = _read(together, asked, view, log)
        view.close()
        _deliver(asked, answers, options.call.as_json)
        _raise_if_interrupted(list(answers.values()))
        together.close()
    found = all(answer.status == "answered" for answer in answers.values())
    return ExitCode.ANSWERED if found else ExitCode.NOT_FOUND


def _read(
    together: Pass, asked: Sequence[Asked], view: ManyView, log: EventLog | None
) -> dict[str, Answer]:
    """Answers by question. Each is made as soon as its question has ended."""
    names = {run.question: _names(run.question, asked) for run in together.runs}
    infos = [run.info for run in together.runs]
    for run in together.runs:
        run.reader.on_stage = lambda stage: view.activity(STAGES.get(stage, stage))
        if log is not None:
            for name in names[run.question]:
                log.begin(run.info, name)
    view.begin(infos)
    answers: dict[str, Answer] = {}
    for number, step in together.steps():
        run = together.runs[number]
        if step is None:
            view.activity("answering")
            answers[run.question] = run.answer()
            view.end(number, answers[run.question])
            continue
        view.step(number, step)
        if log is not None:
            for name in names[run.question]:
                log.step(step, name)
    for number, run in enumerate(together.runs):
        if run.question not in answers:
            answers[run.question] = run.answer()
            view.end(number, answers[run.question])
        if log is not None:
            for name in names[run.question]:
                log.end(answers[run.question], name)
    view.finish()
    return answers


def _names(question: str, asked: Sequence[Asked]) -> list[str]:
    """The ids of a question, or the numbers it was asked under."""
    return [
        str(number) if each.id is None else each.id
        for number, each in enumerate(asked, start=1)
        if each.text == question
    ]


def _deliver(asked: Sequence[Asked], answers: dict[str, Answer], as_json: bool) -> None:
    """All answers on stdout, in the order of the questions: text, or JSON Lines."""
    from longread.display.answer import write_answers
    from longread.display.json_answer import answer_object, to_json

    with delivering():
        if as_json:
            for each in asked:
                typer.echo(to_json(answer_object(answers[each.text], each.id)))
        else:
            write_answers([answers[each.text] for each in asked], sys.stdout)
        sys.stdout.flush()


def _raise_if_interrupted(answers: Sequence[Answer]) -> None:
    stopped = [answer for answer in answers if answer.status == "interrupted"]
    if stopped:
        read = min(answer.chunks_read for answer in stopped)
        raise Interrupted(
            f"interrupted after {read:,} of {stopped[0].info.chunks:,} chunks, "
            f"{len(answers) - len(stopped):,} of {len(answers):,} questions done.",
            "the same command goes on from there; --fresh starts anew",
        )
