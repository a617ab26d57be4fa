"""Runs every strategy on every question with one engine, and keeps each result at once.

A set of documents is parsed, cut and indexed once, then all its questions are read with
all strategies in turn, so that a bench stopped anywhere still compares like with like.
Every run begins with an empty KV cache: none is cheaper for what another left behind.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

from longread.bench.baselines import CLOSED_BOOK, closed_book
from longread.bench.counting_engine import CountingEngine
from longread.bench.evidence_match import cited, evidence_spans, evidence_step, portable, ranked
from longread.bench.records import Evidence, Question, Result
from longread.bench.results import Header, ResultFile
from longread.documents import load
from longread.engine import Engine
from longread.errors import Interrupted, LongreadError, UsageError
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer, Step, spent
from longread.reading.strategies import strategy
from longread.runs.run import Run
from longread.runs.session import Session


class Watcher:
    """Told how a bench goes on; this one says nothing. A context manager around the bench."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def begin(self, done: int, total: int) -> None:
        """`done` of `total` results are there already."""

    def run(self, question: Question, strategy: str, fraction: float) -> None:
        """A run goes on; `fraction` of its document is read (0 to 1)."""

    def result(self, result: Result) -> None:
        """A result is on disk."""

    def message(self, line: str) -> None:
        """One line for the user."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a bench runs with: the engine, the strategies by the name they have in the tables, and
    the engine that reads for it, if there is one.

    A strategy called `closed-book` (its options say so) answers without a document. `facts`
    and `title` go into the result file's header.
    """

    engine: Engine
    strategies: Mapping[str, ReadingOptions]
    facts: Mapping[str, Any] | None = None
    title: str = ""
    load_document: Callable[[str], Any] = load
    reader: Engine | None = None


def run_bench(
    questions: Sequence[Question],
    bench: Bench,
    out: Path,
    *,
    fresh: bool = False,
    watcher: Watcher | None = None,
) -> list[Result]:
    """Measure, and return the results of these questions and strategies, in order.

    Results that `out` holds already are taken from there; `fresh` begins the file anew. A
    question that fails is recorded with its error. Raises UsageError when `out` was made
    with another model or other options, and when two questions have one id; Interrupted at
    Ctrl-C; OSError when `out` cannot be written.
    """
    watcher = watcher or Watcher()
    _require_unlike_ids(questions)
    header = Header.of(bench.engine.info, bench.strategies, facts=bench.facts, title=bench.title)
    file = ResultFile(out, header, fresh=fresh)
    file.require_same_questions(questions)
    wanted = [(question, name) for question in questions for name in bench.strategies]
    done = sum(file.has(question, name) for question, name in wanted)
    watcher.begin(done, len(wanted))
    runner = _Runner(bench, file, watcher)
    try:
        for documents, group in _by_documents(questions).items():
            missing = [
                (question, name)
                for question in group
                for name in bench.strategies
                if not file.has(question, name)
            ]
            if missing:
                runner.measure(documents, missing)
    except KeyboardInterrupt:
        held = sum(file.has(question, name) for question, name in wanted)
        raise Interrupted(
            f"stopped after {held:,} of {len(wanted):,} results.",
            "they are kept: the same command goes on from there",
        ) from None
    return [file.results[question.id, name] for question, name in wanted]


def sample(questions: Sequence[Question], limit: int | None, seed: int) -> list[Question]:
    """`limit` questions drawn by `seed`, in the order they stand; a larger limit adds to them."""
    if limit is None or limit >= len(questions):
        return list(questions)
    places = list(range(len(questions)))
    random.Random(seed).shuffle(places)
    return [questions[place] for place in sorted(places[:limit])]


def _require_unlike_ids(questions: Sequence[Question]) -> None:
    """Results are kept by id: of two questions with the same one, one would go unasked."""
    seen = Counter(question.id for question in questions)
    for identity, count in seen.items():
        if count > 1:
            raise UsageError(
                f"{count} questions have the id {identity}.", "give every question its own id"
            )


def _by_documents(questions: Sequence[Question]) -> dict[tuple[str, ...], list[Question]]:
    groups: dict[tuple[str, ...], list[Question]] = {}
    for question in questions:
        groups.setdefault(question.documents, []).append(question)
    return groups


class _Runner:
    def __init__(self, bench: Bench, file: ResultFile, watcher: Watcher) -> None:
        self._bench = bench
        self._file = file
        self._watcher = watcher
        self._counter = CountingEngine(bench.engine)
        self._engine = cast(Engine, self._counter)

    def measure(self, documents: Sequence[str], runs: Sequence[tuple[Question, str]]) -> None:
        """All the runs on one set of documents."""
        session: Session | Exception
        try:
            read = [self._bench.load_document(path) for path in documents]
            session = Session(read, self._engine, reader=self._bench.reader)
        except LongreadError as error:
            session = error
        for question, name in runs:
            self._watcher.run(question, name, 0.0)
            result = self._attempt(session, question, name)
            self._file.add(result)
            self._watcher.result(result)

    def _attempt(self, session: Session | Exception, question: Question, name: str) -> Result:
        """The run's result, or what went wrong with it."""
        options = self._bench.strategies[name]
        try:
            if options.strategy == CLOSED_BOOK:
                return self._closed_book(question, name, options)
            if isinstance(session, Exception):
                raise session
            return self._read(session, question, name, options)
        except UsageError:
            # Options that do not fit would fail every question alike.
            raise
        except LongreadError as error:
            return _result(question, name, error=error.message)
        except Exception as error:  # One run's fault must not cost the night's others.
            words = f"{type(error).__name__}: {error}"
            return _result(question, name, error=" ".join(words.split()))

    def _read(
        self, session: Session, question: Question, name: str, options: ReadingOptions
    ) -> Result:
        run = session.run(question.question, options)
        _prepare(run)
        self._counter.start_cold()
        if self._bench.reader is not None:
            self._bench.reader.forget()
        begun = time.perf_counter()
        steps: list[Step] = []
        for step in run.steps():
            steps.append(step)
            self._watcher.run(question, name, step.index / step.total)
        answer = run.answer()
        seconds = time.perf_counter() - begun
        if answer.status == "interrupted":
            raise KeyboardInterrupt
        return self._measured(question, name, run, steps, answer, seconds)

    def _measured(
        self,
        question: Question,
        name: str,
        run: Run,
        steps: Sequence[Step],
        answer: Answer,
        seconds: float,
    ) -> Result:
        spans, lost = evidence_spans(question.evidence, run.session.documents)
        if lost:
            pieces = f"{lost} of {len(question.evidence)} pieces of evidence"
            self._watcher.message(f"{question.id}: {pieces} not found in the documents")
        return _result(
            question,
            name,
            status=answer.status,
            answer=answer.answer,
            confidence=round(answer.confidence, 4),
            citations=tuple(cited(quote) for quote in answer.citations),
            ranked=ranked(run, steps, answer.citations),
            chunks=answer.info.chunks,
            chunks_read=answer.chunks_read,
            exit_reason=answer.exit.reason,
            exit_step=answer.exit.step,
            evidence_step=None if lost else evidence_step(run, steps, spans),
            selected=strategy(run.options.strategy).fills_context,
            calls=self._counter.calls,
            prefilled=answer.tokens.prefilled,
            reused=answer.tokens.reused,
            generated=answer.tokens.generated,
            seconds=round(seconds, 3),
        )

    def _closed_book(self, question: Question, name: str, options: ReadingOptions) -> Result:
        before = self._counter.start_cold()
        begun = time.perf_counter()
        reply = closed_book(self._engine, question.question, options.answer_tokens)
        seconds = time.perf_counter() - begun
        tokens = spent(self._engine.usage, before)
        return _result(
            question,
            name,
            status="not_found" if reply.text is None else "answered",
            answer=reply.text,
            confidence=round(reply.confidence, 4),
            calls=self._counter.calls,
            prefilled=tokens.prefilled,
            reused=tokens.reused,
            generated=tokens.generated,
            seconds=round(seconds, 3),
        )


def _prepare(run: Run) -> None:
    """Cut and index outside the clock: it is done once a document, whoever is first."""
    _ = (run.corpus.chunks, run.corpus.index, run.corpus.index)


def _result(question: Question, strategy: str, **values: Any) -> Result:
    return Result(
        id=question.id,
        strategy=strategy,
        question=question.question,
        answers=question.answers,
        require=question.require,
        evidence=tuple(_portable(one) for one in question.evidence),
        tags=question.tags,
        **{"status": "error", "answer": None, "confidence": 0.0, **values},
    )


def _portable(evidence: Evidence) -> Evidence:
    return Evidence(portable(evidence.document), evidence.page, evidence.text, evidence.depth)
