"""Short documents are read whole: in one prompt, by the model that answers."""

from __future__ import annotations

import time
from collections.abc import Sequence

from longread.documents import Document
from longread.reading.judges import Judge
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.options import ReadingOptions
from longread.reading.state import PROMPT_WORDS
from longread.reading.strategies import Strategy

# What is read whole, in tokens and in seconds of prefill.
TOKENS, SECONDS = 4000, 20.0
# A token has hardly more characters than these: longer texts are not counted.
_CHARACTERS = 8
# Tokens from which on a prompt's time says something.
_TIMED = 32


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
