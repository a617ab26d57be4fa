"""Several worker processes of a batch, one model each.

Every worker goes through all that is left, beginning at a place of its own; locks and parts
say what another does or did. So a worker that ends loses nothing: its unit is done by another.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import NoReturn

from longread.errors import LongreadError, ModelError
from longread.models.host import host
from longread.runs.batch.folder import BatchFolder
from longread.runs.batch.units import Unit
from longread.runs.batch.work import (
    DEATHS,
    Done,
    Progress,
    Settings,
    Silent,
    Todo,
    Worker,
    give_up,
)

_GRACE = 10.0
_STOPS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class _Hand:
    """A worker process: where it is heard, and what it is at."""

    process: BaseProcess
    heard: Connection
    unit: Unit | None = None
    ended: bool = False


class _Told(Silent):
    """Sends what a worker has to say to the process that began it, which counts."""

    def __init__(self, tell: Connection) -> None:
        self._tell = tell

    def progress(self, path: str, share: float) -> None:
        self._tell.send(("progress", path, share))

    def message(self, line: str) -> None:
        self._tell.send(("message", line))


def pooled(
    folder: BatchFolder, settings: Settings, todo: Todo, jobs: int, progress: Progress
) -> Generator[Done]:
    """As `Worker.done`, by `jobs` processes: each unit once, in the order they end.

    A unit that ended two processes is an error of its own. Raises what a worker raised.
    """
    return _Pool(folder, settings, todo, jobs, progress).done()


class _Pool:
    def __init__(
        self, folder: BatchFolder, settings: Settings, todo: Todo, jobs: int, progress: Progress
    ) -> None:
        self._folder = folder
        self._progress = progress
        self._todo = todo
        self._left = {unit.path: unit for unit in todo.units}
        self._jobs = min(jobs, len(todo.units))
        threads = settings.model.threads or max(1, host().cores // self._jobs)
        self._settings = replace(settings, model=replace(settings.model, threads=threads))
        self._deaths: Counter[str] = Counter()
        self._hands: list[_Hand] = []

    def done(self) -> Generator[Done]:
        try:
            for number in range(self._jobs):
                self._begin(number)
            while self._hands:
                for heard in wait([hand.heard for hand in self._hands]):
                    (hand,) = (each for each in self._hands if each.heard is heard)
                    yield from self._hear(hand)
        finally:
            self._end()

    def _begin(self, number: int) -> None:
        units = list(self._left.values())
        own = units[number :: self._jobs]
        ordered = tuple(dict.fromkeys([*own, *units]))
        heard, tell = get_context("spawn").Pipe(duplex=False)
        process = get_context("spawn").Process(
            target=_work,
            args=(tell, self._folder, self._settings, replace(self._todo, units=ordered)),
        )
        with _ctrl_c_ignored():
            process.start()
        tell.close()
        self._hands.append(_Hand(process, heard))

    def _hear(self, hand: _Hand) -> Generator[Done]:
        """What one message of a worker means."""
        try:
            kind, *rest = hand.heard.recv()
        except (EOFError, OSError):
            yield from self._ended(hand)
            return
        if kind == "begin":
            hand.unit = rest[0]
        elif kind == "done":
            (done,) = rest
            if self._left.pop(done.unit.path, None) is not None:
                yield done
        elif kind == "progress":
            self._progress.progress(*rest)
        elif kind == "message":
            self._progress.message(*rest)
        elif kind == "failed":
            error, message, hint = rest
            raise error(message, hint)
        else:
            hand.ended = True

    def _ended(self, hand: _Hand) -> Generator[Done]:
        """A worker has ended: with all done, or in the middle, where another takes its place."""
        self._hands.remove(hand)
        hand.process.join()
        if hand.ended or not self._left:
            return
        code = hand.process.exitcode or 0
        if code == 130:
            raise KeyboardInterrupt
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        name = hand.unit.path if hand.unit else ""
        self._deaths[name] += 1
        error = ModelError(
            f"the process that read it was ended ({how}).",
            "out of memory? try fewer --jobs, or this document alone",
        )
        if hand.unit is None and self._deaths[name] >= DEATHS:
            raise error
        if hand.unit and self._deaths[name] >= DEATHS and self._left.pop(name, None):
            yield give_up(self._folder, self._settings, hand.unit, error)
        if self._left:
            self._begin(len(self._hands))

    def _end(self) -> None:
        """End all workers: they keep what they read, as at Ctrl-C."""
        for hand in self._hands:
            hand.process.terminate()
        for hand in self._hands:
            hand.process.join(_GRACE)
            if hand.process.is_alive():
                hand.process.kill()


@contextmanager
def _ctrl_c_ignored() -> Iterator[None]:
    """A process that is begun meanwhile ignores Ctrl-C until it is ready to keep what it read."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupt_once(*_: object) -> NoReturn:
    """Handle the first signal to stop: Ctrl-C reaches a worker from the terminal and, as SIGTERM,
    from whoever began it; the second would break into the end of the first."""
    for each in _STOPS:
        # Not SIG_IGN: Python complains of a signal that had come already.
        signal.signal(each, lambda *_: None)
    raise KeyboardInterrupt


def _work(tell: Connection, folder: BatchFolder, settings: Settings, todo: Todo) -> None:
    """A worker process, from its beginning to its end."""
    for each in _STOPS:
        signal.signal(each, _interrupt_once)
    worker = Worker(folder, settings, _Told(tell), lambda unit: tell.send(("begin", unit)))
    try:
        for done in worker.done(todo):
            tell.send(("done", done))
        tell.send(("ended",))
    except LongreadError as error:
        tell.send(("failed", type(error), error.message, error.hint))
    except KeyboardInterrupt:
        os._exit(130)
    except BrokenPipeError:
        # Whoever began this is gone; what is done is on disk.
        os._exit(1)
    finally:
        with suppress(Exception):
            worker.close()
