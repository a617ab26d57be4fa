"""Closed-book baseline: what a model answers without reading.

A question about a well-known article may be answered from memory; only what is gained over
this line was read.
"""

from __future__ import annotations

import math
import re

from longread.engine import Engine
from longread.reading.prompts import prompt
from longread.reading.state import Outcome

CLOSED_BOOK = "closed-book"
_UNKNOWN = re.compile(r"\b(do not|don['’]t|cannot|can['’]t) (know|say|answer|tell)\b", re.I)


def closed_book(engine: Engine, question: str, max_tokens: int) -> Outcome:
    """The model's answer with no document; no text where it says that it does not know."""
    generated = engine.generate(
        prompt(engine, "closed_book", question=question), max_tokens=max_tokens
    )
    text = " ".join(generated.text.split())
    confidence = math.exp(generated.log_probability / max(1, generated.tokens))
    return Outcome(None if not text or _UNKNOWN.search(text) else text, (), confidence)
