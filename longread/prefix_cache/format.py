"""Block file format: a header of fixed size, then the KV state as the engine gave it.

Little-endian. Whatever could make a state wrong for what it is wanted for stands in the
header, so that a file under another's name, from another model or another version is
noticed before its state is looked at.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Self

import numpy as np

# Raise this whenever a block written before could mislead the code that reads it.
VERSION = 1

_MAGIC = b"LRBLOCK\n"
# magic, version, compression, tokens, size of the state, and digests of the model's file,
# the document, the prefix's tokens and the engine's layout; then the state's checksum and
# that of all before.
_HEADER = struct.Struct("<8sIIIQ32s32s32s32s16s16s")
HEADER_SIZE = _HEADER.size
# Words of 8 bytes that are summed up: a sector of 512 bytes.
_SECTOR = 64


@dataclass(frozen=True, slots=True)
class Identity:
    """What a block is the state of. Digests are 32 bytes; `compression` 1 is none."""

    model: bytes
    document: bytes
    tokens: int
    prefix: bytes
    layout: bytes
    compression: int

    @property
    def name(self) -> str:
        """The file's name, without ending: two blocks that differ are never called the same."""
        parts = (self.model, self.document, self.prefix, bytes([self.compression]))
        return hashlib.blake2b(b"".join(parts), digest_size=20).hexdigest()


@dataclass(frozen=True, slots=True)
class Header:
    """A block's header: what it is, and its state's size in bytes and checksum."""

    identity: Identity
    size: int
    checksum: bytes

    def pack(self) -> bytes:
        """As it stands in the file."""
        who = self.identity
        head = _HEADER.pack(
            _MAGIC,
            VERSION,
            who.compression,
            who.tokens,
            self.size,
            who.model,
            who.document,
            who.prefix,
            who.layout,
            self.checksum,
            bytes(16),
        )[:-16]
        return head + _digest(head)

    @classmethod
    def unpack(cls, data: bytes) -> Self | None:
        """The header in `data`; None where it is none, damaged, or another version's."""
        if len(data) != HEADER_SIZE or _digest(data[:-16]) != data[-16:]:
            return None
        magic, version, compression, tokens, size, *digests = _HEADER.unpack(data)
        if (magic, version) != (_MAGIC, VERSION):
            return None
        model, document, prefix, layout, checksum, _own = digests
        return cls(Identity(model, document, tokens, prefix, layout, compression), size, checksum)


def digest(text: str | bytes) -> bytes:
    """32 bytes that stand for a text or a number of them."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return hashlib.blake2b(data, digest_size=32).digest()


def checksum(state: memoryview) -> bytes:
    """16 bytes by which a damaged or mixed-up state is known.

    BLAKE2 over the sums of each 512 bytes, the cheapest of those tried
    (benchmarks/LOG.md#2026-11-21-blocks). It guards against faults, not against forgers.
    """
    whole = len(state) // (8 * _SECTOR) * 8 * _SECTOR
    words = np.frombuffer(state[:whole], np.uint64).reshape(-1, _SECTOR)
    hasher = hashlib.blake2b(words.sum(axis=1, dtype=np.uint64).tobytes(), digest_size=16)
    hasher.update(state[whole:])
    return hasher.digest()


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
