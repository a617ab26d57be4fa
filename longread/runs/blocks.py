"""Prefix cache of a session: a keeper for each of its models, by its file and compression."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from longread.engine import Engine
from longread.engine.http import is_address
from longread.engine.optional import PrefixStates, prefix_states
from longread.models.digest import file_digest
from longread.prefix_cache import BlockStore, PrefixCache
from longread.reading.corpus import Corpus
from longread.reading.options import ReadingOptions


class SessionBlocks:
    """The keepers that a session's runs ask for, one a model and compression, over one store.

    The store is in `place`, or where the user's blocks are.
    """

    def __init__(self, place: Path | None = None) -> None:
        self._place = place
        self._store: BlockStore | None = None
        self._made: dict[tuple[str, int], PrefixCache] = {}
        self._digests: dict[str, str] = {}
        self._holders: list[PrefixStates] = []
        self._said: set[str] = set()

    def attach(self, engines: Sequence[Engine], options: ReadingOptions) -> str:
        """Give each model of a run the keeper that `options` ask for, or none.

        Returns why the first, which gates, has none though one was asked for, in one line, or
        nothing.
        """
        for holder in self._holders:
            holder.keeper = None
        self._holders = []
        first, *_others = [self._attach(engine, options) for engine in engines]
        return first

    def _attach(self, asked: Engine, options: ReadingOptions) -> str:
        engine = prefix_states(asked)
        if engine is None and is_address(asked.info.file):
            # A server holds in its slots what it read last; that is its own affair.
            return ""
        if engine is None:
            return (
                "this engine keeps no states of passages: no blocks, every question reads the "
                "document anew"
                if options.blocks
                else ""
            )
        self._holders.append(engine)
        engine.keeper = None
        if not options.blocks:
            return ""
        if options.compress > 1 and "attention" not in engine.capabilities:
            return "blocks cannot be compressed with this engine: none are kept"
        file = engine.info.file
        digest = self.digest(asked)
        if not digest:
            return "no blocks are kept: the model's file cannot be read"
        self._store = self._store or BlockStore(self._place)
        key = (file, options.compress)
        if key not in self._made:
            self._made[key] = PrefixCache(
                engine, self._store, model=digest, compression=options.compress
            )
        engine.keeper = self._made[key]
        return ""

    def digest(self, engine: Engine) -> str:
        """The digest of the file that an engine runs; empty where that cannot be read."""
        file = engine.info.file
        if file not in self._digests:
            try:
                self._digests[file] = file_digest(Path(file))
            except OSError:
                return ""
        return self._digests[file]

    def forecast(self, gating: Engine, options: ReadingOptions, corpus: Corpus) -> str:
        """What of the passages the disk will hold, in one line, said once; empty where all."""
        keeper = self._made.get((gating.info.file, options.compress))
        if keeper is None or not options.blocks:
            return ""
        line = keeper.forecast([passage.tokens for passage in corpus.passages]).line
        new = line not in self._said
        self._said.add(line)
        return line if new else ""

    def remarks(self) -> list[str]:
        """What went wrong with blocks since this was last asked, a line each."""
        return [line for blocks in self._made.values() for line in blocks.remarks()]
