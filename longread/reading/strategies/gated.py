"""`gated`, the default: passages gated by probability, notes with a ledger, exit by probability.

GRU-Mem's recurrence (arXiv 2602.10560) with gates that cost one forward step, and a look
elsewhere (InfMem, 2602.02704) after each change of the memory. One procedure for every model:
what differs is the judge.
"""

from __future__ import annotations

from longread.reading.judges import Judges
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.parts.answering import AnswerFromPlaces, AnswerOrQuote, LookAhead
from longread.reading.parts.gates import FoundExit, NeverExit, PassageGate
from longread.reading.parts.orders import ChunksInOrder
from longread.reading.strategies import Strategy


def build(judges: Judges, options: ReadingOptions) -> Parts:
    gate = PassageGate(judges.gate, options.gate_threshold, judges.planner)
    writer = AnswerOrQuote(judges, gate)
    return Parts(
        order=ChunksInOrder(),
        thinker=LookAhead(gate, writer),
        gate=gate,
        writer=writer,
        exit=NeverExit() if options.exit is False else FoundExit(gate, cascade=judges.cascade),
        answerer=AnswerFromPlaces(judges, gate),
        patience=options.patience or 1,
        top_k=options.top_k or 3,
    )


STRATEGY = Strategy("gated", build, judged=True, whole=True)
