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
from longread.reading.parts.cascade import judging
from longread.reading.parts.orders import ChunksInOrder
from longread.reading.strategies import Strategy

# The paper's most: 76 % of its runs end in two.
ROUNDS = 3


def build(judges: Judges, options: ReadingOptions) -> Parts:
    gate, writer, exit_gate, answerer = judging(judges, options)
    return Parts(
        order=ChunksInOrder(),
        gate=gate,
        writer=writer,
        exit=exit_gate,
        answerer=answerer,
        patience=options.patience or 1,
        rounds=ROUNDS,
        memory=RoundMemory,
    )


STRATEGY = Strategy("pi-mem", build, judged=True)
