"""Content-addressed store of KV states on disk, each written whole or not at all.

Layout: `<cache folder>/blocks/<document>/<name>.block`. A block is written beside its place
and renamed, so a reader never sees half of one, whoever is killed when; two processes that
write the same block write the same bytes. Files whose writer died are cleared away after
an hour. Nothing here locks.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from longread import paths
from longread.prefix_cache.format import HEADER_SIZE, Header, Identity, checksum

DEFAULT_LIMIT = 4 * 1000**3

_ENDING = ".block"
# Age in seconds of a temporary file that nobody writes any more: a block takes milliseconds.
_ABANDONED_SECONDS = 3600
# A passage whose gate gave less than this did not nearly open.
NEARLY = 0.05
# Blocks written between two looks at what other processes wrote.
_LOOK_AGAIN = 64


class Damaged(Exception):  # noqa: N818 (a finding, handled within this house)
    """There is a file under a block's name, and it is not that block."""


class Full(Exception):  # noqa: N818 (a finding, handled within this house)
    """A block has no room under the budget; says why in a few words."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What lies in the folder: blocks, their bytes, and how many documents they are of."""

    blocks: int
    size: int
    documents: int


@dataclass(frozen=True, slots=True)
class _Kept:
    used: float
    size: int
    path: Path


def folder() -> Path:
    """Where blocks are kept."""
    return paths.cache_folder() / "blocks"


def limit() -> int:
    """Bytes that all blocks together may take: what `set_limit` was told, or the default."""
    try:
        return int(_limit_file().read_text("ascii"))
    except (OSError, ValueError):
        return DEFAULT_LIMIT


def set_limit(size: int) -> None:
    """Remember how many bytes blocks may take. Raises OSError where that cannot be written."""
    with paths.write_atomically(_limit_file()) as part:
        part.write_text(f"{size}\n", "ascii")


def _limit_file() -> Path:
    return paths.data_folder() / "cache-limit"


class BlockStore:
    """Blocks in `place` under `limit` bytes, and never more than half of the free disk.

    What was used since the store was opened is not put out for what comes later: a document
    larger than the budget would otherwise push itself out, block by block.
    """

    def __init__(self, place: Path | None = None, limit_bytes: int | None = None) -> None:
        self.place = place or folder()
        self.limit = limit() if limit_bytes is None else limit_bytes
        # File systems' clocks lag behind by up to a few milliseconds; some count seconds.
        self._opened = time.time() - 1.0
        self._buffer = bytearray()
        self._kept: list[_Kept] = []
        self._used = 0
        self._saves = 0

    def load(self, identity: Identity) -> memoryview | None:
        """The state of a block; None where there is no such file. Valid until the next load.

        Raises Damaged for a file that is not what its name says or has other bytes than
        were written, OSError where it cannot be read.
        """
        try:
            with self._path(identity).open("rb", buffering=0) as file:
                header = Header.unpack(file.read(HEADER_SIZE))
                size = os.fstat(file.fileno()).st_size - HEADER_SIZE
                if header is None or header.identity != identity or header.size != size:
                    raise Damaged
                if size > len(self._buffer):
                    self._buffer = bytearray(size)
                state = memoryview(self._buffer)[:size]
                if file.readinto(state) != size or checksum(state) != header.checksum:
                    raise Damaged
        except FileNotFoundError:
            return None
        with suppress(OSError):
            os.utime(self._path(identity))
        return state

    def save(self, identity: Identity, state: memoryview) -> None:
        """Write a block. Raises Full where the budget has no room, OSError where the disk has."""
        size = HEADER_SIZE + len(state)
        self._make_room(size)
        path = self._path(identity)
        try:
            with paths.write_atomically(path) as part, part.open("wb", buffering=0) as file:
                file.write(Header(identity, len(state), checksum(state)).pack())
                written = file.write(state)
                while written < len(state):
                    written += file.write(state[written:])
        except PermissionError:
            # On Windows nobody replaces what another process reads: the same block is there.
            if not path.exists():
                raise
        self._used += size

    def rate(self, identity: Identity, worth: float) -> None:
        """Say what a block is worth, 0 to 1: below `NEARLY` it is put out before all others that
        were used since the store was opened, the least worth first; else it is in use.

        Raises OSError where it is not there.
        """
        used = time.time() if worth >= NEARLY else self._opened - 2.0 + worth / NEARLY
        os.utime(self._path(identity), (used, used))

    def room(self) -> int:
        """Bytes that blocks may take, those of other documents put out."""
        self._look()
        return self._budget()

    def holdings(self) -> Holdings:
        """What lies there now, others' work included."""
        kept = list(self._scan())
        documents = {each.path.parent for each in kept}
        return Holdings(len(kept), sum(each.size for each in kept), len(documents))

    def clear(self) -> int:
        """Delete all blocks; returns the bytes that were freed."""
        freed = 0
        for each in self._scan():
            with suppress(OSError):
                each.path.unlink()
                freed += each.size
        with suppress(OSError):
            shutil.rmtree(self.place)
        return freed

    def shrink(self) -> int:
        """Put out what is over the limit, least recently used first; returns the bytes freed."""
        freed = 0
        kept = sorted(self._scan(), key=lambda each: each.used)
        size = sum(each.size for each in kept)
        for each in kept:
            if size - freed <= self.limit:
                break
            with suppress(OSError):
                each.path.unlink()
                freed += each.size
        return freed

    def _path(self, identity: Identity) -> Path:
        return self.place / identity.document.hex()[:16] / f"{identity.name}{_ENDING}"

    def _make_room(self, size: int) -> None:
        if self._saves % _LOOK_AGAIN == 0:
            self._look()
        self._saves += 1
        if self._put_out(size):
            return
        # Others may have put out blocks, or the same ones were written anew.
        self._look()
        if not self._put_out(size):
            raise Full(
                f"their limit of {self.limit / 1e9:.1f} GB is reached (longread cache limit)"
                if self._budget() == self.limit
                else "the disk is nearly full"
            )

    def _look(self) -> None:
        self._kept = sorted(self._scan(), key=lambda each: -each.used)
        self._used = sum(each.size for each in self._kept)

    def _budget(self) -> int:
        return min(self.limit, (self._used + _free(self.place)) // 2)

    def _put_out(self, size: int) -> bool:
        """Delete what was not used for longest until `size` bytes more fit; whether they do."""
        budget = self._budget()
        while self._used + size > budget and self._kept:
            oldest = self._kept.pop()
            with suppress(OSError):
                if oldest.path.stat().st_mtime >= self._opened:
                    continue
                oldest.path.unlink()
            self._used -= oldest.size
        return self._used + size <= budget

    def _scan(self) -> Iterator[_Kept]:
        """Every block; parts that nobody will finish are deleted on the way."""
        for document in _entries(self.place):
            for entry in _entries(Path(document.path)):
                with suppress(OSError):
                    found = entry.stat()
                    if entry.name.endswith(_ENDING):
                        yield _Kept(found.st_mtime, found.st_size, Path(entry.path))
                    elif found.st_mtime < time.time() - _ABANDONED_SECONDS:
                        Path(entry.path).unlink()


def _entries(place: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as found:
            return list(found)
    except OSError:
        return []


def _free(place: Path) -> int:
    """Bytes free where `place` is, or will be."""
    for existing in (place, *place.parents):
        with suppress(OSError):
            return shutil.disk_usage(existing).free
    return 0
