"""Passages side by side: questions to several pinned prefixes, decoded in one call.

A call of llama.cpp costs its time for a question of five tokens as well. So the states of
several passages lie in one context, each in a stream of its own (a cache that is not unified
has one a sequence), where attention sees its own cells alone, and their questions go through
the model as one batch. All are padded to one length, so that the batch is a multiple of four rows:
the matrix kernels take them by fours, and what a row gives depends on whether it is one of
four. So a question gives the same whoever it is asked beside, with quantised weights to the
bit.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np
from numpy.typing import NDArray

from longread.engine.llamacpp.branches import Branches, Row
from longread.engine.llamacpp.library import logger
from longread.engine.llamacpp.loading import kv_bytes, open_streams
from longread.engine.llamacpp.runtime import BATCH, Runtime
from longread.engine.llamacpp.slots import shared_prefix

# Tokens of a stream: a passage, and a question behind it. Streams, as many as fit into
# `_MEMORY` bytes; fewer than two are not worth a context.
_ROOM = 640
_MOST, _LEAST = 8, 2
_MEMORY = 128 * 1024**2
_ROWS = 4
# Where a state says in how many streams its cells lie, after magic number and sequence.
_STREAMS = struct.Struct("=8xI")


@dataclass(frozen=True, slots=True)
class Pinned:
    """A prompt behind a prefix: of `tokens`, the first `held` are the prefix's.

    `wanted` final positions give logits; `prune` says whether tokens may be left out of the
    prefix's state.
    """

    tokens: tuple[int, ...]
    held: int
    wanted: int
    prune: bool

    @property
    def prefix(self) -> tuple[int, ...]:
        return self.tokens[: self.held]

    @property
    def begins(self) -> int:
        """Where decoding begins: what is wanted right behind the prefix takes its last token."""
        return min(self.held, len(self.tokens) - self.wanted)


class Streams:
    """The context, opened for the first group, or never where there is no memory for it.

    Not thread-safe; `close` before the model is freed.
    """

    def __init__(self, model: Any, branches: Branches, *, threads: int, flash: bool) -> None:
        self._model = model
        self._branches = branches
        self._threads = threads
        self.flash = flash
        self.count = min(_MOST, _MEMORY // max(1, _ROOM * kv_bytes(model)))
        self._runtime: Runtime | None = None
        self._refused = self.count < _LEAST
        # The prefix in each stream.
        self._held: list[tuple[tuple[int, ...], bool] | None] = [None] * self.count

    def takes(self, asked: Pinned) -> bool:
        """Whether a prompt can be asked here."""
        length = _padded(len(asked.tokens) - asked.begins)
        if self._refused or asked.begins + length > _ROOM:
            return False
        if self._runtime is None:
            self._runtime = open_streams(
                self._model,
                streams=self.count,
                tokens=_ROOM,
                threads=self._threads,
                flash=self.flash,
            )
            self._refused = self._runtime is None
        return not self._refused

    def groups(self, asked: Sequence[Pinned]) -> Iterator[list[int]]:
        """The numbers of prompts that are asked together, those of like length."""
        lengths = [_padded(len(each.tokens) - each.begins) for each in asked]
        group: list[int] = []
        for number in sorted(range(len(asked)), key=lambda number: lengths[number]):
            # The longest comes last.
            if len(group) == self.count or (len(group) + 1) * lengths[number] > BATCH:
                yield group
                group = []
            group.append(number)
        if group:
            yield group

    def holds(self, stream: int, asked: Pinned) -> bool:
        """Whether `stream` has the prompt's prefix."""
        return self._held[stream] == (asked.prefix, asked.prune)

    def restore(self, stream: int, asked: Pinned, state: memoryview) -> bool:
        """Put the state of the prompt's prefix into `stream`; False where it does not fit."""
        assert self._runtime is not None
        self._held[stream] = None
        self._runtime.forget(stream)
        # The cells may stand under any stream of the state: they go to that of the sequence.
        spread = bytearray(len(state) + 4 * (self.count - 1))
        spread[: len(state)] = state
        struct.pack_into("=I", spread, _STREAMS.size - 4, self.count)
        if not self._runtime.restore(stream, asked.prefix, memoryview(spread)):
            logger.warning("a state does not fit the context of streams: it is not used")
            self._refused = True
            return False
        self._held[stream] = (asked.prefix, asked.prune)
        return True

    def decode(self, asked: Sequence[Pinned]) -> list[NDArray[np.float32]]:
        """The logits that each prompt wants, (wanted, vocabulary); prompt i is in stream i."""
        runtime = self._runtime
        assert runtime is not None
        longest = max(len(each.tokens) - each.begins for each in asked)
        while longest * len(asked) % _ROWS:
            longest += 1
        rows = [row for stream, each in enumerate(asked) for row in _rows(stream, each, longest)]
        logits: list[list[NDArray[np.float32]]] = [[] for _each in asked]
        done = False
        try:
            for stream, each in enumerate(asked):
                llama.llama_memory_seq_rm(runtime.memory, stream, each.begins, -1)
            for row, values in self._branches.outputs(runtime, 0, rows):
                logits[row.wanted[0]].append(values)
            done = True
        finally:
            for stream, each in enumerate(asked):
                llama.llama_memory_seq_rm(runtime.memory, stream, each.held, -1)
                if each.begins < each.held:
                    # Its last token was decoded anew, and need not be the same to the bit.
                    self._held[stream] = None
            if not done:
                self.forget()
        return [np.stack(values) for values in logits]

    def forget(self) -> None:
        """Empty all streams."""
        self._held = [None] * self.count
        if self._runtime is not None:
            self._runtime.forget_all()

    def close(self) -> None:
        """Free the context; safe to call twice."""
        if self._runtime is not None:
            self._runtime.close()
            self._runtime = None
            self._refused = True


def pinned(
    prefix: Sequence[int], prompt: Sequence[int], wanted: int, *, prune: bool
) -> Pinned | None:
    """A prompt behind a prefix; None where it does not begin with it, token by token."""
    if shared_prefix(prefix, prompt) < len(prefix) or len(prompt) <= len(prefix) or wanted < 1:
        return None
    return Pinned(tuple(prompt), len(prefix), wanted, prune)


def _rows(stream: int, asked: Pinned, length: int) -> Iterator[Row]:
    """The prompt's tokens behind its prefix, then others that nothing sees."""
    first = len(asked.tokens) - asked.wanted
    for place in range(asked.begins, asked.begins + length):
        inside = place < len(asked.tokens)
        token = asked.tokens[place] if inside else asked.tokens[-1]
        yield Row(token, place, [stream], [stream] if inside and place >= first else [])


def _padded(length: int) -> int:
    return -(-length // _ROWS) * _ROWS
