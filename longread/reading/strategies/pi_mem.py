"""`pi-mem` (arXiv 2608.03048): rounds; every chunk is read against the memory of the round before.

A round's evidence is merged at its end, and the chunks are gone over again with it until a
round brings nothing new, three times at most. The paper reads the chunks of a round side
by side; on a CPU that gains nothing, so here they come in order.
"""

from __future__ import annotations

from longread.reading.judges import Judges
from longread.reading.loop import Parts
from longread.reading.memory import RoundMemory
from longread.reading.options import ReadingOptions
from longread.reading.parts.answering import AnswerFromPlaces, AnswerOrQuote
from longread.reading.parts.gates import FoundExit, NeverExit, PassageGate
from longread.reading.parts.orders import ChunksInOrder
from longread.reading.parts.thinking import NoThought
from longread.reading.strategies import Strategy

# The paper's most: 76 % of its runs end in two.
ROUNDS = 3


def build(judges: Judges, options: ReadingOptions) -> Parts:
    gate = PassageGate(judges.gate, options.gate_threshold, judges.planner)
    return Parts(
        order=ChunksInOrder(),
        thinker=NoThought(),
        gate=gate,
        writer=AnswerOrQuote(judges, gate),
        exit=NeverExit() if options.exit is False else FoundExit(gate, cascade=judges.cascade),
        answerer=AnswerFromPlaces(judges, gate),
        patience=options.patience or 1,
        rounds=ROUNDS,
        memory=RoundMemory,
    )


STRATEGY = Strategy("pi-mem", build, judged=True)
