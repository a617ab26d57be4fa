"""Worker processes: fault isolation for calls that may crash, hang or exhaust memory.

Contract: whatever a call does, the caller goes on, and a crash, a hang and a bomb are exceptions
here. A worker is a fresh interpreter (nothing is forked, `__main__` is not imported), so that it
may be started from threads, notebooks and scripts without a guard. It is no sandbox.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

T = TypeVar("T")

# How a worker ends that could not get the memory it asked for.
_OUT_OF_MEMORY = 97
# The signal that the system ends one with that used up its CPU time; 24 on Linux and macOS.
_OUT_OF_CPU = getattr(signal, "SIGXCPU", 24)
_START = "import sys; sys.path[:] = {path!r}; from longread.documents.workers import serve; serve()"


def available_cores() -> int:
    """Cores that this process may run on (containers and `taskset` included)."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class WorkerError(Exception):
    """The call brought its process down; the message says how, as in "crashed (SIGSEGV)"."""


class OutOfTime(WorkerError):  # noqa: N818 (named for what happened)
    """The call took longer than it may."""


class OutOfMemory(WorkerError):  # noqa: N818 (named for what happened)
    """The call asked for more memory than it may have."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call may take: seconds by the clock, and bytes of address space (RLIMIT_AS, where
    the system has one); `cpu`, seconds of its process's CPU time (RLIMIT_CPU), which on a busy
    machine pass far more slowly than the clock's."""

    seconds: float
    memory: int
    cpu: float | None = None

    @property
    def longest(self) -> float:
        """The seconds that a call may keep a core busy."""
        return self.cpu or self.seconds


def available() -> bool:
    """Is there an interpreter to start? Not in a program that was frozen into one file."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


class Workers:
    """As many processes as calls are made at once; those that survived are used again."""

    def __init__(self) -> None:
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._closed = False

    def call(self, limits: Limits, function: Callable[..., T], *arguments: Any) -> T:
        """What a module's function returns, or raises. Raises WorkerError where it ends its
        process."""
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = _Worker()
            self._all.add(worker)
        try:
            if self._closed:
                raise WorkerError("was ended")
            returned, outcome = worker.call(limits, function, arguments)
        except BaseException:
            self._all.discard(worker)
            worker.kill()
            raise
        self._idle.append(worker)
        if not returned:
            raise outcome
        result: T = outcome
        return result

    def close(self) -> None:
        """End all processes, at work or not, and those that threads are about to start."""
        self._closed = True
        self._idle.clear()
        while self._all:
            self._all.pop().kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Worker:
    """One process, and the pipes to it: pickles of calls go in, pickles of outcomes come out."""

    def __init__(self) -> None:
        program = _START.format(path=[str(folder) for folder in sys.path])
        debug = os.environ.get("LONGREAD_DEBUG") == "1"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if debug else subprocess.DEVNULL,
        )

    def call(
        self, limits: Limits, function: Callable[..., Any], arguments: tuple[Any, ...]
    ) -> tuple[bool, Any]:
        requests, replies = self._process.stdin, self._process.stdout
        assert requests is not None
        assert replies is not None
        begun = time.monotonic()
        timer = threading.Timer(limits.seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            pickle.dump((limits, function, arguments), requests)
            requests.flush()
            reply: tuple[bool, Any] = pickle.load(replies)
            return reply
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            if time.monotonic() - begun >= limits.seconds:
                raise OutOfTime(f"took longer than {limits.seconds:,.0f} s") from error
            raise self._fall() from error
        finally:
            timer.cancel()

    def _fall(self) -> WorkerError:
        """Why the process ended without a reply."""
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return WorkerError("closed its pipe")
        # Where memory ends for all, the system kills who has the most.
        if code in (_OUT_OF_MEMORY, -9):
            return OutOfMemory("ran out of memory")
        if code == -_OUT_OF_CPU:
            return OutOfTime("took too much CPU time")
        if code < 0:
            with contextlib.suppress(ValueError):
                return WorkerError(f"crashed ({signal.Signals(-code).name})")
        return WorkerError(f"crashed (exit code {code})")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            # What was not sent any more cannot be flushed.
            with contextlib.suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()


def serve() -> None:
    """A worker's own part: calls from stdin, outcomes to stdout, until stdin ends."""
    # Ctrl-C reaches the whole group of processes; the caller ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a document is made of is no garbage.
    gc.set_threshold(50_000)
    requests = sys.stdin.buffer
    # A native library that prints must not write between the replies.
    with os.fdopen(os.dup(1), "wb") as replies:
        os.dup2(2, 1)
        while True:
            try:
                limits, function, arguments = pickle.load(requests)
            except EOFError:
                return
            try:
                _limit(limits)
                pickle.dump(_outcome(function, arguments), replies)
                replies.flush()
            except MemoryError:
                os._exit(_OUT_OF_MEMORY)


def _outcome(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, function(*arguments)
    except MemoryError:
        raise
    except Exception as error:
        return False, error


def _limit(limits: Limits) -> None:
    """Bound memory and CPU time from now on, and leave no core dump of a crash."""
    if sys.platform == "win32":
        return
    import resource

    # Whole seconds, of the process's whole life; without a limit it ends with the machine.
    cpu = resource.RLIM_INFINITY
    if limits.cpu is not None:
        cpu = math.ceil(time.process_time() + limits.cpu)
    for kind, wanted in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, cpu),
    ):
        _, most = resource.getrlimit(kind)
        allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (allowed, most))
