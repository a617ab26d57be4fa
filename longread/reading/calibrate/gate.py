"""Maximum posterior weights of a judge, from what it says of the register.

What is weighed are contests: a question's candidates, of which one is right or none is. A gate's
passage stands against "not here" alone; the places that a larger model answers from stand against
one another and "the document does not say", as they do in a run (`Posterior`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from longread.reading.calibrate.register import Asked
from longread.reading.corpus import Corpus
from longread.reading.judges import Judge
from longread.reading.judges.batch import QuestionBatch
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.parts.answers import evidence, written
from longread.reading.parts.backing import (
    LIKELIER_THAN_NOT,
    place_of,
    read_alone,
    unquoted,
    with_neighbours,
)
from longread.reading.parts.scores import PassageScores
from longread.reading.parts.second_opinion import WORTH_QUOTING
from longread.reading.relevance.calibration import Features, PlaceWeights
from longread.reading.state import ReadingState
from longread.retrieval import terms

USUAL_THRESHOLD = 0.2
# Those of `PlaceWeights` that are fitted: the first of its fields.
_PLACE_WEIGHTS = 6
PASSAGE_TOKENS = 256
_THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
# With so few questions a difference below this says nothing.
_AS_GOOD = 0.05
# How strongly the weights are held to the usual ones: a probe of two dozen questions must not
# unlearn what hundreds of questions taught. The inverse variance of a normal prior.
_PRIOR = 0.5
_WEIGHTS = ("evidence", "match", "coverage", "named", "read_bias")
_ITERATIONS, _LEAST_STEP = 50, 1e-6
_ANSWER_TOKENS = 64
# Places of a question that a larger model answers from: the likeliest.
_PLACES = 3

T = TypeVar("T")
Floats = NDArray[np.float64]
Done = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Contest:
    """(candidates, features) with a last column of ones, and which candidate is right; -1: none."""

    features: Floats
    right: int

    @classmethod
    def of(cls, candidates: Sequence[tuple[Features, bool]]) -> Contest:
        """Of candidates for a `PlaceWeights`, of which one at most is right."""
        rows = [row for row, _right in candidates]
        right = next((place for place, (_row, right) in enumerate(candidates) if right), -1)
        return cls(np.array(rows).reshape(-1, _PLACE_WEIGHTS), right)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A table of a judge's calibration, and what it gives on halves that it was not fitted on."""

    table: dict[str, Any]
    measured: dict[str, float]


def fitted(contests: Sequence[Contest], usual: Floats, none: float = 1.0) -> Floats:
    """Weights of maximum posterior, the bias last: Newton's method on the log-loss with a normal
    prior around the `usual` ones. `none` are the odds that no candidate is right.

    A step is halved until the loss falls (backtracking): whole ones go astray where the usual
    weights are sure of what is wrong.
    """

    def loss(weights: Floats) -> float:
        held = _PRIOR / 2 * float(np.square(weights - usual).sum())
        return held + len(contests) * log_loss(contests, weights, none)

    weights = usual.copy()
    for _round in range(_ITERATIONS if contests else 0):
        gradient = _PRIOR * (weights - usual)
        hessian = _PRIOR * np.eye(len(weights))
        for each in contests:
            share = shares(each, weights, none)
            mean = share @ each.features
            gradient += mean - (each.features[each.right] if each.right >= 0 else 0.0)
            hessian += (each.features.T * share) @ each.features - np.outer(mean, mean)
        step, before = np.linalg.solve(hessian, gradient), loss(weights)
        while loss(weights - step) > before and float(np.abs(step).max()) >= _LEAST_STEP:
            step = step / 2
        weights = weights - step
        if float(np.abs(step).max()) < _LEAST_STEP:
            break
    return weights


def shares(contest: Contest, weights: Floats, none: float = 1.0) -> Floats:
    """P(a candidate is right) of each; what is left is that none is."""
    odds = np.exp(np.clip(contest.features @ weights, -30, 30))
    found: Floats = odds / (odds.sum() + none)
    return found


def log_loss(contests: Sequence[Contest], weights: Floats, none: float = 1.0) -> float:
    """Mean of −log P(what is right), over the contests."""
    losses = []
    for each in contests:
        found = shares(each, weights, none)
        right = found[each.right] if each.right >= 0 else 1 - found.sum()
        losses.append(-float(np.log(max(right, 1e-9))))
    return float(np.mean(losses))


class RegisterProbe:
    """The register as a judge's model sees it, and what the judge says of it: `asked` are its
    questions, each of which has a `state`."""

    def __init__(
        self, judge: Judge, corpus: Corpus, asked: Sequence[Asked], done: Done = lambda: None
    ) -> None:
        self.judge, self.corpus, self.asked = judge, corpus, asked
        batch = QuestionBatch(judge.engine, {})
        self.states = [self._state(batch, each.question) for each in asked]
        self.scores: list[PassageScores] = []
        for state in self.states:
            self.scores.append(PassageScores(state, judge, closer=1.0))
            done()

    def _state(self, batch: QuestionBatch, question: str) -> ReadingState:
        judge = self.judge
        memory = Memory(1024, judge.engine.count)
        state = ReadingState(judge.engine, self.corpus, question, memory, ReadingOptions())
        # All questions are asked of a passage together, as in a pass for several.
        state.batch, state.known = batch, batch.known
        state.member = batch.join(
            lambda passage: [judge.ask(state.shown(passage, judge), question)]
        )
        return state

    def holds(self, number: int) -> list[bool]:
        """Which passages hold the answer of a question."""
        start = self.asked[number].start
        return [passage.start <= start < passage.end for passage in self.corpus.passages]

    def likeliest(self, number: int) -> list[int]:
        """The places that help most with a question, by this judge."""
        scores, places = self.scores[number], range(len(self.corpus.passages))
        return sorted(places, key=lambda place: -scores.opens(place))[:_PLACES]


def fit_gate(probe: RegisterProbe) -> Fitted:
    """The weights of a judge's evidence and of BM25's match, and the threshold that opens."""
    usual = np.array(astuple(probe.judge.calibration.answer)[:5])
    questions = []
    for number, scores in enumerate(probe.scores):
        features = [scores.features(place) for place in range(len(probe.corpus.passages))]
        questions.append(
            [
                Contest(np.array([[*each, 1.0]]), 0 if held else -1)
                for each, held in zip(features, probe.holds(number), strict=True)
            ]
        )
    scored = [
        (
            np.array([float(shares(each, weights)[0]) for each in question]),
            np.array([each.right >= 0 for each in question]),
        )
        for fitted_on, tried in halves(questions)
        for weights in [fitted([each for one in fitted_on for each in one], usual)]
        for question in tried
    ]
    threshold, opened, false = best_threshold(scored)
    weights = fitted([each for question in questions for each in question], usual)
    return Fitted(
        {"threshold": threshold, "answer": _named(_WEIGHTS, weights)},
        {"gate opened": opened, "gate false openings a question": false},
    )


def best_threshold(
    scored: Sequence[tuple[Floats, NDArray[np.bool_]]],
) -> tuple[float, float, float]:
    """The gate's threshold, the share of gold passages it opens for, false openings a question.

    A false opening costs a quarter of a miss: what is written down is weighed again before it is
    an answer. Of those about as good as the best, the one nearest to the usual: the register is
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


def fit_places(probe: RegisterProbe, reading: RegisterProbe | None, done: Done) -> Fitted:
    """`PlaceWeights`: the larger model answers from the likeliest places of each question, by the
    reader's word if there is one; without one its weight stays what it is. As in a run it is not
    asked where sure words could not open the place."""
    judge, corpus, usual = probe.judge, probe.corpus, probe.judge.calibration.place
    assert usual is not None, "a model that answers for a reader has weights for places"
    best = [(reading or probe).likeliest(number) for number in range(len(probe.asked))]
    candidates: list[list[tuple[Features, bool]]] = [[] for _asked in probe.asked]
    # Passage by passage: its prefill is shared by all who ask.
    for place, passage in enumerate(corpus.passages):
        shown = corpus.headed(passage).strip()
        for number, asked in enumerate(probe.asked):
            said = probe.scores[number].relevance(place).answers
            reader = reading.scores[number].opens(place) if reading else 0.5
            unsaid = bool(unquoted(asked.question, "", [shown]))
            at_best = usual.probability(said, 1.0, reader, 1.0, unsaid=unsaid)
            if place not in best[number] or at_best < WORTH_QUOTING:
                continue
            given = judge.answer(shown, asked.question)
            right = probe.holds(number)[place] and is_right(given.text, asked)
            stands = place_of(corpus, passage, given.text, asked.question)
            assert stands is not None, "the register has sentences"
            quote = corpus.quote(0, *stands, score=reader)
            alone = read_alone(judge, corpus, quote, asked.question)
            row = usual.features(said, given.confidence, reader, alone, unsaid=unsaid)
            candidates[number].append((row, right))
        done()
    contests = [Contest.of(found) for found in candidates]
    return _fit_contests("place", contests, usual, judge.calibration.answer.unanswerable)


def fit_notes(probe: RegisterProbe, done: Done) -> Fitted:
    """`PlaceWeights` of answers that a model writes from notes: a part of the register is the
    notes, for each question the one that answers it, if one does."""
    judge, usual, chunks = probe.judge, probe.judge.calibration.notes, probe.corpus.chunks
    assert usual is not None, "a model that follows instructions has weights for notes"
    contests = []
    for part, chunk in enumerate(chunks):
        notes = probe.corpus.headed(chunk)
        for number, asked in enumerate(probe.asked):
            holds = chunk.start <= asked.start < chunk.end
            if not holds and (asked.answers or number % len(chunks) != part):
                continue
            generated = written(judge, notes, asked.question, _ANSWER_TOKENS)
            place = place_of(probe.corpus, chunk, generated.text, asked.question)
            assert place is not None, "the register has sentences"
            shown = with_neighbours(probe.corpus, probe.corpus.quote(0, *place, score=0.0))
            said, words, unsaid = evidence(judge, shown, notes, asked.question, generated)
            row = usual.features(said, words, 0.5, unsaid=unsaid)
            right = holds and is_right(generated.text, asked)
            contests.append(Contest.of([(row, right)]))
        done()
    return _fit_contests("notes", contests, usual, 1.0)


def _fit_contests(
    name: str, contests: Sequence[Contest], usual: PlaceWeights, none: float
) -> Fitted:
    """The table `name`, and on halves that it was not fitted on its log loss, beside that of the
    usual weights, and the shares answered right and refused where that is right. The usual weights
    stay where the fit is no better on those halves."""
    before = np.array(usual.weights)
    names = [each.name for each in fields(PlaceWeights)][:_PLACE_WEIGHTS]
    tries = [(tried, fitted(fitted_on, before, none)) for fitted_on, tried in halves(contests)]
    loss = float(np.mean([log_loss(tried, weights, none) for tried, weights in tries]))
    usual_loss = log_loss(contests, before, none)
    better = loss < usual_loss
    answered: list[bool] = []
    refused: list[bool] = []
    for tried, weights in tries if better else [(contests, before)]:
        for each in tried:
            found = shares(each, weights, none)
            given = float(found.sum()) >= LIKELIER_THAN_NOT
            if each.right >= 0:
                answered.append(given and int(found.argmax()) == each.right)
            else:
                refused.append(not given)
    return Fitted(
        {name: _named(names, fitted(contests, before, none) if better else before)},
        {
            f"{name} log loss": loss,
            f"{name} log loss before": usual_loss,
            f"{name} answered right": _share(answered),
            f"{name} refused": _share(refused),
        },
    )


def is_right(given: str, asked: Asked) -> bool:
    """Whether one of the right answers stands in what was given."""
    said = f" {' '.join(terms(given))} "
    return any(f" {' '.join(terms(answer))} " in said for answer in asked.answers)


def halves(every: Sequence[T]) -> tuple[tuple[Sequence[T], Sequence[T]], ...]:
    """Both halves, each with the other to be tried on."""
    return (every[::2], every[1::2]), (every[1::2], every[::2])


def _share(of: Sequence[bool]) -> float:
    return sum(of) / max(1, len(of))


def _named(names: Sequence[str], weights: Floats) -> dict[str, float]:
    return {name: round(float(value), 3) for name, value in zip(names, weights, strict=True)}
