"""Gates: probabilities from one forward step, compared with a threshold the user can move.

GRU-Mem (arXiv 2602.10560) gates with text that its model was trained to write. Here no
word is generated: the update gate reads a probability for every unit of the chunk, the
exit gate one for the memory.
"""

from __future__ import annotations

from collections.abc import Sequence

from longread.documents.chunks import Piece
from longread.engine import Engine
from longread.reading.prompts import prompt
from longread.reading.signals import (
    Evidence,
    Likelihood,
    Match,
    evidence,
    lexical_match,
    logit,
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
    """What is known of every place of the document for one question: read or not.

    Shared by the update gate, which fills it, and the exit gate, which weighs what was
    found against what is still unread.
    """

    def __init__(self, situation: Situation) -> None:
        self.calibration: Evidence = evidence()
        self._corpus = situation.corpus
        match = lexical_match(situation.corpus.index, situation.question)
        self._match = match
        self._unread = {
            unit: self.calibration.unread_odds(share) for unit, share in enumerate(match)
        }
        self.odds: dict[tuple[int, int], float] = {}

    def match(self, piece: Piece) -> Match:
        """BM25's match of the best unit over `piece`."""
        return max(self._match[unit] for unit in self._corpus.units_over(piece))

    def enter(self, piece: Piece, odds: float) -> None:
        """Record that `piece` was read and found to have these odds."""
        self.odds[piece.document, piece.start] = odds
        for unit in self._corpus.units_over(piece):
            self._unread.pop(unit, None)

    def settled(self) -> float:
        """Probability that the answer's place is among those read whose gate opened.

        One place holds the answer, or none does: the odds of the read places compete
        with what BM25 leaves open about the unread ones, and with "it does not say" (1).
        """
        found = sum(odds for odds in self.odds.values() if odds >= 1.0)
        lost = sum(odds for odds in self.odds.values() if odds < 1.0)
        return found / (found + lost + sum(self._unread.values()) + 1.0)


class LikelihoodGate:
    """P(unit holds the answer) from the likelihood signal and BM25, calibrated.

    Each unit of a few hundred tokens is one decode: unit first, question last, logits for
    the question's tokens alone.
    """

    signal = "likelihood"

    def __init__(self, engine: Engine) -> None:
        self._signal = Likelihood(engine)
        self._board: EvidenceBoard | None = None

    def board(self, situation: Situation) -> EvidenceBoard:
        if self._board is None:
            self._board = EvidenceBoard(situation)
        return self._board

    def read(self, situation: Situation) -> Opening:
        tiles = situation.corpus.tiles(situation.chunk)
        probabilities = [*self._gate(situation, tiles), *self._gate_retrieved(situation)]
        return opening(
            [*tiles, *situation.retrieved],
            probabilities,
            len(tiles),
            situation.options.gate_threshold,
            self.signal,
        )

    def restore(self, situation: Situation, unit_gates: Sequence[float]) -> None:
        tiles = situation.corpus.tiles(situation.chunk)
        for tile, probability in zip(tiles, unit_gates, strict=True):
            self._enter(situation, tile, probability)

    def _gate(self, situation: Situation, tiles: Sequence[Piece]) -> list[float]:
        """The calibrated probability of each unit of the chunk."""
        board = self.board(situation)
        passages = [situation.passage(tile) for tile in tiles]
        gains = self._signal.score(situation.question, passages)
        probabilities = []
        for tile, gain in zip(tiles, gains, strict=True):
            probability = board.calibration.probability(gain, board.match(tile))
            self._enter(situation, tile, probability)
            probabilities.append(probability)
        return probabilities

    def _gate_retrieved(self, situation: Situation) -> list[float]:
        """The probability of each retrieved unit, given the newest quote.

        These were read before and stayed closed. What is new is the quote whose names they
        were looked up for: its words are given, and BM25 matches the search, not the question.
        """
        if not situation.retrieved:
            return []
        calibration = self.board(situation).calibration
        matches = lexical_match(situation.corpus.index, situation.searches[-1])
        gains = self._signal.score(
            situation.question,
            [situation.passage(piece) for piece in situation.retrieved],
            given=situation.memory.ledger[-1].text,
        )
        return [
            calibration.probability(gain, matches[piece.index])
            for gain, piece in zip(gains, situation.retrieved, strict=True)
        ]

    def _enter(self, situation: Situation, piece: Piece, probability: float) -> None:
        bounded = min(probability, 1 - 1e-9)
        self.board(situation).enter(piece, bounded / (1.0 - bounded))


class ChoiceGate:
    """P(yes) of a model that can answer "does this passage help?", against an empty passage.

    The prior of the same prompt with nothing in it is taken off in log-odds, so that a
    model that likes to say yes does not open every gate.
    """

    signal = "choice"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._prior: dict[tuple[str, str], float] = {}

    def read(self, situation: Situation) -> Opening:
        pieces = [*situation.corpus.tiles(situation.chunk), *situation.retrieved]
        probabilities = [self._probability(situation, piece) for piece in pieces]
        return opening(
            pieces,
            probabilities,
            len(pieces) - len(situation.retrieved),
            situation.options.gate_threshold,
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
        probability = self._gate.board(situation).settled()
        return Gate(probability, situation.options.exit_threshold, self._gate.signal)


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
