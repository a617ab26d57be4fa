"""Throughput benchmark: reading a document against llama.cpp's own prefill.

Raw prefill decodes chunks or passages, each alone in the cache, with nothing added. Reading
is a whole run of the `gated` strategy in document order whose gates all stay closed: cutting,
index, background, headers, questions, keeping the blocks and all. Both rates count the
document's tokens only. The second question finds those blocks on the disk and nothing in
the model's cache; they are in a folder of their own, so a user's blocks make nothing faster.

All figures of a chunk size come from one engine in one run. A repeat takes every side in
turn, and every other repeat takes them the other way round, so that a machine that slows
down slows them all. Whole passes are taken in turn, not chunks: raw prefill needs an empty
cache, and emptying it between two chunks would make reading look faster than it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from longread.bench.workload import beginning
from longread.documents.chunks import Span
from longread.documents.model import Document
from longread.documents.workers import available_cores
from longread.engine import Engine, ModelInfo
from longread.engine.optional import PinnedPrompt
from longread.errors import ModelError
from longread.models.host import Host, host
from longread.prefix_cache.store import folder
from longread.reading.options import ReadingOptions
from longread.reading.relevance.match import evenly
from longread.reading.step import spent
from longread.runs.run import Run
from longread.runs.session import Session

if TYPE_CHECKING:
    from longread.engine.llamacpp import LlamaCppEngine

SCHEMA = "longread.throughput/2"
# Two questions that no document is about, of the same length, without a common beginning.
QUESTIONS = (
    "Who was in charge on the day when the decision was made?",
    "Why did the second inspection take so much longer than the first?",
)
# A probability is never above this: every gate stays closed, whatever the document says.
_CLOSED = 1.1
# Passages on which one question more is measured, and tokens that are generated, a repeat.
_PASSAGES = 8
_GENERATED = 64

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured once a repeat; `unit` is tok/s, s, tokens or ratio."""

    unit: str
    values: tuple[float, ...]

    def record(self) -> dict[str, Any]:
        """The figure as JSON-ready values: median, least, most, and every value."""
        return {
            "unit": self.unit,
            "median": median(self.values),
            "least": min(self.values),
            "most": max(self.values),
            "values": list(self.values),
        }


@dataclass(frozen=True, slots=True)
class SizeReport:
    """The figures of one chunk size, by name. `gate` is the update gate's signal."""

    chunk_tokens: int
    passage_tokens: int
    chunks: int
    passages: int
    gate: str
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class SpeedReport:
    """What was measured, on what. `tokens` are the document's, `opened` seconds by what was
    opened once for all questions; `load` is the load average at the start."""

    host: Host
    load: float | None
    model: ModelInfo
    threads: int
    document: str
    tokens: int
    repeats: int
    opened: Mapping[str, float]
    sizes: tuple[SizeReport, ...]

    def record(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        return {
            "schema": SCHEMA,
            "host": self.host.record(),
            "load_average": self.load,
            "model": asdict(self.model),
            "threads": self.threads,
            "document": {"name": self.document, "tokens": self.tokens},
            "questions": list(QUESTIONS),
            "repeats": self.repeats,
            "opened_once_seconds": dict(self.opened),
            "sizes": [
                {
                    **asdict(size),
                    "figures": {name: each.record() for name, each in size.figures.items()},
                }
                for size in self.sizes
            ],
        }


def measure(
    engine: Engine,
    document: Document,
    options: ReadingOptions,
    sizes: Sequence[int | None],
    *,
    repeats: int,
    threads: int | None,
    opened: Mapping[str, float],
    load: float | None = None,
    report: Report = lambda _line: None,
) -> SpeedReport:
    """Measure every chunk size of `sizes` (None: the default's), `repeats` times after a warm-up.

    `options` gives passage and memory sizes. `threads` is what the engine was opened with,
    `opened` the seconds that this and loading the document took, `load` the load average
    before. `report` is told what is measured now. Raises UsageError for a chunk size that
    the context cannot hold.
    """
    from longread.engine.llamacpp import LlamaCppEngine

    if not isinstance(engine, LlamaCppEngine):
        raise ModelError("raw prefill can be measured with the embedded engine only.")
    sides = [_Sides(engine, document, replace(options, chunk_tokens=size)) for size in sizes]
    return SpeedReport(
        host=host(),
        load=load,
        model=engine.info,
        threads=threads or available_cores(),
        document=document.path or document.title,
        tokens=sum(map(len, sides[0].chunks)),
        repeats=repeats,
        opened=opened,
        sizes=tuple(side.measured(repeats, report) for side in sides),
    )


@dataclass(frozen=True, slots=True)
class _Cost:
    seconds: float
    prefilled: float
    reused: float


def _mean(costs: Sequence[_Cost]) -> _Cost:
    return _Cost(
        fmean(cost.seconds for cost in costs),
        fmean(cost.prefilled for cost in costs),
        fmean(cost.reused for cost in costs),
    )


@contextmanager
def _own_blocks() -> Iterator[Path]:
    """A folder for blocks that lasts as long as the measurement, on the disk of the user's."""
    beside = folder().parent
    beside.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="throughput-", dir=beside) as place:
        yield Path(place)


def _read_to_end(run: Run) -> None:
    """All steps of a run. Raises KeyboardInterrupt where a run would only say so."""
    for _step in run.steps():
        pass
    if run.reader.exit.reason == "interrupted":
        raise KeyboardInterrupt


class _Overheard:
    """The engine, with every call that weighs a prompt kept, so that it can be made again.

    What one question more costs is measured on the very calls that the gate makes, whatever
    the gate is.
    """

    def __init__(self, engine: LlamaCppEngine) -> None:
        self._engine = engine
        self.calls: list[tuple[str, Callable[[], object]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def score(self, prompt: str, continuation: str) -> list[float]:
        self.calls.append((prompt, partial(self._engine.score, prompt, continuation)))
        return self._engine.score(prompt, continuation)

    def choose(self, prompt: str, options: Mapping[str, Sequence[str]]) -> dict[str, float]:
        self.calls.append((prompt, partial(self._engine.choose, prompt, options)))
        return self._engine.choose(prompt, options)

    def choose_many(
        self, asked: Sequence[PinnedPrompt], options: Mapping[str, Sequence[str]]
    ) -> list[dict[str, float]]:
        return [self.choose(each.prompt, options) for each in asked]

    def score_many(
        self, asked: Sequence[PinnedPrompt], continuations: Sequence[str]
    ) -> list[list[float]]:
        prompts = [each.prompt for each in asked]
        return [self.score(*each) for each in zip(prompts, continuations, strict=True)]


class _Sides:
    """What is measured at one chunk size; `chunks` and `passages` are their token ids."""

    def __init__(self, engine: LlamaCppEngine, document: Document, options: ReadingOptions) -> None:
        self._engine = engine
        self._document = document
        self._options = replace(
            options,
            strategy="gated",
            order="document",
            exit=False,
            gate_threshold=_CLOSED,
            blocks=False,
        )
        run = Session([document], engine).run(QUESTIONS[0], self._options)
        self._info, self._corpus = run.info, run.corpus
        self.chunks = self._tokens(self._corpus.chunks)
        self.passages = self._tokens(self._corpus.passages)
        self._pairs: list[tuple[Callable[[], object], Callable[[], object]]] = []
        self._values: dict[str, tuple[str, list[float]]] = {}

    def measured(self, repeats: int, report: Report) -> SizeReport:
        """The figures, from a warm-up and `repeats` rounds over all sides."""
        size = f"chunks of {self._info.chunk_tokens:,}"
        report(f"{size}: warming up")
        self._warm_up()
        sides = [self._prefill, self._read, self._ask_passages, self._generate]
        for turn in range(repeats):
            report(f"{size}: repeat {turn + 1} of {repeats}")
            for side in sides if turn % 2 == 0 else sides[::-1]:
                side()
            self._compare()
        return SizeReport(
            chunk_tokens=self._info.chunk_tokens,
            passage_tokens=self._info.passage_tokens,
            chunks=len(self.chunks),
            passages=len(self.passages),
            gate=self._info.gate,
            figures={
                name: Figure(unit, tuple(values)) for name, (unit, values) in self._values.items()
            },
        )

    def _tokens(self, spans: Sequence[Span]) -> list[list[int]]:
        return [self._engine.tokenize(self._corpus.text(span)) for span in spans]

    def _add(self, name: str, unit: str, value: float) -> None:
        self._values.setdefault(name, (unit, []))[1].append(value)

    def _warm_up(self) -> None:
        """One of everything, and the gate's calls for both questions on some passages."""
        self._raw_rate(self.chunks[:1])
        size, width = self._info.chunk_tokens, self._info.passage_tokens
        head = beginning(self._document, max(2 * size, _PASSAGES * width), self._engine.count)
        heard: list[list[tuple[str, Callable[[], object]]]] = []
        for question in QUESTIONS:
            engine = _Overheard(self._engine)
            session = Session([head], cast("Engine", engine))
            run = session.run(question, self._options)
            _read_to_end(run)
            heard.append(engine.calls)
            corpus = run.corpus
        for place in evenly(len(corpus.passages), _PASSAGES):
            headed = corpus.headed(corpus.passages[place])
            passage = self._engine.escape_special_tokens(headed)
            first, other = (
                next((call for prompt, call in calls if passage in prompt), None) for calls in heard
            )
            if first is not None and other is not None:
                self._pairs.append((first, other))

    def _prefill(self) -> None:
        for name, spans in (("chunk", self.chunks), ("passage", self.passages)):
            self._add(f"prefill_{name}", "tok/s", self._raw_rate(spans))

    def _raw_rate(self, spans: Sequence[Sequence[int]]) -> float:
        runtime, seconds = self._engine.runtime, 0.0
        for tokens in spans:
            runtime.forget_all()
            begun = time.perf_counter()
            runtime.prefill(tokens)
            seconds += time.perf_counter() - begun
        return sum(map(len, spans)) / seconds

    def _read(self) -> None:
        """Both questions in one new session, with an empty cache and blocks of its own.

        What the first one cuts and indexes is the session's, as it is for a user.
        """
        with _own_blocks() as place:
            session = Session([self._document], self._engine, blocks=place)
            first, second = (self._question(session, question) for question in QUESTIONS)
            self._engine.keeper = None
        tokens = sum(map(len, self.chunks))
        self._add("reading", "tok/s", tokens / first.seconds)
        self._add_cost("document_first", first)
        self._add_cost("document_second", second)

    def _question(self, session: Session, question: str) -> _Cost:
        self._engine.forget()
        options = replace(self._options, blocks=True)
        return self._timed(lambda: _read_to_end(session.run(question, options)))

    def _ask_passages(self) -> None:
        """The first question on a passage that is not in the cache, then another one."""
        if not self._pairs:
            return
        firsts, others = [], []
        for first, other in self._pairs:
            self._engine.forget()
            firsts.append(self._timed(first))
            others.append(self._timed(other))
        self._add_cost("passage_first", _mean(firsts))
        self._add_cost("passage_next", _mean(others))

    def _timed(self, call: Callable[[], object]) -> _Cost:
        before, begun = replace(self._engine.usage), time.perf_counter()
        call()
        seconds = time.perf_counter() - begun
        tokens = spent(self._engine.usage, before)
        return _Cost(seconds, tokens.prefilled, tokens.reused)

    def _generate(self) -> None:
        """Greedy generation behind the first chunk. The end of a turn does not stop it: a model
        trained to answer in a few words would leave too little to measure."""
        runtime = self._engine.runtime
        runtime.forget_all()
        slot, _reused, logits = runtime.prefill(self.chunks[0], room=_GENERATED)
        begun = time.perf_counter()
        for _ in range(_GENERATED):
            logits = runtime.extend(slot, [int(logits[0].argmax())])
        self._add("generation", "tok/s", _GENERATED / (time.perf_counter() - begun))

    def _add_cost(self, name: str, cost: _Cost) -> None:
        self._add(f"{name}_seconds", "s", cost.seconds)
        self._add(f"{name}_prefilled", "tokens", cost.prefilled)
        self._add(f"{name}_reused", "tokens", cost.reused)

    def _compare(self) -> None:
        """The ratios within this repeat."""
        for name, above, below in (
            ("reading_of_prefill_chunk", "reading", "prefill_chunk"),
            ("reading_of_prefill_passage", "reading", "prefill_passage"),
            ("passage_next_share", "passage_next_seconds", "passage_first_seconds"),
            ("document_second_share", "document_second_seconds", "document_first_seconds"),
        ):
            if above in self._values:
                self._add(name, "ratio", self._values[above][1][-1] / self._values[below][1][-1])
