"""Cascade: a small model reads, a larger one judges what it opened, and answers.

The reader's gates say where to look, the larger model whether the answer is there: place by place,
each alone. The answers of several places compete (`Posterior.judge`). Where no place alone gives
one, the best of them are read together, in one prompt, and a question that needs two facts is
broken into smaller ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from longread.reading.judges import Judge, Judges
from longread.reading.options import ReadingOptions
from longread.reading.parts.answering import AnswerFromPlaces, AnswerOrQuote
from longread.reading.parts.backing import LIKELIER_THAN_NOT
from longread.reading.parts.gates import Choose, FoundExit, PassageGate
from longread.reading.parts.judged_gate import JudgedGate
from longread.reading.parts.null import NeverExit
from longread.reading.parts.own_answer import ReadersAnswer
from longread.reading.parts.second_opinion import LOOK, LOOKS, SecondOpinion
from longread.reading.parts.selecting import AnswerOrSelect
from longread.reading.parts.smaller_questions import SmallerQuestions
from longread.reading.state import ExitGate, Outcome, ReadingState, Scored
from longread.reading.step import Gate, Judged, Quote

# Places that are judged for a smaller question; fewer where a look has fewer.
_PLACES = 3


def judging(
    judges: Judges, options: ReadingOptions
) -> tuple[PassageGate, AnswerOrQuote, ExitGate, AnswerFromPlaces]:
    """Gate, writer, exit and answerer: of one model, or of a reader and a larger one."""
    gate = update_gate(judges, options.gate_threshold)
    answers = answerer(judges, gate)
    stop: ExitGate = FoundExit(gate, answers.choose)
    if options.exit is False:
        stop = NeverExit()
    elif isinstance(gate, PlannedGate):
        stop = SettledExit(gate, answers.choose)
    return gate, writer(judges, gate), stop, answers


def update_gate(judges: Judges, threshold: float | None) -> PassageGate:
    """The gate of a judge, with what is made of its places by a larger model, or by queries."""
    if judges.cascade:
        return PlannedGate(judges, threshold)
    return (JudgedGate if judges.answer.selects else PassageGate)(judges.gate, threshold)


def writer(judges: Judges, gate: PassageGate) -> AnswerOrQuote:
    """Who answers from what `gate` opened."""
    if not isinstance(gate, JudgedGate):
        return AnswerOrQuote(judges, gate)
    if not judges.cascade:
        return AnswerOrSelect(judges, gate)
    look_at = partial(look, judges, gate.threshold)
    return SecondOpinion(judges, gate, SmallerQuestions(judges.answer, look_at))


def answerer(judges: Judges, gate: PassageGate) -> AnswerFromPlaces:
    """Who picks the answer from those of the places."""
    if judges.cascade and isinstance(gate, JudgedGate):
        return LikeliestAnswer(judges, gate)
    return AnswerFromPlaces(judges, gate)


def look(judges: Judges, threshold: float, state: ReadingState) -> tuple[Outcome, list[Judged]]:
    """What the places that the reader likes best answer to the question of `state`, and what the
    larger model made of them."""
    gate, wanted = JudgedGate(judges.gate, threshold), min(_PLACES, judges.look or _PLACES)
    SecondOpinion(judges, gate).write_from(state, gate.best(state, wanted))
    return LikeliestAnswer(judges, gate).choose(state, state.ledger()), state.draft["judged"]


class PlannedGate(JudgedGate):
    """Searches that the larger model plans join the look-ups, and their best places open."""

    def __init__(self, judges: Judges, threshold: float | None = None) -> None:
        super().__init__(judges.gate, threshold)
        self._planner: Judge = judges.answer
        self._look = judges.look or LOOK

    def searches(self, state: ReadingState) -> list[str]:
        state.draft["planned"] = planned = self._planner.plan(state.asked)
        return [*planned, *super().searches(state)]

    def choose(self, state: ReadingState, read: Sequence[Scored]) -> tuple[Scored, ...]:
        """What the larger model is to judge, most promising first: what opened, and in the first
        steps the best places, however sure the reader is of them."""
        ranked = sorted(read, key=lambda each: -each.probability)
        first = ranked[: self._look] if state.step <= LOOKS else []
        return tuple(each for each in ranked if each.probability >= self.threshold or each in first)


class SettledExit(FoundExit):
    """What a larger model answers from competes with other places that it read, which reading on
    does not settle: an answer that is likelier than not need outweigh the unread alone."""

    def __init__(self, gate: JudgedGate, answer: Choose) -> None:
        super().__init__(gate)
        self._settled = gate.settled
        self._answer = answer

    def found(self) -> float:
        found = self._gate.found()
        return max(found, self._settled()) if found >= LIKELIER_THAN_NOT else found

    def decide(self, state: ReadingState) -> Gate | None:
        """After the larger model's looks the answer as it would be given now counts as well: it may
        be the reader's own."""
        gate = super().decide(state)
        listed = state.everything and state.options.exit is None
        if listed or state.step < LOOKS or (gate is not None and gate.open):
            return gate
        chosen = self._answer(state, state.ledger())
        if chosen.text is None or (gate is not None and gate.probability >= chosen.confidence):
            return gate
        return Gate(chosen.confidence, state.options.exit_threshold, self._gate.signal)


class LikeliestAnswer(AnswerFromPlaces):
    """Different answers share what was found: a larger model's probabilities are of its words, so
    the likeliest is none where others leave it less than likelier than not."""

    def __init__(self, judges: Judges, gate: JudgedGate) -> None:
        super().__init__(judges, gate)
        self._own = ReadersAnswer(gate)

    def choose(self, state: ReadingState, ledger: Sequence[Quote]) -> Outcome:
        """The larger model's answer, or the reader's own where it is the surer one. A reader that
        was not trained for it has none of its own, nor is a list a matter of one answer."""
        given = super().choose(state, ledger)
        if state.everything or state.query or self._gate.judge.calibration.answered is None:
            return given
        return self._own.beside(state, given)

    def confidence(
        self,
        state: ReadingState,
        groups: Sequence[Sequence[Quote]],
        best: Sequence[Quote],
        parts: Sequence[Quote] = (),
    ) -> tuple[float, float]:
        return self._gate.found_by(state, best, parts), 1.0
