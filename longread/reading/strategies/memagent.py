"""`memagent`, the baseline (arXiv 2507.02259): every chunk rewrites the memory; no gates."""

from __future__ import annotations

from longread.engine import Engine
from longread.reading.answers import WrittenAnswer
from longread.reading.gates import AlwaysOpen, NeverExit
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.orders import ChunksInOrder
from longread.reading.thinking import NoThought
from longread.reading.writers import RewriteNotes


def build(engine: Engine, options: ReadingOptions, gate: str) -> Parts:
    del options, gate
    return Parts(
        order=ChunksInOrder(),
        thinker=NoThought(),
        gate=AlwaysOpen(),
        writer=RewriteNotes(engine, "overwrite", neighbours=False),
        exit=NeverExit(),
        answerer=WrittenAnswer(engine),
    )
