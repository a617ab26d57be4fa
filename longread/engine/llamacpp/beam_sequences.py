"""KV sequences of beams: continuations of one prompt, a token longer at each step.

Every tail is a sequence of its own that shares the cells of what it grew from (a unified
cache keeps one copy), so a step decodes one token a tail, and what no tail goes on from is
freed. Figures:
benchmarks/LOG.md#2026-11-22-cheaper-candidates-a-closer-look-features-to-choose-answers-by
"""

from __future__ import annotations

from collections.abc import Sequence

import llama_cpp.llama_cpp as llama
import numpy as np
from numpy.typing import NDArray

from longread.engine.llamacpp.branches import Branches, Row
from longread.engine.llamacpp.runtime import Runtime

Tail = tuple[int, ...]


class BeamSequences:
    """The tails of the prompt in `slot`; as a context manager it leaves none in the cache.

    Not thread-safe.
    """

    def __init__(self, branches: Branches, runtime: Runtime, slot: int) -> None:
        self._branches = branches
        self._runtime = runtime
        self._slot = slot
        self._begin = len(runtime.slots.tokens[slot])
        self._grown: dict[Tail, int] = {(): slot}
        self.decoded = 0
        # As many side by side: those of two steps stand in the cache at once.
        self.most = len(branches.sequences) // 2

    def __enter__(self) -> BeamSequences:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._keep({})

    def grow(self, tails: Sequence[Tail]) -> list[NDArray[np.float32]]:
        """The logits after each tail, (vocabulary,) an array.

        At most `most` of them. Each is one of the last call's and a token more; of the first
        call's one token long.
        """
        taken = set(self._grown.values())
        free = [each for each in self._branches.sequences if each not in taken]
        grown, rows = {}, []
        for number, (tail, sequence) in enumerate(zip(tails, free, strict=False)):
            place = self._begin + len(tail) - 1
            parent = self._grown[tail[:-1]]
            llama.llama_memory_seq_cp(self._runtime.memory, parent, sequence, 0, place)
            grown[tail] = sequence
            rows.append(Row(tail[-1], place, [sequence], [number]))
        self._keep(grown)
        self.decoded += len(rows)
        found = self._branches.outputs(self._runtime, self._slot, rows)
        return [values for _row, values in found]

    def _keep(self, grown: dict[Tail, int]) -> None:
        """Free the sequences of all tails but these."""
        for sequence in self._grown.values():
            if sequence != self._slot:
                llama.llama_memory_seq_rm(self._runtime.memory, sequence, -1, -1)
        self._grown = grown
