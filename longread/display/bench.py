"""How a bench goes on, on stderr: one moving line on a terminal, one line a result elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self, TextIO

from longread.bench.metrics import F1
from longread.bench.records import Question, Result
from longread.bench.runner import Watcher
from longread.display import can_draw
from longread.display.phrasing import clean, count, duration, shorten


def open_bench_view(stream: TextIO, *, quiet: bool = False) -> Watcher:
    """The view that suits `stream`."""
    if quiet:
        return Watcher()
    return Bar(stream) if can_draw(stream) else Lines(stream)


class Lines(Watcher):
    """A line a result, for logs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._done = 0
        self._total = 0

    def begin(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        if done:
            self.message(f"{count(done)} of {count(total)} results are there already")

    def result(self, result: Result) -> None:
        self._done += 1
        self._write(f"{self._done}/{self._total}  {line(result)}")

    def message(self, line: str) -> None:
        self._write(clean(line))

    def _write(self, line: str) -> None:
        # Whoever read the log is gone; the bench is not over for that.
        with suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()


class Bar(Watcher):
    """A bar with the time left, what is being read, and each strategy's F1 so far."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._console = Console(file=stream, highlight=False)
        self._progress = Progress(
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}", markup=False),
            TextColumn("{task.fields[doing]}", markup=False, style="dim"),
            console=self._console,
            transient=True,
        )
        self._clock = clock
        self._task: Any = self._progress.add_task("", total=None, left="", doing="preparing")
        self._begun = clock()
        self._before = 0
        self._done = 0
        self._total = 0
        self._scores: dict[str, list[float]] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, done: int, total: int) -> None:
        self._begun = self._clock()
        self._before = self._done = done
        self._total = total
        self._progress.update(self._task, total=total, completed=done)

    def run(self, question: Question, strategy: str, fraction: float) -> None:
        words = f"{clean(strategy)} {fraction:4.0%}  {shorten(clean(question.question), 60)}"
        # Read to the end is not answered yet: the run counts when its result is there.
        self._progress.update(self._task, completed=self._done + 0.99 * fraction, doing=words)

    def result(self, result: Result) -> None:
        self._done += 1
        score = F1.value(result)
        if score is not None:
            self._scores.setdefault(result.strategy, []).append(score)
        spent = self._clock() - self._begun
        left = spent / (self._done - self._before) * (self._total - self._done)
        self._progress.update(
            self._task, completed=self._done, left=f"{duration(left)} left  {self._so_far()}"
        )
        if result.error:
            self.message(line(result))

    def message(self, line: str) -> None:
        from rich.text import Text

        self._console.print(Text(clean(line)))

    def _so_far(self) -> str:
        means = (
            f"{clean(name)} {sum(scores) / len(scores):.2f}"
            for name, scores in self._scores.items()
        )
        return f"F1 {', '.join(means)}" if self._scores else ""


def line(result: Result) -> str:
    """A result in one line: `gated  q17  F1 0.67  4 of 40 chunks  3.2 s  "in 1931"`."""
    parts = [result.strategy, clean(result.id)]
    if result.error:
        return "  ".join([*parts, f"failed: {clean(result.error)}"])
    score = F1.value(result)
    parts.append(f"F1 {score:.2f}" if score is not None else "no answer in the documents")
    if result.chunks:
        parts.append(f"{count(result.chunks_read)} of {count(result.chunks)} chunks")
    parts.append(duration(result.seconds))
    parts.append("not found" if result.answer is None else f'"{shorten(clean(result.answer), 60)}"')
    return "  ".join(parts)
