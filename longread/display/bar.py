"""How far something long is, on stderr: a bar on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from longread.display.phrasing import megabytes

Report = Callable[[int, int], None]


@contextmanager
def bar(name: str, *, in_bytes: bool = False) -> Iterator[Report]:
    """Shows what is reported, done and total, in bytes or in pieces."""
    if not sys.stderr.isatty():
        yield _percents(name) if in_bytes else _quarters(name)
        return
    from rich import progress
    from rich.console import Console

    pieces = (progress.MofNCompleteColumn(),)
    flow = (progress.DownloadColumn(), progress.TransferSpeedColumn())
    columns = (
        progress.BarColumn(),
        *(flow if in_bytes else pieces),
        progress.TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with progress.Progress("{task.description}", *columns, console=console) as drawn:
        task = drawn.add_task(name, total=None)
        yield lambda done, total: drawn.update(task, completed=done, total=total)


def _percents(name: str) -> Report:
    """One line at the start and at every tenth."""
    last = -1

    def report(done: int, total: int) -> None:
        nonlocal last
        tenth = done * 10 // total if total else 10
        if tenth > last:
            last = tenth
            sys.stderr.write(f"{name}: {tenth * 10} % of {megabytes(total)}\n")

    return report


def _quarters(name: str) -> Report:
    """One line at every fourth."""

    def report(done: int, total: int) -> None:
        if done * 4 // total > (done - 1) * 4 // total:
            sys.stderr.write(f"{name}: {done} of {total}\n")

    return report
