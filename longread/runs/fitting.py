"""What is read at a time, fitted to the model: chunks to its context; by its measured prefill rate
what is short enough to be read whole, in one prompt, and how many places it judges in a look.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from longread.documents import Document
from longread.engine import Engine
from longread.errors import UsageError
from longread.reading.judges import Judge, Judges, relevance_of
from longread.reading.judges.probe import may_follow_instructions
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.judges.questions import wants_everything
from longread.reading.options import ReadingOptions
from longread.reading.parts.second_opinion import LOOK
from longread.reading.prompts import probe_pairs
from longread.reading.state import PROMPT_WORDS
from longread.reading.strategies import Strategy, strategy

if TYPE_CHECKING:
    from longread.runs.session import Session

# What is read whole, in tokens and in seconds of prefill.
TOKENS, SECONDS = 4000, 20.0
# A token has hardly more characters than these: longer texts are not counted.
_CHARACTERS = 8
# Tokens from which on a prompt's time says something.
_TIMED = 32
# What a look may take. A place costs its passage and as much as `_BESIDE` tokens of prefill: the
# words of two prompts, and a short answer, each token of which takes as long as ten of a prompt.
_LOOK_SECONDS, _BESIDE = 60.0, 200
# Where a context is smaller than the usual memory and such a chunk, the memory is made smaller.
_LEAST_CHUNK, _LEAST_MEMORY = 256, 64

# How documents are cut: tokens of a chunk and of a passage, whether chunks are filled, and the
# engine that counts.
Cutting = tuple[int, int, bool, Engine]


class PrefillRate:
    """Tokens that a model prefills in a second, as it was last seen; 0 before that."""

    def __init__(self) -> None:
        self.tokens_a_second = 0.0

    def wants_everything(
        self, judge: Judge, question: str, passage_tokens: int, *, judged: bool
    ) -> bool:
        """What the judge says of a question; a prompt that has to be decoded anyway is timed.

        The first prompt of a model may wait for its file: where it was slow, a second one tells.
        Where nothing else is asked of a judge (`judged`) the question's words decide.
        """
        if not judged:
            return wants_everything(question)
        known = self.tokens_a_second
        with self._timed(judge.engine):
            everything = judge.wants_everything(question)
        first = self.tokens_a_second
        if not known and first and self.places_a_look(passage_tokens) < LOOK:
            with self._timed(judge.engine):
                relevance_of(judge, *probe_pairs()[0])
            self.tokens_a_second = max(first, self.tokens_a_second)
        return everything

    def places_a_look(self, passage_tokens: int) -> int:
        """How many places a larger model judges in one look: at most `LOOK`, at least one."""
        if not self.tokens_a_second:
            return LOOK
        affordable = _LOOK_SECONDS * self.tokens_a_second / (passage_tokens + _BESIDE)
        return min(LOOK, max(1, int(affordable)))

    @contextmanager
    def _timed(self, engine: Engine) -> Iterator[None]:
        before, begun = engine.usage.prefilled, time.perf_counter()
        yield
        decoded = engine.usage.prefilled - before
        if decoded >= _TIMED:
            self.tokens_a_second = decoded / max(time.perf_counter() - begun, 1e-6)


def whole_tokens(
    documents: Sequence[Document],
    judge: Judge,
    options: ReadingOptions,
    way: Strategy,
    rate: PrefillRate,
) -> int:
    """The passage size at which the documents are put before the model as they are; 0: they are
    not.

    Only where the strategy allows it, the user chose no sizes, and the model follows
    instructions: others judge passages. Together they take at most `TOKENS` and `SECONDS`.
    """
    chosen = options.chunk_tokens is not None or options.gate != "auto"
    if chosen or not way.whole or not isinstance(judge, PromptedJudge):
        return 0
    room = min(TOKENS, judge.engine.info.context - 2 * options.memory_tokens - PROMPT_WORDS)
    most = min(room, SECONDS * rate.tokens_a_second)
    if sum(len(document.text) for document in documents) > _CHARACTERS * most:
        return 0
    needed = sum(judge.engine.count(document.text) for document in documents)
    return room if needed <= most else 0


def cutting(session: Session, options: ReadingOptions) -> tuple[Judges, ReadingOptions, Cutting]:
    """Who judges, the options fitted to their context, and how `Session.corpus` is to cut."""
    way = strategy(options.strategy)
    judges = session.judges(options.gate, probed=way.judged)
    engine = judges.gate.engine
    options = _fit_memory(engine, options, way)
    chunk = fit_chunk(engine, options, way)
    return judges, options, (chunk, min(options.passage_tokens, chunk), way.filled, engine)


def _fit_memory(engine: Engine, options: ReadingOptions, way: Strategy) -> ReadingOptions:
    """The memory that the context has room for: what it holds beside the answer, where the document
    itself fills it; else a usual memory gives way to chunks that hold a passage."""
    room = engine.info.context - PROMPT_WORDS
    if way.fills_context:
        return replace(options, memory_tokens=max(0, room - options.answer_tokens))
    room -= way.reply_tokens
    usual = options.memory_tokens == ReadingOptions().memory_tokens
    if usual and options.chunk_tokens is None and room < 2 * options.memory_tokens + _LEAST_CHUNK:
        # A prompt holds the old memory, the new one and the chunk.
        return replace(options, memory_tokens=max(_LEAST_MEMORY, room // 4))
    return options


def say_limits(
    session: Session,
    judges: Judges,
    options: ReadingOptions,
    wanted: ReadingOptions,
    rate: PrefillRate,
    report: Callable[[str], None],
) -> None:
    """Report what the run has less of than was `wanted`, with the models it has: a line each."""
    name, way = judges.engine.info.name, strategy(options.strategy)
    if options.memory_tokens < wanted.memory_tokens and not way.fills_context:
        report(
            f"a context of {judges.gate.engine.info.context:,} tokens is small: "
            f"a memory of {options.memory_tokens:,} and chunks to match"
        )
    neither = f"{session.engine.info.name} answers neither yes nor no as it should"
    by_likelihood = options.gate == "auto" and judges.gate.signal == "likelihood"
    if way.judged and by_likelihood and may_follow_instructions(judges.engine):
        report(f"{neither}: it gates by likelihood")
    if judges.engine is not session.engine:
        report(f"{neither}: {name} reads and answers for it (--reader none: it reads itself)")
    if judges.cascade and judges.look < LOOK:
        report(
            f"{name} reads {rate.tokens_a_second:.0f} tokens a second here: "
            f"it judges {judges.look} of the best places at a time, not {LOOK}"
        )


def order_of(session: Session, options: ReadingOptions, questions: int) -> str:
    """The order that is read in: where one question is asked, `auto` ranks several documents, and
    reads one by relevance: what its look-ups leave open is found sooner so.

    Several questions share each passage's prefill only as long as they read it together.
    """
    if options.order != "auto":
        return options.order
    way = strategy(options.strategy)
    if questions > 1 or way.ranked or way.fills_context:
        return "document"
    if len(session.documents) > 1:
        return "ranked"
    return "relevance" if way.relevance else "document"


def fit_chunk(engine: Engine, options: ReadingOptions, way: Strategy) -> int:
    """The chunk size in tokens: the user's, or the default cut down to the context.

    A prompt holds a chunk, the memory and a new memory. Raises UsageError when what the
    user asked for does not fit.
    """
    if way.fills_context:
        room = options.memory_tokens
    else:
        room = engine.info.context - 2 * options.memory_tokens - PROMPT_WORDS - way.reply_tokens
    wanted = min(way.chunk_tokens, room) if options.chunk_tokens is None else options.chunk_tokens
    if wanted > room or wanted < 64:
        raise UsageError(
            f"a context of {engine.info.context:,} tokens is too small for chunks of "
            f"{max(wanted, 64):,} and a memory of {options.memory_tokens:,}.",
            (f"use --chunk-tokens {room} or less, " if room >= 64 else "use ")
            + "a smaller --memory-tokens, or a larger --context",
        )
    return wanted
