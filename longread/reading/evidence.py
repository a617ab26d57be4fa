"""The evidence board: what is known of every tile of the documents for one question.

The update gate fills it, the exit gate weighs what was found against what is still open.
How a tile's probability comes about is its scale's affair: the likelihood of the question
against a background of other tiles, or what a trained reader says of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from longread.documents.chunks import Piece
from longread.reading.prompts import probe_pairs
from longread.reading.protocol import WORDS, Help
from longread.reading.protocol import Protocol as ReaderProtocol
from longread.reading.questions import wants_everything
from longread.reading.signals import (
    BACKGROUND_BEST,
    BACKGROUND_EVEN,
    Background,
    Evidence,
    Likelihood,
    Match,
    evenly,
    evidence,
    lexical_match,
    list_evidence,
    logit,
    odds,
    step_evidence,
)
from longread.reading.situation import Situation
from longread.reading.step import Quote


class Scale(Protocol):
    """P(a tile holds the answer), by the tile's place; the first time costs a decode."""

    @property
    def calibration(self) -> Evidence: ...

    def probability(self, place: int) -> float: ...

    def scored(self) -> list[int]:
        """Places that were scored, in order."""
        ...


class EvidenceBoard:
    """Every tile's outcome for one question: read, or still open with odds from BM25 alone."""

    def __init__(self, scale: Scale, matches: Sequence[Match]) -> None:
        self._scale = scale
        self._read: dict[int, float] = {}
        scored = set(scale.scored())
        self._open = {
            place: odds(scale.probability(place))
            if place in scored
            else scale.calibration.unread_odds(match)
            for place, match in enumerate(matches)
        }

    def read(self, tile: Piece) -> float:
        """P(the tile holds the answer), recorded as read."""
        probability = self._scale.probability(tile.index)
        self.enter(tile.index, probability)
        return probability

    def enter(self, place: int, probability: float) -> None:
        """Record that the tile at `place` was read with this outcome."""
        self._read[place] = probability
        self._open.pop(place, None)

    def settled(self, threshold: float) -> float:
        """P(the answer's place is among the tiles whose gate opened at `threshold`).

        One place holds the answer, or none does: the odds of the tiles read compete with
        those of the tiles still open, and with "the document does not say".
        """
        found = sum(odds(value) for value in self._read.values() if value >= threshold)
        lost = sum(odds(value) for value in self._read.values() if value < threshold)
        open_odds = sum(self._open.values())
        return found / (found + lost + open_odds + self._scale.calibration.unanswerable)

    def opened(self, threshold: float) -> dict[int, float]:
        """P(the tile holds the answer) of the places read whose gate opened at `threshold`."""
        return {place: value for place, value in self._read.items() if value >= threshold}

    def scored_unread(self) -> list[tuple[int, float]]:
        """Tiles that were scored and not read yet, with their probabilities, in order."""
        return [
            (place, self._scale.probability(place))
            for place in self._scale.scored()
            if place in self._open
        ]


def tile_matches(situation: Situation, known: Sequence[Quote] = ()) -> list[Match]:
    """BM25's match of every tile with the question, and with the quotes that are known."""
    corpus = situation.corpus
    quoted = {tile.index for quote in known for tile in corpus.tiles_of(quote)}
    words = " ".join(quote.text for quote in known)
    return lexical_match(corpus.tile_index, situation.question, words, quoted)


def best_matching(matches: Sequence[Match], wanted: int) -> list[int]:
    """The places that BM25 likes best, best first."""
    ranked = sorted(range(len(matches)), key=lambda place: (-matches[place].relative, place))
    return ranked[:wanted]


class LikelihoodScale:
    """Gains of the question's likelihood, standing against those of other tiles.

    Before reading, a few tiles are scored: their gains are the background that all others
    are compared with.
    """

    def __init__(self, situation: Situation, signal: Likelihood, matches: Sequence[Match]) -> None:
        self.calibration: Evidence = evidence("likelihood")
        self._situation = situation
        self._signal = signal
        self._matches = matches
        self._gains: dict[int, float] = {}
        self._background = self._measure()

    def probability(self, place: int) -> float:
        standing = self._background.standing(self._gain(place))
        return self.calibration.probability(standing, self._matches[place])

    def scored(self) -> list[int]:
        return sorted(self._gains)

    def given(self, pieces: Sequence[Piece], known: str, search: str) -> list[float]:
        """P(a unit holds what is still missing) for units that were looked up by `search`,
        with the words `known` given."""
        situation = self._situation
        matches = lexical_match(situation.corpus.index, search)
        passages = [situation.passage(piece) for piece in pieces]
        gains = self._signal.score(situation.question, passages, given=known)
        return [
            self.calibration.probability(self._background.standing(gain), matches[piece.index])
            for gain, piece in zip(gains, pieces, strict=True)
        ]

    def _measure(self) -> Background:
        even = evenly(len(self._matches), BACKGROUND_EVEN)
        best = best_matching(self._matches, BACKGROUND_BEST)
        # A short document is no background of its own: one tile of three never stands more
        # than 1.4 spreads above the mean of the three. Of single paragraphs none opened for
        # its question, and with passages from elsewhere filling up all of 14 did.
        strangers = [passage for passage, _question in probe_pairs()][: BACKGROUND_EVEN - len(even)]
        return Background.of(
            [
                *(self._gain(place) for place in even),
                *self._signal.score(self._situation.question, strangers),
            ],
            [self._gain(place) for place in best if place not in even],
        )

    def _gain(self, place: int) -> float:
        if place not in self._gains:
            tile = self._situation.corpus.all_tiles[place]
            question, passage = self._situation.question, self._situation.passage(tile)
            asked, words = self._signal.request(question, passage)
            scores = self._situation.score(tile, "likelihood", asked, words)
            self._gains[place] = self._signal.gain(question, scores)
        return self._gains[place]


# Tiles that a trained reader looks at before it begins: BM25's best. What it finds there
# is read first, so that most answers cost a dozen tiles and not the way to their page.
SCOUTED = 12


class ReaderScale:
    """What a trained reader says of a tile ("Helps: yes"), with BM25's match as a prior.

    A question that wants everything has a prior of its own: the places of a list do not
    compete, so that BM25 likes another one better says little against this one.

    Where blocks are thinned out, a tile that helps with at least the probability `closer` is
    asked again word for word. That costs its prefill, and once more where other tiles are
    gated before it is answered from.
    """

    def __init__(
        self,
        situation: Situation,
        protocol: ReaderProtocol,
        matches: Sequence[Match],
        closer: float,
    ) -> None:
        self._closer = closer
        everything = wants_everything(situation.question)
        self.calibration: Evidence = list_evidence() if everything else evidence("reader")
        self._steps = step_evidence()
        self._situation = situation
        self._protocol = protocol
        self._matches = matches
        self._helps: dict[int, Help] = {}
        for place in best_matching(matches, SCOUTED):
            self.help(place)

    def help(self, place: int) -> Help:
        """What the reader says of the tile, with nothing known."""
        if place not in self._helps:
            tile = self._situation.corpus.all_tiles[place]
            self._helps[place] = self.ask(tile, "", self._matches[place])
        return self._helps[place]

    def ask(self, piece: Piece, notes: str, match: Match) -> Help:
        """What the reader says of a piece, with `notes` known."""
        situation = self._situation
        asked = self._protocol.gate(situation.passage(piece), situation.question, notes)
        said = Help.of(situation.choose(piece, "reader", asked, WORDS))
        if situation.thinned and self.helps(said, match) >= self._closer:
            return Help.of(situation.choose_closely(piece, "reader", asked, WORDS))
        return said

    def probability(self, place: int) -> float:
        return self.weigh(self.help(place).yes, self._matches[place])

    def opens(self, place: int) -> float:
        """P(the tile helps at all): holds the answer, or is a step towards it."""
        return self.helps(self.help(place), self._matches[place])

    def helps(self, helps: Help, match: Match) -> float:
        """P(a unit helps at all), from what the reader says of it."""
        step = self._steps.probability(helps.part, match)
        return max(self.weigh(helps.any, match), step)

    def weigh(self, probability: float, match: Match) -> float:
        """The reader's probability, with the prior of BM25's match."""
        return self.calibration.probability(logit(probability), match)

    def scored(self) -> list[int]:
        return sorted(self._helps)
