"""Gates: probabilities from one forward step, compared with a threshold the user can move.

GRU-Mem (arXiv 2602.10560) gates with text that its model was trained to write. Here no
word is generated: the update gate reads a probability for every unit of the chunk, the
exit gate one for the memory.
"""

from __future__ import annotations

from collections.abc import Sequence

from longread.documents.chunks import Piece
from longread.engine import Engine
from longread.reading.prompts import probe_pairs, prompt
from longread.reading.signals import (
    BACKGROUND_BEST,
    BACKGROUND_EVEN,
    Background,
    Evidence,
    Likelihood,
    evenly,
    evidence,
    lexical_match,
    logit,
    odds,
    sigmoid,
)
from longread.reading.situation import Opening, Scored, Situation
from longread.reading.step import Gate

YES_NO = {
    "yes": ("yes", " yes", "Yes", " Yes", "YES", " YES"),
    "no": ("no", " no", "No", " No", "NO", " NO"),
}


class AlwaysOpen:
    """Every chunk may change the memory (MemAgent, InfMem)."""

    signal = "always"

    def read(self, situation: Situation) -> Opening:
        return Opening(Gate(1.0, 0.0, self.signal), (), (Scored(situation.chunk, 0.0),))

    def restore(self, situation: Situation, unit_gates: Sequence[float]) -> None:
        del situation, unit_gates


class EvidenceBoard:
    """What is known of every tile of the documents for one question.

    Before reading, a few tiles are scored: their gains are the background that all others
    are compared with. The update gate fills the board, the exit gate weighs what was
    found against what is still open.
    """

    def __init__(self, situation: Situation, signal: Likelihood) -> None:
        self._situation = situation
        self._signal = signal
        self._calibration: Evidence = evidence()
        self._gains: dict[int, float] = {}
        self._read: dict[int, float] = {}
        corpus = situation.corpus
        matches = lexical_match(corpus.index, situation.question)
        self._matches = [
            max(matches[unit] for unit in corpus.units_over(tile)) for tile in corpus.all_tiles
        ]
        self._background = self._measure()
        self._open = {
            place: odds(self._probability(place))
            if place in self._gains
            else self._calibration.unread_odds(match)
            for place, match in enumerate(self._matches)
        }

    def read(self, tile: Piece) -> float:
        """P(the tile holds the answer), recorded as read."""
        self._gain(tile.index)
        probability = self._probability(tile.index)
        self.enter(tile, probability)
        return probability

    def enter(self, tile: Piece, probability: float) -> None:
        """Record that `tile` was read with this outcome."""
        self._read[tile.index] = probability
        self._open.pop(tile.index, None)

    def settled(self, threshold: float) -> float:
        """P(the answer's place is among the tiles whose gate opened at `threshold`).

        One place holds the answer, or none does: the odds of the tiles read compete with
        those of the tiles still open, and with "the document does not say" (odds 1).
        """
        found = sum(odds(value) for value in self._read.values() if value >= threshold)
        lost = sum(odds(value) for value in self._read.values() if value < threshold)
        return found / (found + lost + sum(self._open.values()) + 1.0)

    def scored_unread(self) -> list[tuple[int, float]]:
        """Tiles that were scored and not read yet, with their probabilities, in order."""
        return [
            (place, self._probability(place))
            for place in sorted(self._gains)
            if place in self._open
        ]

    def given(self, pieces: Sequence[Piece], known: str, search: str) -> list[float]:
        """P(a unit holds what is still missing) for units that were looked up by `search`,
        with the words `known` given."""
        situation, calibration = self._situation, self._calibration
        matches = lexical_match(situation.corpus.index, search)
        passages = [situation.passage(piece) for piece in pieces]
        gains = self._signal.score(situation.question, passages, given=known)
        return [
            calibration.probability(self._background.standing(gain), matches[piece.index])
            for gain, piece in zip(gains, pieces, strict=True)
        ]

    def _measure(self) -> Background:
        best = sorted(range(len(self._matches)), key=lambda place: (-self._relative(place), place))
        even = evenly(len(self._matches), BACKGROUND_EVEN)
        # A short document is no background of its own: one tile of three never stands more
        # than 1.4 spreads above the mean of the three. Of single paragraphs none opened for
        # its question, and with passages from elsewhere filling up all of 14 did.
        strangers = [passage for passage, _question in probe_pairs()][: BACKGROUND_EVEN - len(even)]
        return Background.of(
            [
                *(self._gain(place) for place in even),
                *self._signal.score(self._situation.question, strangers),
            ],
            [self._gain(place) for place in best[:BACKGROUND_BEST] if place not in even],
        )

    def _relative(self, place: int) -> float:
        return self._matches[place].relative

    def _gain(self, place: int) -> float:
        if place not in self._gains:
            passage = self._situation.passage(self._situation.corpus.all_tiles[place])
            self._gains[place] = self._signal.score(self._situation.question, [passage])[0]
        return self._gains[place]

    def _probability(self, place: int) -> float:
        standing = self._background.standing(self._gains[place])
        return self._calibration.probability(standing, self._matches[place])


class LikelihoodGate:
    """P(tile holds the answer) from the likelihood signal and BM25, calibrated.

    Each tile of a few hundred tokens is one decode: tile first, question last, logits for
    the question's tokens alone.
    """

    signal = "likelihood"

    def __init__(self, engine: Engine, threshold: float) -> None:
        self._signal = Likelihood(engine)
        self._threshold = threshold
        self._board: EvidenceBoard | None = None

    def settled(self) -> float:
        """P(the answer's place is among what the gate opened for); 0 before anything is read."""
        return self._board.settled(self._threshold) if self._board else 0.0

    def board(self, situation: Situation) -> EvidenceBoard:
        """The run's evidence board, made on first use."""
        if self._board is None:
            self._board = EvidenceBoard(situation, self._signal)
        return self._board

    def read(self, situation: Situation) -> Opening:
        board = self.board(situation)
        own, retrieved = situation.corpus.tiles(situation.chunk), situation.retrieved
        tiles = [*own, *situation.ahead]
        probabilities = [board.read(tile) for tile in tiles]
        if retrieved:
            # These were read before and stayed closed. What is new is the quote whose names
            # they were looked up for.
            known = situation.memory.ledger[-1].text
            probabilities += board.given(retrieved, known, situation.searches[-1])
        return opening([*tiles, *retrieved], probabilities, len(own), self._threshold, self.signal)

    def restore(self, situation: Situation, unit_gates: Sequence[float]) -> None:
        board = self.board(situation)
        for tile, gate in zip(situation.corpus.tiles(situation.chunk), unit_gates, strict=True):
            board.enter(tile, gate)
        for tile in situation.ahead:
            board.read(tile)

    def promising(self, situation: Situation) -> list[Scored]:
        """Unread tiles whose gate is known to open: the background's scores say so."""
        return [
            Scored(situation.corpus.all_tiles[place], probability)
            for place, probability in self.board(situation).scored_unread()
            if probability >= self._threshold
        ]


class ChoiceGate:
    """P(yes) of a model that can answer "does this passage help?", against an empty passage.

    The prior of the same prompt with nothing in it is taken off in log-odds, so that a
    model that likes to say yes does not open every gate.
    """

    signal = "choice"

    def __init__(self, engine: Engine, threshold: float) -> None:
        self._engine = engine
        self._threshold = threshold
        self._prior: dict[tuple[str, str], float] = {}

    def read(self, situation: Situation) -> Opening:
        pieces = [*situation.corpus.tiles(situation.chunk), *situation.retrieved]
        probabilities = [self._probability(situation, piece) for piece in pieces]
        return opening(
            pieces,
            probabilities,
            len(pieces) - len(situation.retrieved),
            self._threshold,
            self.signal,
        )

    def restore(self, situation: Situation, unit_gates: Sequence[float]) -> None:
        del situation, unit_gates

    def _probability(self, situation: Situation, piece: Piece) -> float:
        key = (situation.question, situation.memory.notes)
        if key not in self._prior:
            self._prior = {key: self._log_odds(situation, "")}
        # A prior above even is a bias to correct; one below is what an empty page deserves.
        bias = max(0.0, self._prior[key])
        return sigmoid(self._log_odds(situation, situation.passage(piece)) - bias)

    def _log_odds(self, situation: Situation, passage: str) -> float:
        return logit(
            yes_probability(
                self._engine,
                "gate",
                passage=passage,
                question=situation.question,
                memory=situation.memory.notes,
            )
        )


class SettledExit:
    """Exit when the evidence found outweighs whatever the unread part may hold."""

    def __init__(self, gate: LikelihoodGate) -> None:
        self._gate = gate

    def decide(self, situation: Situation) -> Gate | None:
        if not situation.memory.ledger:
            return None
        threshold = situation.options.exit_threshold
        return Gate(self._gate.settled(), threshold, self._gate.signal)


class ChoiceExit:
    """P(yes) that the notes contain the complete answer; asked only when they changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last: tuple[str, Gate] | None = None

    def decide(self, situation: Situation) -> Gate | None:
        notes = situation.memory.notes
        if not notes:
            return None
        if self._last is None or self._last[0] != notes:
            probability = yes_probability(
                self._engine, "exit", question=situation.question, memory=notes
            )
            gate = Gate(probability, situation.options.exit_threshold, ChoiceGate.signal)
            self._last = (notes, gate)
        return self._last[1]


class NeverExit:
    """Read to the end ("w/o EG" in GRU-Mem)."""

    def decide(self, situation: Situation) -> Gate | None:
        del situation
        return None


def yes_probability(engine: Engine, name: str, **values: object) -> float:
    """Probability mass of yes against no as the next word of prompt `name`."""
    return engine.choose(prompt(engine, name, **values), YES_NO)["yes"]


def opening(
    pieces: Sequence[Piece],
    probabilities: Sequence[float],
    own: int,
    threshold: float,
    signal: str,
) -> Opening:
    """The gate of a chunk whose first `own` pieces are its units and the rest were retrieved."""
    scored = [Scored(piece, value) for piece, value in zip(pieces, probabilities, strict=True)]
    return Opening(
        Gate(max(probabilities, default=0.0), threshold, signal),
        tuple(probabilities[:own]),
        tuple(each for each in scored if each.probability >= threshold),
    )
