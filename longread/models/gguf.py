"""A GGUF file's header, read in pure Python without loading the model.

`read_header` says what the file is and whether all of it is there; `require_instruct`
refuses files that no text can be generated with. Both raise ModelError.
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import mmap
import re
import struct
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, TypeVar

from longread.engine.gguf_types import FILE_TYPES, TENSOR_BLOCKS
from longread.engine.kv_size import kv_bytes_per_token, recurrent_bytes
from longread.errors import ModelError

AnyPath = TypeVar("AnyPath", bound=PurePath)

MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    4: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    7: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
_U32, _U64 = _SCALARS[4], _SCALARS[10]

# An array of numbers that is longer is none of the layers'.
_MOST_LAYERS = 512

_EMBEDDING = re.compile(r"bert|^t5encoder$|^gemma-embedding$")
_SHARD = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF file says of itself.

    `parameters` counts weights, over all shards where the model is in several files, and
    `size_bytes` is the size of them all. `context` is 0 where the file does not say.
    `metadata` holds numbers, strings, and lists of as few numbers as there may be layers;
    other arrays (vocabulary, merges) are left out.
    """

    path: Path
    version: int
    tensors: int
    architecture: str
    name: str
    file_type: str
    context: int
    parameters: int
    size_bytes: int
    has_chat_template: bool
    metadata: dict[str, Any]

    @property
    def cache_bytes_per_token(self) -> int:
        """Bytes of key-value cache (f16) a token takes; 0 where the header does not say enough."""
        return kv_bytes_per_token(self._of_architecture)

    @property
    def recurrent_bytes(self) -> int:
        """Bytes of the states of recurrent layers, for one sequence."""
        return recurrent_bytes(self._of_architecture)

    def _of_architecture(self, key: str) -> Any:
        return self.metadata.get(f"{self.architecture}.{key}")


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def shards(path: AnyPath) -> list[AnyPath]:
    """All files of the model that `path` belongs to: itself, or every `-0000i-of-0000N.gguf`."""
    match = _SHARD.search(path.name)
    if not match:
        return [path]
    stem, count = path.name[: match.start()], int(match[2])
    return [path.with_name(f"{stem}-{i:05d}-of-{count:05d}.gguf") for i in range(1, count + 1)]


def read_header(path: Path) -> Header:
    """The header of the model at `path`; of its first shard where there are several.

    Raises ModelError when a file is missing, is not GGUF, or ends too early.
    """
    files = shards(path)
    parsed = [_parse(file) for file in files]
    metadata = parsed[0].metadata
    architecture = str(metadata.get("general.architecture", ""))
    return Header(
        path=files[0],
        version=parsed[0].version,
        tensors=sum(part.tensors for part in parsed),
        architecture=architecture,
        name=str(metadata.get("general.name", "")),
        file_type=FILE_TYPES.get(metadata.get("general.file_type", -1), ""),
        context=_count(metadata.get(f"{architecture}.context_length")),
        parameters=sum(part.parameters for part in parsed),
        size_bytes=sum(file.stat().st_size for file in files),
        has_chat_template="tokenizer.chat_template" in metadata,
        metadata=metadata,
    )


def require_instruct(header: Header) -> None:
    """Raises ModelError when no text can be generated with the model."""
    name = header.path.name.removesuffix(".part")
    pooled = header.metadata.get(f"{header.architecture}.pooling_type", 0) != 0
    if pooled or _EMBEDDING.search(header.architecture):
        raise ModelError(
            f"{name} is an embedding model; longread needs an instruct model.",
            "longread models list shows models that work",
        )
    if header.architecture == "clip":
        raise ModelError(
            f"{name} is the vision part of a model; longread needs the language model itself.",
            "take the file without mmproj in its name",
        )


@dataclass(frozen=True, slots=True)
class _Parsed:
    version: int
    tensors: int
    parameters: int
    metadata: dict[str, Any]


def _parse(path: Path) -> _Parsed:
    try:
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise ModelError(
                    f"{path.name} is not a GGUF file.",
                    "longread reads models in GGUF format; longread models list shows some",
                )
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(data).parse()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    except (struct.error, _TruncatedError) as error:
        raise ModelError(
            f"{path.name} is damaged: it ends before all of the model is there.",
            "delete it and pull it again",
        ) from error
    except _FormatError as error:
        raise ModelError(f"{path.name} cannot be read: {error}.") from error


class _TruncatedError(Exception):
    pass


class _FormatError(Exception):
    pass


class _Reader:
    """Walks the header from byte 4 on; struct.error or _TruncatedError where it ends early."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 4

    def parse(self) -> _Parsed:
        version = self.number(_U32)
        if version not in (2, 3):
            raise _FormatError(f"GGUF version {version} is not supported")
        tensors, pairs = self.number(_U64), self.number(_U64)
        metadata: dict[str, Any] = {}
        for _ in range(pairs):
            key, kind = self.string(), self.number(_U32)
            value = self.value(kind)
            if value is not None:
                metadata[key] = value
        parameters, needed = self.tensors(tensors)
        alignment = _count(metadata.get("general.alignment")) or 32
        start = math.ceil(self.at / alignment) * alignment
        if tensors and start + needed > len(self.data):
            raise _TruncatedError
        return _Parsed(version, tensors, parameters, metadata)

    def number(self, kind: struct.Struct) -> Any:
        (value,) = kind.unpack_from(self.data, self.at)
        self.at += kind.size
        return value

    def skip(self, length: int) -> int:
        start, self.at = self.at, self.at + length
        if self.at > len(self.data):
            raise _TruncatedError
        return start

    def string(self) -> str:
        start = self.skip(self.number(_U64))
        return self.data[start : self.at].decode("utf-8", errors="replace")

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            return self.array()
        if kind not in _SCALARS:
            raise _FormatError(f"value type {kind} is unknown")
        return self.number(_SCALARS[kind])

    def array(self) -> list[Any] | None:
        """The numbers of a short array; None for another one, which is passed over."""
        kind, length = self.number(_U32), int(self.number(_U64))
        if kind in _SCALARS and length <= _MOST_LAYERS:
            return [self.number(_SCALARS[kind]) for _ in range(length)]
        if kind in _SCALARS:
            self.skip(length * _SCALARS[kind].size)
        elif kind == _STRING:
            for _ in range(length):
                self.skip(self.number(_U64))
        else:
            for _ in range(length):
                self.value(kind)
        return None

    def tensors(self, count: int) -> tuple[int, int]:
        """Number of weights, and bytes of tensor data up to the end of the last known tensor."""
        weights = needed = 0
        for _ in range(count):
            self.string()
            dimensions = [self.number(_U64) for _ in range(self.number(_U32))]
            kind, offset = self.number(_U32), self.number(_U64)
            size = math.prod(dimensions)
            block, width = TENSOR_BLOCKS.get(kind, (1, 0))
            weights += size
            needed = max(needed, offset + size // block * width)
        return weights, needed
