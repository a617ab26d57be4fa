"""Gates: probabilities from one forward step, compared with a threshold the user can move.

GRU-Mem (arXiv 2602.10560) gates with text that its model was trained to write. Here no
word is generated: the update gate reads a probability for every unit of the chunk, the
exit gate one for the memory.
"""

from __future__ import annotations

from collections.abc import Sequence

from longread.documents.chunks import Piece
from longread.engine import Engine
from longread.reading.evidence import EvidenceBoard, LikelihoodScale, tile_matches
from longread.reading.panel import Request
from longread.reading.prompts import prompt
from longread.reading.signals import Likelihood, logit, sigmoid
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


class LikelihoodGate:
    """P(tile holds the answer) from the likelihood signal and BM25, calibrated.

    Each tile of a few hundred tokens is one decode: tile first, question last, logits for
    the question's tokens alone.
    """

    signal = "likelihood"

    def __init__(self, engine: Engine, threshold: float) -> None:
        self._signal = Likelihood(engine)
        self._threshold = threshold
        self._scale: LikelihoodScale | None = None
        self._board: EvidenceBoard | None = None

    def settled(self) -> float:
        """P(the answer's place is among what the gate opened for); 0 before anything is read."""
        return self._board.settled(self._threshold) if self._board else 0.0

    def board(self, situation: Situation) -> EvidenceBoard:
        """The run's evidence board, made on first use."""
        if self._board is None:
            matches = tile_matches(situation)
            self._scale = LikelihoodScale(situation, self._signal, matches)
            self._board = EvidenceBoard(self._scale, matches)
        return self._board

    def read(self, situation: Situation) -> Opening:
        board = self.board(situation)
        own, retrieved = situation.corpus.tiles(situation.chunk), situation.retrieved
        tiles = [*own, *situation.ahead]
        probabilities = [board.read(tile) for tile in tiles]
        if retrieved and self._scale is not None:
            # These were read before and stayed closed. What is new is the quote whose names
            # they were looked up for.
            known = situation.memory.ledger[-1].text
            probabilities += self._scale.given(retrieved, known, situation.searches[-1])
        return opening([*tiles, *retrieved], probabilities, len(own), self._threshold, self.signal)

    def restore(self, situation: Situation, unit_gates: Sequence[float]) -> None:
        board = self.board(situation)
        for tile, gate in zip(situation.corpus.tiles(situation.chunk), unit_gates, strict=True):
            board.enter(tile.index, gate)
        for tile in situation.ahead:
            board.read(tile)

    def requests(self, situation: Situation, piece: Piece) -> list[Request]:
        """What the gate asks of a tile."""
        return [Request(*self._signal.request(situation.question, situation.passage(piece)))]

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
            empty = self._request(situation, "")
            self._prior = {key: logit(self._engine.choose(empty.prompt, YES_NO)["yes"])}
        # A prior above even is a bias to correct; one below is what an empty page deserves.
        bias = max(0.0, self._prior[key])
        (request,) = self.requests(situation, piece)
        kept = piece not in situation.retrieved
        yes = situation.choose(piece, "gate", request.prompt, YES_NO, kept=kept)["yes"]
        return sigmoid(logit(yes) - bias)

    def requests(self, situation: Situation, piece: Piece) -> list[Request]:
        """What the gate asks of a tile, with the notes as they are."""
        return [self._request(situation, situation.passage(piece))]

    def _request(self, situation: Situation, passage: str) -> Request:
        asked = prompt(
            self._engine,
            "gate",
            passage=passage,
            question=situation.question,
            memory=situation.memory.notes,
        )
        return Request(asked, options=YES_NO)


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
