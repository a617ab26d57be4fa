"""Prefix cache: KV states of passages by their tokens, faults of the disk to one line each."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate

from longread.engine.optional import PrefixStates, State, attention_probe
from longread.errors import ModelError, reason_of
from longread.prefix_cache.compression import least_looked_at
from longread.prefix_cache.format import HEADER_SIZE, Identity, digest
from longread.prefix_cache.store import BlockStore, Damaged, Full


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the disk will hold of a document's passages.

    `long` of them are too long for a block of this model, `kept` will fit, all together would
    take `size` bytes, and there are `room`.
    """

    passages: int
    long: int
    kept: int
    size: int
    room: int

    @property
    def line(self) -> str:
        """One line for the user; empty where all passages will be kept."""
        if self.long == self.passages:
            return "no blocks are kept: the passages are longer than this model's window"
        if self.kept == self.passages:
            return ""
        return (
            f"blocks for {self.kept:,} of {self.passages:,} passages will fit on disk "
            f"({_size(self.room)} of {_size(self.size)}): what opened or nearly did stays"
        )


class PrefixCache:
    """Keeps the states of pinned prefixes in a `BlockStore`; implements `StateKeeper`.

    `model` is the digest of the file that the engine runs, merged adapter included.
    `compression` 1 keeps every token, 2 the half that matters most, 4 the quarter. Each kind
    of trouble comes up once among the `remarks`.
    """

    def __init__(
        self,
        engine: PrefixStates,
        store: BlockStore,
        *,
        model: str,
        compression: int = 1,
    ) -> None:
        self._store = store
        self._model = digest(model)
        self._layout = digest(engine.layout)
        self._said: set[str] = set()
        self._remarks: list[str] = []
        self._compression = compression
        self._engine = engine
        self._writes = True
        self.prunes = compression > 1
        self.crowded = False
        self.loaded = self.saved = 0

    def load(self, tokens: Sequence[int], source: str, *, whole: bool) -> State | None:
        """The state of a sound block of `tokens`; None where it has to be made."""
        if not source:
            return None
        try:
            state = self._store.load(self._identity(tokens, source, whole))
        except Damaged:
            self.remark("a block is damaged or of another version: its passage is read anew")
            return None
        except OSError as error:
            self.remark(f"blocks cannot be read: {reason_of(error)}; passages are read anew")
            return None
        self.loaded += state is not None
        return state

    def save(self, tokens: Sequence[int], source: str, state: State, *, whole: bool) -> None:
        """Keep a state as a block, as long as there is room.

        Where blocks are pruned no whole one is kept beside them: what a gate opened for
        is decoded again should it open again, and the disk holds what was asked for.
        """
        if not source or not self._writes or (whole and self.prunes):
            return
        try:
            self._store.save(self._identity(tokens, source, whole), state)
        except Full as full:
            # What is rated low later may make room for what comes then.
            self.remark(f"no more blocks are kept: {full}")
        except OSError as error:
            self._writes = False
            self.remark(f"no more blocks are kept: {reason_of(error)}")
        else:
            self.saved += 1

    def rate(self, tokens: Sequence[int], source: str, worth: float, *, whole: bool) -> None:
        """Have a block make room first if it is worth less than `NEARLY` (0 to 1)."""
        if source and self._writes and not (whole and self.prunes):
            with suppress(OSError):
                self._store.rate(self._identity(tokens, source, whole), worth)

    def forecast(self, lengths: Sequence[int]) -> Forecast:
        """What of passages of so many tokens the disk will hold. Asked before reading begins."""
        longest = self._engine.storable_tokens
        sizes = [
            HEADER_SIZE + self._engine.state_bytes(length) // self._compression
            for length in lengths
            if longest is None or length <= longest
        ]
        room = self._store.room()
        kept = bisect_right(list(accumulate(sizes)), room)
        self.crowded = kept < len(sizes)
        return Forecast(len(lengths), len(lengths) - len(sizes), kept, sum(sizes), room)

    def dropped(self, prefix: str, tokens: Sequence[int]) -> Sequence[int]:
        """The positions that matter least; none where the model does not show its attention."""
        probe = attention_probe(self._engine)
        try:
            return least_looked_at(probe, prefix, tokens, self._compression) if probe else ()
        except ModelError as error:
            self.remark(f"blocks are not compressed: {error.message}")
            return ()

    def _identity(self, tokens: Sequence[int], source: str, whole: bool) -> Identity:
        return Identity(
            model=self._model,
            document=digest(source),
            tokens=len(tokens),
            prefix=digest(array("i", tokens).tobytes()),
            layout=self._layout,
            compression=1 if whole else self._compression,
        )

    def remarks(self) -> list[str]:
        """What went wrong since this was last asked, a line each."""
        lines, self._remarks = self._remarks, []
        return lines

    def remark(self, line: str) -> None:
        if line not in self._said:
            self._said.add(line)
            self._remarks.append(line)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.0f} MB"
