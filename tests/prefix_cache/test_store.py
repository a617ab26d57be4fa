"""Blocks on disk: what comes back is what was written, or nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from longread.prefix_cache import BlockStore, Holdings, limit, set_limit
from longread.prefix_cache.format import HEADER_SIZE, Header, Identity, checksum, digest
from longread.prefix_cache.store import DEFAULT_LIMIT, Damaged, Full

STATE = random.Random(1).randbytes(70_001)


def identity(number: int = 0, document: str = "a book") -> Identity:
    return Identity(
        digest("a model"), digest(document), 90, digest(str(number)), digest("f16"), compression=1
    )


def another(field: str) -> Identity:
    """The identity with another digest in one field."""
    changed: dict[str, Any] = {field: digest("another")}
    return replace(identity(), **changed)


def save(
    store: BlockStore, number: int = 0, state: bytes = STATE, document: str = "a book"
) -> Path:
    who = identity(number, document)
    store.save(who, memoryview(state))
    return store._path(who)


def found(store: BlockStore, number: int = 0) -> bytes | None:
    state = store.load(identity(number))
    return None if state is None else bytes(state)


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 70_001])
def test_a_block_comes_back_as_it_was(size: int) -> None:
    store = BlockStore()
    save(store, state=STATE[:size])
    assert found(store) == STATE[:size]
    assert found(store, 1) is None


def test_a_short_block_after_a_long_one_has_its_own_length() -> None:
    store = BlockStore()
    save(store, 1)
    save(store, 2, STATE[:100])
    assert [found(store, 1), found(store, 2)] == [STATE, STATE[:100]]


@pytest.mark.parametrize("place", [0, 8, 12, 16, 24, 60, HEADER_SIZE - 1, HEADER_SIZE, -1, -513])
def test_one_flipped_bit_anywhere_is_noticed(place: int) -> None:
    store = BlockStore()
    path = save(store)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(Damaged):
        store.load(identity())


@pytest.mark.parametrize("size", [0, 10, HEADER_SIZE, HEADER_SIZE + 1, HEADER_SIZE + 70_000])
def test_a_truncated_block_is_noticed(size: int) -> None:
    store = BlockStore()
    path = save(store)
    with path.open("r+b") as file:
        file.truncate(size)
    with pytest.raises(Damaged):
        store.load(identity())


def test_a_longer_block_is_noticed() -> None:
    store = BlockStore()
    with save(store).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(Damaged):
        store.load(identity())


def test_swapped_sectors_are_noticed() -> None:
    store = BlockStore()
    path = save(store)
    data = path.read_bytes()
    first, second = data[HEADER_SIZE : HEADER_SIZE + 512], data[HEADER_SIZE + 512 :][:512]
    path.write_bytes(data[:HEADER_SIZE] + second + first + data[HEADER_SIZE + 1024 :])
    with pytest.raises(Damaged):
        store.load(identity())


@pytest.mark.parametrize("field", ["model", "document", "prefix", "layout"])
def test_another_blocks_file_under_this_name_is_noticed(field: str) -> None:
    store = BlockStore()
    path = save(store)
    other = another(field)
    path.write_bytes(Header(other, len(STATE), checksum(memoryview(STATE))).pack() + STATE)
    with pytest.raises(Damaged):
        store.load(identity())
    path.write_bytes(Header(identity(), len(STATE), checksum(memoryview(STATE))).pack() + STATE)
    assert found(store) == STATE


def test_the_header_of_another_version_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    store = BlockStore()
    with monkeypatch.context() as patch:
        patch.setattr("longread.prefix_cache.format.VERSION", 0)
        save(store)
    with pytest.raises(Damaged):
        store.load(identity())


def test_blocks_that_differ_in_what_they_are_have_names_that_differ() -> None:
    others = [another(name) for name in ("model", "document", "prefix")]
    others.append(replace(identity(), compression=4))
    assert len({each.name for each in [identity(), *others]}) == 5


def test_the_least_recently_used_leave_first() -> None:
    store = BlockStore()
    paths = [save(store, number) for number in range(4)]
    for age, path in zip((100, 400, 300, 200), paths, strict=True):
        os.utime(path, (time.time() - age, time.time() - age))
    later = BlockStore(limit_bytes=4 * paths[0].stat().st_size)
    assert found(later, 1) == STATE
    save(later, 9)
    assert [path.exists() for path in paths] == [True, True, False, True]
    assert found(later, 9) == STATE


def test_what_this_run_used_is_not_put_out_for_what_comes_later() -> None:
    size = save(BlockStore(), 0).stat().st_size
    store = BlockStore(limit_bytes=3 * size)
    save(store, 1)
    save(store, 2)
    with pytest.raises(Full, match="cache limit"):
        save(store, 3)
    assert [found(store, number) for number in range(3)] == [STATE] * 3


def test_what_did_not_nearly_open_makes_room_first() -> None:
    size = save(BlockStore(), 0).stat().st_size
    store = BlockStore(limit_bytes=4 * size)
    for number, worth in enumerate((0.9, 0.01, 0.2, 0.001)):
        save(store, number)
        store.rate(identity(number), worth)
    save(store, 7)
    save(store, 8)
    kept = [found(store, number) is not None for number in (0, 1, 2, 3, 7, 8)]
    assert kept == [True, False, True, False, True, True]
    with pytest.raises(Full):
        save(store, 9)


def test_a_later_question_may_rate_higher() -> None:
    size = save(BlockStore(), 0).stat().st_size
    store = BlockStore(limit_bytes=size)
    store.rate(identity(0), 0.0)
    store.rate(identity(0), 0.7)
    with pytest.raises(Full):
        save(store, 1)


def test_never_more_than_half_of_the_free_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("longread.prefix_cache.store._free", lambda _place: 2 * len(STATE))
    store = BlockStore()
    with pytest.raises(Full, match="nearly full"):
        save(store)
    assert not list(store.place.rglob("*.block"))


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
def test_a_full_disk_leaves_nothing_half_written(longread_home: Path) -> None:
    """The kernel's own refusal: a process that may write no file larger than 40 kB."""
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))\n"
        "from tests.prefix_cache.test_store import BlockStore, save\n"
        "store = BlockStore()\n"
        "save(store, 1, bytes(1000))\n"
        "try:\n    save(store, 2)\nexcept OSError as error:\n    print(error.strerror)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "File too large"
    store = BlockStore()
    assert found(store, 1) == bytes(1000)
    assert found(store, 2) is None
    assert store.holdings() == Holdings(1, 1000 + HEADER_SIZE, 1)
    assert len([path for path in store.place.rglob("*") if path.is_file()]) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_kill_9_in_the_middle_of_a_write(longread_home: Path) -> None:
    program = (
        "import itertools\nfrom tests.prefix_cache.test_store import BlockStore, save\n"
        "store = BlockStore()\nprint('begun', flush=True)\n"
        "for number in itertools.count():\n    save(store, number % 5, bytes(30_000_000))\n"
    )
    parts = 0
    for wait in (0.03, 0.05, 0.08, 0.11):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.kill()
        process.wait()
        process.stdout.close()
        store = BlockStore()
        parts += len(list(store.place.rglob("*.part")))
        for number in range(5):
            assert found(store, number) in (None, bytes(30_000_000))
    assert parts, "no write was interrupted"
    for part in store.place.rglob("*.part"):
        os.utime(part, (0, 0))
    store.holdings()
    assert not list(store.place.rglob("*.part"))


def test_two_processes_write_and_read_the_same_blocks(longread_home: Path) -> None:
    program = (
        "from tests.prefix_cache.test_store import BlockStore, STATE, found, save\n"
        "store = BlockStore(limit_bytes=600_000)\n"
        "for turn in range(300):\n"
        "    assert found(store, turn % 7) in (None, STATE)\n"
        "    save(store, turn % 7)\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert [found(BlockStore(), number) for number in range(7)] == [STATE] * 7


def test_the_limit_is_remembered_and_kept() -> None:
    assert limit() == DEFAULT_LIMIT
    set_limit(100_000)
    assert limit() == 100_000
    store = BlockStore(limit_bytes=10**9)
    save(store, 1)
    os.utime(save(store, 2, document="another"), (0, 0))
    assert store.holdings().documents == 2
    assert BlockStore().shrink() == len(STATE) + HEADER_SIZE
    assert found(store, 1) == STATE
    assert store.clear() == len(STATE) + HEADER_SIZE
    assert store.holdings() == Holdings(0, 0, 0)
