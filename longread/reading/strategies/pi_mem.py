"""`pi-mem` (arXiv 2608.03048): rounds; every chunk is read against the memory of the round before.

A round's evidence is merged at its end, and the chunks are gone over again with it until a
round brings nothing new, three times at most. Nothing is generated but the answer, and the
quotes of a model that was trained to give them. The paper reads the chunks of a round side
by side; on a CPU that gains nothing (two sequences to a batch are as slow as one after the
other), so here they come in order.
"""

from __future__ import annotations

from longread.engine import Engine
from longread.reading.answers import Answerer, QuoteAnswer, WrittenAnswer
from longread.reading.gates import ChoiceExit, ChoiceGate, LikelihoodGate, NeverExit, SettledExit
from longread.reading.loop import Parts
from longread.reading.memory import RoundMemory
from longread.reading.options import ReadingOptions
from longread.reading.orders import ChunksInOrder
from longread.reading.situation import ExitGate, UpdateGate, Writer
from longread.reading.strategies.gated import READER_THRESHOLD, likelihood_threshold, threshold
from longread.reading.thinking import NoThought
from longread.reading.trained import AnswerOrQuote, FoundExit, ReaderGate, ShortAnswer
from longread.reading.writers import KeepSentences

# The paper's most: 76 % of its runs end in two.
ROUNDS = 3


def build(engine: Engine, options: ReadingOptions, gate: str) -> Parts:
    """Parts for a model trained to read (`reader`), one that follows instructions (`choice`),
    or any other (`likelihood`)."""
    update, writer, leave, answerer = _parts(engine, options, gate)
    return Parts(
        order=ChunksInOrder(),
        thinker=NoThought(),
        gate=update,
        writer=writer,
        exit=NeverExit() if options.exit is False else leave,
        answerer=answerer,
        patience=options.patience or 1,
        rounds=ROUNDS,
        memory=RoundMemory,
    )


def _parts(
    engine: Engine, options: ReadingOptions, gate: str
) -> tuple[UpdateGate, Writer, ExitGate, Answerer]:
    if gate == "reader":
        reader = ReaderGate(engine, threshold(options, READER_THRESHOLD))
        return reader, AnswerOrQuote(reader), FoundExit(reader), ShortAnswer(reader)
    if gate == "choice":
        choice = ChoiceGate(engine, threshold(options, 0.5))
        return choice, KeepSentences(engine), ChoiceExit(engine), WrittenAnswer(engine)
    likely = LikelihoodGate(engine, threshold(options, likelihood_threshold(engine)))
    return likely, KeepSentences(engine), SettledExit(likely), QuoteAnswer(likely.settled)
