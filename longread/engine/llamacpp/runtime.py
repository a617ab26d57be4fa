"""A loaded model and its context: decode tokens into slots, get logits back.

The lowest floor that knows llama.cpp's structs. It holds the KV cache honest: what
`Slots` records is what the cache holds, also after an abort or a failure.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np
from numpy.typing import NDArray

from longread.engine.llamacpp import library
from longread.engine.llamacpp.memory import MemoryKind
from longread.engine.llamacpp.slots import Slots
from longread.engine.llamacpp.vocabulary import Vocabulary
from longread.errors import ModelError

# Tokens decoded in one call. On CPUs larger batches gain nothing, and Ctrl-C on a GPU waits for
# the end of one.
BATCH = 512

# llama_decode: 0 done, 1 no cell free, 2 aborted, below 0 failed.
_NO_ROOM, _ABORTED = 1, 2


class Runtime:
    """One model, one context, several slots.

    Not thread-safe. Decoding runs on a thread of its own so that Ctrl-C reaches Python
    at once: the flag is set, llama.cpp leaves the graph, and KeyboardInterrupt goes up.
    """

    def __init__(
        self,
        model: Any,
        context: Any,
        flag: library.AbortFlag,
        slots: int,
        *,
        owns_model: bool = True,
    ) -> None:
        self.model = model
        self._owns_model = owns_model
        self.context = context
        self._flag = flag
        self.memory = llama.llama_get_memory(context)
        self._batch = llama.llama_batch_init(BATCH, 0, 1)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="longread-decode")
        self.vocabulary = Vocabulary(model)
        self.capacity = int(llama.llama_n_ctx(context))
        self.kind = MemoryKind.of(model)
        self.slots = Slots(slots, self.capacity, cuttable=self.kind.can_cut)
        self._state = (ctypes.c_uint8 * 0)()
        self._closed = False

    def prefill(
        self, tokens: Sequence[int], wanted: int = 1, room: int = 0
    ) -> tuple[int, int, NDArray[np.float32]]:
        """Bring `tokens` into a slot and return (slot, tokens reused, logits).

        `wanted` is the number of final positions whose logits are returned, as an array
        of shape (wanted, vocabulary). `room` tokens more must fit after them. Raises
        ModelError when they do not fit.
        """
        if len(tokens) + room > self.capacity:
            raise ModelError(
                f"a prompt of {len(tokens):,} tokens does not fit into a context of "
                f"{self.capacity:,}.",
                "use smaller --chunk-tokens or --memory-tokens, or a larger --context",
            )
        slot, shared = self.settle(tokens, len(tokens) - wanted, room)
        logits = self.extend(slot, tokens[shared:], wanted)
        return slot, shared, logits

    def settle(self, tokens: Sequence[int], most: int, room: int) -> tuple[int, int]:
        """The slot for a prompt, cut back to what it shares with it, `most` tokens at most.

        Returns (slot, tokens it holds); there is room for the rest and `room` tokens more.
        """
        place = self.slots.place(tokens, room)
        for slot in place.evict:
            self.forget(slot)
        shared = min(place.shared, most)
        source = place.slot if place.copy_from is None else place.copy_from
        if shared < self.slots.least_share(source):
            shared = 0
        if place.copy_from is None:
            held = self.cut(place.slot, shared)
        else:
            held = self._copy(place.copy_from, place.slot, shared)
        return place.slot, shared if held else 0

    def extend(self, slot: int, tokens: Sequence[int], wanted: int = 1) -> NDArray[np.float32]:
        """Decode `tokens` at the end of `slot`; logits of the last `wanted` positions.

        None are wanted of a prefix that is only held: then the array has no rows.
        """
        first_wanted = len(tokens) - wanted
        rows = []
        for begin in range(0, len(tokens), BATCH):
            piece = tokens[begin : begin + BATCH]
            outputs = [begin + offset >= first_wanted for offset in range(len(piece))]
            self._fill(slot, len(self.slots.tokens[slot]), piece, outputs)
            self.decode(slot, self._batch)
            self.slots.extend(slot, piece)
            if any(outputs):
                rows.append(self.logits(sum(outputs)))
        return np.concatenate(rows) if rows else np.empty((0, self.vocabulary.size), np.float32)

    def forget(self, slot: int) -> None:
        """Empty a slot."""
        llama.llama_memory_seq_rm(self.memory, slot, -1, -1)
        self.slots.clear(slot)

    def forget_all(self) -> None:
        """Empty the cache."""
        llama.llama_memory_clear(self.memory, False)
        for slot in range(len(self.slots.tokens)):
            self.slots.clear(slot)

    def state(self, slot: int) -> memoryview:
        """What `slot` holds, in llama.cpp's own format; valid, and free to change, until the
        next call."""
        size = int(llama.llama_state_seq_get_size(self.context, slot))
        if size > len(self._state):
            self._state = (ctypes.c_uint8 * size)()
        written = int(llama.llama_state_seq_get_data(self.context, self._state, size, slot))
        return memoryview(self._state).cast("B")[:written]

    def restore(
        self, slot: int, tokens: Sequence[int], state: memoryview, *, pruned: int = 0
    ) -> bool:
        """Put a state back as that of `tokens`; False, and `slot` empty, where it does not fit.

        The cache must be empty. `pruned` as in `Slots`.
        """
        view = state.cast("B")
        kind = ctypes.c_uint8 * len(view)
        source = kind.from_buffer_copy(view) if view.readonly else kind.from_buffer(view)
        try:
            read = llama.llama_state_seq_set_data(self.context, source, len(view), slot)
            if read and self.kind.is_whole(*self._span(slot), len(tokens)):
                self.slots.commit(slot, tokens, pruned)
                return True
        except BaseException:
            self.forget(slot)
            raise
        self.forget(slot)
        return False

    def _span(self, slot: int) -> tuple[int, int]:
        """The first and the last position in `slot`."""
        first = int(llama.llama_memory_seq_pos_min(self.memory, slot))
        return first, int(llama.llama_memory_seq_pos_max(self.memory, slot))

    def close(self) -> None:
        """Free the context, and the model where it is this runtime's own; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._worker.shutdown()
        llama.llama_batch_free(self._batch)
        llama.llama_free(self.context)
        if self._owns_model:
            llama.llama_model_free(self.model)

    def cut(self, slot: int, keep: int) -> bool:
        """Cut `slot` back to its first `keep` tokens; False when it had to be emptied."""
        held = self.slots.tokens[slot]
        if keep == len(held):
            return True
        if self.kind.can_cut and llama.llama_memory_seq_rm(self.memory, slot, keep, -1):
            self.slots.commit(slot, held[:keep], self.slots.pruned[slot] if keep else 0)
            return True
        self.forget(slot)
        return False

    def _copy(self, source: int, target: int, length: int) -> bool:
        """Make `target` the first `length` tokens of `source`; False when it is left empty."""
        self.forget(target)
        if not length:
            return False
        # A recurrent layer copies all it has, whatever the end: there `length` is all.
        end = length if self.kind.can_cut else -1
        llama.llama_memory_seq_cp(self.memory, source, target, 0, end)
        self.slots.copy(source, target, length)
        return True

    def _fill(self, slot: int, position: int, tokens: Sequence[int], outputs: list[bool]) -> None:
        batch = self._batch
        batch.n_tokens = len(tokens)
        for index, token in enumerate(tokens):
            batch.token[index] = token
            batch.pos[index] = position + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = slot
            batch.logits[index] = outputs[index]

    def decode(self, slot: int, batch: Any) -> None:
        """Decode a batch for `slot`, which is emptied when that fails or is interrupted."""
        self._flag.clear()
        future = self._worker.submit(llama.llama_decode, self.context, batch)
        result, interrupted = library.waited_for(future, self._flag.set)
        if result == 0 and not interrupted:
            return
        # What an aborted or failed call left in the cache is unknown: drop the slot.
        self.forget(slot)
        if interrupted or result == _ABORTED:
            raise KeyboardInterrupt
        if result == _NO_ROOM:
            raise ModelError(
                f"the context of {self.capacity:,} tokens is full.",
                "use smaller --chunk-tokens or --memory-tokens, or a larger --context",
            )
        raise ModelError(
            f"llama.cpp failed while decoding (code {result}): {library.last_reason()}",
            "try --gpu-layers 0, or a smaller --context",
        )

    def logits(self, rows: int) -> NDArray[np.float32]:
        """The logits of the last decoded batch: those of the `rows` positions that wanted any."""
        pointer = llama.llama_get_logits(self.context)
        return np.ctypeslib.as_array(pointer, shape=(rows, self.vocabulary.size)).copy()
