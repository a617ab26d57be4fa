"""Batched inference over kept prefixes: prompts behind many passages, side by side where they fit.

What does not fit side by side (a long prompt, a model whose memory is of another kind) is
pinned and asked alone, in the place where `PrefixStates.pin_prefix` holds prefixes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from longread.engine import Usage
from longread.engine.llamacpp.branches import Branches
from longread.engine.llamacpp.runtime import Runtime
from longread.engine.llamacpp.states import States
from longread.engine.llamacpp.streams import Pinned, Streams, pinned
from longread.engine.optional import PinnedPrompt, StateKeeper

Floats = NDArray[np.float32]


class PinnedPrompts:
    """Decodes prompts behind any number of prefixes. Not thread-safe."""

    def __init__(
        self,
        runtime: Runtime,
        states: States,
        branches: Branches,
        usage: Usage,
        tokenize: Callable[[str], list[int]],
        *,
        threads: int,
    ) -> None:
        self._runtime = runtime
        self._states = states
        self._branches = branches
        self._usage = usage
        self._tokenize = tokenize
        self._threads = threads
        self._streams: Streams | None = None

    def decode(
        self,
        keeper: StateKeeper | None,
        asked: Sequence[PinnedPrompt],
        prompts: Sequence[Sequence[int]],
        wanted: Sequence[int],
    ) -> list[Floats]:
        """The logits of the last `wanted` positions of each of the `prompts`, tokenised."""
        together: list[tuple[int, Pinned]] = []
        for number, each in enumerate(asked):
            found = self._beside(keeper, each, prompts[number], wanted[number])
            if found is not None:
                together.append((number, found))
        logits: dict[int, Floats] = {}
        streams = self._streams
        if streams is not None:
            for group in streams.groups([found for _number, found in together]):
                members = [together[place] for place in group]
                logits |= self._together(streams, keeper, asked, members)
        return [
            logits[number]
            if number in logits
            else self._alone(keeper, each, prompts[number], wanted[number])
            for number, each in enumerate(asked)
        ]

    def forget(self) -> None:
        """Drop all prefixes that lie side by side."""
        if self._streams is not None:
            self._streams.forget()

    def close(self) -> None:
        """Free the context; safe to call twice."""
        if self._streams is not None:
            self._streams.close()

    def _beside(
        self, keeper: StateKeeper | None, asked: PinnedPrompt, prompt: Sequence[int], wanted: int
    ) -> Pinned | None:
        """The prompt as it is asked side by side with others; None where it cannot be."""
        if not self._runtime.kind.can_cut:
            return None
        prefix = self._tokenize(asked.prefix)
        prune = self._states.prunes(keeper, whole=asked.whole)
        found = pinned(prefix, prompt, wanted, prune=prune)
        if found is None or (prune and found.begins < found.held):
            return None
        flash = not self._states.by_columns(prefix)
        if self._streams is None:
            self._streams = Streams(
                self._runtime.model, self._branches, threads=self._threads, flash=flash
            )
        return found if self._streams.flash == flash and self._streams.takes(found) else None

    def _together(
        self,
        streams: Streams,
        keeper: StateKeeper | None,
        asked: Sequence[PinnedPrompt],
        members: Sequence[tuple[int, Pinned]],
    ) -> dict[int, Floats]:
        """The logits of a group; none of them where a state does not come back."""
        for stream, (number, found) in enumerate(members):
            each = asked[number]
            decoded = self._states.lay_out(
                streams, stream, found, each.prefix, keeper, each.source, whole=each.whole
            )
            if decoded is None:
                return {}
            self._usage.prefilled += decoded
            self._usage.reused += found.begins - min(decoded, found.begins)
        self._usage.prefilled += sum(len(found.tokens) - found.begins for _number, found in members)
        logits = streams.decode([found for _number, found in members])
        return {number: rows for (number, _found), rows in zip(members, logits, strict=True)}

    def pin(self, keeper: StateKeeper | None, asked: PinnedPrompt) -> None:
        """Have the state of the prefix ready where prompts are asked alone."""
        prefix = self._tokenize(asked.prefix)
        if 1 < len(prefix) < self._runtime.capacity:
            self._usage.prefilled += self._states.hold(
                asked.prefix, prefix, keeper, asked.source, whole=asked.whole
            )

    def _alone(
        self, keeper: StateKeeper | None, asked: PinnedPrompt, prompt: Sequence[int], wanted: int
    ) -> Floats:
        self.pin(keeper, asked)
        _slot, reused, rows = self._states.home([prompt]).prefill(prompt, wanted=wanted)
        self._usage.prefilled += len(prompt) - reused
        self._usage.reused += reused
        return rows
