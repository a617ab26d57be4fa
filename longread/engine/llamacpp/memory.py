"""Kinds of model memory: what can be done with a sequence's state, as llama.cpp says itself.

A dense model keeps keys and values of every token: its state can be cut back, copied in part
and kept on disk. A layer with a sliding window sees the last tokens alone: llama.cpp gives the
cells of others to whoever needs room, and says nothing when a sequence is cut back to where
they are missing; what is copied out holds the window alone. A recurrent
layer, of a hybrid model or a purely recurrent one, has one state for all of the sequence: it
cannot be cut back, and a copy is a copy of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import llama_cpp.llama_cpp as llama


@dataclass(frozen=True, slots=True)
class MemoryKind:
    """What the memory of one model can do.

    `window` is the length of its sliding window in tokens, 0 without one; `recurrent` says
    whether any layer is, `attends` whether any is not.
    """

    window: int
    recurrent: bool
    attends: bool = True

    @classmethod
    def of(cls, model: Any) -> Self:
        """The memory of a loaded model."""
        recurrent = bool(llama.llama_model_is_recurrent(model))
        mixed = bool(llama.llama_model_is_hybrid(model))
        return cls(int(llama.llama_model_n_swa(model)), recurrent or mixed, not recurrent)

    @property
    def can_cut(self) -> bool:
        """Whether a sequence can be cut back to a prefix, part of it copied, and single tokens
        leave a kept state.

        Without that a sequence is forked whole.
        """
        return not self.recurrent and not self.window

    def can_store(self, tokens: int) -> bool:
        """Whether a state of so many tokens comes back from a copy as it was."""
        return not self.window or tokens <= self.window

    def is_whole(self, first: int, last: int, tokens: int) -> bool:
        """Whether a sequence of positions `first` to `last` holds the state of `tokens` tokens.

        A recurrent state stands at its last position only.
        """
        return last == tokens - 1 and (first == 0 or self.recurrent)
