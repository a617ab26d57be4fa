"""The Python API behind `longread.ask` and `longread.read`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from os import PathLike
from typing import Any

from longread.errors import UsageError
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer, Step
from longread.runs.session import ModelOptions, Session

Paths = str | PathLike[str] | Sequence[str | PathLike[str]]


def ask(paths: Paths, question: str, **options: Any) -> Answer:
    """See `longread.ask`."""
    reading, model = _split(options)
    with Session.open(_listed(paths), model) as session:
        run = session.run(question, reading)
        for _step in run.steps():
            pass
        return run.answer()


def ask_all(paths: Paths, questions: Sequence[str], **options: Any) -> list[Answer]:
    """See `longread.ask_all`."""
    reading, model = _split(options)
    if isinstance(questions, str) or not questions:
        raise UsageError("there are no questions.", "pass a list: ask_all(paths, [first, second])")
    with Session.open(_listed(paths), model) as session:
        together = session.run_all(questions, reading)
        answers = {
            together.runs[number].question: together.runs[number].answer()
            for number, step in together.steps()
            if step is None
        }
    return [answers[question.strip()] for question in questions]


def read(paths: Paths, question: str, **options: Any) -> Iterator[Step]:
    """See `longread.read`."""
    reading, model = _split(options)
    with Session.open(_listed(paths), model) as session:
        yield from session.run(question, reading).steps()


def _listed(paths: Paths) -> list[str]:
    return [str(paths)] if isinstance(paths, str | PathLike) else [str(path) for path in paths]


def _split(options: dict[str, Any]) -> tuple[ReadingOptions, ModelOptions]:
    reading = {field.name for field in fields(ReadingOptions)}
    model = {field.name for field in fields(ModelOptions)}
    unknown = sorted(set(options) - reading - model)
    if unknown:
        raise UsageError(
            f"there is no option called {unknown[0]}.",
            f"options are: {', '.join(sorted(reading | model))}",
        )
    return (
        ReadingOptions(**{name: options[name] for name in options if name in reading}),
        ModelOptions(**{name: options[name] for name in options if name in model}),
    )
