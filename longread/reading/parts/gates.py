"""Update and exit gates: probabilities from one forward step, with a threshold the user can move.

GRU-Mem (arXiv 2602.10560) gates with text that its model was trained to write. Here no
word is generated: the update gate reads a probability for every passage of the chunk, the
exit gate one for what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from longread.documents.chunks import Span
from longread.reading.judges import Judge, Relevance
from longread.reading.judges.batch import Request
from longread.reading.memory import as_notes
from longread.reading.parts.posterior import Posterior
from longread.reading.parts.scores import PassageScores, passage_matches
from longread.reading.relevance.calibration import odds
from longread.reading.relevance.match import Match
from longread.reading.state import Opening, Outcome, ReadingState, Scored
from longread.reading.step import Gate, Quote, Step

Choose = Callable[[ReadingState, Sequence[Quote]], Outcome]
# Quotes that are steps towards the answer, put before the model again; the latest ones.
_STEPS_SHOWN = 4
# With steps known, a passage is judged again if its BM25 score for question and steps is at least
# this share of the best passage's (benchmarks/LOG.md, 2026-11-28, "what a second ask is worth").
_WORTH_ASKING_AGAIN = 0.1


class PassageGate:
    """P(a passage helps) by a judge, one decode a passage; more once a step is known.

    Before the first chunk it looks up BM25's best passages. When the ledger holds a step towards
    the answer, passages that BM25 likes with it are judged again with that step in the notes.
    """

    def __init__(self, judge: Judge, threshold: float | None = None) -> None:
        self.judge = judge
        self.signal = judge.signal
        self.threshold = judge.calibration.threshold if threshold is None else threshold
        self.relevance: dict[Span, Relevance] = {}
        self._scores: PassageScores | None = None
        self._matches: tuple[Sequence[Quote], Sequence[Match]] | None = None

    def found(self) -> float:
        """The posterior that the answer's place is among the passages that the gate opened for;
        0 before anything is read."""
        return self._scores.posterior.found(self.threshold) if self._scores else 0.0

    def found_by(
        self, state: ReadingState, answers: Sequence[Quote], apart: Sequence[Quote] = ()
    ) -> float:
        """The posterior that the answer's place is among those that gave `answers`.

        A place that opened and gave none takes its share: it may only have looked likely with
        a step in the notes, and then nothing was read there. Those of the quotes `apart` take none.
        """
        if self._scores is None:
            return 0.0
        return self._share(state, answers, self._scores.posterior, apart)

    def _share(
        self,
        state: ReadingState,
        answers: Sequence[Quote],
        posterior: Posterior,
        apart: Sequence[Quote],
    ) -> float:
        quotes = (*answers, *apart)
        own = {place.index for quote in quotes for place in state.corpus.passages_at(quote)}
        opened = posterior.opened(self.threshold)
        without = sum(posterior.weight(place) for place in opened if place not in own)
        given = sum(odds(quote.score) for quote in answers)
        return posterior.found(self.threshold) * given / (given + without) if given else 0.0

    def read(self, state: ReadingState) -> Opening:
        scores = self.scores(state)
        prefetched = self._opens(state, scores.scored()) if state.step == 1 else []
        own = state.corpus.passages_of(state.chunk)
        passages = [*own, *state.lookahead]
        opens: list[float] = []
        scores.judge_ahead(passage.index for passage in passages)
        for passage in passages:
            self.relevance[passage] = scores.relevance(passage.index)
            probability, helps = scores.probability(passage.index), scores.opens(passage.index)
            if self._known_for(state, passage):
                again = self.judge_again(state, passage)
                probability, helps = max(probability, again[0]), max(helps, again[1])
            scores.posterior.enter(passage.index, probability)
            state.rate(self.judge, passage, helps)
            opens.append(helps)
        looked_up = [passage for passage in state.retrieved if passage not in passages]
        for passage in looked_up:
            found, helps = self.judge_again(state, passage)
            opens.append(helps)
            if found >= self.threshold:
                scores.posterior.enter(passage.index, found)
        outcome = self.opening(state, [*passages, *looked_up], opens, len(own))
        return replace(outcome, prefetched=tuple(prefetched))

    def opening(
        self, state: ReadingState, passages: Sequence[Span], opens: Sequence[float], own: int
    ) -> Opening:
        """The gate of a chunk whose first `own` passages are its own and the rest were looked up,
        from the probabilities that they open."""
        read = [Scored(*each) for each in zip(passages, opens, strict=True)]
        gate = Gate(max(opens, default=0.0), self.threshold, self.signal)
        return Opening(gate, tuple(opens[:own]), self.choose(state, read))

    def choose(self, state: ReadingState, read: Sequence[Scored]) -> tuple[Scored, ...]:
        """The passages that were read for which the gate opens."""
        return tuple(each for each in read if each.probability >= self.threshold)

    def restore(self, state: ReadingState, step: Step) -> None:
        scores = self.scores(state)
        own = state.corpus.passages_of(state.chunk)
        for passage, gate in zip(own, step.passage_gates, strict=True):
            # A gate is P(helps), the posterior takes P(answers): asked again where it was open.
            closed = gate < self.threshold
            scores.posterior.enter(
                passage.index, gate if closed else scores.probability(passage.index)
            )
        for passage in state.lookahead:
            scores.posterior.enter(passage.index, scores.probability(passage.index))

    def requests(self, state: ReadingState, passage: Span) -> list[Request]:
        """What the gate asks of a passage: with nothing known, and with the steps found so far."""
        shown = state.shown(passage, self.judge)
        return [
            self.judge.ask(shown, state.question, known)
            for known in dict.fromkeys(("", self._known_for(state, passage)))
        ]

    def promising(self, state: ReadingState) -> list[Scored]:
        """Passages judged before reading, still unread, whose gate is known to open."""
        unread = self.scores(state).posterior.scored_unread()
        return list(self.choose(state, self._opens(state, unread)))

    def best(self, state: ReadingState, wanted: int) -> list[Scored]:
        """The places that the reader likes best, of all that it was asked about."""
        return self.scores(state).best(wanted)

    def scores(self, state: ReadingState) -> PassageScores:
        """The run's passage scores, made on first use."""
        if self._scores is None:
            self._scores = PassageScores(state, self.judge, self.threshold, self.searches(state))
        return self._scores

    def searches(self, state: ReadingState) -> list[str]:
        """What to look up before reading, beside the question."""
        return [state.asked] if state.asked != state.question else []

    def judge_again(self, state: ReadingState, passage: Span) -> tuple[float, float]:
        """(P(answers), P(helps)) of a passage with what was found so far in the notes."""
        scores, match = self.scores(state), self._given_steps(state)[passage.index]
        said = scores.ask(passage, as_notes(steps_so_far(state.memory.ledger)), match)
        before = self.relevance.get(passage)
        if before is None or said.helps > before.helps:
            self.relevance[passage] = said
        return scores.weigh(said.answers, match), scores.helps(said, match)

    def _opens(self, state: ReadingState, places: Sequence[int]) -> list[Scored]:
        """Passages by place, with P(the passage helps)."""
        passages, scores = state.corpus.passages, self.scores(state)
        return [Scored(passages[place], scores.opens(place)) for place in places]

    def _known_for(self, state: ReadingState, passage: Span) -> str:
        """The steps found so far, if they make the passage worth judging again; else empty."""
        notes = as_notes(latest_steps(state.memory.ledger))
        if not notes or self._given_steps(state)[passage.index].relative < _WORTH_ASKING_AGAIN:
            return ""
        return notes

    def _given_steps(self, state: ReadingState) -> Sequence[Match]:
        """BM25's match of every passage with the question and the steps found so far.

        The passage of a second step shares its words with the first one's quote.
        """
        steps = steps_so_far(state.memory.ledger)
        if self._matches is None or self._matches[0] != steps:
            self._matches = (steps, passage_matches(state, steps))
        return self._matches[1]


def steps_so_far(ledger: Sequence[Quote]) -> Sequence[Quote]:
    """The quotes that are only steps towards the answer; where there are none the latest."""
    return latest_steps(ledger) or ledger[-1:]


def latest_steps(ledger: Sequence[Quote]) -> list[Quote]:
    """The latest quotes that are only steps towards the answer.

    Quotes with an answer are left out: with the answer in the notes every passage would
    "help".
    """
    return [quote for quote in ledger if not quote.answer][-_STEPS_SHOWN:]


class FoundExit:
    """Exit when an answer outweighs what is unread, or the notes together give one.

    `choose` gives the answer as it would be given now: what it refuses is read on for.
    """

    def __init__(self, gate: PassageGate, choose: Choose | None = None) -> None:
        self._gate = gate
        self._choose = choose
        self._last: tuple[str, float] = ("", 0.0)

    def decide(self, state: ReadingState) -> Gate | None:
        """A list is read for to the end, unless a query selected all of it."""
        if state.query:
            return Gate(1.0, state.options.exit_threshold, self._gate.signal)
        if state.everything and state.options.exit is None:
            return None
        ledger = state.memory.ledger
        if not ledger:
            return None
        found = self.found() if any(quote.answer for quote in ledger) else 0.0
        if found >= state.options.exit_threshold and self._choose is not None:
            chosen = self._choose(state, state.ledger())
            found = found if chosen.text is not None else chosen.confidence
        probability = max(found, self._together(state))
        return Gate(probability, state.options.exit_threshold, self._gate.signal)

    def found(self) -> float:
        """P(what was found outweighs the rest), some place having given an answer."""
        return self._gate.found()

    def _together(self, state: ReadingState) -> float:
        """P(the steps in the notes hold the answer), asked when they changed."""
        notes = as_notes(latest_steps(state.memory.ledger))
        if notes.count("\n") < 1:
            return 0.0
        if self._last[0] != notes:
            self._last = (notes, self._gate.judge.enough(notes, state.question))
        return self._last[1]
