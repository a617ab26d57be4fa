"""The index on disk: what is known of files, and documents cut up with their inverted lists.

Contract: one SQLite file in the cache, safe to delete. A file is known as long as its size and
time of change are the same; what it was cut to is found by the digest of its bytes, the code that
read them, and the way of cutting. Whatever goes wrong with the file, nothing is known: the index is
never in the way.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from longread.documents.discover import STDIN, local
from longread.documents.kept import Facts
from longread.documents.model import Document
from longread.paths import cache_folder

# Changed so many nanoseconds ago, a file may change again within the clock's tick.
_FRESH = 2 * 10**9
# Days after which what nobody asked for is forgotten, and after which a use is noted again.
_KEPT_DAYS, _NOTED_DAYS = 60, 7
_BATCH = 500
# Bytes of the file that are read where they lie in the system's memory.
_MAPPED = 1 << 30
# How long to wait for another process that writes.
_SECONDS = 5
_TABLES = """
create table if not exists files
    (path text primary key, size integer, changed integer, used integer, facts text);
create table if not exists cuts
    (key blob primary key, used integer, checksum integer,
    chunks blob, passages blob, postings blob, beginning blob);
"""


class Cut(NamedTuple):
    """A document's chunks and passages (start, end, tokens; int32), their postings, and that of
    its beginning; all as bytes."""

    chunks: bytes
    passages: bytes
    postings: bytes
    beginning: bytes

    def checksum(self) -> int:
        """CRC-32 over all parts."""
        checksum = 0
        for part in self:
            checksum = zlib.crc32(part, checksum)
        return checksum


class IndexStore:
    """The index on disk, and in memory what this process added to it."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or index_file()
        self._added: dict[bytes, Cut] = {}
        self._unwritten: dict[bytes, Cut] = {}

    def facts(self, sources: Sequence[str]) -> dict[str, Facts]:
        """Of `sources` those that are known and have not changed since."""
        folders: dict[str, str] = {}
        by_path = {_absolute(source, folders): source for source in sources if source != STDIN}
        query = "select size, changed, facts, path from files where path in"
        known: dict[str, Facts] = {}
        with self._opened() as base:
            same = [
                (path, facts)
                for size, changed, facts, path in _selected(base, query, list(by_path))
                if _state(path) == (size, changed)
            ]
            # One list of thousands takes half the time of thousands.
            values = json.loads(f"[{','.join(facts for _path, facts in same)}]")
            for (path, _facts), each in zip(same, values, strict=True):
                each["warnings"] = tuple(each["warnings"])
                known[by_path[path]] = Facts(**each)
        return known

    def remember(self, facts: Mapping[str, Facts], states: Mapping[str, tuple[int, int]]) -> None:
        """Keep the facts of sources whose size and time of change were these before reading."""
        rows = [
            (_absolute(source), *states[source], _today(), json.dumps(asdict(each)))
            for source, each in facts.items()
            if source in states
        ]
        if not rows:
            return
        with self._opened(write=True) as base:
            base.executemany("insert or replace into files values (?, ?, ?, ?, ?)", rows)

    def cuts(self, keys: Iterable[bytes]) -> dict[bytes, Cut]:
        """Of `keys` those that are kept."""
        wanted = list(keys)
        found = {key: self._added[key] for key in wanted if key in self._added}
        with self._opened() as base:
            old: list[bytes] = []
            rest = [key for key in wanted if key not in found]
            for key, used, checksum, *parts in _selected(
                base, "select * from cuts where key in", rest
            ):
                cut = Cut(*parts)
                if cut.checksum() != checksum:
                    continue
                found[key] = cut
                if used < _today() - _NOTED_DAYS:
                    old.append(key)
            base.executemany(
                "update cuts set used = ? where key = ?", [(_today(), key) for key in old]
            )
        return found

    def keep(self, cuts: Mapping[bytes, Cut], *, soon: bool = False) -> None:
        """Add cuts; what was not used for long goes. Written `soon`, they wait for others."""
        self._added.update(cuts)
        self._unwritten.update(cuts)
        if not self._unwritten or (soon and len(self._unwritten) < _BATCH):
            return
        cuts, self._unwritten = self._unwritten, {}
        with self._opened(write=True) as base:
            for table in ("files", "cuts"):
                base.execute(f"delete from {table} where used < ?", [_today() - _KEPT_DAYS])
            base.executemany(
                "insert or replace into cuts values (?, ?, ?, ?, ?, ?, ?)",
                ((key, _today(), cut.checksum(), *cut) for key, cut in cuts.items()),
            )

    @contextmanager
    def _opened(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """The file; an empty one in memory where there is none, or it cannot be used."""
        base = self._connected() if write or self._path.exists() else None
        if base is None:
            base = sqlite3.connect(":memory:")
            base.executescript(_TABLES)
        with closing(base):
            try:
                with base:
                    yield base
            except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
                self._dropped(error)

    def _connected(self) -> sqlite3.Connection | None:
        base = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            base = sqlite3.connect(self._path, timeout=_SECONDS)
            # What a power cut tears is made anew.
            base.execute("pragma synchronous = off")
            base.execute(f"pragma mmap_size = {_MAPPED}")
            base.executescript(_TABLES)
            return base
        except (sqlite3.Error, OSError) as error:
            if base is not None:
                base.close()
            self._dropped(error)
            return None

    def _dropped(self, error: Exception) -> None:
        """A damaged file goes; one that is in use, or on a full disk, is left alone."""
        if not isinstance(error, (sqlite3.OperationalError, OSError)):
            with suppress(OSError):
                self._path.unlink(missing_ok=True)


def index_file() -> Path:
    """Where the index is kept; other tables have another name."""
    return cache_folder() / "index-1.db"


def state_of(source: str) -> tuple[int, int] | None:
    """A file's size and time of change in nanoseconds; None where it has none, or where it was
    changed so lately that it could change again unseen."""
    state = None if source == STDIN else _state(_absolute(source))
    return state if state and state[1] < time.time_ns() - _FRESH else None


def cut_key(document: Document, way: str) -> bytes:
    """The key of a document's cut: its bytes and who read them, its title, and how it is cut."""
    named = f"{document.entry}\n{document.title}\n{way}\n{_code()}"
    return hashlib.blake2b(named.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@lru_cache(maxsize=1)
def _code() -> str:
    """A digest of the code that makes terms and headers; that of parsing is in a document's
    entry."""
    digest = hashlib.sha256()
    sources = [*files("longread.retrieval").iterdir(), files("longread.reading") / "corpus.py"]
    for source in sorted(sources, key=lambda each: each.name):
        if source.is_file():
            digest.update(source.read_bytes())
    return digest.hexdigest()


def _selected(
    base: sqlite3.Connection, query: str, keys: Sequence[object]
) -> Iterator[tuple[Any, ...]]:
    for first in range(0, len(keys), _BATCH):
        part = keys[first : first + _BATCH]
        yield from base.execute(f"{query} ({','.join('?' * len(part))})", part)


def _absolute(source: str, folders: dict[str, str] | None = None) -> str:
    """The absolute path; of `folders` those are remembered, since thousands of files are in few."""
    source = str(local(source)) if source.startswith("~") else source
    folder, between, name = source.rpartition(os.sep)
    known = {} if folders is None else folders
    if folder not in known:
        known[folder] = os.path.abspath(folder + between).rstrip(os.sep)  # noqa: PTH100
    # As strings paths take half the time of `Path`.
    return f"{known[folder]}{os.sep}{name}"


def _state(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def _today() -> int:
    return int(time.time() // 86400)
