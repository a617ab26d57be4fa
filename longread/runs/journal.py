"""A run's journal: every step on disk as it ends, so that an interrupted run goes on.

One JSONL file a run under the state folder, named by what the run depends on: the
documents' digests, the question, the model and the options. It is removed when the run
has answered. One process writes it at a time. Losing the journal (a full disk) never loses
the run.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from longread import paths
from longread.errors import reason_of
from longread.models.lock import locked
from longread.reading.step import Step
from longread.version import __version__

if TYPE_CHECKING:
    from longread.runs.run import Run


def run_key(parts: Iterable[object]) -> str:
    """A name for a run that is the same only when everything it depends on is."""
    text = json.dumps([__version__, *parts], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def key_of(run: Run) -> str:
    """The name of a run: by its question, documents, models, options, and how they are cut."""
    options = asdict(run.options)
    # Limits may change between an interrupted run and the one that goes on.
    for limit in ("max_seconds", "max_chunks", "min_confidence", "answer_tokens", "blocks"):
        options.pop(limit)
    engine = run.session.engine.info
    # A server's address does not say which model it runs.
    model = [Path(engine.file).name, engine.name, run.reader.judges.gate.engine.info.name]
    digests = [(document.sha256, document.characters) for document in run.session.documents]
    way = [run.corpus.chunk_tokens, run.corpus.filled]
    return run_key([run.question, digests, model, options, way])


class Journal:
    """The journal of the run called `key`. `on_error` gets one line if it cannot be kept."""

    def __init__(self, key: str, on_error: Callable[[str], None]) -> None:
        self.path: Path = paths.state_folder() / "runs" / f"{key}.jsonl"
        self._lock = self.path.with_suffix(".lock")
        self._on_error = on_error
        self._broken = False

    def read(self) -> list[Step]:
        """The steps of an earlier, interrupted run; a torn last line is left out."""
        try:
            lines = self.path.read_bytes().splitlines()
        except OSError:
            return []
        steps: list[Step] = []
        for line in lines:
            try:
                steps.append(Step.from_record(json.loads(line)))
            except (ValueError, KeyError, TypeError):
                break
        return steps

    @contextmanager
    def held(self, steps: Iterable[Step]) -> Iterator[bool]:
        """Lock the run for the length of the block, and begin it with `steps` of an earlier one.

        Gives False where another process reads it.
        """
        with ExitStack() as stack:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                mine = stack.enter_context(locked(self._lock))
            except OSError:
                # What is wrong with the disk is said when it is written to.
                mine = True
            if mine:
                self.start(steps)
            yield mine

    def start(self, steps: Iterable[Step]) -> None:
        """Replace the file by one with `steps`, those taken over from an earlier run."""
        self._guarded(lambda: self._begin(steps))

    def add(self, step: Step) -> None:
        """Append a step; on disk when this returns."""
        self._guarded(lambda: _write(self.path, "ab", [step]))

    def remove(self) -> None:
        """Remove the file: the run has nothing left to go on with."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
            self._lock.unlink(missing_ok=True)

    def _begin(self, steps: Iterable[Step]) -> None:
        with paths.write_atomically(self.path) as part:
            _write(part, "wb", steps)

    def _guarded(self, action: Callable[[], object]) -> None:
        if self._broken:
            return
        try:
            action()
        except OSError as error:
            self._broken = True
            self._on_error(f"this run cannot be resumed if it stops: {reason_of(error)}")


def _write(path: Path, mode: str, steps: Iterable[Step]) -> None:
    # It holds words of the documents and the question: for its owner's eyes.
    with open(path, mode, opener=_private) as file:
        file.write(b"".join(map(_line, steps)))
        file.flush()
        os.fsync(file.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _line(step: Step) -> bytes:
    # ASCII: a file name that is no UTF-8 is in the record, too.
    return json.dumps(step.record()).encode("ascii") + b"\n"
