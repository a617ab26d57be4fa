"""Logistic regression of a judge's gate: the weights of its evidence and of BM25's match.

The probe is one text of novels' openings in which facts are hidden, each told of one town and
also of another, and questions about both and about towns that the text does not name: like
passages of one document are to be told apart, not subjects.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longread.documents import Document
from longread.documents.model import Page
from longread.reading.calibrate.needles import Inventor, Needle, facts, hide
from longread.reading.corpus import Corpus
from longread.reading.judges import Judge
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.parts.scores import PassageScores
from longread.reading.state import ReadingState

USUAL_THRESHOLD = 0.2
KINDS = 6
_THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
# With so few questions a difference below this says nothing.
_AS_GOOD = 0.05
_PASSAGE_TOKENS = 256
# How strongly the weights are held to the usual ones: a probe of some 18 questions must not
# unlearn what hundreds of questions taught. The inverse variance of a normal prior.
_PRIOR = 0.5
_WEIGHTS = ("evidence", "match", "coverage", "named", "read_bias")
_ITERATIONS = 50

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """A question's passages: (passages, 4) features, and which of them hold its answer."""

    features: Floats
    holds: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FittedGate:
    """The table of a judge's calibration; the share of gold passages that it opens for, and false
    openings a question, both by weights that were fitted on the other half of the probe."""

    table: dict[str, Any]
    opened: float
    false: float


def fit_gate(engine_judge: Judge, prose: str, progress: Callable[[int], None]) -> FittedGate:
    """Ask the probe's questions of a judge, and fit its weights; `progress` gets questions done."""
    samples = list(_samples(engine_judge, prose, progress))
    usual = np.array(astuple(engine_judge.calibration.answer)[:5])
    halves = ((samples[::2], samples[1::2]), (samples[1::2], samples[::2]))
    scored = [
        (probabilities(each, weights), each.holds)
        for fitted_on, tried in halves
        for weights in [fitted(fitted_on, usual)]
        for each in tried
    ]
    threshold, opened, false = best_threshold(scored)
    weights = fitted(samples, usual)
    answer = {name: round(float(w), 3) for name, w in zip(_WEIGHTS, weights, strict=True)}
    return FittedGate({"threshold": threshold, "answer": answer}, opened, false)


def fitted(samples: Sequence[Sample], usual: Floats) -> Floats:
    """Weights of maximum posterior, the bias last: Newton's method on the log-loss with a normal
    prior around the `usual` ones."""
    features = np.concatenate([_with_bias(each.features) for each in samples])
    labels = np.concatenate([each.holds for each in samples]).astype(np.float64)
    weights = usual.copy()
    for _round in range(_ITERATIONS):
        chance = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        gradient = features.T @ (chance - labels) + _PRIOR * (weights - usual)
        hessian = (features.T * (chance * (1 - chance))) @ features + _PRIOR * np.eye(len(weights))
        step = np.linalg.solve(hessian, gradient)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights


def probabilities(sample: Sample, weights: Floats) -> Floats:
    """P(the passage holds the answer) of each passage."""
    values: Floats = 1 / (1 + np.exp(-np.clip(_with_bias(sample.features) @ weights, -30, 30)))
    return values


def best_threshold(
    scored: Sequence[tuple[Floats, NDArray[np.bool_]]],
) -> tuple[float, float, float]:
    """The gate's threshold, the share of gold passages it opens for, false openings a question.

    A false opening costs a quarter of a miss: what is written down is weighed again before it is
    an answer. Of those about as good as the best, the one nearest to the usual: needles are
    easier than what people ask.
    """
    gold = np.concatenate([chance[holds] for chance, holds in scored])
    other = np.concatenate([chance[~holds] for chance, holds in scored])

    def worth(threshold: float) -> tuple[float, float]:
        return float((gold >= threshold).mean()), float((other >= threshold).sum()) / len(scored)

    gains = {each: worth(each)[0] - worth(each)[1] / 4 for each in _THRESHOLDS}
    good = [each for each in _THRESHOLDS if gains[each] >= max(gains.values()) - _AS_GOOD]
    chosen = min(good, key=lambda each: abs(each - USUAL_THRESHOLD))
    return chosen, *worth(chosen)


def _samples(judge: Judge, prose: str, progress: Callable[[int], None]) -> list[Sample]:
    draw = random.Random(0)
    invent = Inventor(prose, draw)
    kinds = draw.sample(facts(), KINDS)
    told = [invent.single(fact) for fact in kinds for _town in range(2)]
    absent = [invent.single(fact) for fact in kinds]
    text = hide(prose, [(needle, None) for needle in told], draw).text
    document = Document("probe", "0" * 64, "Text", "text", text, (Page(1, None, 0, len(text)),))
    corpus = Corpus(
        [document],
        chunk_tokens=1024,
        passage_tokens=_PASSAGE_TOKENS,
        count=judge.engine.count,
    )
    samples = []
    for number, needle in enumerate([*told, *absent], 1):
        samples.append(_asked(judge, corpus, needle))
        progress(number)
    return samples


def _asked(judge: Judge, corpus: Corpus, needle: Needle) -> Sample:
    memory = Memory(1024, judge.engine.count)
    state = ReadingState(judge.engine, corpus, needle.question, memory, ReadingOptions())
    scores = PassageScores(state, judge, closer=1.0)
    start = corpus.documents[0].text.find(needle.sentence)
    holds = [passage.start <= start < passage.end for passage in corpus.passages]
    features = [scores.features(place) for place in range(len(corpus.passages))]
    return Sample(np.array(features), np.array(holds))


def _with_bias(features: Floats) -> Floats:
    return np.column_stack([features, np.ones(len(features))])
