"""Many questions in one view: how far the pass is, and what has become of each question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, Self, TextIO

from rich.console import Console, Group
from rich.text import Text

from longread.display.frame import (
    BACK,
    NAME,
    OPEN,
    QUIET,
    WARN,
    fit,
    frame,
    header,
    labelled,
    reading,
    width_of,
)
from longread.display.live import LiveView
from longread.display.phrasing import clean, count, counted, duration, percent, place
from longread.display.plain import PlainView, opening_lines, step_line
from longread.display.progress import Progress
from longread.display.summary import step_place, verdict
from longread.reading.step import Answer, RunInfo, Step, Tokens

_STATES = {
    "reading": QUIET,
    "found": BACK,
    "answered": OPEN,
    "not found": "",
    "interrupted": WARN,
}


class ManyView(Protocol):
    """Shows a pass for several questions on stderr; a context manager like `View`."""

    def begin(self, infos: Sequence[RunInfo]) -> None: ...

    def activity(self, stage: str, detail: str = "", fraction: float | None = None) -> None: ...

    def step(self, number: int, step: Step) -> None:
        """A step of question `number` (from 0) is done."""
        ...

    def end(self, number: int, answer: Answer) -> None:
        """Question `number` has its answer."""
        ...

    def finish(self) -> None:
        """All questions have ended: show what came of them."""
        ...

    def message(self, line: str) -> None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def open_many_view(
    *, quiet: bool, verbose: bool, stderr: TextIO | None = None, stdout: TextIO | None = None
) -> ManyView:
    """The view that suits stderr, chosen as for one question (`open_view`)."""
    from longread.display import open_view

    view = open_view(quiet=quiet, verbose=verbose, stderr=stderr, stdout=stdout)
    if isinstance(view, LiveView):
        return LiveMany(view)
    return PlainMany(view) if isinstance(view, PlainView) else SilentMany()


class Questions:
    """What has become of each question: numbers, states and answers, free of any drawing."""

    def __init__(self, infos: Sequence[RunInfo]) -> None:
        self.each = [Progress() for _info in infos]
        for progress, info in zip(self.each, infos, strict=True):
            progress.begin(info)
        self.answers: dict[int, Answer] = {}
        self.whole = Progress()
        resumed = min(info.resumed for info in infos)
        title = counted(len(infos), "question")
        self.whole.begin(replace(infos[0], question=title, resumed=resumed))

    def step(self, number: int, step: Step) -> None:
        self.each[number].step(step)
        self.whole.step(step)

    def state(self, number: int) -> str:
        answer = self.answers.get(number)
        if answer is not None:
            return answer.status.replace("_", " ")
        return "found" if self.each[number].quotes else "reading"

    def probability(self, number: int) -> float:
        """The confidence of the answer, or the highest gate so far."""
        answer = self.answers.get(number)
        if answer is not None:
            return answer.confidence
        return max(self.each[number].probabilities.values(), default=0.0)

    def tally(self) -> str:
        """`3 answered, 5 reading`."""
        states = [self.state(number) for number in range(len(self.each))]
        return ", ".join(f"{states.count(state)} {state}" for state in _STATES if state in states)

    def row(self, number: int) -> Text:
        """A question on one line: number, state, probability, words, answer."""
        state, info = self.state(number), self.each[number].info
        assert info is not None
        text = Text.assemble(
            (f"{number + 1:>3}  ", QUIET),
            (f"{state:<11}", _STATES[state]),
            (f"{self.probability(number):.2f}  ", QUIET),
            clean(info.question),
        )
        answer = self.answers.get(number)
        if answer is not None and answer.answer is not None:
            spots = [place(quote) for quote in answer.citations[:1]]
            where = f", {spots[0]}" if spots and spots[0] else ""
            text.append(f"  {clean(answer.answer)}{where}", f"{NAME} {OPEN}")
        return text

    def rows(self, height: int) -> list[Text]:
        """All questions, or those that fit: the open ones first to stay."""
        numbers = list(range(len(self.each)))
        if len(numbers) <= height:
            return [self.row(number) for number in numbers]
        shown = sorted(numbers, key=lambda number: (number in self.answers, number))
        kept = sorted(shown[: max(0, height - 1)])
        more = Text(f"     and {len(numbers) - len(kept)} more", style=QUIET)
        return [*(self.row(number) for number in kept), more]


class SilentMany:
    """Shows nothing."""

    def begin(self, infos: Sequence[RunInfo]) -> None: ...

    def activity(self, stage: str, detail: str = "", fraction: float | None = None) -> None: ...

    def step(self, number: int, step: Step) -> None: ...

    def end(self, number: int, answer: Answer) -> None: ...

    def finish(self) -> None: ...

    def message(self, line: str) -> None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PlainMany(SilentMany):
    """A line for each chunk that was read for all, and one for each question it concerned."""

    def __init__(self, view: PlainView) -> None:
        self._view = view
        self._questions: Questions | None = None
        self._turn: list[Step] = []

    def begin(self, infos: Sequence[RunInfo]) -> None:
        self._questions = Questions(infos)
        asked = [f"question {n}: {clean(info.question)}" for n, info in enumerate(infos, start=1)]
        self._view.quieten()
        whole = self._questions.whole.info
        assert whole is not None
        self._view.write(*asked, *opening_lines(whole)[1:])

    def activity(self, stage: str, detail: str = "", fraction: float | None = None) -> None:
        self._view.activity(stage, detail, fraction)

    def step(self, number: int, step: Step) -> None:
        assert self._questions is not None
        if self._turn and self._turn[0].index != step.index:
            self._say_turn()
        self._turn.append(step)
        self._questions.step(number, step)
        if step.update.open or step.added or step.remark or self._view.verbose:
            names = self._questions.whole.names
            self._view.write(f"[{number + 1}] {step_line(step, names)}")

    def end(self, number: int, answer: Answer) -> None:
        assert self._questions is not None
        self._questions.answers[number] = answer
        self._view.write(f"[{number + 1}] {verdict(answer)}")

    def finish(self) -> None:
        self._say_turn()
        if self._questions is not None:
            self._view.write(*(f"{name}: {value}" for name, value in totals(self._questions)))

    def message(self, line: str) -> None:
        self._view.message(line)

    def _say_turn(self) -> None:
        """The chunk that all open questions have just read, on one line."""
        if not self._turn:
            return
        assert self._questions is not None
        first, names = self._turn[0], self._questions.whole.names
        same = len({step.chunk.position for step in self._turn}) == 1
        tokens = sum(step.tokens.prefilled + step.tokens.generated for step in self._turn)
        seconds = sum(sum(step.seconds.values()) for step in self._turn)
        parts = [
            f"step {first.index}/{first.total}",
            step_place(first, names) if same else "",
            counted(len(self._turn), "question"),
            f"highest gate {max(step.update.probability for step in self._turn):.2f}",
            f"{count(tokens)} tok",
            duration(seconds),
        ]
        self._view.write("  ".join(part for part in parts if part))
        self._turn = []


class LiveMany(SilentMany):
    """The live view with a line for each question below the pass."""

    def __init__(self, view: LiveView) -> None:
        self._view = view
        self._questions: Questions | None = None
        view.draw = self.lines

    def begin(self, infos: Sequence[RunInfo]) -> None:
        questions = Questions(infos)
        assert questions.whole.info is not None
        questions.whole.started = self._view.progress.started
        self._view.progress = questions.whole
        self._view.begin(questions.whole.info)
        self._questions = questions

    def activity(self, stage: str, detail: str = "", fraction: float | None = None) -> None:
        self._view.activity(stage, detail, fraction)

    def step(self, number: int, step: Step) -> None:
        assert self._questions is not None
        with self._view.changing():
            self._questions.step(number, step)

    def end(self, number: int, answer: Answer) -> None:
        assert self._questions is not None
        with self._view.changing():
            self._questions.answers[number] = answer

    def finish(self) -> None:
        self._view.close()
        if self._questions is None:
            return
        self._questions.whole.ended = True
        console = self._view.console
        width = width_of(console)
        lines = [self._questions.row(number) for number in range(len(self._questions.each))]
        lines.append(Text())
        for name, value in totals(self._questions):
            lines.append(labelled(name, Text(value)))
        self._view.console.print(Group(*(fit(line, width) for line in lines), Text()))

    def message(self, line: str) -> None:
        self._view.message(line)

    def close(self) -> None:
        self._view.close()

    def lines(self, progress: Progress, console: Console, now: float, height: int) -> list[Text]:
        """The picture: the pass above, the questions below."""
        if self._questions is None or progress.info is None:
            return frame(progress, console, now, height)
        width = width_of(console)
        blank = [Text()] if height >= 20 else []
        top = header(progress.info, console, width, 1) + blank
        top += reading(progress, now, width, height)
        top += [labelled("questions", Text(self._questions.tally())), *blank]
        rows = self._questions.rows(max(1, height - len(top)))
        return [fit(line, width) for line in [*top, *rows][:height]]


def totals(questions: Questions) -> list[tuple[str, str]]:
    """The pass's numbers as (name, value) rows."""
    whole = questions.whole
    assert whole.info is not None
    answers = list(questions.answers.values())
    spent = sum((answer.tokens for answer in answers), Tokens())
    return [
        ("questions", questions.tally()),
        (
            "read",
            f"{count(whole.read)} of {counted(whole.info.chunks, 'chunk')} "
            f"({percent(whole.read / max(1, whole.info.chunks))})",
        ),
        (
            "tokens",
            f"{count(spent.prefilled)} prefilled, {count(spent.reused)} reused, "
            f"{count(spent.generated)} generated",
        ),
        ("time", duration(sum(answer.seconds for answer in answers))),
    ]
