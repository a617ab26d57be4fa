"""Compressed files (gzip, bzip2, xz): one document each, unpacked within a limit."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from pathlib import PurePath

from longread.errors import DocumentError

_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"
MAGIC = (_GZIP, _BZIP2, _XZ)
_ENDINGS = (".gz", ".bz2", ".xz")
_DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)


def unpack(data: bytes, name: str, most: int) -> bytes:
    """The file inside. Raises DocumentError for one that is damaged, empty, or more than `most`
    bytes."""
    try:
        with _opened(data) as file:
            inner = file.read(most + 1)
    except _DAMAGE as error:
        raise DocumentError(
            f"{name} is damaged: it does not unpack to its end.", "try another copy"
        ) from error
    if len(inner) > most:
        raise DocumentError(
            f"{name} unpacks to more than {most / 1e6:,.0f} MB.",
            "a bomb, or very large; --file-memory allows it more",
        )
    if not inner:
        raise DocumentError(f"{name} is empty.", "try another copy")
    return inner


def beginning(head: bytes, size: int) -> bytes:
    """The first bytes of the file inside, as far as the beginning of the outer one holds them."""
    try:
        with _opened(head) as file:
            return file.read1(size)
    except _DAMAGE:
        return b""


def inner_name(name: str) -> str:
    """The name without the compressor's ending."""
    return name[: -len(PurePath(name).suffix)] if name.lower().endswith(_ENDINGS) else name


def _opened(data: bytes) -> gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile:
    source = io.BytesIO(data)
    if data.startswith(_GZIP):
        return gzip.open(source)
    return bz2.open(source) if data.startswith(_BZIP2) else lzma.open(source)
