"""Cascade: a small model reads, a larger one judges what it opened, and answers.

The reader's gates say where to look, the larger model whether the answer is there: place by place,
each alone. The answers of several places compete (`Posterior.judge`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from longread.reading.judges import Judge, Judges, ShortAnswer
from longread.reading.memory import as_notes
from longread.reading.options import ReadingOptions
from longread.reading.parts.answering import AnswerFromPlaces, AnswerOrQuote
from longread.reading.parts.backing import LIKELIER_THAN_NOT, unquoted
from longread.reading.parts.gates import FoundExit, PassageGate, latest_steps
from longread.reading.parts.null import NeverExit
from longread.reading.state import ExitGate, ReadingState, Scored
from longread.reading.step import Judged, Quote

# Places of the look-ups that a larger model judges in a step, whether the reader opened them or
# not, and for how many steps: the right page is among the reader's first three far more often than
# it is the first, and a second look costs less than reading the document for it.
LOOK, _LOOKS = 4, 2
# A larger model's answer is kept from here on: answers compete, and the likeliest may be unlikely.
_WORTH_QUOTING = 0.02


def judging(
    judges: Judges, options: ReadingOptions
) -> tuple[PassageGate, AnswerOrQuote, ExitGate, AnswerFromPlaces]:
    """Gate, writer, exit and answerer: of one model, or of a reader and a larger one."""
    gate: PassageGate
    if judges.cascade:
        gate = PlannedGate(judges, options.gate_threshold)
    else:
        gate = PassageGate(judges.gate, options.gate_threshold)
    found = SettledExit(gate) if judges.cascade else FoundExit(gate)
    stop = NeverExit() if options.exit is False else found
    return gate, writer(judges, gate), stop, answerer(judges, gate)


def writer(judges: Judges, gate: PassageGate) -> AnswerOrQuote:
    """Who answers from what `gate` opened."""
    return SecondOpinion(judges, gate) if judges.cascade else AnswerOrQuote(judges, gate)


def answerer(judges: Judges, gate: PassageGate) -> AnswerFromPlaces:
    """Who picks the answer from those of the places."""
    return LikeliestAnswer(judges, gate) if judges.cascade else AnswerFromPlaces(judges, gate)


class PlannedGate(PassageGate):
    """Searches that the larger model plans join the look-ups, and their best places open."""

    def __init__(self, judges: Judges, threshold: float | None = None) -> None:
        super().__init__(judges.gate, threshold)
        self._planner: Judge = judges.answer
        self._look = judges.look or LOOK

    def searches(self, state: ReadingState) -> list[str]:
        state.draft["planned"] = planned = self._planner.plan(state.question)
        return planned

    def choose(self, state: ReadingState, read: Sequence[Scored]) -> tuple[Scored, ...]:
        """What the larger model is to judge, most promising first: what opened, and in the first
        steps the best places, however sure the reader is of them."""
        ranked = sorted(read, key=lambda each: -each.probability)
        first = ranked[: self._look] if state.step <= _LOOKS else []
        return tuple(each for each in ranked if each.probability >= self.threshold or each in first)


class SecondOpinion(AnswerOrQuote):
    """The larger model says whether the answer stands in a place that the reader opened, and what
    it is: alone, with what is needed to understand it."""

    def __init__(self, judges: Judges, gate: PassageGate) -> None:
        super().__init__(judges, gate)
        # Places that were judged, with the notes that were known then.
        self._judged: set[tuple[int, str]] = set()

    def _quote(self, state: ReadingState, scored: Scored) -> Quote | None:
        notes = as_notes(latest_steps(state.memory.ledger))
        asked = (scored.passage.index, notes)
        if asked in self._judged:
            return None
        self._judged.add(asked)
        shown = state.shown(scored.passage, self._judge)
        judge, passage = self._judge, scored.passage
        reply = state.ask(judge, passage, judge.ask(shown, state.question, notes))
        answers = judge.relevance(reply, state.question, notes).answers
        weights = judge.calibration.place
        assert weights is not None, "a model that answers for a reader has weights for places"
        unsaid = bool(unquoted(state.question, "", [shown, notes]))
        given, probability = ShortAnswer("", 0.0), 0.0
        least = min(self._gate.threshold, _WORTH_QUOTING)
        # Only if it could be sure of its words is it asked for them.
        at_best = weights.probability(answers, 1.0, scored.probability, unsaid=unsaid)
        if at_best >= least:
            given = judge.answer(shown, state.question, notes)
            probability = weights.probability(
                answers, given.confidence, scored.probability, unsaid=unsaid
            )
        quote = None
        if probability >= least:
            # The place's probability has the words' in it.
            sure = replace(given, confidence=1.0)
            quote = self._answered(state, Scored(passage, probability), shown, notes, sure)
        probability = probability if quote is not None else 0.0
        if quote is None and self._is_step(scored):
            quote = self._step(state, scored, notes)
        self._gate.judged(state, passage, probability, scored.probability)
        state.rate(judge, passage, probability)
        state.draft.setdefault("judged", []).append(
            Judged(
                passage.index,
                passage.document,
                state.corpus.locate(passage).page,
                scored.probability,
                answers,
                probability,
                given.text,
                given.confidence,
            )
        )
        return quote

    def _is_step(self, scored: Scored) -> bool:
        """Whether the reader opened a place as a step: a larger model says only that the answer
        does not stand there."""
        said = self._gate.relevance.get(scored.passage)
        opened = scored.probability >= self._gate.threshold
        return opened and said is not None and said.supports > said.answers


class SettledExit(FoundExit):
    """What a larger model answers from competes with other places that it read, which reading on
    does not settle: an answer that is likelier than not need outweigh the unread alone."""

    def found(self) -> float:
        found = self._gate.found()
        return max(found, self._gate.settled()) if found >= LIKELIER_THAN_NOT else found


class LikeliestAnswer(AnswerFromPlaces):
    """Different answers share what was found: a larger model's probabilities are of its words."""

    def confidence(
        self, state: ReadingState, groups: Sequence[Sequence[Quote]], best: Sequence[Quote]
    ) -> tuple[float, float]:
        found = self._gate.found_by(state, [quote for group in groups for quote in group])
        share = self._gate.found_by(state, best) / max(found, 1e-9)
        return found, share
