"""What a view has seen so far, free of any drawing: counts, rates, each chunk's state."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from time import monotonic

from longread.display.phrasing import clean_block, counted, document_names
from longread.reading.step import Answer, Gate, Quote, Retrieval, RunInfo, Step

# Long enough that one slow write does not shake the rate, short enough to see a change.
_RATE_STEPS = 12


class CellState(IntEnum):
    """What happened to a chunk; the highest counts where several chunks share a cell."""

    UNREAD = 0
    SKIPPED = 1
    CLOSED = 2
    RETRIEVED = 3
    OPEN = 4


@dataclass(frozen=True, slots=True)
class Activity:
    """What is being done right now; `fraction` from 0 to 1 where it is known."""

    stage: str
    detail: str = ""
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Notes:
    """The memory's lines after its last change, and which of them that change brought."""

    step: int = 0
    lines: tuple[str, ...] = ()
    new: tuple[bool, ...] = ()
    dropped: int = 0


@dataclass(slots=True)
class Progress:
    """A run as seen from its records. Times are `time.monotonic` seconds."""

    started: float = field(default_factory=monotonic)
    info: RunInfo | None = None
    names: list[str] = field(default_factory=list)
    activity: Activity = Activity("starting")
    probabilities: dict[int, float] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)
    visited: set[int] = field(default_factory=set)
    frontier: int = 0
    last: Step | None = None
    exit: Gate | None = None
    retrieval: Retrieval | None = None
    quotes: list[Quote] = field(default_factory=list)
    notes: Notes = Notes()
    remark: str = ""
    answer: str = ""
    stepped: set[int] = field(default_factory=set)
    spent: float = 0.0
    ended: bool = False
    _recent: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=_RATE_STEPS))

    def begin(self, info: RunInfo) -> None:
        self.info = info
        self.names = document_names(info)
        self.activity = Activity("reading")
        if info.order == "document":
            # Their steps may be replayed or not; either way these chunks were read.
            self.probabilities = dict.fromkeys(range(min(info.resumed, info.chunks)), 0.0)

    def step(self, step: Step) -> None:
        position = step.chunk.position
        self.last = step
        self.frontier = max(self.frontier, position)
        known = self.probabilities.get(position, 0.0)
        self.probabilities[position] = max(known, step.update.probability)
        if step.update.open:
            self.opened.add(position)
        if step.exit is not None:
            self.exit = step.exit
        if step.remark:
            self.remark = f"step {step.index}: {step.remark}"
        if step.retrieval is not None:
            self.retrieval = step.retrieval
            self.visited.update(found.chunk for found in step.retrieval.passages)
        if step.memory_after != step.memory_before:
            self.notes = changed_notes(step)
        self.quotes.extend(step.added)
        seconds = sum(step.seconds.values())
        self.stepped.add(position)
        self.spent += seconds
        self._recent.append((step.tokens.prefilled + step.tokens.generated, seconds))

    @property
    def read(self) -> int:
        """How many chunks were read."""
        return len(self.probabilities)

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens decoded and generated a second over the last steps; None before the first."""
        seconds = sum(spent for _, spent in self._recent)
        return sum(tokens for tokens, _ in self._recent) / seconds if seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """What the chunks not yet read would cost at this run's pace; an exit comes sooner."""
        if self.info is None or self.spent <= 0 or self.read >= self.info.chunks:
            return None
        return self.spent / len(self.stepped) * (self.info.chunks - self.read)

    def elapsed(self, now: float) -> float:
        return now - self.started

    def cell(self, position: int) -> CellState:
        """What happened to the chunk at `position` of the run."""
        if position in self.opened:
            return CellState.OPEN
        if position in self.visited:
            return CellState.RETRIEVED
        if position in self.probabilities:
            return CellState.CLOSED
        in_order = self.info is not None and self.info.order == "document"
        if self.ended or (in_order and position < self.frontier):
            return CellState.SKIPPED
        return CellState.UNREAD


STATES = ("reading", "found", "answered", "not found", "interrupted")


class Questions:
    """What has become of each question of a pass: numbers, states and answers.

    `whole` is the pass; with a single question it is that question's run.
    """

    def __init__(self, infos: Sequence[RunInfo], started: float | None = None) -> None:
        self.each = [Progress() for _info in infos]
        for progress, info in zip(self.each, infos, strict=True):
            progress.begin(info)
        self.answers: dict[int, Answer] = {}
        self.whole = self.each[0] if self.alone else Progress()
        if not self.alone:
            resumed = min(info.resumed for info in infos)
            title = counted(len(infos), "question")
            self.whole.begin(replace(infos[0], question=title, resumed=resumed))
        if started is not None:
            self.whole.started = started

    @property
    def alone(self) -> bool:
        """Whether there is a single question."""
        return len(self.each) == 1

    def step(self, number: int, step: Step) -> None:
        self.each[number].step(step)
        if not self.alone:
            self.whole.step(step)

    def state(self, number: int) -> str:
        """One of STATES."""
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
        return ", ".join(f"{states.count(state)} {state}" for state in STATES if state in states)


def changed_notes(step: Step) -> Notes:
    """The notes after `step`, each line marked that was not there before it."""
    before = clean_block(step.memory_before).split("\n")
    lines = [line for line in clean_block(step.memory_after).split("\n") if line]
    kept = set(before)
    dropped = sum(1 for line in before if line and line not in set(lines))
    return Notes(step.index, tuple(lines), tuple(line not in kept for line in lines), dropped)
