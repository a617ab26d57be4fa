"""Signals of relevance: numbers that say how much a passage bears on a question.

One interface, cheapest first: BM25, then the likelihood of the question. Scores of one
signal are comparable with one another, not with another signal's; `Evidence` puts them
on one scale, as odds.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol

from longread.engine import Engine
from longread.reading.prompts import prompt
from longread.retrieval import Index, terms


class Signal(Protocol):
    """Scores passages for a question, higher for more relevant."""

    def score(self, question: str, passages: Sequence[str]) -> list[float]: ...


class Likelihood:
    """log p(question | passage) − log p(question), in nats a question token.

    Query likelihood (UPR, arXiv 2204.07496) against the same prompt with an empty
    passage. It needs no instruction-following: SmolLM2-135M, which answers "yes or no?"
    at random, prefers the right of two paragraphs of one article in 99 of 100 cases.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._without: dict[str, float] = {}

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        if question not in self._without:
            self._without[question] = self._mean(question, "")
        without = self._without[question]
        return [self._mean(question, passage) - without for passage in passages]

    def _mean(self, question: str, passage: str) -> float:
        scores = self._engine.score(
            prompt(self._engine, "likelihood", passage=passage), f" {question}"
        )
        return sum(scores) / max(1, len(scores))


class LexicalMatch:
    """BM25's score as a share of the best score any unit could have: 0 to 1.

    The share, and not the score, so that it means the same for short and long questions.
    """

    def __init__(self, index: Index) -> None:
        self._index = index

    def score_units(self, question: str) -> list[float]:
        """The share for every unit of the index, in order."""
        best = self._best(question)
        return [score / best for score in self._index.scores(question)]

    def _best(self, question: str) -> float:
        # A term's contribution is bounded by idf × (k1 + 1); a term the document lacks
        # counts with the highest idf it could have.
        rarest = math.log(1 + (self._index.size + 0.5) / 0.5)
        weights = (self._index.weight(term) or rarest for term in set(terms(question)))
        return max(1e-9, 2.5 * sum(weights))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Turns signals into odds that a unit holds what the question asks for.

    A unit that was read has log-odds `gain × likelihood + match × BM25 share + read_bias`;
    of one that was not only BM25 is known: `unread_match × share + unread_bias`. `absent`
    is the weight of "the document does not say" in the exit gate's competition. The
    numbers are fitted (see calibration.toml).
    """

    gain: float
    match: float
    read_bias: float
    unread_match: float
    unread_bias: float

    def log_odds(self, likelihood: float, match: float) -> float:
        return self.gain * likelihood + self.match * match + self.read_bias

    def probability(self, likelihood: float, match: float) -> float:
        return sigmoid(self.log_odds(likelihood, match))

    def unread_odds(self, match: float) -> float:
        return math.exp(self.unread_match * match + self.unread_bias)


@cache
def evidence() -> Evidence:
    """The calibration that ships with longread."""
    source = resources.files("longread.reading").joinpath("calibration.toml").read_text("utf-8")
    return Evidence(**tomllib.loads(source)["likelihood"])


def sigmoid(value: float) -> float:
    """The logistic function, safe for large arguments."""
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    return math.exp(value) / (1.0 + math.exp(value))


def logit(probability: float) -> float:
    """The inverse of `sigmoid`, with probabilities kept off 0 and 1."""
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))
