"""The posterior over passages: what was found, against what is still unread.

One place holds the answer, or none does. The exit gate weighs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy

from longread.reading.relevance.calibration import AnswerWeights, odds
from longread.reading.relevance.match import Match

# Odds that a larger model and a reader are taken to agree on before it has judged anything.
_PRIOR_ODDS = 0.5


class Posterior:
    """Every passage's outcome for one question: read, or unread with odds from BM25 alone.

    `scored` passages were judged before reading began: until they are read, the odds of
    `probability` count for them.
    """

    def __init__(
        self,
        weights: AnswerWeights,
        matches: Sequence[Match],
        scored: Sequence[int],
        probability: Callable[[int], float],
    ) -> None:
        self._unanswerable = weights.unanswerable
        self._probability = probability
        self._scored = set(scored)
        self._read: dict[int, float] = {}
        # Of the places that a larger model judged: its odds, and those that the reader gave.
        self._judged: dict[int, tuple[float, float]] = {}
        # What the reader's odds are worth in this question: the larger model's on the places that
        # it judged, as a share of the reader's on the same. Asked of every place, after each chunk.
        self._trust = 1.0
        known = set(scored)
        self._unread = {
            place: odds(probability(place)) if place in known else weights.unread_odds(match)
            for place, match in enumerate(matches)
        }

    def enter(self, place: int, probability: float) -> None:
        """Record that the passage at `place` was read with this outcome; what a larger model made
        of it stands."""
        if place not in self._judged:
            self._read[place] = probability
            self._unread.pop(place, None)

    def judge(self, place: int, probability: float, reader: float) -> None:
        """Record what a larger model made of a passage: P(its answer is right), 0 where it gave
        none; of several answers the likeliest, which the ledger keeps as well. `reader` is what the
        model that gates gave it."""
        if 0.0 < odds(probability) < self._judged.get(place, (0.0,))[0]:
            return
        self.enter(place, probability)
        self._read[place] = probability
        self._judged[place] = (odds(probability), odds(reader))
        given, had = map(sum, zip(*self._judged.values(), strict=True))
        self._trust = min(1.0, (given + _PRIOR_ODDS) / (had + _PRIOR_ODDS))

    def refused(self, place: int) -> bool:
        """Whether a larger model judged the passage and found no answer there."""
        return place in self._judged and not self._judged[place][0]

    def without_judgement(self) -> Posterior:
        """The posterior that it would be had no larger model judged a place."""
        alone = copy(self)
        alone._read = {
            place: self._probability(place) if place in self._judged else value
            for place, value in self._read.items()
        }
        alone._judged, alone._trust = {}, 1.0
        return alone

    def found(self, threshold: float) -> float:
        """P(the answer's place is among the passages whose gate opened at `threshold`).

        One place holds the answer, or none does: the odds of the passages read compete with
        those still unread, and with "the document does not say".
        """
        return sum(map(self.weight, self.opened(threshold))) / self._total()

    def unread(self) -> float:
        """P(the answer's place is among the passages that were not read)."""
        return self._open_odds() / self._total()

    def _total(self) -> float:
        return sum(map(self.weight, self._read)) + self._open_odds() + self._unanswerable

    def weight(self, place: int) -> float:
        """The odds of a place that was read, as they count here."""
        known = odds(self._read[place])
        return known if place in self._judged else known * self._trust

    def _open_odds(self) -> float:
        """The odds of all that is unread."""
        return sum(
            value * self._trust if place in self._scored else value
            for place, value in self._unread.items()
        )

    def opened(self, threshold: float) -> dict[int, float]:
        """P(the passage holds the answer) of the places read whose gate opened at `threshold`."""
        return {
            place: value
            for place, value in self._read.items()
            if value >= threshold or self._judged.get(place, (0.0,))[0] > 0
        }

    def scored_unread(self) -> list[int]:
        """The places that were judged and not read yet, in order."""
        return sorted(place for place in self._scored if place in self._unread)
