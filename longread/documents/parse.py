"""Parsing: bytes of a known kind → `Document`, in this process or in a worker.

Contract: whatever a reader meets in a damaged or hostile file is a DocumentError about that
file; what would end the process (a native crash, a hang, a bomb) is one as well where a worker
parses. Workers parse the kinds that native libraries read or unpack, and anything large.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from longread.documents import cache
from longread.documents.formats import BY_KIND
from longread.documents.kinds import sniff
from longread.documents.model import Document
from longread.documents.packed import inner_name, unpack
from longread.documents.text import Read
from longread.documents.workers import Limits, OutOfMemory, OutOfTime, WorkerError, Workers
from longread.documents.workers import available as workers_available
from longread.errors import DocumentError, LongreadError

T = TypeVar("T")

# A text of this many bytes is worth another process: it parses in a second or more.
LARGE = 4 << 20

# Parsing takes far less, unless something is wrong: 30 pages a second on a slow core.
_SECONDS, _SECONDS_A_MEGABYTE = 60.0, 10.0
# Where nothing else ends it, as where it waits for what never comes.
_CLOCK = 5
# Tesseract takes seconds a page.
_OCR = 10
_MEMORY, _MEMORY_A_BYTE = 4 << 30, 20
_LEAST_MEMORY = 1 << 30
GIGABYTE = 1 << 30
# Files in files in files; what is packed may take so small a part of a worker's memory.
_DEEPEST, _UNPACKED_SHARE = 4, 20
# Attachments that a warning names.
_NAMED = 5
# An attachment that shares more of its runs of three words with its file says the same: the XML
# inside five agency reports 0.79 to 0.90, other attachments up to 0.07.
_SAID_AGAIN = 0.6
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A file's bytes and what was said about reading them.

    `entry` is its place in the cache; `depth` counts the files that it came in.
    """

    name: str
    data: bytes
    kind: str
    digest: str
    entry: Path | None
    password: str | None
    ocr: bool
    encoding: str | None
    limits: Limits
    depth: int = 0


def limits_for(size: int, *, ocr: bool, seconds: float | None, memory: float | None) -> Limits:
    """The limits that the user set (`memory` in GB), or those that fit a file of this size: of CPU
    time, since a good file on a busy machine takes long by the clock alone."""
    usual = (_SECONDS + _SECONDS_A_MEGABYTE * size / 1e6) * (_OCR if ocr else 1)
    most = max(_LEAST_MEMORY, min(_MEMORY + _MEMORY_A_BYTE * size, _machine_memory() // 2))
    allowed = int(memory * GIGABYTE) if memory else most
    return Limits(seconds, allowed) if seconds else Limits(_CLOCK * usual, allowed, cpu=usual)


def _machine_memory() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # Windows has no sysconf
        return 2 * _MEMORY


def isolated(file: Unparsed) -> bool:
    """Is a file parsed in a worker?"""
    return (BY_KIND[file.kind].native or len(file.data) >= LARGE) and workers_available()


def parse(file: Unparsed) -> Document:
    """The document, parsed here and kept in the cache. Raises DocumentError."""
    try:
        return _parse_and_store(file)
    except MemoryError as error:
        raise DocumentError(
            f"{file.name} needs more memory than there is.", "split it, or close other programs"
        ) from error


def parse_apart(file: Unparsed, workers: Workers) -> Document:
    """The same in a worker; where that comes to its end it is a DocumentError as well."""
    return apart(workers, _parse_and_store, file)


def apart(workers: Workers, call: Callable[..., T], file: Unparsed, *rest: Any) -> T:
    """What a call with `file` gives in a worker. Raises DocumentError where that comes to its
    end."""
    kind = BY_KIND[file.kind].name
    try:
        return workers.call(file.limits, call, file, *rest)
    except OutOfTime as error:
        raise DocumentError(
            f"{file.name} takes more than {file.limits.longest:,.3g} s to read as {kind}.",
            "it may be damaged; --file-seconds allows it more",
        ) from error
    except OutOfMemory as error:
        raise DocumentError(
            f"{file.name} needs more than {file.limits.memory / GIGABYTE:.3g} GB of memory "
            f"to be read as {kind}.",
            "it may be damaged; --file-memory allows it more",
        ) from error
    except WorkerError as error:
        raise DocumentError(
            f"{file.name} cannot be read as {kind}: its reader {error}.",
            "the file is damaged, or made to do harm; try another copy",
        ) from error


def _parse_and_store(file: Unparsed) -> Document:
    """The document; it goes into the cache unless its text is a secret."""
    document, secret = _parse(file)
    document = replace(document, secret=secret)
    return document if secret or file.entry is None else cache.store(file.entry, document)


def _parse(file: Unparsed) -> tuple[Document, bool]:
    """The parsed document, and whether its text may not be kept on disk.

    What a reader did not foresee in a damaged or hostile file is that file's trouble, so that
    a folder goes on without it.
    """
    try:
        if file.kind == "packed":
            return _unpacked(file)
        document, secret, files = _paged(file) if file.kind in ("pdf", "xps") else _unpaged(file)
        attachments, unread, locked = _attached(file, document.text, files)
        if not document.text.strip() and not attachments:
            raise DocumentError(f"{file.name} holds no text; {unread}.", "try another copy")
        warnings = (*document.warnings, unread) if unread else document.warnings
        document = replace(document, warnings=warnings, attachments=attachments)
        return document, secret or locked
    except (LongreadError, MemoryError):
        raise
    except Exception as error:
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        raise DocumentError(
            f"{file.name} cannot be read as {BY_KIND[file.kind].name}: {cause[:160]}",
            "the file is damaged, or of a kind not met before; save it anew, or try another copy",
        ) from error


def _paged(file: Unparsed) -> tuple[Document, bool, Sequence[tuple[str, bytes]]]:
    from longread.documents.paged import read_paged

    return read_paged(
        file.data,
        file.name,
        file.kind,
        file.digest,
        password=file.password,
        ocr=file.ocr,
        most_attached=file.limits.memory // _UNPACKED_SHARE,
    )


def _unpaged(file: Unparsed) -> tuple[Document, bool, Sequence[tuple[str, bytes]]]:
    name = file.name
    module, _, function = BY_KIND[file.kind].reader.partition(":")
    reader = getattr(import_module(f"longread.documents.{module}"), function)
    read: Read = reader(file.data, name, file.encoding)
    if not read.text.strip():
        raise DocumentError(f"{name} holds no text.", "try another copy")
    document = Document(
        path=name,
        sha256=file.digest,
        title=read.title,
        kind=file.kind,
        text=read.text,
        pages=read.pages,
        sections=read.sections,
        blocks=read.blocks,
        tables=read.tables,
        warnings=read.warnings,
        marks=read.marks,
    )
    return document, False, read.attachments


def _attached(
    file: Unparsed, text: str, attachments: Sequence[tuple[str, bytes]]
) -> tuple[tuple[Document, ...], str, bool]:
    """The documents among attachments, a warning about the others, and whether one is secret.

    `text` is that of the file itself: a PDF's source, or its data as XML, says it again.
    """
    documents: list[Document] = []
    unread: list[str] = []
    secret = False
    said = _runs_of_words(text) if file.kind == "pdf" and attachments else frozenset()
    for name, data in attachments:
        try:
            if not data:
                raise DocumentError(f"{name} is empty, locked, or too large.", "")
            if file.depth >= _DEEPEST:
                raise DocumentError(f"{name} lies too deep.", "")
            document, locked = _parse(_inside(file, name, data))
            runs = _runs_of_words(document.text)
            if len(runs & said) > _SAID_AGAIN * len(runs):
                raise DocumentError(f"{name} says what {file.name} says.", "")
        except DocumentError as error:
            unread.append(error.message.rstrip("."))
            continue
        documents.append(replace(document, title=document.title or Path(name).stem))
        secret = secret or locked
    if not unread:
        return tuple(documents), "", secret
    count = "1 attachment is" if len(unread) == 1 else f"{len(unread)} attachments are"
    more = "; …" if len(unread) > _NAMED else ""
    return tuple(documents), f"{count} not read: {'; '.join(unread[:_NAMED])}{more}", secret


def _runs_of_words(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _inside(file: Unparsed, name: str, data: bytes) -> Unparsed:
    """A file that lies in another."""
    kind, digest = sniff(data, name)[0], hashlib.sha256(data).hexdigest()
    return replace(
        file, name=name, data=data, kind=kind, digest=digest, entry=None, depth=file.depth + 1
    )


def _unpacked(file: Unparsed) -> tuple[Document, bool]:
    """The document in a compressed file."""
    name = inner_name(file.name)
    if file.depth >= _DEEPEST:
        raise DocumentError(f"{file.name} is packed in itself.", "unpack it by hand")
    try:
        data = unpack(file.data, file.name, file.limits.memory // _UNPACKED_SHARE)
        document, secret = _parse(_inside(file, name, data))
    except DocumentError as error:
        raise DocumentError(error.message.replace(name, file.name, 1), error.hint) from error
    title = document.title or Path(name).stem
    return replace(document, title=title, sha256=file.digest), secret
