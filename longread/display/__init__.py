"""What a run looks like: live view, plain lines, JSON, JSONL events.

Everything here reads the records of `longread.reading.step` and knows no engine. Views
write to stderr; stdout belongs to the answer (`answer.py`, `json_answer.py`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Self, TextIO

from longread.reading.step import Answer, RunInfo, Step

_STAGES = {
    "think": "thinking",
    "retrieve": "looking up",
    "update_gate": "weighing the chunk",
    "write": "writing notes",
    "exit_gate": "asking if that is enough",
    "answer": "answering",
}


class View:
    """Shows a pass for one question or many on stderr; this one shows nothing (`--quiet`).

    A context manager: leaving it restores the terminal, always. Questions go by their
    number, from 0.
    """

    def begin(self, infos: Sequence[RunInfo]) -> None:
        """The runs are known, one a question, and the first step is about to come."""

    def activity(self, stage: str, detail: str = "", fraction: float | None = None) -> None:
        """What is being done right now, and how much of it is done (0 to 1) if that is known.

        Cheap, and may be called at any time: before `begin` for loading and parsing,
        inside a step for "gating passages" or "writing notes".
        """

    def stage(self, name: str) -> None:
        """A stage of a step begins."""
        self.activity(_STAGES.get(name, name))

    def step(self, number: int, step: Step) -> None:
        """A step of a question is done."""

    def text(self, piece: str) -> None:
        """The next piece of the answer, while it is being generated (of one question alone)."""

    def end(self, number: int, answer: Answer) -> None:
        """A question has its answer."""

    def finish(self) -> None:
        """All questions have ended: show what came of them and what it cost."""

    def message(self, line: str) -> None:
        """One line for the user: a note or a warning."""

    def close(self) -> None:
        """Restore the terminal. Safe to call twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_view(
    *,
    quiet: bool,
    verbose: bool,
    stderr: TextIO | None = None,
    stdout: TextIO | None = None,
) -> View:
    """The view that suits stderr: live on a terminal, plain lines elsewhere, none when quiet.

    `stdout` is only asked whether it is a terminal: then the answer's citations follow
    there, and the live view does not show them a second time.
    """
    stderr = sys.stderr if stderr is None else stderr
    stdout = sys.stdout if stdout is None else stdout
    if quiet:
        return View()
    if can_draw(stderr):
        from longread.display.live import LiveView

        return LiveView(stderr, verbose=verbose, citations=not stdout.isatty())
    from longread.display.plain import PlainView

    return PlainView(stderr, verbose=verbose)


def can_draw(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that can move its cursor and show the view's characters."""
    if not stream.isatty() or os.environ.get("TERM", "") in ("dumb", "unknown"):
        return False
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")
