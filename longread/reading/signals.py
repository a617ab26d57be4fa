"""Signals of relevance: numbers that say how much a passage bears on a question.

One interface, cheapest first: BM25, then the likelihood of the question. Scores of one
signal are comparable with one another, not with another signal's; `Evidence` puts them
on one scale, as odds.
"""

from __future__ import annotations

import math
import tomllib
from bisect import bisect_right
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from statistics import fmean
from typing import Protocol

from longread.engine import Engine
from longread.reading.prompts import prompt
from longread.retrieval import Index, names, query_terms


class Signal(Protocol):
    """Scores passages for a question, higher for more relevant."""

    def score(self, question: str, passages: Sequence[str]) -> list[float]: ...


class Likelihood:
    """log p(question | passage) − log p(question), in nats a question token.

    Query likelihood (UPR, arXiv 2204.07496) against the same prompt with an empty
    passage. It needs no instruction-following: SmolLM2-135M, which answers "yes or no?"
    at random, prefers the right of two paragraphs of one article in 99 of 100 cases.

    With `given`, what is known already stands after the passage on both sides of the
    ratio: then the score is what the passage adds to it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._without: dict[tuple[str, str], float] = {}

    def score(self, question: str, passages: Sequence[str], given: str = "") -> list[float]:
        known = f"\n\n{given}" if given else ""
        asked = [self.request(question, f"{passage}{known}") for passage in passages]
        return [self.gain(question, self._engine.score(*each), given) for each in asked]

    def request(self, question: str, passage: str) -> tuple[str, str]:
        """The prompt, and the continuation whose log-probabilities `gain` takes."""
        return prompt(self._engine, "likelihood", passage=passage), f" {question}"

    def gain(self, question: str, scores: Sequence[float], given: str = "") -> float:
        """What a passage adds, from the log-probabilities of the question after it."""
        key = (question, given)
        if key not in self._without:
            prior = self._engine.score(*self.request(question, given))
            self._without[key] = _mean(prior)
        return _mean(scores) - self._without[key]


def _mean(scores: Sequence[float]) -> float:
    return sum(scores) / max(1, len(scores))


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """How well BM25 likes a unit: as a share of the document's best unit (`relative`), and of
    the best score that any text could have (`absolute`), both 0 to 1.

    Both are needed: every document has a best unit, also one that says nothing of what was
    asked; and a long question never comes near the best conceivable score.

    `named` falls from 1 to 0 as the unit lacks names and numbers of the question that the
    document has elsewhere, the rarer the faster. BM25 adds words up, so "A ticket for the ferry
    at Orvel cost 10 crowns" beats the right town's sentence in other words. `alike` units, this
    one included, lack no more of the names than it does.
    """

    relative: float
    absolute: float
    named: float = 1.0
    alike: int = field(default=1, compare=False)


# Sums of the same weights in another order.
_SAME = 1e-9


def lexical_match(
    index: Index, question: str, known: str = "", without: Container[int] = ()
) -> list[Match]:
    """BM25's match of every unit with the question, in unit order.

    What is `known` already is looked for as well, and its words are missed nowhere. The units
    that it comes from, `without`, are not what the others are compared with.
    """
    asked = f"{question} {known}".strip()
    scores = index.scores(asked)
    others = (score for unit, score in enumerate(scores) if unit not in without)
    best = max(others, default=0.0) or 1.0
    # A term adds at most idf × (k1 + 1), k1 = 1.5; one that the document lacks counts with
    # the highest idf there is.
    rarest = math.log(1 + (index.size + 0.5) / 0.5)
    ideal = 2.5 * sum(index.weight(term) or rarest for term in query_terms(asked)) or 1.0
    told = set(query_terms(known))
    lacking = index.missing([name for name in names(question) if name not in told])
    ranked = sorted(lacking)
    return [
        Match(
            min(1.0, score / best),
            score / ideal,
            max(0.0, 1.0 - lack / rarest),
            bisect_right(ranked, lack + _SAME),
        )
        for score, lack in zip(scores, lacking, strict=True)
    ]


# Units whose gains make the background: spread evenly over the document, and BM25's best.
BACKGROUND_EVEN = 12
BACKGROUND_BEST = 8
# Keeps a document whose units all gain alike (a page, a list) from making every one stand out.
_LEAST_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class Background:
    """What a question's likelihood gains look like in this document: mean and spread, in nats.

    Some questions gain from any text, some from none, so a gain means something only
    against others of the same question and document. The spread of a few units that
    probably matter and a few that don't does as well as that of the whole document, and
    far better than the bare gain: held-out log loss 43 and 44 against 67 (144 questions,
    59 units each).
    """

    mean: float
    spread: float

    @classmethod
    def of(cls, even: Sequence[float], best: Sequence[float]) -> Background:
        """From the gains of evenly spread units and of BM25's best (a unit may be in both)."""
        every = [*even, *best]
        centre = fmean(every) if every else 0.0
        spread = math.sqrt(fmean((gain - centre) ** 2 for gain in every)) if every else 0.0
        return cls(fmean(even) if even else 0.0, spread + _LEAST_SPREAD)

    def standing(self, gain: float) -> float:
        """How many spreads a gain stands above the mean."""
        return (gain - self.mean) / self.spread


def evenly(count: int, wanted: int) -> list[int]:
    """`wanted` places spread evenly over `count`, the ends left out; all of them when few."""
    if wanted >= count:
        return list(range(count))
    return sorted({round((place + 1) * (count - 1) / (wanted + 1)) for place in range(wanted)})


@dataclass(frozen=True, slots=True)
class Evidence:
    """Turns signals into odds that a unit holds what the question asks for.

    The log-odds are linear in the signal (the likelihood gain's standing against the
    background, or the log-odds that a trained reader gives) and in the match's three shares;
    of a unit that was not scored only the shares are known.
    Fitted by benchmarks/calibrate.py, the numbers stand in calibration.toml.

    `unanswerable` is the weight of "no unit holds it" against those odds. A unit's odds hold
    the share of questions that have an answer, so this is the share that has none: a quarter
    of those that the reader was fitted on. At 1, more than half of all questions have none.

    `alike` weighs the logarithm of how many units may be meant as well as this one: of lists, whose
    places do not compete, it is the prior. Of a company's filing every page names the company.
    """

    standing: float
    match: float
    coverage: float
    named: float
    read_bias: float
    unread_match: float
    unread_coverage: float
    unread_named: float
    unread_bias: float
    unanswerable: float
    alike: float = 0.0

    def probability(self, standing: float, match: Match) -> float:
        """P(the unit holds the answer), from its gain's standing and BM25's match."""
        return sigmoid(
            self.standing * standing
            + self.match * match.relative
            + self.coverage * match.absolute
            + self.named * match.named
            + self.alike * math.log(match.alike)
            + self.read_bias
        )

    def unread_odds(self, match: Match) -> float:
        """The odds that an unread unit holds the answer, from BM25's match alone."""
        return math.exp(
            self.unread_match * match.relative
            + self.unread_coverage * match.absolute
            + self.unread_named * match.named
            + self.unread_bias
        )


@dataclass(frozen=True, slots=True)
class StepEvidence:
    """Turns what a trained reader says into odds that a unit is a step towards the answer.

    The log-odds are linear in the log-odds of its "part" and in BM25's relative match, with
    numbers of their own: a question over two places has two steps in a document, and the
    reader is less sure of a step than of an answer.
    """

    part: float
    match: float
    bias: float

    def probability(self, part: float, match: Match) -> float:
        """P(the unit is a step), from P("part") and BM25's match."""
        return sigmoid(self.part * logit(part) + self.match * match.relative + self.bias)


@dataclass(frozen=True, slots=True)
class EntryEvidence:
    """Turns what the gate gave a tile, and what a trained reader says of an answer's sentence read
    alone, into the odds that the answer belongs on the list that was asked for.

    A tile that only mentions the thing may open; its sentence tells.
    """

    alone: float
    gate: float
    bias: float

    def probability(self, alone: float, gate: float) -> float:
        """P(the answer belongs there), from P("yes") of its sentence and P of its tile's gate."""
        return sigmoid(self.alone * logit(alone) + self.gate * logit(gate) + self.bias)


@cache
def evidence(signal: str) -> Evidence:
    """The calibration of `signal` (`likelihood` or `reader`) that ships with longread."""
    return Evidence(**_fitted(signal))


@cache
def list_evidence() -> Evidence:
    """The reader's calibration for questions that want everything; the unread weighs as ever."""
    return replace(evidence("reader"), **_fitted("reader_list"))


@cache
def step_evidence() -> StepEvidence:
    """The calibration of the reader's "part" that ships with longread."""
    return StepEvidence(**_fitted("reader_step"))


@cache
def entry_evidence() -> EntryEvidence:
    """The calibration of a list's answers that ships with longread."""
    return EntryEvidence(**_fitted("reader_entry"))


def _fitted(table: str) -> dict[str, float]:
    source = resources.files("longread.reading").joinpath("calibration.toml").read_text("utf-8")
    numbers: dict[str, float] = tomllib.loads(source)[table]
    return numbers


def sigmoid(value: float) -> float:
    """The logistic function, safe for large arguments."""
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    return math.exp(value) / (1.0 + math.exp(value))


def logit(probability: float) -> float:
    """The inverse of `sigmoid`, with probabilities kept off 0 and 1."""
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def odds(probability: float) -> float:
    """p / (1 − p), finite for p = 1."""
    bounded = min(probability, 1 - 1e-9)
    return bounded / (1 - bounded)
