"""`infmem` (arXiv 2602.02704): think, retrieve, write; stop after `patience` STOPs in a row."""

from __future__ import annotations

from longread.reading.judges import Judges
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.parts.answers import WrittenAnswer
from longread.reading.parts.gates import AlwaysOpen, NeverExit
from longread.reading.parts.orders import ChunksInOrder
from longread.reading.parts.thinking import PreThink
from longread.reading.parts.writers import RewriteNotes
from longread.reading.strategies import REWRITING_CHUNK, Strategy

# The paper's better setting: stopping at the first STOP loses 2.7 points on average.
PATIENCE = 3
# InfMem's schema allows 3 to 20 passages a search; 8 is its default.
TOP_K = (3, 8, 20)


def build(judges: Judges, options: ReadingOptions) -> Parts:
    fewest, usual, most = TOP_K
    # Without exit the model still plans searches, but its STOPs are never enough.
    never = 1_000_000_000
    return Parts(
        order=ChunksInOrder(),
        thinker=PreThink(judges.engine),
        gate=AlwaysOpen(),
        writer=RewriteNotes(judges.engine),
        exit=NeverExit(),
        answerer=WrittenAnswer(judges.engine),
        patience=never if options.exit is False else options.patience or PATIENCE,
        top_k=min(most, max(fewest, options.top_k or usual)),
    )


STRATEGY = Strategy("infmem", build, chunk_tokens=REWRITING_CHUNK, filled=True)
