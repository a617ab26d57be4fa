"""KV cache size of a model, from what its file says of layers and heads.

llama.cpp keeps keys and values in f16 for every layer with attention, those with a sliding
window included (its default keeps all of their cells, `swa_full`), and one state in f32 a
sequence for every recurrent layer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

# A value of the file's metadata by its key without the architecture's name; None: not there.
Value = int | Sequence[int] | None
Get = Callable[[str], Value]

# Sequences in a context: the reader, a second branch (thinking, retrieval) that must not evict
# it, and the prefix that all of them share. Each has its own state of recurrent layers.
SLOTS = 4

_F16, _F32 = 2, 4


def kv_bytes_per_token(get: Get) -> int:
    """Bytes of keys and values a token takes, over all layers; 0 where the file says too little."""
    width, heads = _number(get("embedding_length")), get("attention.head_count")
    most = max(heads, default=0) if isinstance(heads, Sequence) else heads or 0
    if not (width and most):
        return 0
    size = width // most
    full = _both(get, "", size)
    narrow = _both(get, "_swa", 0) if get("attention.key_length_swa") else full
    windows = _windows(get)
    return _F16 * sum(
        key_values * (narrow if windows[layer] else full)
        for layer, key_values in enumerate(_key_values(get))
    )


def recurrent_bytes(get: Get) -> int:
    """Bytes of the recurrent layers' states of one sequence, however long it is."""
    layers = _layers(get) - sum(map(bool, _key_values(get)))
    inner, state = _number(get("ssm.inner_size")), _number(get("ssm.state_size"))
    groups, kernel = _number(get("ssm.group_count")), _number(get("ssm.conv_kernel"))
    numbers = state * inner + max(0, kernel - 1) * (inner + 2 * groups * state)
    if not numbers:
        numbers = max(0, _number(get("shortconv.l_cache")) - 1) * _number(get("embedding_length"))
    return _F32 * layers * numbers


def _key_values(get: Get) -> list[int]:
    """The key-value heads of each layer: 0 for recurrent ones, and those that share others'."""
    layers, heads = _layers(get), get("attention.head_count_kv") or get("attention.head_count")
    found = _each(heads, layers)
    recurrent, interval = get("attention.recurrent_layers"), _number(get("full_attention_interval"))
    if isinstance(recurrent, Sequence):
        found = [0 if away else held for held, away in zip(found, recurrent, strict=False)]
    elif interval:
        found = [held if (layer + 1) % interval == 0 else 0 for layer, held in enumerate(found)]
    own = layers - _number(get("attention.shared_kv_layers"))
    return found[:own]


def _windows(get: Get) -> list[bool]:
    """Which layers have a sliding window."""
    layers, pattern = _layers(get), get("attention.sliding_window_pattern")
    if isinstance(pattern, Sequence):
        return [bool(each) for each in _each(pattern, layers)]
    return [bool(pattern) and (layer + 1) % (pattern or 1) != 0 for layer in range(layers)]


def _both(get: Get, kind: str, otherwise: int) -> int:
    """Numbers of a key and a value of one head."""
    return sum(
        _number(get(f"attention.{which}_length{kind}")) or otherwise for which in ("key", "value")
    )


def _layers(get: Get) -> int:
    return _number(get("block_count")) - _number(get("nextn_predict_layers"))


def _each(value: Value, layers: int) -> list[int]:
    """A value for each layer, be it one for all."""
    if isinstance(value, Sequence):
        return [int(each) for each in value[:layers]]
    return [int(value or 0)] * layers


def _number(value: Value) -> int:
    return int(value) if isinstance(value, int) else 0
