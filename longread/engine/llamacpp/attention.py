"""Attention weights out of llama.cpp's graph: what a query's tokens attend to in a prompt.

llama.cpp has no call for them, but its scheduler shows every tensor to an eval callback
as it is computed. Without flash attention the softmax of each layer is a tensor of its own,
`kq_soft_max-<layer>`, of shape (heads, tokens, KV cells), each row summing to 1. The
prompt is decoded with the callback idle, then the query's tokens alone with it reading, so
the tensors stay small. Decoding ends at the deepest layer that is asked for: what stands
above it is never computed.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np
from llama_cpp._ctypes_extensions import load_shared_library
from llama_cpp._ggml import libggml_base_path
from numpy.typing import NDArray

from longread.engine.llamacpp.loading import open_attention
from longread.engine.llamacpp.runtime import BATCH, Runtime
from longread.engine.llamacpp.slots import shared_prefix
from longread.engine.optional import Pooling
from longread.errors import ModelError

_TENSOR = b"kq_soft_max-"
_FLOAT32 = 0
# Tokens in the smallest context: 45 MB of cache for the bundled model, and scores of
# 9 heads × 512 tokens × 2,048 cells.
_LEAST_ROOM = 2048

# (layer, weights of shape (heads, rows, cells)) for each batch and layer.
Sink = Callable[[int, NDArray[np.float32]], None]


class _Tensor(ctypes.Structure):
    """The head of ggml_tensor, as far as it is read here (ggml.h)."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("buffer", ctypes.c_void_p),
        ("shape", ctypes.c_int64 * 4),
        ("strides", ctypes.c_size_t * 4),
    )


@cache
def _ggml() -> Any:
    """libggml-base of this llama.cpp, with the three calls that are needed."""
    library = load_shared_library("ggml-base", libggml_base_path)
    library.ggml_get_name.argtypes = (ctypes.c_void_p,)
    library.ggml_get_name.restype = ctypes.c_char_p
    library.ggml_nbytes.argtypes = (ctypes.c_void_p,)
    library.ggml_nbytes.restype = ctypes.c_size_t
    library.ggml_backend_tensor_get.argtypes = (
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.c_size_t,
    )
    library.ggml_backend_tensor_get.restype = None
    return library


class _Tap:
    """The eval callback: idle, or handing each layer's weights to a sink.

    It stops the graph after the softmax of the deepest of `layers`. Whatever goes wrong
    inside is kept in `failure`, since nothing may be raised through C.
    """

    def __init__(self) -> None:
        self.callback = llama.ggml_backend_sched_eval_callback(self._on_tensor)
        self.layers: frozenset[int] = frozenset()
        self.depth = 0
        self.sink: Sink | None = None
        self.failure: Exception | None = None
        self._library = _ggml()

    def _on_tensor(self, tensor: int, ask: bool, _data: int | None) -> bool:
        name = self._library.ggml_get_name(tensor)
        if not name.startswith(_TENSOR):
            return not ask
        layer = int(name[len(_TENSOR) :])
        if ask:
            return layer >= self.depth or (self.sink is not None and layer in self.layers)
        if self.sink is not None and layer in self.layers:
            try:
                self.sink(layer, self._read(tensor))
            except Exception as error:
                self.failure = error
        return layer < self.depth and self.failure is None

    def _read(self, address: int) -> NDArray[np.float32]:
        tensor = _Tensor.from_address(address)
        cells, rows, heads, streams = tensor.shape
        size = int(self._library.ggml_nbytes(address))
        if tensor.type != _FLOAT32 or streams != 1 or size != 4 * cells * rows * heads:
            raise _unreadable(f"a softmax of shape {tuple(tensor.shape)}, type {tensor.type}")
        weights = np.empty((heads, rows, cells), dtype=np.float32)
        self._library.ggml_backend_tensor_get(address, weights.ctypes.data, 0, size)
        return weights


class AttentionReader:
    """Attention weights of one model, from a context of its own that shares the weights.

    The context is as large as the longest prompt so far needs, rounded up to a power of
    two, and at most `capacity` tokens. Not thread-safe; `close` before the model is freed.
    """

    def __init__(self, model: Any, *, capacity: int, threads: int) -> None:
        self._model = model
        self._capacity = capacity
        self._threads = threads
        self._tap = _Tap()
        self._runtime: Runtime | None = None
        # The deepest layer that the held tokens were decoded through.
        self._held_depth = -1
        self.layers = int(llama.llama_model_n_layer(model))
        mixed = llama.llama_model_is_hybrid(model) or llama.llama_model_is_recurrent(model)
        # The last layer of a hybrid model need not be one with attention: then all are shown.
        self.last_layers = range(0 if mixed else self.layers - 1, self.layers)

    def read(
        self, prompt: Sequence[int], query: Sequence[int], layers: Collection[int], sink: Sink
    ) -> tuple[int, int]:
        """Decode `prompt`, then `query` with `sink` called for each of `layers`.

        The sink gets the weights of one batch of the query's tokens, rows in order, columns
        cut to the tokens decoded so far. Returns (tokens prefilled, tokens reused).
        """
        if not prompt or not query or not all(0 <= layer < self.layers for layer in layers):
            raise ValueError("attention needs a prompt, a query, and layers that are there")
        runtime, depth = self._context(len(prompt) + len(query)), max(layers)
        # The cells of the cache must stand in the order of the tokens, or columns would not
        # be positions: so one prompt at a time, cut back to what the next one shares with it.
        shared = shared_prefix(runtime.slots.tokens[0], prompt)
        if not shared or depth > self._held_depth or not runtime.cut(0, shared):
            runtime.forget(0)
            self._held_depth = depth
        self._tap.depth, self._tap.layers = self._held_depth, frozenset(layers)
        _slot, reused, _logits = runtime.prefill(prompt, room=len(query))
        position = len(prompt)
        seen: set[int] = set()

        def checked(layer: int, weights: NDArray[np.float32]) -> None:
            # A layer that comes again begins the next batch.
            nonlocal position
            if layer in seen:
                position += min(BATCH, len(query))
                seen.clear()
            seen.add(layer)
            sink(layer, _causal(weights, position))

        self._tap.sink, self._tap.failure = checked, None
        try:
            runtime.extend(0, query)
        finally:
            self._tap.sink = None
        if self._tap.failure is not None:
            raise self._tap.failure
        if not seen:
            raise _unreadable("its backend shows no softmax")
        return len(prompt) + len(query) - reused, reused

    def forget(self) -> None:
        """Drop the held prompt."""
        if self._runtime is not None:
            self._runtime.forget_all()

    def close(self) -> None:
        """Free the context; safe to call twice."""
        if self._runtime is not None:
            self._runtime.close()
            self._runtime = None

    def _context(self, tokens: int) -> Runtime:
        """A context with room for `tokens`."""
        if self._runtime is not None and self._runtime.capacity >= tokens:
            return self._runtime
        room = _LEAST_ROOM
        while room < tokens:
            room *= 2
        self.close()
        self._runtime = open_attention(
            self._model,
            tokens=min(room, self._capacity),
            threads=self._threads,
            callback=self._tap.callback,
        )
        self._held_depth = -1
        return self._runtime


def _causal(weights: NDArray[np.float32], position: int) -> NDArray[np.float32]:
    """The columns of the tokens decoded so far, once it is sure that columns are positions.

    The first row is the token at `position`: it can see nothing after itself.
    """
    first = weights[:, 0]
    if not np.isfinite(first).all() or first[:, position + 1 :].any():
        raise _unreadable("its cells do not stand in the order of the tokens")
    return weights[:, :, : position + weights.shape[1]]


def summed(
    reader: AttentionReader,
    prompt: Sequence[int],
    query: Sequence[int],
    heads: Sequence[tuple[int, int | None]] | None,
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """(query tokens, all tokens) weights summed over `heads`, and what it cost.

    Head None stands for all of its layer; without `heads` the last layer that has attention.
    """
    wanted: dict[int, list[int | None]] = {}
    for layer, head in heads or ():
        wanted.setdefault(layer, []).append(head)
    total = np.zeros((len(query), len(prompt) + len(query)), dtype=np.float32)

    def add(layer: int, weights: NDArray[np.float32]) -> None:
        begin = weights.shape[2] - weights.shape[1] - len(prompt)
        rows = total[begin : begin + weights.shape[1], : weights.shape[2]]
        if heads:
            chosen = [head for head in wanted[layer] if head is not None]
            rows += (weights[chosen] if None not in wanted[layer] else weights).sum(axis=0)
        else:
            rows[:] = weights.sum(axis=0)

    return total, reader.read(prompt, query, wanted or reader.last_layers, add)


def pooled(
    reader: AttentionReader, prompt: Sequence[int], query: Sequence[int], pooling: Pooling
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """(layers, heads, prompt tokens): mean or largest weight over the query's rows, and cost."""
    found: dict[int, NDArray[np.float32]] = {}
    width = len(prompt)

    def add(layer: int, weights: NDArray[np.float32]) -> None:
        block = weights[:, :, :width]
        part = block.max(axis=1) if pooling == "max" else block.sum(axis=1) / len(query)
        before = found.get(layer)
        if before is None:
            found[layer] = part
        elif pooling == "max":
            np.maximum(before, part, out=before)
        else:
            before += part

    cost = reader.read(prompt, query, range(reader.layers), add)
    shape = next(iter(found.values())).shape
    result = np.zeros((reader.layers, *shape), dtype=np.float32)
    for layer, weights in found.items():
        if weights.shape != shape:
            raise _unreadable("its layers have different numbers of heads")
        result[layer] = weights
    return result, cost


def _unreadable(reason: str) -> ModelError:
    return ModelError(
        f"this model's attention cannot be read: {reason}.",
        "use another --strategy (gated needs no attention), or --gpu-layers 0",
    )
