"""A batch on a Ray cluster: actors that hold the model, one a worker; Ray places and restarts them.

A worker that dies is replaced, and its unit done again; the folder is on a disk that all see.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Generator
from dataclasses import replace
from typing import Any

from longread.errors import LongreadError, ModelError, UsageError, reason_of
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
from longread.version import __version__

# The cluster that RAY_ADDRESS names or that runs here; where there is none one is started here.
AUTO = "auto"
# Seconds for a cluster's head to answer.
_PATIENCE = 10.0


class _Told(Silent):
    """Keeps what a worker has to say until it is asked for."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def message(self, line: str) -> None:
        self.lines.append(line)


class _Actor:
    """A worker somewhere in the cluster, in the driver's working directory."""

    def __init__(self, place: str, version: str) -> None:
        self._place, self._version = place, version
        self._told = _Told()
        self._worker: Worker | None = None

    def ready(self) -> None:
        """There is a place for it, and it has one."""

    def do(
        self, unit: Unit, shared: list[Any]
    ) -> tuple[Done | tuple[type[LongreadError], str, str], list[str]]:
        """The unit done, or the error that ends the batch; and what there was to say.

        `shared` holds a reference to folder, settings and what is to be done again: Ray looks
        after arguments of calls, not after those that an actor began with.
        """
        told = self._told.lines = []
        try:
            if self._version != __version__:
                raise UsageError(
                    f"a worker has longread {__version__}, and this is {self._version}.",
                    "install the same version on all machines",
                )
            # Sources are named as the driver named them; a restart begins elsewhere.
            os.chdir(self._place)
            if self._worker is None:
                import ray

                folder, settings, self._again = ray.get(shared[0])
                self._worker = Worker(folder, settings, self._told)
            (done,) = self._worker.done(Todo((unit,), self._again))
        except LongreadError as error:
            return (type(error), error.message, error.hint), told
        except OSError as error:
            words = f"{self._place}: {reason_of(error)}."
            return (UsageError, words, "a cluster needs a disk that all machines see"), told
        return done, told


def on_ray(
    folder: BatchFolder,
    settings: Settings,
    todo: Todo,
    jobs: int | None,
    progress: Progress,
    address: str,
) -> Generator[Done]:
    """As `Worker.done`, by `jobs` actors of the cluster at `address`: each unit once, as they end.

    Without `jobs` there are as many as the cluster has CPUs for, `threads` (1) each. A unit that
    ended two actors is an error of its own. Raises what a worker raised, and UsageError.
    """
    ray = _connected(address)
    try:
        threads = settings.model.threads or 1
        count = jobs or int(ray.cluster_resources().get("CPU", 0)) // threads
        if count == 0:
            raise UsageError(f"no worker of the cluster has {threads} CPUs.", "use fewer --threads")
        count = min(count, len(todo.units))
        progress.message(f"Ray: workers: {count}, CPUs of each: {threads}")
        settings = replace(settings, model=replace(settings.model, threads=threads))
        begin = ray.remote(num_cpus=threads, max_restarts=-1, max_task_retries=DEATHS - 1)(_Actor)
        shared = ray.put((folder, settings, dict(todo.again)))
        here = os.path.abspath(os.curdir)  # noqa: PTH100
        actors = [begin.remote(here, __version__) for _number in range(count)]
        waiting = deque(todo.units)
        # Units go to actors that have a place, one at a time.
        busy: dict[Any, tuple[Any, Unit | None]] = {
            each.ready.remote(): (each, None) for each in actors
        }
        while waiting or any(unit for _actor, unit in busy.values()):
            for reference in ray.wait(list(busy))[0]:
                actor, unit = busy.pop(reference)
                if unit is not None:
                    done, lines = _outcome(ray, reference, folder, settings, unit)
                    for line in lines:
                        progress.message(line)
                    yield done
                if waiting:
                    following = waiting.popleft()
                    busy[actor.do.remote(following, [shared])] = actor, following
    finally:
        ray.shutdown()


def _connected(address: str) -> Any:
    try:
        import ray
    except ImportError as error:
        raise UsageError("Ray is not installed.", "pip install 'longread[ray]'") from error
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdecimal():
        # Ray itself looks for minutes for what is not there.
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
        except OSError as error:
            raise _absent(address, error.strerror or str(error)) from error
    # Ray 2.60 would set this anew at each call, and says so.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        ray.init(
            address=None if address == AUTO else address,
            log_to_driver=False,
            logging_level="ERROR",
            include_dashboard=None if address != AUTO else False,
        )
    # Of an overloaded machine it raises a plain Exception.
    except Exception as error:
        raise _absent(address, str(error)) from error
    return ray


def _absent(address: str, reason: str) -> UsageError:
    words = " ".join(reason.split())[:200].rstrip(".").lower()
    return UsageError(
        f"there is no Ray cluster at {address}: {words}.", "ray start --head; --ray HOST:6379"
    )


def _outcome(
    ray: Any, reference: Any, folder: BatchFolder, settings: Settings, unit: Unit
) -> tuple[Done, list[str]]:
    try:
        outcome, lines = ray.get(reference)
    except ray.exceptions.RayError as error:
        words = " ".join(str(error).split())[:120].rstrip(".")
        failure = ModelError(
            f"the worker that read it was ended ({words}).",
            "out of memory? try more --threads, so that fewer share a machine",
        )
        return give_up(folder, settings, unit, failure), []
    if isinstance(outcome, Done):
        return outcome, lines
    kind, message, hint = outcome
    raise kind(message, hint)
