"""`longread batch --ray`: throughput of one and two workers, and the bound to 64.

    python benchmarks/ray_workers.py

Forty small texts, one question, one thread a worker, a home and a local cluster of its own for
each run. The clock begins when the first document is done: a cluster's start is told apart. More
workers than cores are simulated: documents with the times measured here go to whichever worker is
free, each through the driver, which takes what it took here.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from machine import machine, table

WORKERS = (1, 2, 4, 8, 16, 32, 64)
SENTENCE = (
    "In the year {year} the council of town {town} met in the old hall and spoke of the harbour "
    "wall and the road. Clerk number {clerk} wrote all of it down."
)


def texts(folder: Path, count: int) -> None:
    """Small documents, each with a fact of its own."""
    for number in range(count):
        told = [
            SENTENCE.format(year=1601 + line, town=number, clerk=line + 1)
            for line in range(6 + number % 3)
        ]
        told.insert(len(told) // 2, f"The wine was sold by merchant number {number}.")
        (folder / f"{number:03}.txt").write_text("\n\n".join(told), "utf-8")


class Clock:
    """Progress of a batch that notes when each document is done, and how long it was read."""

    def __init__(self) -> None:
        self.begun = time.perf_counter()
        self.ends: list[float] = []
        self.reading: list[float] = []

    def begin(self, done: int) -> None: ...

    def progress(self, path: str, share: float) -> None: ...

    def message(self, line: str) -> None: ...

    def add(self, records: Sequence[Mapping[str, Any]]) -> None:
        self.ends.append(time.perf_counter() - self.begun)
        self.reading.append(sum(record["cost"]["seconds"] for record in records))


def measured(folder: Path, workers: int) -> Clock:
    """A batch by so many workers, in this process."""
    import longread

    clock = Clock()
    longread.batch(
        folder, "Who sold the wine?", out=folder.parent / "answers", ray="local", jobs=workers,
        progress=clock, model="bundled", threads=1, chunk_tokens=512, blocks=False,
    )  # fmt: skip
    return clock


def one_run(workers: int, count: int) -> dict[str, Any]:
    """A run in a process, a home and a cluster of its own."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "texts")
        folder.mkdir()
        texts(folder, count)
        # Ray gives its workers a niceness of 15: beside other work they would never end.
        mine = {"LONGREAD_HOME": str(Path(place, "home")), "RAY_worker_niceness": "0"}
        environment = {**os.environ, **mine}
        # The model's optimised copy is made outside the clock.
        call = [sys.executable, "-m", "longread", "doctor", "--model", "bundled"]
        subprocess.run(call, env=environment, capture_output=True, check=False)
        call = [sys.executable, __file__, "--run", str(workers), "--folder", str(folder)]
        done = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def makespan(units: Sequence[float], workers: int, driver: float) -> float:
    """Seconds until the last unit is done; the driver takes its time for each, one by one."""
    free = [0.0] * workers
    driver_free = end = 0.0
    for unit in units:
        driver_free = max(driver_free, heapq.heappop(free)) + driver
        heapq.heappush(free, driver_free + unit)
        end = max(end, driver_free + unit)
    return end


def main() -> None:
    """Measure one and two workers, simulate the rest, print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--run", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    own = parser.parse_args()
    if own.run:
        clock = measured(own.folder, own.run)
        print(json.dumps({"ends": clock.ends, "reading": clock.reading}))
        return
    cores = len(os.sched_getaffinity(0))
    rows, units, driver = [], list[float](), 0.0
    for workers in (1, 2):
        found = one_run(workers, own.documents)
        ends, reading = found["ends"], found["reading"]
        seconds = ends[-1] - ends[0]
        if workers == 1:
            units = reading[1:]
            driver = max(0.0, seconds / len(units) - fmean(units))
            alone = seconds
        rows.append(
            {
                "workers": workers,
                "seconds from the first document": f"{seconds:.1f}",
                "documents a minute": f"{60 * (len(ends) - 1) / seconds:.0f}",
                "times faster": f"{alone / seconds:.2f}",
                "seconds to the first": f"{ends[0]:.1f}",
            }
        )
    print(f"{own.documents} documents, {cores} cores for this process; {machine()}\n")
    print(table(rows))
    many = (units * (4000 // len(units) + 1))[:4000]
    lone = {len(some): makespan(some, 1, driver) for some in (units, many)}
    simulated = [
        {
            "workers": workers,
            **{
                f"times faster, {len(some):,} documents": (
                    f"{lone[len(some)] / makespan(some, workers, driver):.1f}"
                )
                for some in (units, many)
            },
        }
        for workers in WORKERS
    ]
    print(f"\nSimulated: {fmean(units):.2f} s a document, {driver * 1000:.0f} ms of the driver\n")
    print(table(simulated))


if __name__ == "__main__":
    main()
