"""Batched decoding of prompts with a common prefix: many questions to one passage.

The beginning is decoded once, or found in a slot; what follows it in each prompt is a branch,
a sequence of its own that shares the beginning's cells (a unified cache keeps one copy for
all). Branches that begin alike share those tokens, too. All of it goes into as few batches
as there can be, and the branches' cells are free again when the logits are out: attention
runs over all used cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import llama_cpp.llama_cpp as llama
import numpy as np
from numpy.typing import NDArray

from longread.engine.llamacpp.runtime import BATCH, Runtime
from longread.engine.llamacpp.slots import shared_prefix


@dataclass(slots=True)
class Row:
    """A token of a batch: its position, the sequences it belongs to, who wants its logits."""

    token: int
    position: int
    sequences: list[int]
    wanted: list[int]


class Branches:
    """Decodes prompts side by side in runtimes whose contexts have room for `most` of them.

    Sequences from `first` on are the branches'. Not thread-safe.
    """

    def __init__(self, first: int, most: int) -> None:
        self._most = most
        self.sequences = range(first, first + most)
        self._batch = llama.llama_batch_init(BATCH, 0, most + 1)
        self._closed = False

    def close(self) -> None:
        """Free the batch; safe to call twice."""
        if not self._closed:
            self._closed = True
            llama.llama_batch_free(self._batch)

    def decode(
        self, runtime: Runtime, prompts: Sequence[Sequence[int]], wanted: Sequence[int]
    ) -> tuple[list[NDArray[np.float32]], int, int]:
        """Logits of the last `wanted` positions of each prompt, and (tokens decoded, reused).

        An array a prompt, of shape (wanted, vocabulary). Raises ModelError when a prompt does
        not fit into the context. After an abort no branch is left in the cache.
        """
        logits: list[NDArray[np.float32]] = []
        decoded = reused = 0
        for begin, end in self._groups(runtime.capacity, prompts, wanted):
            if end - begin == 1:
                _slot, held, one = runtime.prefill(prompts[begin], wanted[begin])
                found, spent = [one], len(prompts[begin]) - held
            else:
                found, spent, held = self._together(runtime, prompts[begin:end], wanted[begin:end])
            logits += found
            decoded += spent
            reused += held
        return logits, decoded, reused

    def outputs(
        self, runtime: Runtime, slot: int, rows: Sequence[Row]
    ) -> Iterator[tuple[Row, NDArray[np.float32]]]:
        """Decode `rows`, and give each that is wanted with its logits, (vocabulary,).

        Should that fail, `slot` is emptied.
        """
        for begin in range(0, len(rows), BATCH):
            piece = rows[begin : begin + BATCH]
            self._fill(piece)
            runtime.decode(slot, self._batch)
            wanted = [row for row in piece if row.wanted]
            yield from zip(wanted, runtime.logits(len(wanted)), strict=True)

    def _groups(
        self, capacity: int, prompts: Sequence[Sequence[int]], wanted: Sequence[int]
    ) -> Iterator[tuple[int, int]]:
        """Spans of neighbours that fit into a context together, `most` prompts at most."""
        begin = 0
        while begin < len(prompts):
            first = prompts[begin]
            end, common, total = begin + 1, len(first) - wanted[begin], len(first)
            while end < min(len(prompts), begin + self._most):
                common = min(common, _common((first, prompts[end]), (wanted[begin], wanted[end])))
                total += len(prompts[end])
                if total - (end - begin) * common > capacity:
                    break
                end += 1
            yield begin, end
            begin = end

    def _together(
        self, runtime: Runtime, prompts: Sequence[Sequence[int]], wanted: Sequence[int]
    ) -> tuple[list[NDArray[np.float32]], int, int]:
        common = _common(prompts, wanted)
        room = sum(len(prompt) - common for prompt in prompts[1:])
        slot, held = runtime.settle(prompts[0], common, room)
        rows = self._rows(prompts, wanted, slot, common, held)
        sequences = self.sequences[: len(prompts)]
        logits: list[list[NDArray[np.float32]]] = [[] for _prompt in prompts]
        try:
            for sequence in sequences if held else ():
                llama.llama_memory_seq_cp(runtime.memory, slot, sequence, 0, held)
            for row, values in self.outputs(runtime, slot, rows):
                for branch in row.wanted:
                    logits[branch].append(values)
            runtime.slots.extend(slot, list(prompts[0][held:common]))
        finally:
            for sequence in sequences:
                llama.llama_memory_seq_rm(runtime.memory, sequence, -1, -1)
        return [np.stack(values) for values in logits], len(rows), held

    def _rows(
        self,
        prompts: Sequence[Sequence[int]],
        wanted: Sequence[int],
        slot: int,
        common: int,
        held: int,
    ) -> list[Row]:
        """The rest of the common beginning, then the branches as a tree of tokens."""
        every = list(self.sequences[: len(prompts)])
        rows = [Row(prompts[0][place], place, [slot, *every], []) for place in range(held, common)]
        # (number of the row before, token) → number of the row.
        known: dict[tuple[int, int], int] = {}
        for branch, prompt in enumerate(prompts):
            before = -1
            for place in range(common, len(prompt)):
                key = (before, prompt[place])
                if key not in known:
                    known[key] = len(rows)
                    rows.append(Row(prompt[place], place, [], []))
                before = known[key]
                rows[before].sequences.append(every[branch])
                if place >= len(prompt) - wanted[branch]:
                    rows[before].wanted.append(branch)
        return rows

    def _fill(self, rows: Sequence[Row]) -> None:
        batch = self._batch
        batch.n_tokens = len(rows)
        for index, row in enumerate(rows):
            batch.token[index] = row.token
            batch.pos[index] = row.position
            batch.n_seq_id[index] = len(row.sequences)
            for place, sequence in enumerate(row.sequences):
                batch.seq_id[index][place] = sequence
            batch.logits[index] = bool(row.wanted)


def _common(prompts: Sequence[Sequence[int]], wanted: Sequence[int]) -> int:
    """Tokens that all prompts begin with, those left out whose logits one of them wants."""
    shared = min(shared_prefix(prompts[0], prompt) for prompt in prompts)
    return min(shared, *(len(p) - w for p, w in zip(prompts, wanted, strict=True)))
