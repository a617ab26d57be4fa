"""Recurrent reading with a bounded memory: one loop for every strategy.

    for C in order(chunks):
        q ← think(Q, M)                  # enough? if not, what to look for
        R ← retrieve(q)                  # BM25 over the whole document
        if update_gate(Q, M, C, R) is closed: next
        M ← write(Q, M, C, R)            # rejected when it has no end
        if exit_gate(Q, M) is open, `patience` times in a row: stop

GRU-Mem (arXiv 2602.10560) gave it the gates, InfMem (2602.02704) thinking and retrieval,
MemAgent (2507.02259) the overwritten memory, PI-Mem (2608.03048) the rounds: the chunks are
gone over again until a round brings nothing new. A strategy picks the parts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from longread.documents.chunks import Span
from longread.engine import Usage
from longread.reading.corpus import Corpus
from longread.reading.judges import Judges
from longread.reading.judges.batch import QuestionBatch
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.parts.null import AlwaysOpen, NeverExit, NoThought
from longread.reading.state import (
    Answerer,
    Batching,
    ExitGate,
    Opening,
    Order,
    ReadingState,
    Thinker,
    Thought,
    UpdateGate,
    Writer,
)
from longread.reading.step import Exit, Gate, Retrieval, Retrieved, Step, Tokens, spent


@dataclass(frozen=True)
class Parts:
    """What a strategy is made of. `top_k` passages are retrieved for a thought's query. With
    several `rounds`, `memory` is a `RoundMemory` (what a round finds is merged at its end) or a
    `WorkingMemory`."""

    order: Order
    writer: Writer
    answerer: Answerer
    thinker: Thinker = field(default_factory=NoThought)
    gate: UpdateGate = field(default_factory=AlwaysOpen)
    exit: ExitGate = field(default_factory=NeverExit)
    patience: int = 1
    top_k: int = 4
    rounds: int = 1
    memory: type[Memory] = Memory


class Reader:
    """Reads a corpus for one question: `steps` is the run, `memory` and `exit` hold its end.

    `on_stage` is called with the name of each stage of a step as it begins.
    KeyboardInterrupt during a step ends the iteration with reason `interrupted`; the
    steps before it stand.
    """

    def __init__(
        self,
        judges: Judges,
        corpus: Corpus,
        question: str,
        parts: Parts,
        options: ReadingOptions,
        *,
        asked: str = "",
        everything: bool = False,
    ) -> None:
        self.judges = judges
        self.corpus = corpus
        self.parts = parts
        self.options = options
        self.memory = parts.memory(options.memory_tokens, judges.engine.count)
        once = parts.order.spans(corpus, question, options)
        self.spans = once * parts.rounds
        self._round = len(once)
        self.exit = Exit(0, "end_of_document")
        self.on_stage: Callable[[str], None] = lambda _name: None
        self.seconds = 0.0
        self.state = ReadingState(
            judges.gate.engine,
            corpus,
            question,
            self.memory,
            options,
            everything,
            total=len(self.spans),
            asked=asked,
        )
        self._exits_in_a_row = 0
        self._brought = False
        # Compared with `max_seconds`; in a pass for several questions the time of all together.
        self.elapsed: Callable[[], float] = lambda: self.seconds
        self._stages: dict[str, float] = {}

    def usage(self) -> list[Usage]:
        """Running totals of each model of the run."""
        return [replace(engine.usage) for engine in self.judges.engines]

    def join(self, batch: QuestionBatch) -> None:
        """Read together with the other questions of a pass."""
        gate, state = self.parts.gate, self.state
        if isinstance(gate, Batching):
            state.batch, state.known = batch, batch.known
            state.member = batch.join(partial(gate.requests, state))

    def leave(self) -> None:
        """Ask no more of what the other questions of the pass read. Safe to call twice."""
        if self.state.batch is not None and self.state.member is not None:
            self.state.batch.leave(self.state.member)

    def interrupt(self) -> None:
        """Stop where it stands, since the pass was interrupted elsewhere."""
        self.exit = Exit(self.state.step, "interrupted")

    def resume(self, steps: list[Step]) -> None:
        """Take over the steps of an interrupted run; `steps()` goes on after them."""
        member = self.state.member
        owed = (member.tokens, member.seconds) if member is not None else (Tokens(), 0.0)
        for step, span in zip(steps, self.spans, strict=False):
            self.state.chunk = span
            self.state.lookahead = [
                self.corpus.passages[found.passage] for found in step.retrieved if found.lookahead
            ]
            self.parts.gate.restore(self.state, step)
            self.memory.restore(step.memory_after, step.added)
            self._brought = self._ends_round(step.index) and self.memory.merge()
            self.state.read.add(span.index)
            self.state.updated_last = step.memory_after != step.memory_before
            if step.retrieval is not None and step.retrieval.query != self.state.question:
                self.state.searches.append(step.retrieval.query)
            self._exits_in_a_row = step.exits_in_a_row
            self.seconds += sum(step.seconds.values())
        self.state.step = len(steps)
        self.exit = Exit(len(steps), "end_of_document")
        if member is not None:
            # Requests repeated to restore earlier steps are not charged to the next step.
            member.tokens, member.seconds = owed

    def steps(self) -> Iterator[Step]:
        """Read chunk after chunk, yielding each step as it ends."""
        yield from self._steps()
        if self.exit.reason != "interrupted":
            self.memory.merge()

    def _steps(self) -> Iterator[Step]:
        done = self.state.step
        if done and self._exits_in_a_row >= self.parts.patience:
            self.exit = Exit(done, "exit_gate")
            return
        if self._ends_round(done) and not self._brought:
            return
        for span in self.spans[done:]:
            if self._over_budget():
                self.exit = Exit(self.state.step, "budget")
                return
            try:
                step = self._step(span)
            except KeyboardInterrupt:
                self.exit = Exit(self.state.step - 1, "interrupted")
                return
            if step is not None:
                self.exit = Exit(step.index, "end_of_document")
                yield step
            if self._exits_in_a_row >= self.parts.patience:
                last = self.state.step if step is not None else self.state.step - 1
                self.exit = Exit(last, "exit_gate")
                return
            if self._ends_round(self.state.step) and not self._brought:
                return

    def _over_budget(self) -> bool:
        chunks, seconds = self.options.max_chunks, self.options.max_seconds
        if chunks is not None and self.state.step >= chunks:
            return True
        return seconds is not None and self.elapsed() >= seconds

    def _step(self, span: Span) -> Step | None:
        """One turn of the recurrence; None when thinking ended it before the chunk was read."""
        state = self.state
        state.step += 1
        state.chunk = span
        state.draft = {}
        self._stages = {}
        before = self.usage()
        notes_before, found_before = self.memory.notes, len(self.memory.found)
        with self._stage("think"):
            thought = self.parts.thinker.think(state)
        if self._count_exit(thought.exit):
            return None
        with self._stage("retrieve"):
            retrieval = self._retrieve(thought)
        with self._stage("update_gate"):
            opening = self.parts.gate.read(state)
        remark = self._write(opening) if opening.opened else ""
        if self._ends_round(state.step):
            self._brought = self.memory.merge()
        state.read.add(span.index)
        state.updated_last = self.memory.notes != notes_before
        with self._stage("exit_gate"):
            exit_gate = self.parts.exit.decide(state) or thought.exit
        if exit_gate is not thought.exit:
            self._count_exit(exit_gate)
        by_model = {
            engine.info.name: spent(engine.usage, was)
            for engine, was in zip(self.judges.engines, before, strict=True)
        }
        tokens = sum(by_model.values(), self._take_share())
        self.seconds += sum(self._stages.values())
        return Step(
            index=state.step,
            total=state.total,
            chunk=self.corpus.reference(span),
            update=opening.gate,
            passage_gates=opening.passage_gates,
            prefetched=tuple(
                self._retrieved(scored.passage, scored.probability, lookahead=True)
                for scored in opening.prefetched
            ),
            exit=exit_gate,
            exits_in_a_row=self._exits_in_a_row,
            retrieval=retrieval,
            memory_before=notes_before,
            memory_after=self.memory.notes,
            added=tuple(self.memory.found[found_before:]),
            tokens=tokens,
            models=by_model if len(by_model) > 1 else {},
            judged=tuple(state.draft.get("judged", ())),
            planned=tuple(state.draft.get("planned", ())),
            seconds={name: round(value, 4) for name, value in self._stages.items()},
            remark=remark,
        )

    def _take_share(self) -> Tokens:
        """Even out with the other questions of the pass what was read for all of them.

        Returns the tokens to add. The seconds go to the stage that asked: the longest one.
        """
        member = self.state.member
        if member is None:
            return Tokens()
        tokens, seconds = member.take_share()
        longest = max(self._stages, key=lambda name: self._stages[name])
        stage = longest if seconds < 0 else "update_gate"
        self._stages[stage] = max(0.0, self._stages[stage] + seconds)
        return tokens

    def _ends_round(self, step: int) -> bool:
        """Whether `step` is the last of a round after which another could come."""
        return self.parts.rounds > 1 and step > 0 and step % self._round == 0

    def _write(self, opening: Opening) -> str:
        with self._stage("write"):
            written = self.parts.writer.write(self.state, opening)
        if written.notes is None:
            return written.remark
        if not self.memory.note(written.notes):
            return f"write rejected: over {self.memory.budget:,} tokens, memory kept"
        self.memory.enter(written.quotes)
        return written.remark

    def _retrieve(self, thought: Thought) -> Retrieval | None:
        state = self.state
        state.retrieved = []
        state.lookahead = [scored.passage for scored in thought.lookahead]
        found = [
            self._retrieved(s.passage, s.probability, lookahead=True) for s in thought.lookahead
        ]
        if thought.query is not None:
            state.searches.append(thought.query)
            found += self._search(thought.query)
        return Retrieval(thought.query or state.question, tuple(found)) if found else None

    def _search(self, query: str) -> list[Retrieved]:
        """BM25's best passages, but not those of this chunk nor those already quoted."""
        state = self.state
        found: list[Retrieved] = []
        for hit in self.corpus.index.search(query, 8 * self.parts.top_k):
            passage = self.corpus.passages[hit.place]
            own = self.corpus.chunk_of(passage) == state.chunk.index
            if own or self.memory.quotes_from(passage.document, passage.start, passage.end):
                continue
            found.append(self._retrieved(passage, hit.score))
            state.retrieved.append(passage)
            if len(found) == self.parts.top_k:
                break
        return found

    def _retrieved(self, passage: Span, score: float, *, lookahead: bool = False) -> Retrieved:
        place = self.corpus.locate(passage)
        return Retrieved(
            passage=passage.index,
            document=passage.document,
            page=place.page,
            last_page=place.last_page,
            # Not rounded: probabilities below 0.001 still rank the places.
            score=score if lookahead else round(score, 3),
            chunk=self.corpus.chunk_of(passage),
            lookahead=lookahead,
        )

    def _count_exit(self, gate: Gate | None) -> bool:
        """Count open exit gates in a row; True when `patience` is reached.

        A gate that was not asked (None) says nothing either way.
        """
        if gate is not None:
            self._exits_in_a_row = self._exits_in_a_row + 1 if gate.open else 0
        return self._exits_in_a_row >= self.parts.patience

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        self.on_stage(name)
        yield
        self._stages[name] = self._stages.get(name, 0.0) + time.perf_counter() - begin
