"""`memagent`, the baseline (arXiv 2507.02259): every chunk rewrites the memory; no gates."""

from __future__ import annotations

from longread.reading.judges import Judges
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.parts.answers import WrittenAnswer
from longread.reading.parts.orders import ChunksInOrder
from longread.reading.parts.writers import RewriteNotes
from longread.reading.strategies import REWRITING_CHUNK, Strategy


def build(judges: Judges, options: ReadingOptions) -> Parts:
    return Parts(
        order=ChunksInOrder(),
        writer=RewriteNotes(judges.engine),
        answerer=WrittenAnswer(judges.answer),
    )


STRATEGY = Strategy("memagent", build, chunk_tokens=REWRITING_CHUNK, filled=True)
