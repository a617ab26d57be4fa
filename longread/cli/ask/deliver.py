"""Answers on stdout, as text or JSON, and quotes marked in copies of the documents."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from longread.cli.process import abandon_stdout
from longread.errors import LongreadError, reason_of

if TYPE_CHECKING:
    from longread.cli.options import AskOptions
    from longread.reading.step import Answer
    from longread.runs.fields import Field
    from longread.runs.questions import Asked
    from longread.runs.run import Report
    from longread.runs.session import Session


def deliver(
    asked: Sequence[Asked], answers: Mapping[str, Answer], options: AskOptions, *, listed: bool
) -> None:
    """Answers on stdout: text with citations or a JSON object; `listed` ones in their order."""
    from longread.display.answer import write_answer, write_answers
    from longread.display.json_answer import answer_object, to_json

    with delivering():
        found = [answers[each.text] for each in asked]
        if options.call.as_json:
            for each, answer in zip(asked, found, strict=True):
                record = answer_object(answer, each.id)
                typer.echo(to_json(record, indent=None if listed else 2))
        elif listed:
            write_answers(found, sys.stdout)
        else:
            write_answer(found[0], sys.stdout)
        sys.stdout.flush()


def highlight(
    answers: Sequence[Answer], session: Session, options: AskOptions, say: Report
) -> None:
    """The cited documents with their quotes marked, where that was asked for."""
    if options.call.highlight is None:
        return
    from longread.display.highlight import write_highlights

    password = options.documents.password
    for line in write_highlights(options.call.highlight, answers, session.documents, password):
        say(line)


def deliver_fields(fields: Sequence[Field], answers: Mapping[str, Answer]) -> bool:
    """The fields' values, with a citation each, as JSON on stdout; whether all have one."""
    from longread.display.fields import fields_object
    from longread.display.json_answer import answer_object, to_json

    with delivering():
        record = fields_object(fields, [answer_object(answers[each.question]) for each in fields])
        typer.echo(to_json(record, indent=2))
        sys.stdout.flush()
    return bool(record["status"] == "answered")


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
            else reason_of(error)
        )
        raise LongreadError(
            f"the answer could not be written: {why}.",
            "nothing that was read is lost: the same command goes straight to the answer",
        ) from error
