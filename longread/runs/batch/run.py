"""A batch from its beginning to its end, and what its folder holds in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from longread.errors import ExitCode, Interrupted
from longread.models import store
from longread.models.catalogue import BUNDLED
from longread.models.digest import file_digest
from longread.models.optimise import adapter_path
from longread.runs.batch.folder import BatchFolder, Mark, Outcome
from longread.runs.batch.pool import pooled
from longread.runs.batch.units import Unit
from longread.runs.batch.work import Done, Progress, Settings, Todo, Worker
from longread.runs.each import worst
from longread.runs.journal import run_key
from longread.version import __version__

_AGAIN = "what is done is kept: the same command goes on from there"


@dataclass
class Status:
    """How many documents have come to what, and how many are left.

    `others` counts the documents done with other questions, models or settings.
    """

    documents: int = 0
    codes: Counter[ExitCode] = field(default_factory=Counter)
    answered: int = 0
    not_found: int = 0
    others: int = 0

    def add(self, outcome: Outcome) -> None:
        """One more document is done."""
        self.codes[outcome.code] += 1
        self.answered += outcome.answered
        self.not_found += outcome.not_found

    @property
    def done(self) -> int:
        """Documents that were asked, or could not be."""
        return self.codes.total()

    @property
    def failed(self) -> int:
        """Documents that could not be asked."""
        return sum(self.codes[code] for code in self.codes if code > ExitCode.NOT_FOUND)

    @property
    def exit_code(self) -> ExitCode:
        """The worst of the documents' exit codes."""
        return worst(self.codes)


def status(root: Path) -> Status:
    """What the batch in `root` has come to. Raises UsageError."""
    folder, _about = BatchFolder.existing(root)
    units, current = folder.units(), folder.current()
    found = Status(len(units), others=folder.others())
    keys = {key for unit in units if (key := folder.last_key(unit)) in current}
    same = sum(folder.last_key(unit) in keys for unit in units) - len(keys)
    found.documents -= same
    for key in keys:
        if (outcome := Outcome.of(folder.read(key))) is not None:
            found.add(outcome)
    return found


class Batch:
    """Units, what is asked of them, and the folder that keeps the answers.

    A model behind an address is opened at once, since only it can say which one it is.
    """

    def __init__(
        self,
        root: Path,
        units: Sequence[Unit],
        settings: Settings,
        progress: Progress,
        *,
        total: Sequence[Unit] = (),
    ) -> None:
        """`total` are the units of all shards, where `units` are those of one."""
        self._units = units
        self._settings = settings
        self._progress = progress
        asked, told = self._asked()
        self._folder = BatchFolder(root, asked)
        self._folder.begin(total or units, told)

    def run(
        self, *, jobs: int | None = None, retry_errors: bool = False, ray: str | None = None
    ) -> Status:
        """Do what is not done, with so many processes (one), or by a cluster: `ray` is its address.

        Raises Interrupted and LongreadError.
        """
        found = Status(len(self._units))
        todo = self._scan(found, retry_errors)
        self._progress.begin(found.done)
        if not todo.units:
            return found
        try:
            with closing(self._work(todo, jobs, ray)) as results:
                for done in results:
                    self._count(found, done)
        except KeyboardInterrupt:
            share = f"{found.done:,} of {len(self._units):,}"
            raise Interrupted(f"interrupted after {share} documents.", _AGAIN) from None
        return found

    def _scan(self, found: Status, retry_errors: bool) -> Todo:
        """What is left; what is done is counted in `found`."""
        parts, left, again = self._folder.parts(), list[Unit](), dict[str, Mark]()
        for unit in self._units:
            key = self._folder.known_key(unit)
            if key and key in parts:
                outcome = Outcome.of(self._folder.read(key))
                if outcome is not None and not (retry_errors and outcome.error):
                    found.add(outcome)
                    continue
                if (mark := self._folder.mark(key)) is not None:
                    again[key] = mark
            left.append(unit)
        return Todo(tuple(left), again)

    def _work(self, todo: Todo, jobs: int | None, ray: str | None) -> Generator[Done]:
        if ray is not None:
            from longread.runs.batch.cluster import on_ray

            yield from on_ray(self._folder, self._settings, todo, jobs, self._progress, ray)
            return
        if jobs and min(jobs, len(todo.units)) > 1:
            yield from pooled(self._folder, self._settings, todo, jobs, self._progress)
            return
        worker = Worker(self._folder, self._settings, self._progress)
        try:
            yield from worker.done(todo)
        finally:
            worker.close()

    def _count(self, found: Status, done: Done) -> None:
        data = self._folder.read(done.key)
        if (outcome := Outcome.of(data)) is not None:
            found.add(outcome)
        records = done.records
        self._progress.add(self._folder.records(data) if records is None else records)

    def _asked(self) -> tuple[str, dict[str, Any]]:
        """The digest of questions, model, settings and version, and these in words."""
        settings = self._settings
        reading, documents = asdict(settings.reading), asdict(settings.documents)
        # What does not change an answer, and what is nobody's to read.
        del reading["blocks"]
        for name in ("password", "include", "exclude", "file_seconds", "file_memory"):
            del documents[name]
        questions = [asdict(each) for each in settings.questions]
        model = _model(settings)
        told = {
            "schema": "longread.batch/1",
            "questions": questions,
            "model": model,
            "reading": reading,
            "documents": documents,
            "fields": [asdict(field) for field in settings.fields],
            "longread": __version__,
        }
        return run_key([questions, model, reading, documents])[:16], told


def _model(settings: Settings) -> dict[str, Any]:
    """What decides on a model's answers: its bytes, and those of the one that reads for it."""
    resolved, options = settings.resolved, settings.model
    if resolved.address:
        from longread.runs.opening import open_engine

        with closing(open_engine(resolved, options)) as engine:
            name, digest = engine.info.name, ""
    else:
        name, digest = resolved.name, file_digest(resolved.path)
    reader = ""
    if options.reader not in ("none", "bundled"):
        reader = file_digest(store.resolve(options.reader).path)
    bundled = store.bundled_path() if BUNDLED in (resolved.name, options.reader) else None
    adapter = adapter_path() if bundled and options.adapter else None
    return {
        "name": name,
        "sha256": digest,
        "reader": reader or options.reader,
        "bundled": file_digest(bundled) if bundled else "",
        "adapter": file_digest(adapter) if adapter else "",
        "context": options.context,
    }
