"""`rag`: the best passages of the whole document by BM25, nothing else is read."""

from __future__ import annotations

from longread.reading.judges import Judges
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.parts.answers import WrittenAnswer
from longread.reading.parts.orders import BestPassages
from longread.reading.parts.writers import KeepPassages
from longread.reading.strategies import CONTEXT_CHUNK, Strategy


def build(judges: Judges, options: ReadingOptions) -> Parts:
    return Parts(
        order=BestPassages(),
        writer=KeepPassages(),
        answerer=WrittenAnswer(judges.answer),
    )


STRATEGY = Strategy("rag", build, chunk_tokens=CONTEXT_CHUNK, fills_context=True, ranked=True)
