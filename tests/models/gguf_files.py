"""Tiny GGUF files, written by hand."""

from __future__ import annotations

import random
import struct

Value = str | int | list[str]


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Value) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _string(value)
    if isinstance(value, list):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(_string, value))
    return struct.pack("<II", 4, value)


def gguf_bytes(
    architecture: str = "llama",
    *,
    weights: int = 4096,
    seed: int = 0,
    version: int = 3,
    kind: int = 0,
    width: int = 4,
    **metadata: Value,
) -> bytes:
    """A GGUF file of one tensor; keys' `__` stand for dots.

    The tensor has `weights` values of ggml type `kind` (F32) at `width` bytes each.
    """
    pairs: dict[str, Value] = {
        "general.architecture": architecture,
        "general.name": "Tiny",
        "tokenizer.ggml.tokens": ["a", "bc", "def"],
        "tokenizer.chat_template": "{{ messages }}",
        f"{architecture}.context_length": 2048,
    }
    pairs |= {key.replace("__", "."): value for key, value in metadata.items()}
    head = b"GGUF" + struct.pack("<IQQ", version, 1, len(pairs))
    head += b"".join(_string(key) + _value(value) for key, value in pairs.items())
    head += _string("token_embd.weight") + struct.pack("<IQIQ", 1, weights, kind, 0)
    head += b"\0" * (-len(head) % 32)
    return head + random.Random(seed).randbytes(weights * width)
