"""`memagent`, the baseline (arXiv 2507.02259): every chunk rewrites the memory; no gates."""

from __future__ import annotations

from longread.reading.judges import Judges
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.parts.answers import WrittenAnswer
from longread.reading.parts.gates import AlwaysOpen, NeverExit
from longread.reading.parts.orders import ChunksInOrder
from longread.reading.parts.thinking import NoThought
from longread.reading.parts.writers import RewriteNotes
from longread.reading.strategies import REWRITING_CHUNK, Strategy


def build(judges: Judges, options: ReadingOptions) -> Parts:
    del options
    return Parts(
        order=ChunksInOrder(),
        thinker=NoThought(),
        gate=AlwaysOpen(),
        writer=RewriteNotes(judges.engine),
        exit=NeverExit(),
        answerer=WrittenAnswer(judges.engine),
    )


STRATEGY = Strategy("memagent", build, chunk_tokens=REWRITING_CHUNK, filled=True)
