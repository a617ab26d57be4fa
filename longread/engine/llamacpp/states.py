"""States of held prefixes: decoded alone, copied out, put back, thinned out.

A held prefix stands alone in the cache, from its first cell on. So what is decoded after
it sees the same cells in the same order whether the prefix was just decoded or put back
from a copy: logits are equal to the bit (benchmarks/LOG.md), and attention runs over as few
cells as can be.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence

import llama_cpp.llama_cpp as llama

from longread.engine import State, StateKeeper
from longread.engine.llamacpp.runtime import Runtime

# The slot of a held prefix.
_SLOT = 0


class States:
    """Holds prefixes in a runtime. Not thread-safe; a copied state is valid until the next."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._buffer = (ctypes.c_uint8 * 0)()

    def hold(
        self,
        prefix: str,
        tokens: Sequence[int],
        keeper: StateKeeper | None,
        source: str,
        *,
        whole: bool,
    ) -> int:
        """Bring `tokens`, those of `prefix`, alone into the cache; returns how many were decoded.

        With a keeper the state is the one it kept, or is given to it, thinned out as it
        says unless `whole`. After an abort nothing is held.
        """
        thin = keeper is not None and keeper.thins and not whole
        if self._still_held(list(tokens), thin):
            return 0
        self._runtime.forget_all()
        if keeper is not None:
            state = keeper.load(tokens, source, whole=whole)
            if state is not None and self.restore(tokens, state, thin=thin):
                return 0
        self._runtime.extend(_SLOT, tokens, wanted=0)
        if keeper is None:
            return len(tokens)
        if thin:
            self.drop(keeper.dropped(prefix, tokens))
        state = self.copy()
        keeper.save(tokens, source, state, whole=whole)
        if thin:
            # As a kept state comes back: without holes between its cells.
            self._runtime.forget_all()
            self.restore(tokens, state, thin=thin)
        return len(tokens)

    def copy(self) -> State:
        """The held prefix's state, in llama.cpp's own format; valid until the next copy."""
        context = self._runtime.context
        size = int(llama.llama_state_seq_get_size(context, _SLOT))
        if size > len(self._buffer):
            self._buffer = (ctypes.c_uint8 * size)()
        written = int(llama.llama_state_seq_get_data(context, self._buffer, size, _SLOT))
        return memoryview(self._buffer).cast("B")[:written]

    def restore(self, tokens: Sequence[int], state: State, *, thin: bool) -> bool:
        """Put a state back as that of `tokens`; False, and nothing held, where it does not fit.

        The cache must be empty.
        """
        runtime = self._runtime
        view = memoryview(state).cast("B")
        kind = ctypes.c_uint8 * len(view)
        source = kind.from_buffer_copy(view) if view.readonly else kind.from_buffer(view)
        try:
            read = llama.llama_state_seq_set_data(runtime.context, source, len(view), _SLOT)
            if read and self._span() == (0, len(tokens) - 1):
                runtime.slots.commit(_SLOT, tokens, len(tokens) - 1 if thin else 0)
                return True
        except BaseException:
            runtime.forget(_SLOT)
            raise
        runtime.forget(_SLOT)
        return False

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

    def _still_held(self, tokens: list[int], thin: bool) -> bool:
        """Leave only the slot that holds these tokens, cut back to them; False where none does."""
        slots = self._runtime.slots
        for slot, held in enumerate(slots.tokens):
            same = held[: len(tokens)] == tokens and bool(slots.thinned[slot]) == thin
            if same and self._runtime.cut(slot, len(tokens)):
                for other in range(len(slots.tokens)):
                    if other != slot and slots.tokens[other]:
                        self._runtime.forget(other)
                return True
        return False

    def _span(self) -> tuple[int, int]:
        memory = self._runtime.memory
        first = int(llama.llama_memory_seq_pos_min(memory, _SLOT))
        return first, int(llama.llama_memory_seq_pos_max(memory, _SLOT))


def runs(positions: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending positions as spans of neighbours (begin, end), end exclusive."""
    spans: list[tuple[int, int]] = []
    for position in positions:
        if spans and spans[-1][1] == position:
            spans[-1] = (spans[-1][0], position + 1)
        else:
            spans.append((position, position + 1))
    return spans
