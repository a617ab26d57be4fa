"""Calibration of a judge: logistic regression weights from its signal and BM25 to odds.

The defaults stand in calibration.toml, a table a kind of judge; what `longread models calibrate`
fitted of a model takes their place.
"""

from __future__ import annotations

import math
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib import resources
from operator import mul
from statistics import fmean
from typing import Any

from longread.models import calibration as measured
from longread.reading.relevance.cells import CellMatch
from longread.reading.relevance.match import Match

Features = tuple[float, float, float, float, float, float]

# How far off 0 and 1 what a larger model says of a place is kept.
_ROUGHLY = 0.01
# Added to the standard deviation: where all passages are alike, small differences mean nothing.
_LEAST_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class AnswerWeights:
    """Turns signals into odds that a passage holds what the question asks for.

    The log-odds are linear in `evidence` (the judge's log-odds, or their z-score against a
    background of other passages) and in the match's three shares; of a passage that was not
    read only the shares are known.

    `unanswerable` is the weight of "no passage holds it" against those odds. A passage's odds hold
    the share of questions that have an answer, so this is the share that has none.

    `alike` weighs the logarithm of how many passages may be meant as well as this one: of lists,
    whose places do not compete, it is the prior. Of a filing every page names the company.
    """

    evidence: float
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

    def probability(self, evidence: float, match: Match) -> float:
        """P(the passage holds the answer), from the judge's evidence and BM25's match."""
        return sigmoid(
            self.evidence * evidence
            + self.match * match.relative
            + self.coverage * match.absolute
            + self.named * match.named
            + self.alike * math.log(match.alike)
            + self.read_bias
        )

    def unread_odds(self, match: Match) -> float:
        """The odds that an unread passage holds the answer, from BM25's match alone."""
        return math.exp(
            self.unread_match * match.relative
            + self.unread_coverage * match.absolute
            + self.unread_named * match.named
            + self.unread_bias
        )


@dataclass(frozen=True, slots=True)
class StepWeights:
    """Turns a judge's P(the passage supports the answer) into odds that it is a step.

    A step need not share the question's words, so BM25 counts less than for answers.
    """

    supports: float
    match: float
    bias: float

    def probability(self, supports: float, match: Match) -> float:
        """P(the passage is a step), from P(it supports the answer) and BM25's match."""
        return sigmoid(self.supports * logit(supports) + self.match * match.relative + self.bias)


@dataclass(frozen=True, slots=True)
class EntryWeights:
    """Turns what the gate gave a passage, and what a judge says of an answer's sentence read
    alone, into the odds that the answer belongs on the list that was asked for.

    A passage that only mentions the thing may open; its sentence tells.
    """

    alone: float
    gate: float
    bias: float

    def probability(self, alone: float, gate: float) -> float:
        """P(the answer belongs there), from P(its sentence answers) and P of its passage."""
        return sigmoid(self.alone * logit(alone) + self.gate * logit(gate) + self.bias)


@dataclass(frozen=True, slots=True)
class PlaceWeights:
    """Turns what a larger model says of a place that a reader opened, and what the reader said,
    into the odds that its answer from there is right; `together` of several in one prompt.

    Log-odds, linear in those of four probabilities: that the place answers, the words' own, the
    reader's, and that the answer's sentence read `alone` answers. Each is kept off 0 and 1, where a
    model is surer than it can be. `unsaid` is added where the question has a number, such as a
    year, that the place does not have: of like records a model takes any for the one that is asked
    for. Words count as no surer than `surest`: of a table's figure they always are, right or wrong.
    """

    answers: float
    words: float
    reader: float
    alone: float
    unsaid: float
    bias: float
    surest: float = 1.0

    def probability(
        self, answers: float, words: float, reader: float, alone: float = 0.5, *, unsaid: bool
    ) -> float:
        """P(the answer from there is right): from the model's P(it answers), its words'
        confidence, the reader's P of the place, and the model's P of the sentence alone."""
        features = self.features(answers, words, reader, alone, unsaid=unsaid)
        return sigmoid(sum(map(mul, self.weights, features)))

    @property
    def weights(self) -> Features:
        """The weights of `features`, in their order."""
        return self.answers, self.words, self.reader, self.alone, self.unsaid, self.bias

    def features(
        self, answers: float, words: float, reader: float, alone: float = 0.5, *, unsaid: bool
    ) -> Features:
        """What the weights are for, in their order: log-odds, whether a number is missing, 1."""
        words = min(words, self.surest)
        said = [logit(each, _ROUGHLY) for each in (answers, words, reader, alone)]
        return said[0], said[1], said[2], said[3], float(unsaid), 1.0


@dataclass(frozen=True, slots=True)
class CellWeights(CellMatch):
    """Turns what speaks for a cell of a table into the log-odds that it is the answer, of several.

    `words` weighs the log-probability of its words after the passage, each other number what the
    cell has in common with the question.
    """

    words: float

    def by_match(self, match: CellMatch) -> float:
        """What the match with the question says of a cell, its words left out."""
        return math.fsum(getattr(self, name) * value for name, value in asdict(match).items())


@dataclass(frozen=True, slots=True)
class Calibration:
    """All numbers of a judge.

    `lookups` of BM25's best passages are judged before reading begins; `background` passages,
    spread evenly, are judged as well where evidence means something only against others
    of the same document (0: it is absolute). `threshold` opens the update gate. `answer`
    weighs questions with one answer, `everything` those that want all there is; `place` what a
    larger model answers from a place that a reader opened, `notes` what a model writes from notes,
    `answered` what it answers in the end: less sure than `least_sure` is no answer.
    """

    lookups: int
    background: int
    threshold: float
    answer: AnswerWeights
    everything: AnswerWeights
    step: StepWeights | None = None
    entry: EntryWeights | None = None
    place: PlaceWeights | None = None
    together: PlaceWeights | None = None
    notes: PlaceWeights | None = None
    answered: PlaceWeights | None = None
    cell: CellWeights | None = None
    least_sure: float = 0.0

    def weights(self, everything: bool) -> AnswerWeights:
        """The weights for a question that wants everything, or one answer."""
        return self.everything if everything else self.answer


@dataclass(frozen=True, slots=True)
class Background:
    """Mean and standard deviation of a judge's evidence over some passages: z-scores.

    Some questions make every passage likely, some none, so evidence may mean something only
    against that of others. BM25's best passages and a few evenly spread ones do as well as the
    whole document (benchmarks/LOG.md#2026-11-21-the-likelihood-gates-calibration).
    """

    mean: float
    spread: float

    @classmethod
    def of(cls, even: Sequence[float], best: Sequence[float]) -> Background:
        """From the evidence of evenly spread passages and of BM25's best others."""
        every = [*even, *best]
        centre = fmean(every) if every else 0.0
        spread = math.sqrt(fmean((value - centre) ** 2 for value in every)) if every else 0.0
        return cls(fmean(even) if even else 0.0, spread + _LEAST_SPREAD)

    def z_score(self, evidence: float) -> float:
        """Standard deviations that some evidence stands above the mean."""
        return (evidence - self.mean) / self.spread


def calibration(signal: str, model: str = "") -> Calibration:
    """The calibration of judge `signal`, with what was measured of the file `model`."""
    usual = _default(signal)
    known = measured.of(model) if model else None
    if known is None:
        return usual
    fitted = known.gate.get(signal, {})
    if known.gate_threshold is not None and signal == "likelihood":
        fitted = {"threshold": known.gate_threshold, **fitted}
    return _built(_merged(_tables()[signal], fitted)) if fitted else usual


@cache
def _tables() -> dict[str, dict[str, Any]]:
    source = resources.files(__package__).joinpath("calibration.toml").read_text("utf-8")
    return tomllib.loads(source)


@cache
def _default(signal: str) -> Calibration:
    return _built(_tables()[signal])


def _merged(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **table,
        **{
            name: {**table.get(name, {}), **value} if isinstance(value, Mapping) else value
            for name, value in changes.items()
        },
    }


def _built(table: Mapping[str, Any]) -> Calibration:
    answer = AnswerWeights(**table["answer"])
    return Calibration(
        lookups=table["lookups"],
        background=table["background"],
        threshold=table["threshold"],
        answer=answer,
        everything=replace(answer, **table.get("list", {})),
        step=StepWeights(**table["step"]) if "step" in table else None,
        entry=EntryWeights(**table["entry"]) if "entry" in table else None,
        place=PlaceWeights(**table["place"]) if "place" in table else None,
        together=PlaceWeights(**table["together"]) if "together" in table else None,
        notes=PlaceWeights(**table["notes"]) if "notes" in table else None,
        answered=PlaceWeights(**table["answered"]) if "answered" in table else None,
        cell=CellWeights(**table["cell"]) if "cell" in table else None,
        least_sure=table.get("least_sure", 0.0),
    )


def sigmoid(value: float) -> float:
    """The logistic function, safe for large arguments."""
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    return math.exp(value) / (1.0 + math.exp(value))


def logit(probability: float, least: float = 1e-6) -> float:
    """The inverse of `sigmoid`, with probabilities kept `least` off 0 and 1."""
    bounded = min(max(probability, least), 1 - least)
    return math.log(bounded / (1 - bounded))


def odds(probability: float) -> float:
    """p / (1 − p), finite for p = 1."""
    bounded = min(probability, 1 - 1e-9)
    return bounded / (1 - bounded)


def auc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Area under the ROC curve: P(a positive scores above a negative), ties counting half.

    None where either is missing.
    """
    if not positive or not negative:
        return None
    ordered = sorted(negative)
    wins = sum(bisect_left(ordered, each) + bisect_right(ordered, each) for each in positive)
    return wins / (2 * len(positive) * len(negative))
