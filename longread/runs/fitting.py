"""Chunk sizes fitted to the model's context; what is short enough is read whole, in one prompt."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from longread.documents import Document
from longread.engine import Engine
from longread.errors import UsageError
from longread.reading.judges import Judge, Judges
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.options import ReadingOptions
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

# How documents are cut: tokens of a chunk and of a passage, whether chunks are filled, and the
# engine that counts.
Cutting = tuple[int, int, bool, Engine]


class PrefillRate:
    """Tokens that a model prefills in a second, as it was last seen."""

    def __init__(self) -> None:
        self.tokens_a_second = 0.0

    def wants_everything(self, judge: Judge, question: str) -> bool:
        """What the judge says of a question; a prompt that has to be decoded anyway is timed."""
        before, begun = judge.engine.usage.prefilled, time.perf_counter()
        everything = judge.wants_everything(question)
        decoded = judge.engine.usage.prefilled - before
        if decoded >= _TIMED:
            self.tokens_a_second = decoded / max(time.perf_counter() - begun, 1e-6)
        return everything


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
    options = _fit_window(engine, options, way)
    chunk = fit_chunk(engine, options, way)
    return judges, options, (chunk, min(options.passage_tokens, chunk), way.filled, engine)


def _fit_window(engine: Engine, options: ReadingOptions, way: Strategy) -> ReadingOptions:
    """Where the document itself fills the context, the memory is what that holds beside the
    answer."""
    if not way.fills_context:
        return options
    window = engine.info.context - options.answer_tokens - PROMPT_WORDS
    return replace(options, memory_tokens=max(0, window))


def order_of(options: ReadingOptions, documents: int, questions: int) -> str:
    """The order that is read in: `auto` ranks several documents where one question is asked.

    Several questions share each passage's prefill only as long as they read it together.
    """
    if options.order != "auto":
        return options.order
    way = strategy(options.strategy)
    choose = documents > 1 and questions == 1 and not (way.ranked or way.fills_context)
    return "ranked" if choose else "document"


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
