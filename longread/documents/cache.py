"""Parse cache: parsed documents on disk, so that a book is parsed once.

Contract: an entry is found by the sha256 of the file's bytes, a digest of the code that parses,
the versions of its libraries and whether scans were read; a damaged entry counts as none.
Writing is atomic. The caller keeps documents that need a password away from here: their text
stays off the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import zlib
from dataclasses import asdict, replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from longread.documents.formats import BY_KIND
from longread.documents.model import Document, Mark, Page, Removed, Section
from longread.documents.table import Table, TableRow
from longread.errors import reason_of
from longread.paths import cache_folder, write_atomically
from longread.version import __version__

_ENDING = ".json.z"


def entry(sha256: str, kind: str, ocr: bool, encoding: str | None = None) -> Path:
    """The file that holds, or would hold, the parsed document."""
    libraries = "".join(f"-{_version(library)}" for library in BY_KIND[kind].libraries)
    ways = f"{libraries}{'-ocr' if ocr else ''}{f'-{encoding}' if encoding else ''}"
    return folder() / f"{sha256}-{kind}-{_parser()}{ways}{_ENDING}"


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"


@lru_cache(maxsize=1)
def _parser() -> str:
    """A digest of the code that parses: changed, it may read another text from the same bytes."""
    digest = hashlib.sha256(__version__.encode())
    for source in sorted(files("longread.documents").iterdir(), key=lambda each: each.name):
        if source.name.endswith(".py"):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def load(path: Path) -> Document | None:
    """The document in an entry; None where there is none, or it cannot be used."""
    try:
        return _document(json.loads(zlib.decompress(path.read_bytes())))
    except (OSError, zlib.error, ValueError, KeyError, TypeError):
        return None


def _document(values: dict[str, Any]) -> Document:
    kinds = {"pages": Page, "sections": Section, "removed": Removed}
    values |= {name: tuple(kind(**each) for each in values[name]) for name, kind in kinds.items()}
    values["marks"] = tuple(Mark(*mark) for mark in values["marks"])
    values["tables"] = tuple(map(_table, values["tables"]))
    values["attachments"] = tuple(map(_document, values["attachments"]))
    values |= {name: tuple(values[name]) for name in ("blocks", "warnings")}
    return Document(**values)


def store(path: Path, document: Document) -> Document:
    """Write an entry; the document comes back, with a warning where that failed."""
    packed = zlib.compress(
        json.dumps(asdict(document), ensure_ascii=False).encode("utf-8", "surrogatepass"), 1
    )
    try:
        with write_atomically(path) as part:
            part.write_bytes(packed)
    except OSError as error:
        warning = f"the parsed text could not be cached: {reason_of(error)}"
        return replace(document, warnings=(*document.warnings, warning))
    return document


def _table(values: dict[str, Any]) -> Table:
    rows = tuple(
        TableRow(
            tuple(row["cells"]),
            row["start"],
            row["end"],
            tuple(row["path"]),
            row["page"],
            tuple(box and tuple(box) for box in row["boxes"]),
        )
        for row in values.pop("rows")
    )
    heads = tuple(map(tuple, values.pop("heads")))
    head_lines = tuple(map(tuple, values.pop("head_lines")))
    notes = tuple(values.pop("notes"))
    return Table(heads, rows, head_lines, notes=notes, **values)


def holdings() -> tuple[int, int]:
    """How many parsed documents lie in the cache, and their bytes."""
    sizes = []
    for path in folder().glob(f"*{_ENDING}"):
        with contextlib.suppress(OSError):
            sizes.append(path.stat().st_size)
    return len(sizes), sum(sizes)


def clear() -> int:
    """Delete all entries, and parts of some; returns the bytes that were freed."""
    freed = 0
    for path in (*folder().glob(f"*{_ENDING}"), *folder().glob("*.part")):
        with contextlib.suppress(OSError):
            size = path.stat().st_size
            path.unlink()
            freed += size
    return freed


def folder() -> Path:
    """Where the entries lie."""
    return cache_folder() / "documents"
