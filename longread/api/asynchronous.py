"""The Python API for asyncio: each call reads in a thread of its own.

Arguments, results and errors are those of the functions without the `a`. A task that is cancelled
stops reading at the end of the step that it is in, and closes the model.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from typing import Any, TypeVar, cast

from longread import api
from longread.api.opened import Passage
from longread.errors import UsageError
from longread.reading.step import Answer, Step
from longread.runs.batch import Status
from longread.runs.each import DocumentAnswers
from longread.runs.fields import FieldValue, Schema, field_values, read_schema
from longread.runs.lookup import Hit

T = TypeVar("T")
_END: Any = object()


async def aask(paths: api.Paths, question: str, **options: Any) -> Answer:
    """`longread.ask`."""
    (answer,) = await aask_all(paths, [question], **options)
    return answer


async def aask_all(paths: api.Paths, questions: Sequence[str], **options: Any) -> list[Answer]:
    """`longread.ask_all`."""
    if isinstance(questions, str):
        raise UsageError("there are no questions.", "pass a list: aask_all(paths, [first, second])")
    async with aclosing(_in_thread(api.records(paths, questions, **options))) as steps:
        found = [each async for each in steps]
    return api.in_order(questions, iter(found))


async def aask_fields(paths: api.Paths, schema: Schema, **options: Any) -> dict[str, FieldValue]:
    """`longread.ask_fields`."""
    fields = read_schema(schema)
    questions = [each.question for each in fields]
    return field_values(fields, await aask_all(paths, questions, **options))


def aask_each(
    paths: api.Paths, questions: api.Questions = (), **options: Any
) -> AsyncGenerator[DocumentAnswers]:
    """`longread.ask_each`."""
    return _in_thread(api.ask_each(paths, questions, **options))


def aread(paths: api.Paths, question: str, **options: Any) -> AsyncGenerator[Step]:
    """`longread.read`."""
    return _in_thread(api.read(paths, question, **options))


async def apassages(paths: api.Paths, question: str, **options: Any) -> list[Passage]:
    """`longread.passages`. A task that is cancelled leaves its thread to go on to the end."""
    return await asyncio.to_thread(api.passages, paths, question, **options)


async def asearch(paths: api.Paths, query: str, limit: int = 10, **options: Any) -> list[Hit]:
    """`longread.search`."""
    return await asyncio.to_thread(api.search, paths, query, limit, **options)


async def ainspect(paths: api.Paths, **options: Any) -> list[dict[str, Any]]:
    """`longread.inspect`."""
    return await asyncio.to_thread(api.inspect, paths, **options)


async def abatch(paths: api.Paths, questions: api.Questions = (), **options: Any) -> Status:
    """`longread.batch`. One that is cancelled goes on in its thread to its end."""
    return await asyncio.to_thread(api.batch, paths, questions, **options)


async def _in_thread(items: Iterator[T]) -> AsyncGenerator[T]:
    """The items of a generator, each made in one and the same thread, where it is closed, too."""
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(1, thread_name_prefix="longread")
    try:
        while (item := await loop.run_in_executor(thread, next, items, _END)) is not _END:
            yield item
    finally:
        # Behind what the thread is at: a generator that runs cannot be closed.
        closed = thread.submit(cast(Generator[T], items).close)
        thread.shutdown(wait=False)
        with suppress(asyncio.CancelledError):
            await asyncio.wrap_future(closed)
