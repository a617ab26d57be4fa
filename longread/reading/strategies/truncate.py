"""`truncate`: head and tail of the document, what most tools do when a text is too long."""

from __future__ import annotations

from longread.engine import Engine
from longread.reading.answers import WrittenAnswer
from longread.reading.gates import AlwaysOpen, NeverExit
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.orders import HeadAndTail
from longread.reading.thinking import NoThought
from longread.reading.writers import KeepPassages


def build(engine: Engine, options: ReadingOptions, gate: str) -> Parts:
    del options, gate
    return Parts(
        order=HeadAndTail(),
        thinker=NoThought(),
        gate=AlwaysOpen(),
        writer=KeepPassages(),
        exit=NeverExit(),
        answerer=WrittenAnswer(engine),
    )
