"""Transpose V in a serialised KV cache: from a context with flash attention to one without.

With flash attention llama.cpp keeps V as it keeps K, a row a token; without it V lies by
columns, so that its product with the attention weights runs along memory. A state is copied
as its context keeps it, and read back only where the order is the same. The format is that of
llama.cpp's `llama_kv_cache::state_write_data`; the head of a layer's V is as long in both.
"""

from __future__ import annotations

import struct

import numpy as np

# Magic number and sequence, before the first cache.
_HEAD_SIZE = 8
# Per cell: its position, the number of its sequences, and which.
_CELL_WORDS = 3
_COUNT = struct.Struct("=I")
# Streams and cells; V by columns or by rows, and layers.
_PAIR = struct.Struct("=II")
# Type, bytes a row.
_ROWS = struct.Struct("=iQ")
# Type, bytes a number, numbers a token.
_COLUMNS = struct.Struct("=iII")
# Bytes a number in those of ggml's types that are not packed in blocks: F32, F16, BF16.
_SIZES = {0: 4, 1: 2, 30: 2}


def transpose_v(state: memoryview) -> None:
    """Rewrite a state with V by rows to one with V by columns, in place.

    Raises ValueError, and changes nothing, where the state is not laid out like that: V lies
    by columns already, its numbers are packed in blocks, or there is none.
    """
    try:
        flags, layers = _places(state)
    except (struct.error, OverflowError) as error:
        raise ValueError("the state ends too early") from error
    for place in flags:
        _COUNT.pack_into(state, place, 1)
    for place, kind, cells, width in layers:
        size = _SIZES[kind]
        _COLUMNS.pack_into(state, place, kind, size, width)
        values = np.frombuffer(state, f"u{size}", cells * width, place + _COLUMNS.size)
        values[:] = values.reshape(cells, width).T.ravel()


def _places(state: memoryview) -> tuple[list[int], list[tuple[int, int, int, int]]]:
    """Where the flags for V's order stand, and each layer's V: (place, type, cells, width)."""
    flags, layers = [], []
    place = _HEAD_SIZE
    # One cache for most models; where some layers have a sliding window, theirs follows.
    while place < len(state):
        streams, cells = _PAIR.unpack_from(state, place)
        place += _PAIR.size
        if streams != 1:
            raise ValueError("the cache is not one for all sequences")
        if not cells:
            continue
        place = _after_cells(state, place, cells)
        by_columns, count = _PAIR.unpack_from(state, place)
        if by_columns:
            raise ValueError("V lies by columns already")
        flags.append(place)
        _keys, place = _rows(state, place + _PAIR.size, cells, count)
        values, place = _rows(state, place, cells, count)
        for begin, kind, row in values:
            if kind not in _SIZES or row % _SIZES[kind]:
                raise ValueError("the numbers of V are packed in blocks")
            layers.append((begin, kind, cells, row // _SIZES[kind]))
    if place != len(state) or not layers:
        raise ValueError("the state is not what a cache of K and V writes")
    return flags, layers


def _after_cells(state: memoryview, place: int, cells: int) -> int:
    """The place after the cells' positions and sequences, which are checked."""
    end = place + 4 * _CELL_WORDS * cells
    if end > len(state):
        raise ValueError("the state ends too early")
    words = np.frombuffer(state, np.int32, _CELL_WORDS * cells, place).reshape(cells, _CELL_WORDS)
    positions, sequences, first = words.T
    if (np.diff(positions) <= 0).any() or (sequences != 1).any() or (first != first[0]).any():
        raise ValueError("the cells are not those of one sequence, in order")
    return end


def _rows(
    state: memoryview, place: int, cells: int, layers: int
) -> tuple[list[tuple[int, int, int]], int]:
    """(place, type, bytes a row) of each layer's K, or V by rows; and the place after them."""
    found = []
    for _layer in range(layers):
        kind, row = _ROWS.unpack_from(state, place)
        found.append((place, kind, row))
        place += _ROWS.size + cells * row
    return found, place
