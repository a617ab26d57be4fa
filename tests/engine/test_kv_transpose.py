"""States turned round: V by rows comes out by columns, and nothing else moves."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import pytest

from longread.engine.llamacpp.kv_transpose import transpose_v

F32, F16, Q8_0 = 0, 1, 8
# Numbers a token in each layer's K and V.
LAYERS = ((6, 4), (2, 8))


def cache(
    cells: int, *, seed: int = 0, columns: bool = False, layers: Sequence[tuple[int, int]] = LAYERS
) -> bytes:
    """What `llama_kv_cache::state_write` writes of one cache, its numbers drawn from `seed`."""
    chance = np.random.default_rng(seed)
    # As after pruning: some positions have no cell.
    meta = np.stack([np.arange(cells) * 3, np.ones(cells), np.zeros(cells)], axis=1)
    parts = [struct.pack("=II", 1, cells), meta.astype(np.int32).tobytes()]
    parts.append(struct.pack("=II", columns, len(layers)))
    for width, _values in layers:
        keys = chance.integers(0, 2**16, (cells, width), np.uint16)
        parts += [struct.pack("=iQ", F16, 2 * width), keys.tobytes()]
    for number, (_keys, width) in enumerate(layers):
        kind, size = (F16, 2) if number else (F32, 4)
        values = chance.integers(0, 2**16, (cells, width)).astype(f"u{size}")
        head = struct.pack("=iII", kind, size, width), struct.pack("=iQ", kind, size * width)
        parts += [head[0], values.T.tobytes()] if columns else [head[1], values.tobytes()]
    return b"".join(parts) if cells else parts[0]


def state(*caches: bytes) -> bytearray:
    return bytearray(struct.pack("=II", 0xAF144CD8, 0) + b"".join(caches))


@pytest.mark.parametrize("cells", [1, 2, 7, 300])
def test_v_comes_out_by_columns(cells: int) -> None:
    turned = state(cache(cells))
    transpose_v(memoryview(turned))
    assert turned == state(cache(cells, columns=True))


def test_a_second_cache_and_an_empty_one() -> None:
    """Layers with a sliding window keep a cache of their own."""
    turned = state(cache(5), cache(0), cache(3, seed=1, layers=((4, 4),)))
    # One layer: its V is the F32 one.
    transpose_v(memoryview(turned))
    other = cache(3, seed=1, layers=((4, 4),), columns=True)
    assert turned == state(cache(5, columns=True), cache(0), other)


def changed(place: int, form: str, *values: int) -> bytearray:
    """A sound state with other values at `place`."""
    spoilt = state(cache(5))
    struct.pack_into(form, spoilt, place, *values)
    return spoilt


# The head, streams and cells, and five cells; then the order of V, and the first layer's K.
_ORDER = 8 + 8 + 5 * 12
SPOILT = {
    "by columns already": state(cache(5, columns=True)),
    "nothing": state(),
    "no cells": state(cache(0)),
    "no layers": state(cache(5, layers=())),
    "no V": state(cache(5)[: -2 * 12 - 5 * (4 * 4 + 8 * 2)]),
    "more at the end": state(cache(5), b"more"),
    "two streams": changed(8, "=I", 2),
    "more cells": changed(12, "=I", 2**31),
    "one cell less": changed(12, "=I", 4),
    "a cell of two sequences": changed(20, "=i", 2),
    "cells out of order": changed(16, "=i", 100),
    "cells of different sequences": changed(24, "=i", 1),
    "more layers": changed(_ORDER + 4, "=I", 3),
    "V in blocks": changed(len(state(cache(5))) - 12 - 5 * 8 * 2, "=i", Q8_0),
    "a longer row": changed(_ORDER + 12, "=Q", 2**62),
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_what_is_not_understood_is_refused_and_left_alone(spoilt: bytearray) -> None:
    before = bytes(spoilt)
    with pytest.raises(ValueError, match=r"\w"):
        transpose_v(memoryview(spoilt))
    assert spoilt == before


def test_a_state_cut_anywhere_is_refused() -> None:
    whole = state(cache(5))
    for length in range(len(whole)):
        with pytest.raises(ValueError, match=r"\w"):
            transpose_v(memoryview(whole[:length]))
