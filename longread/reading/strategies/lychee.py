"""`lychee`, after LycheeMemory (arXiv 2602.08382): a gate over all blocks, then the reasoner.

Every passage is read once into a block (longread.prefix_cache); a gate asks each block with the
question and what the working memory holds at that moment, which costs a few dozen tokens;
only passing blocks are given, word for word, to the reasoner that writes the memory. What a
round rejected is asked again in the next as long as the memory changed, which the paper's
one-way scan cannot do. No early exit, as in the paper. Its learned compressor has no place
in a stock GGUF model: `--compress` drops tokens instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from longread.engine import Engine
from longread.reading.answers import Answerer, QuoteAnswer, WrittenAnswer
from longread.reading.gates import ChoiceGate, LikelihoodGate, NeverExit, opening
from longread.reading.loop import Parts
from longread.reading.memory import WorkingMemory
from longread.reading.options import ReadingOptions
from longread.reading.orders import ChunksInOrder
from longread.reading.situation import Opening, Situation, UpdateGate, Writer
from longread.reading.strategies.gated import LIKELIHOOD_THRESHOLD, READER_THRESHOLD, threshold
from longread.reading.thinking import NoThought
from longread.reading.trained import AnswerOrQuote, ReaderGate, ShortAnswer, key, steps_so_far
from longread.reading.writers import KeepSentences, RewriteNotes

# The first finds what the question names, the second what the first one's finds name; a
# third is for chains of three, as in MuSiQue.
ROUNDS = 3


class MemoryGate(ReaderGate):
    """P(block helps) of a trained reader, asked with the working memory: once a round.

    A block is not asked again while the memory is what it was, nor once it is quoted.
    """

    def __init__(self, engine: Engine, threshold: float) -> None:
        super().__init__(engine, threshold)
        self._asked: dict[int, tuple[str, float]] = {}

    def read(self, situation: Situation) -> Opening:
        board, scale = self._prepared(situation)
        tiles = situation.corpus.tiles(situation.chunk)
        notes = steps_so_far(situation.memory.ledger)
        opens: list[float] = []
        for tile in tiles:
            place = tile.index
            before, helps = self._asked.get(place, (None, 0.0))
            quoted = situation.memory.quotes_from(tile.document, tile.start, tile.end)
            if before is None or (before != notes and not quoted):
                if notes:
                    found, helps = self._again(situation, tile)
                else:
                    self.helped[key(tile)] = scale.help(place)
                    found, helps = scale.probability(place), scale.opens(place)
                board.enter(place, found)
                self._asked[place] = (notes, helps)
            opens.append(helps)
        return opening(tiles, opens, len(tiles), self.threshold, self.signal)

    def restore(self, situation: Situation, unit_gates: Sequence[float]) -> None:
        super().restore(situation, unit_gates)
        notes = steps_so_far(situation.memory.ledger)
        for tile, gate in zip(situation.corpus.tiles(situation.chunk), unit_gates, strict=True):
            self._asked[tile.index] = (notes, gate)


def build(engine: Engine, options: ReadingOptions, gate: str) -> Parts:
    """Parts for a model trained to read (`reader`), one that follows instructions (`choice`),
    or any other (`likelihood`)."""
    update, writer, answerer = _parts(engine, options, gate)
    return Parts(
        order=ChunksInOrder(),
        thinker=NoThought(),
        gate=update,
        writer=writer,
        exit=NeverExit(),
        answerer=answerer,
        rounds=ROUNDS,
        memory=WorkingMemory,
    )


def _parts(
    engine: Engine, options: ReadingOptions, gate: str
) -> tuple[UpdateGate, Writer, Answerer]:
    if gate == "reader":
        reader = MemoryGate(engine, threshold(options, READER_THRESHOLD))
        return reader, AnswerOrQuote(reader), ShortAnswer(reader)
    if gate == "choice":
        choice = ChoiceGate(engine, threshold(options, 0.5))
        return choice, RewriteNotes(engine, "write", neighbours=True), WrittenAnswer(engine)
    likely = LikelihoodGate(engine, threshold(options, LIKELIHOOD_THRESHOLD))
    return likely, KeepSentences(engine), QuoteAnswer(likely.settled)
