"""Runs: one question each over a session's documents, and the pass that reads for all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from longread.documents.chunks import Span
from longread.errors import UsageError
from longread.reading.judges import Judges
from longread.reading.judges.questions import without_instructions
from longread.reading.loop import Reader
from longread.reading.options import ReadingOptions
from longread.reading.parts.left_out import left_out
from longread.reading.parts.sure_enough import sure_enough
from longread.reading.round_robin import take_turns, together
from longread.reading.state import Outcome
from longread.reading.step import Answer, Exit, Step, Tokens, spent
from longread.reading.strategies import strategy
from longread.runs.fitting import cutting, say_limits, whole_tokens
from longread.runs.journal import Journal, key_of
from longread.runs.records import answer_of, info_of

if TYPE_CHECKING:
    from longread.runs.ahead import ReadAhead
    from longread.runs.session import Session

Report = Callable[[str], None]


class Run:
    """One question read through one session's documents."""

    def __init__(
        self,
        session: Session,
        question: str,
        options: ReadingOptions,
        *,
        journal: bool,
        resume: bool,
        report: Report,
    ) -> None:
        if not question:
            raise UsageError("the question is empty.", 'longread ask book.pdf "your question"')
        self.question = question
        way, wanted, rate = strategy(options.strategy), options, session.prefill_rate
        judges, options, cut = cutting(session, options)
        size, judged = options.passage_tokens, way.judged
        # A published protocol is put the question as it is.
        bare = without_instructions(question) if judged else question
        everything = rate.wants_everything(judges.answer, bare, size, judged=judged)
        judges = replace(judges, look=rate.places_a_look(size))
        whole = whole_tokens(session.documents, judges.answer, options, way, rate)
        if whole:
            judges = Judges.of(judges.answer)
            options = replace(options, chunk_tokens=whole, passage_tokens=whole)
            cut = (whole, whole, True, judges.engine)
            report("short enough for one prompt: read whole")
        say_limits(session, judges, options, wanted, rate, report)
        self.options, self.session = options, session
        self.corpus = session.cuts.corpus(session.documents, cut)
        if options.exit is None and everything:
            if not way.judged:
                options = replace(options, exit=False)
            report("the question asks for all there is: reading to the end (--exit stops early)")
        self._report = report
        without = session.blocks.attach(judges.engines, options)
        if way.judged:
            for line in (without, session.blocks.forecast(cut[3], options, self.corpus)):
                if line:
                    report(line)
        parts = way.build(judges, options)
        self.reader = Reader(
            judges, self.corpus, bare, parts, options, asked=question, everything=everything
        )
        # Nothing of a document behind a password is kept on disk.
        journal = journal and not any(document.secret for document in session.documents)
        self._journal = Journal(key_of(self), report) if journal else None
        self._earlier = self._taken_over() if resume else []
        self._steps: list[Step] = list(self._earlier)
        self.tokens_ahead = Tokens()
        resumed = len(self._earlier)
        self.info = info_of(session, self.reader, parts, cut[0], resumed=resumed)

    def steps(self) -> Iterator[Step]:
        """Read, one step at a time; those of an interrupted earlier run are not repeated."""
        self.reader.resume(self._earlier)
        with ExitStack() as stack:
            journal = self._journal
            if journal is not None and not stack.enter_context(journal.held(self._earlier)):
                self._journal = None
                self._report("another longread reads for this question: this run keeps no journal")
            for step in self.reader.steps():
                self._steps.append(step)
                if self._journal is not None:
                    self._journal.add(step)
                for remark in self.session.blocks.remarks():
                    self._report(remark)
                yield step

    @property
    def chunks_read(self) -> int:
        """How many chunks were read; one that was read in several rounds was read once."""
        return len({step.chunk.position for step in self._steps})

    @property
    def resumable(self) -> bool:
        """Whether the same run, begun again, goes on where this one is interrupted."""
        return self._journal is not None

    def _taken_over(self) -> list[Step]:
        """The steps of an interrupted run, as far as each read the chunk that stands there."""
        steps = self._journal.read() if self._journal is not None else []
        taken: list[Step] = []
        for step, span in zip(steps, self.reader.spans, strict=False):
            if step.index != len(taken) + 1 or step.chunk != self.corpus.reference(span):
                break
            taken.append(step)
        return taken

    def answer(self, on_text: Callable[[str], None] | None = None) -> Answer:
        """Answer from the memory that the steps left. An interrupted run is not answered."""
        end = self.reader.exit
        before, begun = self.reader.usage(), time.perf_counter()
        reply = Outcome(None, (), 0.0)
        if end.reason != "interrupted":
            try:
                reply = self.reader.parts.answerer.answer(self.reader.state, on_text)
                reply = sure_enough(reply, self.options.min_confidence)
                remarks = reply.remark, left_out(self.reader.state, self._shown())
                for line in filter(None, remarks):
                    self._report(line)
                reply = replace(reply, remark="; ".join(filter(None, remarks)))
            except KeyboardInterrupt:
                end = Exit(end.step, "interrupted")
        after = sum(map(spent, self.reader.usage(), before), self.tokens_ahead)
        tokens = sum((step.tokens for step in self._steps), after)
        seconds = self.reader.seconds + time.perf_counter() - begun
        return answer_of(
            self.reader, self.info, self._steps, reply, end, tokens=tokens, seconds=seconds
        )

    def _shown(self) -> Iterator[Span]:
        """What of the documents the models were shown: chunks, and the passages of look-ups."""
        read = {step.chunk.position for step in self._steps}
        yield from (span for span in self.reader.spans if span.index in read)
        looked_up = {
            place.passage for step in self._steps for place in (*step.prefetched, *step.retrieved)
        }
        yield from (self.corpus.passages[number] for number in sorted(looked_up))

    def close(self) -> None:
        """The answer has reached the user: nothing is left to go on with, drop the journal."""
        if self._journal is not None:
            self._journal.remove()


class Pass:
    """Several questions read in one pass: each a run of its own, with its own journal.

    `runs` are those of different questions, in the order they were asked. What was read `ahead`
    for them is known, and the first one's cost.
    """

    def __init__(self, runs: Sequence[Run], ahead: ReadAhead | None = None) -> None:
        self.runs = list(runs)
        self._readers = [run.reader for run in runs]
        if ahead is not None:
            self.runs[0].tokens_ahead = ahead.tokens
            for reader in self._readers:
                reader.state.known |= ahead.replies
        together(self._readers)

    def steps(self) -> Iterator[tuple[int, Step | None]]:
        """(number of the run, its next step), all in turn; None where a run has ended.

        An interrupt ends all that are still open.
        """
        return take_turns(self._readers, [run.steps() for run in self.runs])

    def records(
        self, on_text: Callable[[str], None] | None = None
    ) -> Iterator[tuple[int, Step | Answer]]:
        """(number of the run, record): its steps, and its answer as soon as it has ended.

        `on_text` gets the words of a question that is alone while they are generated.
        """
        left = set(range(len(self.runs)))
        for number, step in self.steps():
            if step is not None:
                yield number, step
                continue
            left.remove(number)
            yield number, self._answer(number, on_text)
        # An interrupt ends the pass with questions still open.
        for number in sorted(left):
            yield number, self._answer(number, on_text)

    def _answer(self, number: int, on_text: Callable[[str], None] | None) -> Answer:
        run = self.runs[number]
        run.reader.on_stage("answer")
        return run.answer(on_text if len(self.runs) == 1 else None)

    def close(self) -> None:
        """All answers have reached the user: drop the journals."""
        for run in self.runs:
            run.close()
