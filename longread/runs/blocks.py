"""PrefixCache for a session: the engine's keeper, made for its model file and compression."""

from __future__ import annotations

from pathlib import Path

from longread.engine import Engine, prefix_states
from longread.engine.http import is_address
from longread.models.digest import file_digest
from longread.prefix_cache import BlockStore, PrefixCache
from longread.reading.options import ReadingOptions


class SessionBlocks:
    """The keepers that a session's runs ask for, one a compression, over one store.

    The store is in `place`, or where the user's blocks are.
    """

    def __init__(self, engine: Engine, place: Path | None = None) -> None:
        self._engine = engine
        self._place = place
        self._store: BlockStore | None = None
        self._made: dict[int, PrefixCache] = {}
        self._model = ""

    def attach(self, options: ReadingOptions) -> str:
        """Give the engine the keeper that `options` ask for, or none; returns why there is
        none though one was asked for, in one line, or nothing."""
        engine = prefix_states(self._engine)
        if engine is None and is_address(self._engine.info.file):
            # A server holds in its slots what it read last; that is its own affair.
            return ""
        if engine is None:
            return (
                "this engine keeps no states of passages: no blocks, every question reads the "
                "document anew"
                if options.blocks
                else ""
            )
        engine.keeper = None
        if not options.blocks:
            return ""
        if options.compress > 1 and "attention" not in engine.capabilities:
            return "blocks cannot be compressed with this engine: none are kept"
        try:
            self._model = self._model or file_digest(Path(engine.info.file))
        except OSError as error:
            return f"no blocks are kept: the model's file: {(error.strerror or '').lower()}"
        self._store = self._store or BlockStore(self._place)
        if options.compress not in self._made:
            self._made[options.compress] = PrefixCache(
                engine, self._store, model=self._model, compression=options.compress
            )
        engine.keeper = self._made[options.compress]
        return ""

    def remarks(self) -> list[str]:
        """What went wrong with blocks since this was last asked, a line each."""
        return [line for blocks in self._made.values() for line in blocks.remarks()]
