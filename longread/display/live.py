"""The live view: a picture of the run on stderr, redrawn in place.

State changes never draw. A thread of its own redraws at most eight times a second and
only when something changed, so that the clock runs on inside a long prefill and a
streamed answer does not flicker. When the run ends, a summary takes the picture's place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, RLock, Thread
from time import monotonic
from typing import Any, TextIO, cast

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from longread.display import View
from longread.display.final_summary import closing
from longread.display.frame import QUIET, WARN, fit, frame, width_of
from longread.display.many import pass_closing, pass_frame
from longread.display.phrasing import clean
from longread.display.plain import step_line
from longread.display.progress import Activity, Progress, Questions
from longread.reading.step import Answer, RunInfo, Step

# DEC private mode 2026: hold the screen still until the write is over. Terminals that do
# not know it ignore it.
_HOLD, _SHOW = "\x1b[?2026h", "\x1b[?2026l"
_SECONDS_BETWEEN_DRAWINGS = 0.125
# The cursor stands on the row below the picture: a picture of all rows would scroll.
_ROWS_KEPT_FREE = 1
# With --verbose a third of the terminal shows the last steps' lines.
_VERBOSE_SHARE = 3


class _Synchronized:
    """Is `stream` in all but this: each write stands between hold and show."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(f"{_HOLD}{text}{_SHOW}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class LiveView(View):
    """Draws the pass on a terminal.

    `verbose` also leaves a line for each step above the picture. `citations` says that
    the summary lists them: right where stdout, which has them too, is not a terminal.
    """

    def __init__(
        self,
        stderr: TextIO,
        *,
        verbose: bool = False,
        citations: bool = True,
        console: Console | None = None,
    ) -> None:
        self.progress = Progress()
        self.questions: Questions | None = None
        self.console = console or Console(file=cast(TextIO, _Synchronized(stderr)), highlight=False)
        self._verbose = verbose
        self._citations = citations
        # Held for state only, never while the console is called: the console's own lock
        # is taken first when it asks for the picture.
        self._lock = RLock()
        self._changes = 0
        self._drawn: tuple[int, int, int, int] | None = None
        self._stopped = Event()
        self._thread = Thread(target=self._keep_drawing, name="longread-display", daemon=True)
        self._live = Live(
            console=self.console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            get_renderable=self._picture,
        )

    def begin(self, infos: Sequence[RunInfo]) -> None:
        with self._changing():
            self.questions = Questions(infos, self.progress.started)
            self.progress = self.questions.whole
        notes = [warning for document in infos[0].documents for warning in document.warnings]
        for note in [*notes, infos[0].model.note]:
            if note:
                self.message(note)
        self._start()

    def activity(self, stage: str, detail: str = "", fraction: float | None = None) -> None:
        with self._changing():
            self.progress.activity = Activity(stage, detail, fraction)
        self._start()

    def step(self, number: int, step: Step) -> None:
        assert self.questions is not None
        with self._changing():
            self.questions.step(number, step)
            names = self.progress.names
        if self._verbose:
            name = "" if self.questions.alone else f"[{number + 1}] "
            self._above(Text(f"{name}{step_line(step, names)}", style=QUIET))

    def text(self, piece: str) -> None:
        with self._changing():
            self.progress.answer += piece

    def end(self, number: int, answer: Answer) -> None:
        assert self.questions is not None
        with self._changing():
            self.questions.answers[number] = answer

    def finish(self) -> None:
        self.close()
        questions = self.questions
        assert questions is not None
        self.progress.ended = True
        if questions.alone:
            answer = questions.answers[0]
            lines = closing(answer, self.progress, self.console, citations=self._citations)
        else:
            lines = pass_closing(questions, self.console)
        self.console.print(Group(*lines))

    def message(self, line: str) -> None:
        self._above(Text(clean(line), style=WARN))

    def close(self) -> None:
        if self._stopped.is_set():
            return
        self._stopped.set()
        try:
            if self._thread.is_alive():
                self._thread.join()
        finally:
            self._live.stop()

    def _start(self) -> None:
        if self._live.is_started or self._stopped.is_set():
            return
        self._live.start()
        self._thread.start()

    def _above(self, line: Text) -> None:
        self.console.print(line, overflow="fold")

    def _keep_drawing(self) -> None:
        while not self._stopped.wait(_SECONDS_BETWEEN_DRAWINGS):
            try:
                self.redraw()
            except OSError:
                # The terminal is gone; the run is not.
                return

    def redraw(self) -> None:
        """Draw the picture again if it would look different from the one on the terminal."""
        width, height = self.console.size
        seconds = int(self.progress.elapsed(monotonic()))
        looks = (self._changes, seconds, width, height)
        if looks == self._drawn:
            return
        if self._drawn is not None and width < self._drawn[2]:
            # A narrower terminal has wrapped the old picture: its height is unknown now.
            self.console.clear()
        self._drawn = looks
        self._live.refresh()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Around whatever changes the picture."""
        with self._lock:
            yield
            self._changes += 1

    def picture(self, now: float, height: int) -> list[Text]:
        """The lines that stand on the terminal at `now` (monotonic seconds)."""
        if self.questions is None or self.questions.alone:
            return frame(self.progress, self.console, now, height)
        return pass_frame(self.questions, self.console, now, height)

    def _picture(self) -> RenderableType:
        with self._lock:
            rows = self.console.height
            height = rows - (rows // _VERBOSE_SHARE if self._verbose else _ROWS_KEPT_FREE)
            lines = self.picture(monotonic(), height)
        return Group(*(fit(line, width_of(self.console)) for line in lines))
