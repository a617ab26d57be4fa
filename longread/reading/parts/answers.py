"""Generated answers with attribution: written from the notes, checked against the ledger, cited.

A reply whose names and numbers are not in the quotes is replaced by the strongest quote
itself; without a quote there is no answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from longread.engine import Engine
from longread.reading.parts.backing import NUMBER, cite, is_backed, unquoted
from longread.reading.prompts import prompt
from longread.reading.state import Outcome, ReadingState
from longread.retrieval import terms

_REFUSAL = re.compile(
    r"\b(does not say|do not say|not (mentioned|stated|specified|provided|contained|found)"
    r"|no information|cannot be (answered|determined))\b",
    re.IGNORECASE,
)


class WrittenAnswer:
    """The model answers from its notes; what the quotes do not back is not passed on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answer(self, state: ReadingState, on_text: Callable[[str], None] | None = None) -> Outcome:
        ledger, notes = state.ledger(), state.memory.notes
        if not notes or not ledger:
            return Outcome(None, (), 0.0)
        generated = self._engine.generate(
            prompt(self._engine, "answer", memory=notes, question=state.question),
            max_tokens=state.options.answer_tokens,
            on_text=on_text,
        )
        text = " ".join(generated.text.split())
        # Without a gate there is no probability of the place: the mean probability of the words
        # then. Text that repeats itself has a high one that means nothing.
        likely = math.exp(generated.log_probability / max(1, generated.tokens))
        certain = 0.0 if generated.looped else likely
        confidence = max(quote.score for quote in ledger) or certain
        if not text or _REFUSAL.search(text):
            return Outcome(None, (), confidence)
        cited = cite(text, state.question, ledger)
        quoted = [quote.text for quote in cited]
        # Words may come from the notes; figures must stand in what is cited, for all to see.
        backed = is_backed(text, state.question, [_documented(state), *quoted])
        if generated.looped or not backed or unquoted(text, state.question, quoted):
            strongest = max(ledger, key=lambda quote: quote.score)
            return Outcome(" ".join(strongest.text.split()), (strongest,), confidence)
        return Outcome(text, cited, confidence)


def _documented(state: ReadingState) -> str:
    """The terms of the notes, less the numbers that the documents lack: a model wrote them."""
    index = state.corpus.index
    known = [
        term for term in terms(state.memory.notes) if index.weight(term) or not NUMBER.search(term)
    ]
    return " ".join(known)
