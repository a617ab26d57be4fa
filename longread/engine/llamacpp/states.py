"""KV states of pinned prefixes: decoded alone, copied out, put back, pruned.

A held prefix stands alone in its cache, from the first cell on. So what is decoded after
it sees the same cells in the same order whether the prefix was just decoded or put back
from a copy: logits are equal to the bit (benchmarks/LOG.md), and attention runs over as few
cells as can be. Where there is a context for questions (query_context.py) it is held there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import llama_cpp.llama_cpp as llama

from longread.engine.llamacpp.kv_transpose import transpose_v
from longread.engine.llamacpp.library import logger
from longread.engine.llamacpp.query_context import QueryContext
from longread.engine.llamacpp.runtime import Runtime
from longread.engine.llamacpp.streams import Pinned, Streams
from longread.engine.optional import StateKeeper

# The slot of a held prefix.
_SLOT = 0


class States:
    """Holds prefixes: decoded in `runtime`, and held there or where they are asked.

    Not thread-safe.
    """

    def __init__(self, runtime: Runtime, query_context: QueryContext | None) -> None:
        self._runtime = runtime
        self._query_context = query_context
        # The latest prefix: what goes on after it is decoded where it is held.
        self._held: list[int] = []

    def hold(
        self,
        prefix: str,
        tokens: Sequence[int],
        keeper: StateKeeper | None,
        source: str,
        *,
        whole: bool,
    ) -> int:
        """Bring `tokens`, those of `prefix`, alone into a cache; returns how many were decoded.

        With a keeper the state is the one it kept, or is given to it, pruned as it
        says unless `whole`. After an abort nothing is held.
        """
        kind = self._runtime.kind
        tokens = self.held_part(tokens)
        # Not copied where a copied state would not come back as it was.
        storable = kind.can_store(len(tokens))
        keeper = keeper if storable else None
        prune = self.prunes(keeper, whole=whole)
        context = self._query_context
        place = context.place(tokens) if context is not None and storable else None
        home = place or self._runtime
        if _still_held(home, tokens, prune):
            self._held = tokens
            return 0
        self.forget()
        self._held = tokens
        pruned = len(tokens) - 1 if prune else 0
        if keeper is not None:
            state = keeper.load(tokens, source, whole=whole)
            if state is not None:
                if home.restore(_SLOT, tokens, state, pruned=pruned):
                    return 0
                keeper.remark("a block could not be put back: its passage is read anew")
        if keeper is None and place is None:
            self._runtime.extend(_SLOT, tokens, wanted=0)
            return len(tokens)
        columns = place is not None
        state = self._read(prefix, tokens, keeper, source, whole=whole, columns=columns)
        if place is not None:
            self._move(place, tokens, state, pruned)
        elif prune:
            # Put back at once, so that it has no holes between its cells, as one from the keeper.
            self._runtime.forget_all()
            if not self._runtime.restore(_SLOT, tokens, state, pruned=pruned):
                logger.warning("a state could not be put back: its prefix is decoded twice")
                self._runtime.extend(_SLOT, tokens, wanted=0)
                return 2 * len(tokens)
        return len(tokens)

    def _read(
        self,
        prefix: str,
        tokens: list[int],
        keeper: StateKeeper | None,
        source: str,
        *,
        whole: bool,
        columns: bool,
    ) -> memoryview:
        """Decode a prefix alone; its state, V by `columns` or rows, which the keeper gets, too."""
        self._runtime.extend(_SLOT, tokens, wanted=0)
        if self.prunes(keeper, whole=whole) and keeper is not None:
            self.drop(keeper.dropped(prefix, tokens))
        state = self._runtime.state(_SLOT)
        if columns:
            transpose_v(state)
        if keeper is not None:
            keeper.save(tokens, source, state, whole=whole)
        return state

    def prunes(self, keeper: StateKeeper | None, *, whole: bool) -> bool:
        """Whether a prefix's state is kept with some of its tokens left out."""
        return keeper is not None and keeper.prunes and self._runtime.kind.can_cut and not whole

    def lay_out(
        self,
        streams: Streams,
        stream: int,
        asked: Pinned,
        prefix: str,
        keeper: StateKeeper | None,
        source: str,
        *,
        whole: bool,
    ) -> int | None:
        """Have the prompt's prefix in `stream`; how many tokens were decoded for it, None where
        its state does not fit there."""
        if streams.holds(stream, asked):
            return 0
        tokens = list(asked.prefix)
        if keeper is not None:
            state = keeper.load(tokens, source, whole=whole)
            if state is not None:
                if streams.restore(stream, asked, state):
                    return 0
                keeper.remark("a block could not be put back: its passage is read anew")
                return None
        columns = self.by_columns(tokens)
        self.forget()
        state = self._read(prefix, tokens, keeper, source, whole=whole, columns=columns)
        fits = streams.restore(stream, asked, state)
        self._runtime.forget_all()
        return len(tokens) if fits else None

    def by_columns(self, tokens: Sequence[int]) -> bool:
        """Whether a prefix's state has V by columns, as contexts without flash attention do.

        The first call may empty all caches.
        """
        context = self._query_context
        return context is not None and context.place(tokens) is not None

    def _move(self, place: Runtime, tokens: list[int], state: memoryview, pruned: int) -> None:
        """Hold a prefix where its questions are asked; where it was decoded if it does not fit
        there, and with it all that come."""
        if place.restore(_SLOT, tokens, state, pruned=pruned):
            self._runtime.forget_all()
        elif self._query_context is not None:
            logger.warning("a state does not fit the context for questions: it is not used")
            self._query_context.refuse()

    def held_part(self, tokens: Sequence[int]) -> list[int]:
        """What is held of a prefix.

        What stands right after it may be scored, which takes the logits of its last token:
        that is decoded once more, after cutting back or because it was left to wait.
        """
        return list(tokens if self._runtime.kind.can_cut else tokens[:-1])

    def measure(self) -> tuple[int, int]:
        """Bytes of a state: of any, and of each token. Empties all caches."""
        self.forget()
        sizes = []
        for _token in range(2):
            self._runtime.extend(_SLOT, [0], wanted=0)
            sizes.append(len(self._runtime.state(_SLOT)))
        self.forget()
        return 2 * sizes[0] - sizes[1], sizes[1] - sizes[0]

    def home(self, prompts: Iterable[Sequence[int]], room: int = 0) -> Runtime:
        """Where prompts are decoded, with `room` tokens to come: together with the held prefix
        if all of them go on after it."""
        context = self._query_context.runtime if self._query_context is not None else None
        held = self._held
        if context is None or not held or all(t[: len(held)] != held for t in context.slots.tokens):
            return self._runtime
        fits = all(
            prompt[: len(held)] == held and len(prompt) + room <= context.capacity
            for prompt in prompts
        )
        return context if fits else self._runtime

    def drop(self, positions: Iterable[int]) -> None:
        """Take positions out of the held prefix; those of the others stay as they are.

        The first and the last position stay: by them the state's extent is known.
        """
        runtime = self._runtime
        held = runtime.slots.tokens[_SLOT]
        wanted = sorted({each for each in positions if 0 < each < len(held) - 1})
        if not wanted:
            return
        for begin, end in runs(wanted):
            llama.llama_memory_seq_rm(runtime.memory, _SLOT, begin, end)
        runtime.slots.commit(_SLOT, held, wanted[-1] + 1)

    def forget(self) -> None:
        """Empty all caches."""
        self._held = []
        self._runtime.forget_all()
        if self._query_context is not None and self._query_context.runtime is not None:
            self._query_context.runtime.forget_all()

    def close(self) -> None:
        """Free what is not the engine's own context; safe to call twice."""
        if self._query_context is not None:
            self._query_context.close()


def _still_held(runtime: Runtime, tokens: list[int], prune: bool) -> bool:
    """Leave only the slot that holds these tokens, cut back to them; False where none does."""
    slots = runtime.slots
    for slot, held in enumerate(slots.tokens):
        same = held[: len(tokens)] == tokens and bool(slots.pruned[slot]) == prune
        if same and runtime.cut(slot, len(tokens)):
            for other in range(len(slots.tokens)):
                if other != slot and slots.tokens[other]:
                    runtime.forget(other)
            return True
    return False


def runs(positions: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending positions as spans of neighbours (begin, end), end exclusive."""
    spans: list[tuple[int, int]] = []
    for position in positions:
        if spans and spans[-1][1] == position:
            spans[-1] = (spans[-1][0], position + 1)
        else:
            spans.append((position, position + 1))
    return spans
