"""`infmem` (arXiv 2602.02704): think, retrieve, write; stop after `patience` STOPs in a row."""

from __future__ import annotations

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
# A search is a few words; a model that rambles is cut here.
_SEARCH_TOKENS = 32
_FIRST_WORDS = {"stop": ("STOP", "Stop", "stop"), "search": ("SEARCH", "Search", "search")}
_THRESHOLD = 0.5


class PreThink:
    """PRETHINK: every step, STOP or a search; never sees the chunk.

    The first word is a probability, and the words after "SEARCH:" are the model's own: there is no
    reply that is neither. InfMem's code looks for the letters "STOP" anywhere.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def think(self, state: ReadingState) -> Thought:
        asked = prompt(
            self._engine,
            "think",
            question=state.question,
            memory=state.memory.notes,
            history=history(state),
            step=state.step,
            total=state.total,
        )
        stop = Gate(self._engine.choose(asked, _FIRST_WORDS)["stop"], _THRESHOLD, "text")
        if stop.open:
            return Thought(exit=stop)
        reply = self._engine.generate(f"{asked}SEARCH:", max_tokens=_SEARCH_TOKENS, stop=("\n",))
        query = " ".join(reply.text.split()).strip(' "')
        new = query and query not in state.searches
        return Thought(query if new else None, stop)


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
