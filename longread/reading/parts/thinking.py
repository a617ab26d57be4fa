"""Query planning before a chunk is read: are the notes enough, or what should be looked up?"""

from __future__ import annotations

import re

from longread.documents.chunks import Span
from longread.engine import Engine
from longread.reading.prompts import prompt
from longread.reading.state import ReadingState, Thought
from longread.reading.step import Gate

# A planner's reply is one line; a model that rambles is cut here.
_REPLY_TOKENS = 64

_STOP = re.compile(r"^\W*STOP\W*$", re.IGNORECASE)
_SEARCH = re.compile(r"SEARCH:\s*(.+)", re.IGNORECASE)


class NoThought:
    """Read on without looking anything up."""

    def think(self, state: ReadingState) -> Thought:
        del state
        return Thought()


class PreThink:
    """InfMem's PRETHINK (arXiv 2602.02704): every step, STOP or a search; never sees the chunk.

    STOP must be the whole reply: InfMem's own code looks for the letters anywhere. A
    reply that is neither is read as "go on without a search", and breaks a row of STOPs.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def think(self, state: ReadingState) -> Thought:
        reply = self._engine.generate(
            prompt(
                self._engine,
                "think",
                question=state.question,
                memory=state.memory.notes,
                history=state.history(),
                step=state.step,
                total=state.total,
            ),
            max_tokens=_REPLY_TOKENS,
        ).text.strip()
        if _STOP.match(reply):
            return Thought(exit=Gate(1.0, 0.5, "text"))
        search = _SEARCH.search(reply)
        query = search.group(1).strip(' "') if search else ""
        new = query and query not in state.searches
        return Thought(query if new else None, Gate(0.0, 0.5, "text"))


def inside(passage: Span, chunk: Span) -> bool:
    """Whether `passage` begins in `chunk`."""
    return passage.document == chunk.document and chunk.start <= passage.start < chunk.end
