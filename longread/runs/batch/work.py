"""A process of a batch: it does units, one after another, each under its lock."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from longread.errors import LongreadError
from longread.models.store import ResolvedModel
from longread.reading.options import ReadingOptions
from longread.runs.batch.folder import BatchFolder, Mark
from longread.runs.batch.units import Unit
from longread.runs.each import DocumentAnswers, EachDocument
from longread.runs.fields import Field
from longread.runs.options import DocumentOptions, ModelOptions
from longread.runs.questions import Asked
from longread.runs.session import Session

# How long to wait before it is looked again whether another process has done a unit.
_PAUSE = 0.2

# What ended a process so often would end the next one as well.
DEATHS = 2

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked, of which model, and how: the same for all documents.

    `records` makes the lines of a document's answers. `fields` are what the questions ask for,
    if they come from a schema: their types matter to whoever reads the lines, not to them.
    """

    questions: tuple[Asked, ...]
    reading: ReadingOptions
    documents: DocumentOptions
    model: ModelOptions
    resolved: ResolvedModel
    records: Callable[[DocumentAnswers, Sequence[Asked]], list[dict[str, Any]]]
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """A unit that is done, and its lines; None of one that another process did."""

    unit: Unit
    key: str
    records: list[dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class Todo:
    """Units to be done, and the parts that are to be done again: any other is another's work."""

    units: tuple[Unit, ...]
    again: Mapping[str, Mark]


class Progress(Protocol):
    """Told how a batch goes on."""

    def begin(self, done: int) -> None:
        """So many documents need not be read again."""

    def progress(self, path: str, share: float) -> None:
        """`share` (0 to 1) of a document is read."""

    def add(self, records: Sequence[Record]) -> None:
        """A document is done."""

    def message(self, line: str) -> None:
        """A note or a warning."""


class Silent:
    """Progress that nobody looks at."""

    def begin(self, done: int) -> None: ...

    def progress(self, path: str, share: float) -> None: ...

    def add(self, records: Sequence[Record]) -> None: ...

    def message(self, line: str) -> None: ...


class Worker:
    """Does units with a model of its own, which is opened when the first one needs it."""

    def __init__(
        self,
        folder: BatchFolder,
        settings: Settings,
        progress: Progress,
        begins: Callable[[Unit], None] = lambda _unit: None,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._progress = progress
        self._begins = begins
        self._each: EachDocument | None = None

    def done(self, todo: Todo) -> Generator[Done]:
        """Each unit once it is done.

        What another process is reading comes last: should that end, it is done here.
        """
        waiting = list(todo.units)
        while waiting:
            busy = []
            for unit in waiting:
                key = self._folder.key(unit)
                if not self._wanted(key, todo):
                    yield Done(unit, key, None)
                    continue
                with self._folder.held(key) as mine:
                    if not mine:
                        busy.append(unit)
                        continue
                    # It may have been done before the lock was there to be had.
                    records = self._do(unit, key) if self._wanted(key, todo) else None
                yield Done(unit, key, records)
            if len(busy) == len(waiting):
                time.sleep(_PAUSE)
            waiting = busy

    def open(self) -> EachDocument:
        """The model, opened once."""
        if self._each is None:
            settings, progress = self._settings, self._progress
            session = Session.of_model(settings.resolved, settings.model, progress.message)
            self._each = EachDocument(
                session,
                [each.text for each in settings.questions],
                settings.reading,
                settings.documents,
                report=progress.message,
                progress=progress.progress,
            )
        return self._each

    def close(self) -> None:
        """Close the model."""
        if self._each is not None:
            self._each.close()

    def _wanted(self, key: str, todo: Todo) -> bool:
        """Whether there is no part, or the one that is to be done again."""
        mark = self._folder.mark(key)
        return mark is None or mark == todo.again.get(key)

    def _do(self, unit: Unit, key: str) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        each = self.open()
        self._begins(unit)
        # A run's journal is dropped when the next document is asked for: after the part is there.
        for reply in each.answers([unit.path]):
            records = lines(self._settings, unit, reply)
            self._folder.write(key, records)
        return records


def give_up(folder: BatchFolder, settings: Settings, unit: Unit, error: LongreadError) -> Done:
    """A unit that ends whoever reads it is done with an error."""
    key = folder.key(unit)
    records = lines(settings, unit, DocumentAnswers(unit.path, (), error))
    folder.write(key, records)
    return Done(unit, key, records)


def lines(settings: Settings, unit: Unit, reply: DocumentAnswers) -> list[dict[str, Any]]:
    """The records of a unit, with the document's id where it has one."""
    name = {} if unit.id is None else {"document_id": unit.id}
    return [{**record, **name} for record in settings.records(reply, settings.questions)]
