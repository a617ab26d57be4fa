"""The Python API: what the command line does, for notebooks and programs.

`paths` are files, folders or patterns. `options` are the fields of `ReadingOptions` (strategy,
chunk_tokens, …), `ModelOptions` (model, context, threads, …) and `DocumentOptions` (pages,
password, ocr, …). Every function raises LongreadError, as the command line ends with an exit code.
`longread.api.asynchronous` has the same for asyncio.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from longread.api.opened import Passage, opened
from longread.display.json_answer import answer_object, document_objects
from longread.documents import discover, listed
from longread.errors import UsageError
from longread.models import store
from longread.options import options_of
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer, Step
from longread.runs import lookup
from longread.runs.batch import Batch, BatchFolder, Progress, Settings, Shard, Status, read_units
from longread.runs.batch import status as batch_state
from longread.runs.batch.work import Silent
from longread.runs.each import DocumentAnswers, EachDocument
from longread.runs.fields import FieldValue, Schema, field_values, read_schema
from longread.runs.options import DocumentOptions, ModelOptions
from longread.runs.questions import Asked
from longread.runs.session import Session

Paths = str | PathLike[str] | Sequence[str | PathLike[str]]
Questions = str | Sequence[str]


def ask(paths: Paths, question: str, **options: Any) -> Answer:
    """Read the documents and answer.

    Of several documents one that cannot be read is left out with a warning, and named in
    `Answer.info.left_out`.
    """
    (answer,) = ask_all(paths, [question], **options)
    return answer


def ask_all(paths: Paths, questions: Sequence[str], **options: Any) -> list[Answer]:
    """Answer several questions in one pass over the documents, in their order.

    Each has its own memory and gates; the documents are read once for all of them.
    """
    if isinstance(questions, str):
        raise UsageError("there are no questions.", "pass a list: ask_all(paths, [first, second])")
    return in_order(questions, records(paths, questions, **options))


def ask_fields(paths: Paths, schema: Schema, **options: Any) -> dict[str, FieldValue]:
    """The fields of `schema` as typed values with their citations, read for in one pass.

    `schema` is a file as for `--schema`, a JSON Schema, or a mapping of names to types. What the
    documents do not say is None.
    """
    fields = read_schema(schema)
    return field_values(fields, ask_all(paths, [each.question for each in fields], **options))


def ask_each(
    paths: Paths, questions: Questions = (), *, schema: Schema | None = None, **options: Any
) -> Iterator[DocumentAnswers]:
    """Ask every document for itself, and give its answers as soon as they are known.

    The model is opened once; a document's questions are read for in one pass. A document that
    cannot be read has an `error` in place of `answers`. With a `schema` in place of questions
    each document has `fields`.
    """
    asked, fields = _asked(questions, schema)
    reading, model, how = _groups(options)
    files = discover(_sources(paths), **how.discovering())
    _warn(listed(files.left_out))
    texts = [each.text for each in asked]
    each = EachDocument(Session.of_model(_resolved(model), model), texts, reading, how, fields)
    try:
        yield from each.answers(files)
    finally:
        each.close()


def read(paths: Paths, question: str, **options: Any) -> Iterator[Step]:
    """The steps of a run, one after the other, as they end."""
    for each in records(paths, [question], **options):
        if isinstance(each, Step):
            yield each


def passages(paths: Paths, question: str, **options: Any) -> list[Passage]:
    """The passages that open for a question, with their pages: context for another model."""
    reading, model, documents = _groups(options)
    with Session.open(_sources(paths), model, documents) as session:
        _warn(session.left_out)
        return opened(session.run(question, reading))


def records(paths: Paths, questions: Sequence[str], **options: Any) -> Iterator[Step | Answer]:
    """A pass over the documents as it happens: steps, and each answer as soon as it is known."""
    if not questions:
        raise UsageError("there are no questions.", "pass a list: ask_all(paths, [first, second])")
    reading, model, documents = _groups(options)
    session = Session.open(_sources(paths), model, documents)
    with session:
        _warn(session.left_out)
        for _number, each in session.run_all(questions, reading).records():
            yield each


def in_order(questions: Sequence[str], found: Iterator[Step | Answer]) -> list[Answer]:
    """The answers of a pass in the order of its questions."""
    answers = {each.question: each for each in found if isinstance(each, Answer)}
    return [answers[question.strip()] for question in questions]


def search(paths: Paths, query: str, limit: int = 10, **options: Any) -> list[lookup.Hit]:
    """The places that match a query best, by BM25; no model is needed."""
    reading, _model, documents = _groups(options)
    left_out: list[str] = []
    corpus = lookup.look(_sources(paths), documents, reading, left_out.append)
    _warn(left_out)
    return lookup.search(corpus, query, limit)


def inspect(paths: Paths, **options: Any) -> list[dict[str, Any]]:
    """What `longread inspect --json` says of each document; no model is needed."""
    reading, _model, documents = _groups(options)
    left_out: list[str] = []
    corpus = lookup.look(_sources(paths), documents, reading, left_out.append)
    _warn(left_out)
    return [lookup.record(corpus, number) for number in range(len(corpus.documents))]


def batch(
    paths: Paths,
    questions: Questions = (),
    *,
    out: str | PathLike[str],
    schema: Schema | None = None,
    jobs: int | None = None,
    ray: str | None = None,
    shard: str | None = None,
    retry_errors: bool = False,
    progress: Progress | None = None,
    **options: Any,
) -> Status:
    """`longread batch`: ask every document, and keep the answers in the folder `out`.

    The same call goes on where it was stopped. `paths` may be a manifest, `ray` the address of a
    cluster ("auto"). With more than one of
    `jobs` a program needs `if __name__ == "__main__":` around it, as with multiprocessing.
    """
    asked, fields = _asked(questions, schema)
    reading, model, documents = _groups(options)
    units, left_out = read_units(_sources(paths), documents, Path(out))
    _warn(left_out)
    part = Shard.parse(shard) if shard else None
    own = [unit for unit in units if part is None or part.holds(unit)]
    settings = Settings(
        tuple(asked), reading, documents, model, _resolved(model), document_objects, tuple(fields)
    )
    made = Batch(Path(out), own, settings, progress or Silent(), total=units)
    return made.run(jobs=jobs, retry_errors=retry_errors, ray=ray)


def batch_status(out: str | PathLike[str]) -> Status:
    """How much of a batch is done."""
    return batch_state(Path(out))


def batch_records(out: str | PathLike[str]) -> Iterator[dict[str, Any]]:
    """The lines of `longread batch merge`: `longread.answer/1`, or of a schema
    `longread.fields/1`."""
    from longread.display.fields import merged_objects

    folder, about = BatchFolder.existing(Path(out))
    return merged_objects(folder, about)


def record(answer: Answer) -> dict[str, Any]:
    """An answer as the JSON object that `--json` prints (`longread.answer/1`)."""
    return answer_object(answer)


def _asked(questions: Questions, schema: Schema | None) -> tuple[list[Asked], list[Any]]:
    texts = [questions] if isinstance(questions, str) else list(questions)
    if schema is None:
        if not texts:
            raise UsageError("there are no questions.", "pass a list of them, or a schema")
        return [Asked(text.strip()) for text in texts], []
    if texts:
        raise UsageError("a schema asks its own questions.", "pass schema=… without questions")
    fields = read_schema(schema)
    return [each.asked for each in fields], fields


def _sources(paths: Paths) -> list[str]:
    return [str(paths)] if isinstance(paths, str | PathLike) else [str(path) for path in paths]


def _resolved(model: ModelOptions) -> store.ResolvedModel:
    return store.resolve(model.model) if model.model else store.resolve_default()


def _warn(lines: Sequence[str]) -> None:
    """Warnings at the line that called the package."""
    level, frame = 1, sys._getframe()
    while frame.f_back and (frame.f_globals["__name__"] + ".").startswith("longread."):
        level, frame = level + 1, frame.f_back
    for line in lines:
        warnings.warn(line, stacklevel=level)


def _groups(options: Mapping[str, Any]) -> tuple[ReadingOptions, ModelOptions, DocumentOptions]:
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
