"""Query context: questions to a pinned prefix are decoded without flash attention.

On the CPU llama.cpp's flash attention works through tiles of 64 tokens. It reads a passage
faster than plain attention does, and a question of 12 to 48 tokens slower
(benchmarks/LOG.md#2026-11-21-questions-without-flash-attention). So a passage is read in the
engine's own context, and its state, V transposed, is asked in this one.
"""

from __future__ import annotations

from collections.abc import Sequence

from longread.engine.llamacpp.kv_transpose import transpose_v
from longread.engine.llamacpp.loading import kv_bytes, open_query_context
from longread.engine.llamacpp.runtime import Runtime

# Tokens in the context: a passage, and questions, notes and an answer after it; the smaller
# where a token of the model takes so much that the larger would be over `_MEMORY` bytes. It
# never grows: where a prompt is decoded must not depend on what was asked before.
_ROOM, _LEAST_ROOM = 2048, 1024
_MEMORY = 128 * 1024**2
# Of which a prefix leaves at least so many to what follows it.
_QUESTION = 512
# Tokens whose state shows whether this model's states can be transposed.
_TRIAL = 4


class QueryContext:
    """The context, opened for the first prefix, or never where the model's states are of another
    kind. Not thread-safe; `close` before the model is freed.
    """

    def __init__(self, main: Runtime, *, threads: int) -> None:
        self._main = main
        self._threads = threads
        large = _ROOM * kv_bytes(main.model) > _MEMORY
        self.room = min(_LEAST_ROOM if large else _ROOM, main.capacity)
        self._refused = False
        self.runtime: Runtime | None = None

    def place(self, tokens: Sequence[int]) -> Runtime | None:
        """The context, if the prefix `tokens` and questions fit in, and the model's states too.

        The first call may empty the engine's own context.
        """
        if len(tokens) + _QUESTION > self.room:
            return None
        if self.runtime is None and not self._refused:
            self._open(tokens[:_TRIAL])
        return self.runtime

    def refuse(self) -> None:
        """Close the context for good."""
        self._refused = True
        self.close()

    def close(self) -> None:
        """Free the context; safe to call twice."""
        if self.runtime is not None:
            self.runtime.close()
            self.runtime = None

    def _open(self, tokens: Sequence[int]) -> None:
        runtime = open_query_context(self._main.model, tokens=self.room, threads=self._threads)
        works = False
        try:
            works = runtime is not None and self._takes_states(runtime, tokens)
        finally:
            if runtime is not None and not works:
                runtime.close()
        self._refused = not works
        self.runtime = runtime if works else None

    def _takes_states(self, runtime: Runtime, tokens: Sequence[int]) -> bool:
        """Whether a state of a few tokens, V transposed, comes out of `runtime` as it went in."""
        main = self._main
        main.forget_all()
        main.extend(0, tokens, wanted=0)
        state = main.state(0)
        main.forget_all()
        try:
            transpose_v(state)
        except ValueError:
            return False
        taken = runtime.restore(0, tokens, state) and runtime.state(0) == state
        runtime.forget_all()
        return taken
