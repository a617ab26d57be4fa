"""The Python API behind `longread.ask`, `ask_all`, `ask_each` and `read`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from os import PathLike
from typing import Any

from longread.documents import discover, listed
from longread.errors import UsageError
from longread.models import store
from longread.options import options_of
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer, Step
from longread.runs.each import DocumentAnswers, EachDocument
from longread.runs.options import DocumentOptions, ModelOptions
from longread.runs.session import Session

Paths = str | PathLike[str] | Sequence[str | PathLike[str]]


def ask(paths: Paths, question: str, **options: Any) -> Answer:
    """See `longread.ask`."""
    (answer,) = ask_all(paths, [question], **options)
    return answer


def ask_all(paths: Paths, questions: Sequence[str], **options: Any) -> list[Answer]:
    """See `longread.ask_all`."""
    if isinstance(questions, str) or not questions:
        raise UsageError("there are no questions.", "pass a list: ask_all(paths, [first, second])")
    reading, session = _opened(paths, options)
    with session:
        records = [record for _number, record in session.run_all(questions, reading).records()]
    answers = {record.question: record for record in records if isinstance(record, Answer)}
    return [answers[question.strip()] for question in questions]


def read(paths: Paths, question: str, **options: Any) -> Iterator[Step]:
    """See `longread.read`."""
    reading, session = _opened(paths, options)
    with session:
        yield from session.run(question, reading).steps()


def ask_each(
    paths: Paths, questions: str | Sequence[str], **options: Any
) -> Iterator[DocumentAnswers]:
    """See `longread.ask_each`."""
    asked = [questions] if isinstance(questions, str) else list(questions)
    if not asked:
        raise UsageError("there are no questions.", "pass a list: ask_each(paths, [first, second])")
    reading, model, how = _groups(options)
    files = discover(_sources(paths), **how.discovering())
    for line in listed(files.left_out):
        warnings.warn(line, stacklevel=3)
    resolved = store.resolve(model.model) if model.model else store.resolve_default()
    each = EachDocument(Session.of_model(resolved, model), asked, reading, how)
    try:
        yield from each.answers(files)
    finally:
        each.close()


def _sources(paths: Paths) -> list[str]:
    return [str(paths)] if isinstance(paths, str | PathLike) else [str(path) for path in paths]


def _opened(paths: Paths, options: dict[str, Any]) -> tuple[ReadingOptions, Session]:
    """The session that `options` ask for, and how it reads."""
    reading, model, documents = _groups(options)
    session = Session.open(_sources(paths), model, documents)
    for line in session.left_out:
        warnings.warn(line, stacklevel=4)
    return reading, session


def _groups(options: dict[str, Any]) -> tuple[ReadingOptions, ModelOptions, DocumentOptions]:
    """The groups that `options` are the fields of."""
    groups = (ReadingOptions, ModelOptions, DocumentOptions)
    known = {each.name: group for group in groups for each in options_of(group)}
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise UsageError(
            f"there is no option called {unknown[0]}.", f"options are: {', '.join(sorted(known))}"
        )
    given = {
        group: {name: value for name, value in options.items() if known[name] is group}
        for group in groups
    }
    return (
        ReadingOptions(**given[ReadingOptions]),
        ModelOptions(**given[ModelOptions]),
        DocumentOptions(**given[DocumentOptions]),
    )
