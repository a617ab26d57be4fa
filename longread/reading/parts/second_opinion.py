"""A larger model's word on the places that a reader opened: whether the answer stands there, what
it is, and how likely it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from longread.documents.chunks import Span
from longread.reading.corpus import beginning
from longread.reading.judges import Judges, ShortAnswer, relevance_of
from longread.reading.memory import as_notes
from longread.reading.parts.backing import (
    LIKELIER_THAN_NOT,
    bridge,
    place_among,
    read_alone,
    unquoted,
)
from longread.reading.parts.gates import latest_steps
from longread.reading.parts.judged_gate import JudgedGate
from longread.reading.parts.selecting import AnswerOrSelect
from longread.reading.parts.smaller_questions import SmallerQuestions
from longread.reading.relevance.answer_type import of_another_year
from longread.reading.relevance.calibration import PlaceWeights, logit, sigmoid
from longread.reading.relevance.cells import of_another_column
from longread.reading.state import Opening, ReadingState, Scored
from longread.reading.step import Judged, Quote
from longread.retrieval.numbers import years

# Places of the look-ups that a larger model judges in a step, whether the reader opened them or
# not, and for how many steps: the right page is among the reader's first three far more often than
# it is the first, and a second look costs less than reading the document for it.
LOOK, LOOKS = 4, 2
# Places of one prompt, where none of them alone gives an answer, as a multiple of a look.
_TOGETHER = 1.5
# By so much, in log-odds, a model is at most surer of an answer's sentence alone than of the place
# that it stands in; and the least an answer may be for its sentence to be read (benchmarks/LOG.md,
# 2026-11-30).
_SURER, _WORTH_READING = 2.0, 0.1
# A larger model's answer is kept from here on: answers compete, and the likeliest may be unlikely.
WORTH_QUOTING = 0.02
NO_ANSWER = ShortAnswer("", 0.0)


@dataclass(frozen=True, slots=True)
class Said:
    """What the larger model says of a place, or of several in one prompt: P(it answers), its
    answer, P(the answer's sentence alone answers) where that was asked, and P(the answer is right)
    by all of these."""

    answers: float
    given: ShortAnswer = NO_ANSWER
    alone: float = 0.0
    probability: float = 0.0

    def of(
        self, state: ReadingState, scored: Scored, probability: float, beside: Sequence[Span] = ()
    ) -> Judged:
        """Its record, of the place that was judged, where the answer counts with `probability`."""
        passage = scored.passage
        return Judged(
            passage.index,
            passage.document,
            state.corpus.locate(passage).page,
            scored.probability,
            self.answers,
            probability,
            self.given.text,
            self.given.confidence,
            tuple(each.index for each in beside),
            self.alone,
        )


class SecondOpinion(AnswerOrSelect):
    """The larger model says whether the answer stands in a place that the reader opened, and what
    it is: alone, with what is needed to understand it. Where the first places give no answer that
    is likelier than not, the best of them are put before it once more, in one prompt."""

    def __init__(
        self, judges: Judges, gate: JudgedGate, smaller: SmallerQuestions | None = None
    ) -> None:
        super().__init__(judges, gate)
        alone, together = self._judge.calibration.place, self._judge.calibration.together
        assert alone is not None, "a model that answers for a reader has weights for places"
        self._alone, self._together = alone, together or alone
        self._look = judges.look or LOOK
        self._smaller = smaller
        if smaller is None:
            # A smaller question is for one place.
            self._tables = None
        # Places that were judged, with the notes that were known then.
        self._judged: set[tuple[int, str]] = set()

    def of_places(self, state: ReadingState, opening: Opening) -> list[Quote]:
        if self._smaller is not None and state.step == 1 and not state.everything:
            quotes = self._of_smaller_questions(state, self._smaller)
            if quotes:
                return quotes
        quotes = super().of_places(state, opening)
        last_look = state.step == min(LOOKS, state.total)
        if last_look and not state.everything and self._gate.found() < LIKELIER_THAN_NOT:
            quotes += self._read_together(state)
        return quotes

    def _of_smaller_questions(self, state: ReadingState, smaller: SmallerQuestions) -> list[Quote]:
        """What the answers to smaller questions give together; nothing where the question has
        none, or not all have an answer."""
        quotes, read = smaller.quotes(state)
        state.draft["judged"] = read
        if quotes:
            self._gate.overrule(state)
            parts = tuple(dict.fromkeys(place.asked for place in read))
            self._found_elsewhere(state, quotes, parts=parts)
        return quotes

    def _quote(self, state: ReadingState, scored: Scored) -> Quote | None:
        notes = as_notes(latest_steps(state.memory.ledger))
        asked = (scored.passage.index, notes)
        if asked in self._judged:
            return None
        self._judged.add(asked)
        said, quote = self._opinion(state, scored, notes)
        self._enter(state, scored, said, kept=quote is not None)
        if quote is None and self._is_step(scored):
            return self._step(state, scored, notes)
        return quote

    def _opinion(
        self, state: ReadingState, scored: Scored, notes: str
    ) -> tuple[Said, Quote | None]:
        """What the model says of a place for the question of `state`, and its answer's quote."""
        judge, passage = self._judge, scored.passage
        shown = state.shown(passage, judge)
        reply = state.ask(judge, passage, judge.ask(shown, state.question, notes))
        answers = judge.relevance(reply, state.question, notes).answers
        said = self._weighed(state, self._alone, answers, shown, notes, scored, [passage])
        return said, self._likely(state, passage, said, shown, notes)

    def _read_together(self, state: ReadingState) -> list[Quote]:
        """The answer of the reader's best places in one prompt, and the sentence of another of
        them that leads to it: what one place says may be understood by another alone."""
        places = self._gate.best(state, round(_TOGETHER * self._look))
        places.sort(key=lambda scored: scored.passage.index)
        shown = "\n\n".join(state.shown(scored.passage, self._judge) for scored in places)
        answers = relevance_of(self._judge, shown, state.question).answers
        # The reader has no word of several places: even odds.
        even = Scored(places[0].passage, LIKELIER_THAN_NOT)
        passages = [scored.passage for scored in places]
        said = self._weighed(state, self._together, answers, shown, "", even, passages)
        stands = place_among(state.corpus, passages, said.given.text, state.question)
        if stands is None:
            return []
        (scored,) = (each for each in places if each.passage is stands[0])
        others = [passage for passage in passages if passage is not scored.passage]
        quotes = self._with_step(state, scored.passage, others, said, shown)
        self._enter(state, scored, said, kept=bool(quotes), beside=others)
        return quotes

    def _with_step(
        self,
        state: ReadingState,
        passage: Span,
        others: Sequence[Span],
        said: Said,
        shown: str,
    ) -> list[Quote]:
        """The answer's quote, and the sentence of the other places that leads to it."""
        quote = self._likely(state, passage, said, shown, "")
        if quote is None:
            return []
        named = bridge(quote.text, quote.answer, state.question)
        leading = place_among(state.corpus, others, "", f"{state.question} {named}")
        if leading is None:
            return [quote]
        place, span = leading
        step = state.corpus.quote(place.document, *span, score=said.probability)
        if unquoted(quote.answer, state.question, [quote.text, step.text]):
            return []
        return [quote, step]

    def _weighed(
        self,
        state: ReadingState,
        weights: PlaceWeights,
        answers: float,
        shown: str,
        notes: str,
        scored: Scored,
        passages: Sequence[Span],
    ) -> Said:
        """What the model answers from `shown`, and P(it is right): by the place, its words, and
        its sentence read alone. Each is asked for only where the answer could still be likely."""
        question, reader = state.question, scored.probability
        # A year that the report's title has need not stand on each of its pages.
        named = beginning(state.corpus.documents[scored.passage.document])
        unsaid = bool(unquoted(question, "", [shown, notes, named]))
        weigh = partial(weights.probability, answers, unsaid=unsaid)
        at_best = sigmoid(logit(answers) + _SURER)
        if weigh(1.0, reader, at_best) < self._least:
            return Said(answers)
        given = self._judge.answer(shown, question, notes)
        likely = weigh(given.confidence, reader, at_best)
        if likely < _WORTH_READING:
            return Said(answers, given, probability=likely)
        stands = place_among(state.corpus, passages, given.text, question)
        if stands is None:
            return Said(answers, given)
        quote = state.corpus.quote(stands[0].document, *stands[1], score=reader)
        own = [state.shown(stands[0], self._judge), notes, named]
        if of_another(state, quote, given.text, own):
            weigh = partial(weights.probability, answers, unsaid=True)
        if not weights.alone:
            return Said(answers, given, probability=weigh(given.confidence, reader))
        alone = read_alone(self._judge, state.corpus, quote, question, notes)
        return Said(answers, given, alone, weigh(given.confidence, reader, alone))

    def _likely(
        self, state: ReadingState, passage: Span, said: Said, shown: str, notes: str
    ) -> Quote | None:
        """The answer with its sentence, if it is worth keeping."""
        if said.probability < self._least:
            return None
        # The place's probability has the words' in it.
        given = replace(said.given, confidence=1.0)
        return self._answered(state, Scored(passage, said.probability), shown, notes, given)

    @property
    def _least(self) -> float:
        return min(self._gate.threshold, WORTH_QUOTING)

    def _enter(
        self,
        state: ReadingState,
        scored: Scored,
        said: Said,
        *,
        kept: bool,
        beside: Sequence[Span] = (),
    ) -> None:
        """Let count what was said of a place, and keep it in the step's record. Where several were
        read together and gave nothing, what each gave alone stands."""
        passage, probability = scored.passage, said.probability if kept else 0.0
        if probability or not beside:
            self._gate.judged(state, passage, probability, scored.probability)
            state.rate(self._judge, passage, probability)
        judged = said.of(state, scored, probability, beside)
        state.draft.setdefault("judged", []).append(judged)

    def _is_step(self, scored: Scored) -> bool:
        """Whether the reader opened a place as a step: a larger model says only that the answer
        does not stand there."""
        said = self._gate.relevance.get(scored.passage)
        opened = scored.probability >= self._gate.threshold
        return opened and said is not None and said.supports > said.answers


def of_another(state: ReadingState, quote: Quote, answer: str, own: list[str]) -> bool:
    """Whether an answer's `own` place lacks a year of the question, or its sentence, or the head of
    its cell, is of another. Of several places that are read together, another may have the name or
    the number that leads to the answer."""
    question, row = state.question, state.corpus.row_of(quote)
    if row is None and of_another_year(quote.text, answer, question):
        return True
    if row is not None and of_another_column(*row, answer, question):
        return True
    return bool(years(unquoted(question, "", own)))
