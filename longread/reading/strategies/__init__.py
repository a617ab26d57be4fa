"""Strategies by name: records in a registry. Each picks parts; the loop is the same for all.

Another package adds its own through the entry point group `longread.strategies`: the name is the
strategy's, the object a `Strategy`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points

from longread.errors import UsageError
from longread.reading.judges import Judges
from longread.reading.loop import Parts
from longread.reading.names import ENTRY_POINTS, STRATEGIES, strategies
from longread.reading.options import GATED_CHUNK, ReadingOptions

# Chunk sizes in tokens. A rewriting strategy pays one generated memory a chunk.
REWRITING_CHUNK = 2048
CONTEXT_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way of reading: its parts, its sizes, and what it needs.

    `chunk_tokens` is its chunk's default size; `filled` chunks take in short sections while they
    have room; `reply_tokens` are generated beside a new memory. `fills_context`: the memory is as
    much of the document as the context holds beside the answer. `judged`: it asks a judge about
    passages, whose states are worth keeping. `ranked`: the order it reads in is its ranking.
    `relevance`: it may read what promises most first; a published protocol reads as it stands.
    `whole`: a document that is short enough may be one passage.
    """

    name: str
    build: Callable[[Judges, ReadingOptions], Parts]
    chunk_tokens: int = GATED_CHUNK
    filled: bool = False
    reply_tokens: int = 0
    fills_context: bool = False
    judged: bool = False
    ranked: bool = False
    relevance: bool = False
    whole: bool = False


def strategy(name: str) -> Strategy:
    """The strategy called `name`: one of longread's own, or one that an installed package adds.

    Raises UsageError for a name that is not a strategy.
    """
    if name in STRATEGIES:
        module = import_module(f"{__name__}.{name.replace('-', '_')}")
        own: Strategy = module.STRATEGY
        return own
    for added in entry_points(group=ENTRY_POINTS):
        if added.name == name:
            found = added.load()
            if not isinstance(found, Strategy):
                raise UsageError(
                    f"the strategy {name} of {added.value} is no Strategy.",
                    "its entry point must name a longread.reading.strategies.Strategy",
                )
            return found
    raise UsageError(
        f"there is no strategy called {name}.", f"strategies are: {', '.join(strategies())}"
    )
