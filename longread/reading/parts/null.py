"""Null parts: no thought, a gate that is always open, no exit; what a strategy does without."""

from __future__ import annotations

from longread.reading.state import Opening, ReadingState, Scored, Thought
from longread.reading.step import Gate, Step


class NoThought:
    """Read on without looking anything up."""

    def think(self, state: ReadingState) -> Thought:
        return Thought()


class AlwaysOpen:
    """Every chunk may change the memory (MemAgent, InfMem)."""

    signal = "always"

    def read(self, state: ReadingState) -> Opening:
        return Opening(Gate(1.0, 0.0, self.signal), (), (Scored(state.chunk, 0.0),))

    def restore(self, state: ReadingState, step: Step) -> None: ...


class NeverExit:
    """Read to the end ("w/o EG" in GRU-Mem)."""

    def decide(self, state: ReadingState) -> Gate | None:
        return None
