"""Passage scores: what a judge says of passages for one question, with BM25 as the prior."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from longread.documents.chunks import Span
from longread.reading.judges import Judge, Relevance, relevance_of
from longread.reading.judges.batch import ask_together
from longread.reading.parts.backing import LIKELIER_THAN_NOT, unquoted
from longread.reading.parts.posterior import Posterior
from longread.reading.prompts import probe_pairs
from longread.reading.relevance.calibration import Background, logit
from longread.reading.relevance.cells import row_asked
from longread.reading.relevance.match import Match, best_matching, evenly, fused, lexical_match
from longread.reading.state import ReadingState, Scored
from longread.reading.step import Quote

# Hits of each search that are joined with those of the question itself.
_FUSED = 50
# What a reader says of the row that answers, at its surest.
_AT_BEST = 0.98


def passage_matches(state: ReadingState, known: Sequence[Quote] = ()) -> list[Match]:
    """BM25's match of every passage with the question, and with the quotes that are known."""
    corpus = state.corpus
    quoted = {passage.index for quote in known for passage in corpus.passages_at(quote)}
    words = " ".join(quote.text for quote in known)
    return lexical_match(corpus.index, state.question, words, quoted)


class PassageScores:
    """P(a passage holds the answer), and P(it helps at all): the judge's word, calibrated.

    Made before the first chunk is read: BM25's best passages are judged then, so that most
    answers cost a dozen passages and not the way to their page; those that planned `searches`
    bring; and evenly spread ones where the judge's evidence needs a background. `posterior` keeps
    the outcomes.

    Where cached states are pruned, a passage that helps with at least the probability `closer` is
    asked again word for word. That costs its prefill, and once more where other passages are
    gated before it is answered from.
    """

    def __init__(
        self, state: ReadingState, judge: Judge, closer: float, searches: Sequence[str] = ()
    ) -> None:
        self._state = state
        self._judge = judge
        self._closer = closer
        self._calibration = judge.calibration
        self._weights = judge.calibration.weights(state.everything)
        self._matches = passage_matches(state)
        self._relevance: dict[int, Relevance] = {}
        self._background: Background | None = None
        self._look_up(searches)
        self.posterior = Posterior(
            self._weights, self._matches, list(self._relevance), self.probability
        )

    def relevance(self, place: int) -> Relevance:
        """What the judge says of the passage at `place`, with nothing known. Asked once."""
        if place not in self._relevance:
            said = self.ask(self._state.corpus.passages[place], "", self._matches[place])
            self._relevance[place] = self._of_row(place, said)
        return self._relevance[place]

    def judge_ahead(self, places: Iterable[int]) -> None:
        """Ask of several passages at once: as requests of their own where the judge's engine
        takes several, or side by side where it keeps their states.

        In a pass for several questions a passage is asked all of them at once instead; and where
        cached states are pruned, some are asked again word for word.
        """
        state, judge = self._state, self._judge
        new = [place for place in dict.fromkeys(places) if place not in self._relevance]
        if not new or state.batch is not None or state.cached_states_pruned(judge.engine):
            return
        passages = [state.corpus.passages[each] for each in new]
        requests = [judge.ask(state.shown(each, judge), state.question) for each in passages]
        replies = ask_together(judge.engine, requests, map(state.source, passages), state.known)
        for place, reply in zip(new, replies, strict=False):
            self._relevance[place] = self._of_row(place, judge.relevance(reply, state.question))

    def _of_row(self, place: int, said: Relevance) -> Relevance:
        """What the judge says of a passage, or, where it is unsure and a row could open the gate,
        of the row there that the question asks about: alone, as a record. Of a dozen rows that
        differ by a name and two figures a small reader does not tell whether one is meant."""
        state, match = self._state, self._matches[place]
        sure = self.weigh(said.answers, match) >= LIKELIER_THAN_NOT
        if self._judge.records or state.everything or sure:
            return said
        if self.weigh(_AT_BEST, match) < self._closer:
            return said
        corpus, passage = state.corpus, state.corpus.passages[place]
        rows, best = corpus.rows_asked(passage, state.question)
        cell = row_asked(state.question, rows) if best else None
        if cell is None:
            return said
        record = corpus.record(passage, cell.table, cell.row, state.question)
        if unquoted(state.question, "", [record]):
            # Of another year, or another number, than the question's.
            return said
        alone = relevance_of(self._judge, record, state.question)
        return max(said, alone, key=lambda each: each.answers)

    def ask(self, passage: Span, notes: str, match: Match) -> Relevance:
        """What the judge says of a passage, with `notes` known."""
        state, judge = self._state, self._judge
        request = judge.ask(state.shown(passage, judge), state.question, notes)
        said = judge.relevance(state.ask(judge, passage, request), state.question, notes)
        if (
            state.cached_states_pruned(judge.engine)
            and request.options is not None
            and self.helps(said, match) >= self._closer
        ):
            reply = state.ask(judge, passage, request, exact=True)
            return judge.relevance(reply, state.question, notes)
        return said

    def probability(self, place: int) -> float:
        """P(the passage holds the answer), by the passage's place."""
        return self.weigh(self.relevance(place).answers, self._matches[place])

    def opens(self, place: int) -> float:
        """P(the passage helps at all): holds the answer, or is a step towards it."""
        return self.helps(self.relevance(place), self._matches[place])

    def helps(self, relevance: Relevance, match: Match) -> float:
        """P(a passage helps at all), from what the judge says of it."""
        step = self._calibration.step
        as_step = step.probability(relevance.supports, match) if step else 0.0
        return max(self.weigh(relevance.helps, match), as_step)

    def weigh(self, said: float, match: Match) -> float:
        """The judge's probability, with the prior of BM25's match."""
        return self._weights.probability(self._evidence(said), match)

    def _evidence(self, said: float) -> float:
        evidence = logit(said)
        return evidence if self._background is None else self._background.z_score(evidence)

    def features(self, place: int) -> tuple[float, float, float, float]:
        """What the calibration weighs of a passage: the judge's evidence, and BM25's shares."""
        match = self._matches[place]
        evidence = self._evidence(self.relevance(place).answers)
        return evidence, match.relative, match.absolute, match.named

    def scored(self) -> list[int]:
        """Places that were judged, in order."""
        return sorted(self._relevance)

    def best(self, wanted: int) -> list[Scored]:
        """The judged places that the reader likes best, with P(they help), best first."""
        ranked = sorted(self.scored(), key=lambda place: -self.opens(place))[:wanted]
        return [Scored(self._state.corpus.passages[place], self.opens(place)) for place in ranked]

    def _look_up(self, searches: Sequence[str]) -> None:
        even = evenly(len(self._matches), self._calibration.background)
        best = best_matching(self._matches, self._calibration.lookups)
        if searches:
            index, wanted = self._state.corpus.index, self._calibration.lookups
            hits = [[hit.place for hit in index.search(each, _FUSED)] for each in searches]
            planned = fused([best_matching(self._matches, _FUSED), *hits], wanted)
            best = list(dict.fromkeys([*best, *planned]))
        others = [place for place in best if place not in even]
        places, found = [*even, *others], dict[int, float]()
        # One by itself first: it is seen a second or two before the others.
        for some in (places[:1], places[1:]):
            self.judge_ahead(some)
            for place in some:
                found[place] = logit(self.relevance(place).answers)
                self._state.on_gated(self._state.corpus.passages[place])
        if self._calibration.background:
            self._background = Background.of(
                [*(found[place] for place in even), *self._strangers(len(even))],
                [found[place] for place in others],
            )

    def _strangers(self, even: int) -> list[float]:
        """Evidence of passages from elsewhere: a short document is no background of its own.

        The z-score of one value among n is at most √(n − 1): 1.4 of three.
        """
        wanted = max(0, self._calibration.background - even)
        return [
            logit(relevance_of(self._judge, passage, self._state.question).answers)
            for passage, _question in probe_pairs()[:wanted]
        ]
