"""`infmem` (arXiv 2602.02704): think, retrieve, write; stop after `patience` STOPs in a row."""

from __future__ import annotations

import re

from longread.engine import Engine
from longread.reading.judges import Judges
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.parts.answers import WrittenAnswer
from longread.reading.parts.orders import ChunksInOrder
from longread.reading.parts.writers import RewriteNotes, history
from longread.reading.prompts import prompt
from longread.reading.state import ReadingState, Thought
from longread.reading.step import Gate
from longread.reading.strategies import REWRITING_CHUNK, Strategy

# The paper's better setting: stopping at the first STOP loses 2.7 points on average.
PATIENCE = 3
# InfMem's schema allows 3 to 20 passages a search; 8 is its default.
TOP_K = (3, 8, 20)
# A planner's reply is one line; a model that rambles is cut here.
_REPLY_TOKENS = 64
_STOP = re.compile(r"^\W*STOP\W*$", re.IGNORECASE)
_SEARCH = re.compile(r"SEARCH:\s*(.+)", re.IGNORECASE)


class PreThink:
    """PRETHINK: every step, STOP or a search; never sees the chunk.

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
                history=history(state),
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


def build(judges: Judges, options: ReadingOptions) -> Parts:
    fewest, usual, most = TOP_K
    # Without exit the model still plans searches, but its STOPs are never enough.
    never = 1_000_000_000
    return Parts(
        order=ChunksInOrder(),
        thinker=PreThink(judges.engine),
        writer=RewriteNotes(judges.engine),
        answerer=WrittenAnswer(judges.answer),
        patience=never if options.exit is False else options.patience or PATIENCE,
        top_k=min(most, max(fewest, options.top_k or usual)),
    )


STRATEGY = Strategy("infmem", build, chunk_tokens=REWRITING_CHUNK, filled=True)
