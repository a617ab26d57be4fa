"""From memory to answer: generated from the notes, checked against the ledger, cited.

Two things are never done: to present words that the document does not back, and to cite
a quote that is not in the document. A reply whose names and numbers are not in the quotes
is replaced by the strongest quote itself; without a quote there is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from longread.engine import Engine
from longread.reading.corpus import Corpus
from longread.reading.memory import Memory
from longread.reading.prompts import prompt
from longread.reading.step import Quote
from longread.retrieval import terms

# Citations shown: more are rarely read, and the ledger has the rest.
_CITATIONS = 3
# Share of a reply's content words that must stand in notes or quotes.
_BACKED = 0.5
_NUMBER = re.compile(r"\d")
_REFUSAL = re.compile(
    r"\b(does not say|do not say|not (mentioned|stated|specified|provided|contained|found)"
    r"|no information|cannot be (answered|determined))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer's text (None: the document does not say), what it stands on, and how sure."""

    text: str | None
    citations: tuple[Quote, ...]
    confidence: float


def answer(
    engine: Engine,
    corpus: Corpus,
    question: str,
    memory: Memory,
    max_tokens: int,
    on_text: Callable[[str], None] | None = None,
) -> Reply:
    """Answer `question` from `memory`; a memory without quotes gives no answer."""
    ledger = [quote for quote in memory.ledger if _stands(corpus, quote)]
    if not memory.notes or not ledger:
        return Reply(None, (), 0.0)
    generated = engine.generate(
        prompt(engine, "answer", memory=memory.notes, question=question),
        max_tokens=max_tokens,
        on_text=on_text,
    )
    text = " ".join(generated.text.split())
    confidence = max(quote.score for quote in ledger)
    if _REFUSAL.search(text):
        return Reply(None, (), confidence)
    strongest = max(ledger, key=lambda quote: quote.score)
    if not text or not is_backed(text, question, [memory.notes, *(q.text for q in ledger)]):
        text = " ".join(strongest.text.split())
    return Reply(text, cite(text, question, ledger), confidence)


def is_backed(text: str, question: str, sources: list[str]) -> bool:
    """Whether every number and most words of `text` that the question lacks stand in `sources`."""
    known = {term for source in sources for term in terms(source)}
    asked = set(terms(question))
    numbers = [term for term in terms(text) if _NUMBER.search(term)]
    if any(number not in known for number in numbers if number not in asked):
        return False
    words = {term for term in terms(text) if len(term) > 3 and term not in asked}
    return not words or sum(word in known for word in words) >= _BACKED * len(words)


def cite(text: str, question: str, ledger: list[Quote]) -> tuple[Quote, ...]:
    """The quotes that share most with the answer, then with the question; strongest first."""
    wanted, asked = set(terms(text)) - set(terms(question)), set(terms(question))

    def worth(quote: Quote) -> tuple[int, float, int]:
        held = set(terms(quote.text))
        return (len(held & wanted), round(quote.score, 2), len(held & asked))

    ranked = sorted(ledger, key=worth, reverse=True)
    backing = [quote for quote in ranked if worth(quote)[0]] or ranked[:1]
    return tuple(backing[:_CITATIONS])


def _stands(corpus: Corpus, quote: Quote) -> bool:
    """Whether the document still has the quote's words where the ledger says."""
    return corpus.documents[quote.document].text[quote.start : quote.end] == quote.text
