"""An update gate whose places another word overrules: a larger model's, or a query's on a table."""

from __future__ import annotations

from collections.abc import Sequence

from longread.documents.chunks import Span
from longread.reading.parts.gates import PassageGate
from longread.reading.state import ReadingState, Scored
from longread.reading.step import Quote, Step


class JudgedGate(PassageGate):
    """Keeps, beside what the judge that gates says of a place, what was made of it afterwards."""

    def settled(self) -> float:
        """The posterior that no unread passage holds the answer."""
        return 1.0 - self._scores.posterior.unread() if self._scores else 0.0

    def judged(self, state: ReadingState, passage: Span, probability: float, reader: float) -> None:
        """Take over what a larger model made of a passage that the gate gave `reader`: 0 where it
        gave no answer."""
        self.scores(state).posterior.judge(passage.index, probability, reader)

    def overrule(self, state: ReadingState) -> None:
        """Take what opened in this step for no answer: one was found by other questions."""
        scores = self.scores(state)
        for passage in (*state.corpus.passages_of(state.chunk), *state.lookahead):
            scores.posterior.judge(passage.index, 0.0, scores.opens(passage.index))

    def refused(self, state: ReadingState, quote: Quote) -> bool:
        """Whether a larger model found no answer in the passages that a quote stands in."""
        posterior = self.scores(state).posterior
        return all(posterior.refused(place.index) for place in state.corpus.passages_at(quote))

    def opened(self, state: ReadingState) -> list[Scored]:
        """The passages read that the reader itself opened for an answer, best first, whatever a
        larger model made of them."""
        posterior = self.scores(state).posterior.without_judgement()
        found = sorted(posterior.opened(self.threshold).items(), key=lambda each: -each[1])
        passages, scores = state.corpus.passages, self.scores(state)
        for place, _value in found:
            # What an interrupted run read is asked again, from its block.
            self.relevance.setdefault(passages[place], scores.relevance(place))
        return [Scored(passages[place], value) for place, value in found]

    def found_by_reader(
        self, state: ReadingState, answers: Sequence[Quote], apart: Sequence[Quote] = ()
    ) -> float:
        """The same of the reader's own `answers`, whatever a larger model made of their places."""
        posterior = self.scores(state).posterior.without_judgement()
        return self._share(state, answers, posterior, apart)

    def restore(self, state: ReadingState, step: Step) -> None:
        super().restore(state, step)
        query = next((place.query for place in step.judged if place.query), "")
        if query or any(place.parts for place in step.judged):
            self.overrule(state)
        state.query = query or state.query
        for place in step.judged:
            if not place.asked and (place.probability or not place.beside):
                self.scores(state).posterior.judge(place.passage, place.probability, place.reader)
