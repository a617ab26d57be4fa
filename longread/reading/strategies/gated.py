"""`gated`, the default: passages gated by probability, notes with a ledger, exit by probability.

GRU-Mem's recurrence (arXiv 2602.10560) with gates that cost one forward step, and a look
elsewhere (InfMem, 2602.02704) after each change of the memory. One procedure for every model:
what differs is the judge.
"""

from __future__ import annotations

from longread.reading.judges import Judges
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.parts.answering import LookAhead
from longread.reading.parts.cascade import judging
from longread.reading.parts.orders import ChunksInOrder
from longread.reading.strategies import Strategy


def build(judges: Judges, options: ReadingOptions) -> Parts:
    gate, writer, exit_gate, answerer = judging(judges, options)
    return Parts(
        order=ChunksInOrder(),
        thinker=LookAhead(gate, writer),
        gate=gate,
        writer=writer,
        exit=exit_gate,
        answerer=answerer,
        patience=options.patience or 1,
        top_k=options.top_k or 3,
    )


STRATEGY = Strategy("gated", build, judged=True, relevance=True, whole=True)
