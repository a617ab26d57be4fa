"""From memory to answer: generated from the notes, checked against the ledger, cited.

Two things are never done: to present words that the document does not back, and to cite
a quote that is not in the document. A reply whose names and numbers are not in the quotes
is replaced by the strongest quote itself; without a quote there is no answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from longread.engine import Engine
from longread.reading.corpus import Corpus
from longread.reading.memory import Memory
from longread.reading.prompts import prompt
from longread.reading.step import Quote
from longread.retrieval import terms

# Citations shown: more are rarely read, and the ledger has the rest.
CITATIONS = 3
LIKELIER_THAN_NOT = 0.5
# Share of a reply's content words that must stand in notes or quotes.
_BACKED = 0.5
_NUMBER = re.compile(r"\d")
_REFUSAL = re.compile(
    r"\b(does not say|do not say|not (mentioned|stated|specified|provided|contained|found)"
    r"|no information|cannot be (answered|determined))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Task:
    """What an answer is made from. `on_text` gets the words as they are generated."""

    corpus: Corpus
    question: str
    memory: Memory
    max_tokens: int
    on_text: Callable[[str], None] | None = None

    def ledger(self) -> list[Quote]:
        """The quotes that the documents still have where the ledger says."""
        documents = self.corpus.documents
        return [
            quote
            for quote in self.memory.ledger
            if documents[quote.document].text[quote.start : quote.end] == quote.text
        ]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer's text (None: the document does not say), what it stands on, and how sure.

    `sureness` is that of the words alone, given their places, where it is known.
    """

    text: str | None
    citations: tuple[Quote, ...]
    confidence: float
    closest: Quote | None = None
    sureness: float = 1.0


class Answerer(Protocol):
    """Turns the memory into an answer; a memory without quotes gives none."""

    def answer(self, task: Task) -> Reply: ...


class QuoteAnswer:
    """The answer is the strongest sentence of the document itself.

    For models too weak to answer in words of their own: SmolLM2-135M gives the right
    short answer to a passage with F1 0.16 (0.22 with examples in the prompt), while the
    sentence picked by likelihood holds the answer in most cases. `settled` gives the
    probability that the answer's place was found; what is less likely than not is no answer.
    """

    def __init__(self, settled: Callable[[], float]) -> None:
        self._settled = settled

    def answer(self, task: Task) -> Reply:
        ledger = sorted(task.ledger(), key=lambda quote: -quote.score)
        if not ledger:
            return Reply(None, (), self._settled())
        # A quote's own calibrated probability counts too: in a filing of 476 tiles the many
        # small odds together pushed the right sentence, at 0.56, below one half.
        settled = max(self._settled(), ledger[0].score)
        if settled < LIKELIER_THAN_NOT:
            return Reply(None, (), settled, closest=ledger[0])
        text = " ".join(ledger[0].text.split())
        return Reply(text, tuple(ledger[:CITATIONS]), settled)


class WrittenAnswer:
    """The model answers from its notes; what the quotes do not back is not passed on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answer(self, task: Task) -> Reply:
        ledger = task.ledger()
        if not task.memory.notes or not ledger:
            return Reply(None, (), 0.0)
        generated = self._engine.generate(
            prompt(self._engine, "answer", memory=task.memory.notes, question=task.question),
            max_tokens=task.max_tokens,
            on_text=task.on_text,
        )
        text = " ".join(generated.text.split())
        # Strategies without a gate have no probability of the evidence: the words' own then.
        # Words that go round in a circle are each all but certain, and say nothing.
        likely = math.exp(generated.log_probability / max(1, generated.tokens))
        sureness = 0.0 if generated.looped else likely
        confidence = max(quote.score for quote in ledger) or sureness
        if not text or _REFUSAL.search(text):
            return Reply(None, (), confidence)
        sources = [_documented(task), *(quote.text for quote in ledger)]
        if generated.looped or not is_backed(text, task.question, sources):
            strongest = max(ledger, key=lambda quote: quote.score)
            return Reply(" ".join(strongest.text.split()), (strongest,), confidence)
        return Reply(text, cite(text, task.question, ledger), confidence)


def _documented(task: Task) -> str:
    """The terms of the notes, less the numbers that the documents lack: a model wrote them."""
    index = task.corpus.index
    known = [
        term for term in terms(task.memory.notes) if index.weight(term) or not _NUMBER.search(term)
    ]
    return " ".join(known)


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
    return tuple(backing[:CITATIONS])
