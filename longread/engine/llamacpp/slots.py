"""Prefix reuse in the KV cache: which prompts it still holds, after llama-server's slots.

A slot is one sequence of the unified cache and the tokens decoded into it. A new prompt
goes where it shares most; what is shared is not decoded again. This file knows tokens
and slot numbers only: the engine carries out what `place` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# A slot is overwritten in place when the new prompt keeps at least this share of it, as in
# llama-server; below that the shared part is copied (free in a unified cache) and both live.
KEEP_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Placement:
    """Decode into `slot`, whose first `shared` tokens are there already.

    `copy_from` is the slot that the shared tokens must first be copied from (None when
    they are the slot's own); `evict` are slots to empty so that the prompt fits.
    """

    slot: int
    shared: int
    copy_from: int | None
    evict: tuple[int, ...]


def shared_prefix(first: Sequence[int], second: Sequence[int]) -> int:
    """Number of leading tokens that two prompts have in common."""
    length = min(len(first), len(second))
    if first[:length] == second[:length]:
        return length
    low, high = 0, length
    while low < high:
        middle = (low + high + 1) // 2
        if first[:middle] == second[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class Slots:
    """The tokens in each sequence of a unified cache of `capacity` cells.

    Where sequences are not `cuttable` (recurrent layers) one is shared whole or not at all.
    """

    def __init__(self, count: int, capacity: int, *, cuttable: bool = True) -> None:
        self.tokens: list[list[int]] = [[] for _ in range(count)]
        # Leading tokens of each slot among which some have no cell any more (a compressed
        # prefix): a prompt shares all of them or nothing. `tokens` counts positions, so a
        # slot never holds more cells than it says.
        self.pruned = [0] * count
        self.capacity = capacity
        self._cuttable = cuttable
        self._last_use = [0] * count
        self._clock = 0

    def place(self, prompt: Sequence[int], room: int = 0) -> Placement:
        """Choose the slot for `prompt`, with `room` more tokens to be generated after it.

        At least one token of the prompt is always left to decode, since its logits are
        what the caller wants.
        """
        prompt = list(prompt)
        if not self._cuttable:
            return self._place_fork(prompt, len(prompt) + room)
        shares = [self._share(slot, prompt) for slot in range(len(self.tokens))]
        best = max(range(len(shares)), key=lambda slot: (shares[slot], self._last_use[slot]))
        shared = min(shares[best], len(prompt) - 1)
        held = len(self.tokens[best])
        needed = len(prompt) + room
        if held and shares[best] < KEEP_SHARE * held:
            free = self._least_recent(keep=best)
            source = best if shared else None
            evict = self._evict(free, source, needed)
            # A source that must go to make room has nothing left to copy: it is taken over.
            if source not in evict:
                return Placement(free, shared, source, evict)
        return Placement(best, shared, None, self._evict(best, None, needed))

    def _place_fork(self, prompt: list[int], needed: int) -> Placement:
        """A slot that the prompt begins with, all of it, is copied: it cannot be cut back later.

        It is gone on with in place where there is no room for both.
        """
        begins = [s for s in range(len(self.tokens)) if 0 < self._share(s, prompt) < len(prompt)]
        source = max(begins, key=lambda slot: len(self.tokens[slot]), default=None)
        if source is None:
            free = self._least_recent(keep=-1)
            return Placement(free, 0, None, self._evict(free, None, needed))
        shared = len(self.tokens[source])
        if len(self.tokens) > 1:
            free = self._least_recent(keep=source)
            # The copy has the source's cells.
            evict = self._evict(free, source, needed - shared)
            if source not in evict:
                return Placement(free, shared, source, evict)
        return Placement(source, shared, None, self._evict(source, None, needed))

    def least_share(self, slot: int) -> int:
        """A prompt shares so many tokens of `slot`, or none."""
        return self.pruned[slot] if self._cuttable else len(self.tokens[slot])

    def copy(self, source: int, target: int, length: int) -> None:
        """Record that `target` holds the first `length` tokens of `source`, which was of use."""
        self._touch(source)
        self.commit(target, self.tokens[source][:length], self.pruned[source])

    def commit(self, slot: int, tokens: Sequence[int], pruned: int = 0) -> None:
        """Record what `slot` holds now; of the first `pruned` tokens some have no cell."""
        self.tokens[slot] = list(tokens)
        self.pruned[slot] = pruned
        self._touch(slot)

    def extend(self, slot: int, tokens: Sequence[int]) -> None:
        """Record that `tokens` were decoded at the end of `slot`."""
        self.tokens[slot].extend(tokens)
        self._touch(slot)

    def clear(self, slot: int) -> None:
        """Record that `slot` is empty."""
        self.tokens[slot] = []
        self.pruned[slot] = 0

    def _share(self, slot: int, prompt: Sequence[int]) -> int:
        shared = shared_prefix(self.tokens[slot], prompt)
        return shared if min(shared, len(prompt) - 1) >= self.least_share(slot) else 0

    def _touch(self, slot: int) -> None:
        self._clock += 1
        self._last_use[slot] = self._clock

    def _least_recent(self, keep: int) -> int:
        others = [slot for slot in range(len(self.tokens)) if slot != keep]
        return min(others, key=lambda slot: (bool(self.tokens[slot]), self._last_use[slot]))

    def _evict(self, slot: int, copy_from: int | None, needed: int) -> tuple[int, ...]:
        """Slots to empty, least recently used first, until `needed` cells are free."""
        others = {
            other: len(held) for other, held in enumerate(self.tokens) if held and other != slot
        }
        evicted = []
        for other in sorted(others, key=lambda other: self._last_use[other]):
            if sum(others.values()) + needed <= self.capacity:
                break
            if other != copy_from:
                evicted.append(other)
                del others[other]
        if copy_from in others and sum(others.values()) + needed > self.capacity:
            evicted.append(copy_from)
        return tuple(evicted)
