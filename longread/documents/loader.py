"""Loading: a document from the cache where it is known, else parsed; many in parallel processes."""

from __future__ import annotations

import atexit
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol, Self

from longread.documents import cache
from longread.documents.discover import STDIN, local, unopened
from longread.documents.encodings import canonical
from longread.documents.kinds import sniff
from longread.documents.model import Document
from longread.documents.page_range import PageRange, restrict
from longread.documents.parse import (
    GIGABYTE,
    Unparsed,
    apart,
    isolated,
    limits_for,
    parse,
    parse_apart,
)
from longread.documents.workers import WorkerError, Workers, available_cores
from longread.documents.workers import available as workers_available
from longread.errors import DocumentError


@dataclass(slots=True)
class _Opened:
    """A source that is being read: its document, or the parse that will give it.

    `parsed_as` is the name under which the same bytes were met first, `entry` that in the cache.
    """

    source: str
    warnings: tuple[str, ...]
    document: Any
    parsed_as: str
    entry: str


class Beside(Protocol):
    """What is done in this process while workers parse."""

    def arrived(self, document: Document) -> None:
        """Another document is there."""
        ...

    def idle(self) -> bool:
        """Do a little, since there is nothing to do but wait; False where nothing was done."""
        ...


class Loader:
    """How files are to be read; `longread.documents.load` says what each argument means."""

    def __init__(
        self,
        pages: str | PageRange | None = None,
        password: str | None = None,
        ocr: bool = False,
        encoding: str | None = None,
        use_cache: bool = True,
        file_seconds: float | None = None,
        file_memory: float | None = None,
    ) -> None:
        self._pages = PageRange.parse(pages) if isinstance(pages, str) else pages
        self._password = password
        self._ocr = ocr
        self._encoding = canonical(encoding) if encoding else None
        self._use_cache = use_cache
        self._seconds = file_seconds
        self._memory = file_memory

    def load(self, source: str) -> Document:
        """One document. The worker that parsed it waits for the next call."""
        file, warnings = self._open(source)
        document = _known(file)
        if document is None:
            document = parse_apart(file, _kept()) if isolated(file) else parse(file)
        return self._finished(source, warnings, document, _entry(file))

    def load_all(
        self,
        sources: Sequence[str],
        progress: Callable[[str, float], None],
        then: Callable[[Document], Any] | None = None,
        meanwhile: Callable[[int], Beside] | None = None,
    ) -> list[Any]:
        """The documents of all sources, or why they could not be read, in order.

        As soon as workers are busy `meanwhile` is called with the number of sources; what it gives
        is handed each document that is parsed while others still are.

        Where workers can parse them all, `then` makes something else of each document there; a
        document comes back where it gives one.
        """
        opened: list[_Opened | DocumentError] = []
        waiting: list[_Opened] = []
        beside: Beside | None = None
        with _Pool() as pool:
            for place, source in enumerate(sources):
                progress(source, (place - pool.running) / len(sources))
                try:
                    opened.append(begun := self._begun(source, pool, then))
                    waiting.append(begun)
                except DocumentError as error:
                    opened.append(error)
                if meanwhile is not None and pool.busy:
                    beside, meanwhile = meanwhile(len(sources)), None
                    pool.idle = beside.idle
                waiting = self._handed_over(waiting, beside) if beside else waiting
            if meanwhile is not None and pool.running:
                beside = meanwhile(len(sources))
                pool.idle = beside.idle
            for name in pool.rest():
                progress(name, 1 - pool.running / len(sources))
                waiting = self._handed_over(waiting, beside) if beside else waiting
            return [self._ended(each) for each in opened]

    def _handed_over(self, waiting: list[_Opened], beside: Beside) -> list[_Opened]:
        """Hands over what has been parsed; what has not is left."""
        left = []
        for each in waiting:
            if isinstance(each.document, Future) and not each.document.done():
                left.append(each)
            elif isinstance(document := self._ended(each), Document):
                beside.arrived(document)
        return left

    def _begun(self, source: str, pool: _Pool, then: Callable[[Document], Any] | None) -> _Opened:
        file, warnings = self._open(source)
        if then is not None and not self._pages and workers_available():
            call = partial(_parsed_then, then=then, source=source, warnings=warnings)
            return _Opened(source, warnings, *pool.submit(file, call), _entry(file))
        document = _known(file)
        if document is None and not isolated(file):
            document = parse(file)
        if document is not None:
            return _Opened(source, warnings, document, file.name, _entry(file))
        return _Opened(source, warnings, *pool.submit(file), _entry(file))

    def _ended(self, opened: _Opened | DocumentError) -> Any:
        if isinstance(opened, DocumentError):
            return opened
        document = opened.document
        try:
            if isinstance(document, Future):
                document = document.result()
            if not isinstance(document, Document):
                return document
            return self._finished(opened.source, opened.warnings, document, opened.entry)
        except DocumentError as error:
            message = error.message.replace(opened.parsed_as, _name(opened.source), 1)
            return DocumentError(message, error.hint)

    def _open(self, source: str) -> tuple[Unparsed, tuple[str, ...]]:
        """The file's bytes and kind, and a warning where its name says another kind."""
        name = _name(source)
        data = self._bytes(source, name)
        kind, warnings = sniff(data, name)
        digest = hashlib.sha256(data).hexdigest()
        entry = cache.entry(digest, kind, self._ocr, self._encoding) if self._use_cache else None
        limits = limits_for(len(data), ocr=self._ocr, seconds=self._seconds, memory=self._memory)
        return Unparsed(
            name, data, kind, digest, entry, self._password, self._ocr, self._encoding, limits
        ), warnings

    def _finished(
        self, source: str, warnings: tuple[str, ...], document: Document, entry: str
    ) -> Document:
        """The document under the name it was asked for, cut down to the pages that are wanted."""
        document = _named(source, warnings, document, "" if self._pages else entry)
        return restrict(document, self._pages, _name(source)) if self._pages else document

    def _bytes(self, source: str, name: str) -> bytes:
        if source == STDIN:
            data = sys.stdin.buffer.read()
            if not data:
                raise DocumentError(
                    "standard input is empty.", "pipe a document in: longread ask - < book.pdf"
                )
            return data
        path = local(source)
        try:
            size = path.stat().st_size
            most = limits_for(size, ocr=False, seconds=None, memory=self._memory).memory
            if size > most:
                raise DocumentError(
                    f"{name} is {size / GIGABYTE:.3g} GB; a file may take {most / GIGABYTE:.3g} GB "
                    "of memory.",
                    "split it; --file-memory allows it more",
                )
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise DocumentError(f"{source} does not exist.", "check the name") from error
        except IsADirectoryError as error:
            raise DocumentError(f"{source} is a folder.", "name the files in it") from error
        except (OSError, ValueError) as error:
            raise unopened(source, error) from error
        if not data:
            raise DocumentError(f"{name} is empty (0 bytes).", "try another copy")
        return data


def marked_copy(
    document: Document,
    data: bytes,
    spans: Sequence[tuple[int, int, int, str]],
    notes: Sequence[str],
    password: str | None = None,
) -> tuple[bytes, list[int]]:
    """A copy of the PDF `data` that `document` was read from, with spans of its text marked.

    A span is start, end, the number of its note of `notes`, and what its mark says. The numbers of
    spans come back that were not found on their pages. Raises DocumentError.
    """
    from longread.documents.pdf_marks import Mark, marked

    marks = [
        Mark(number, page.number, document.text[first:last], document.text[page.start : first],
             note, group)
        for number, (start, end, group, note) in enumerate(spans)
        for page in document.pages
        if (first := max(start, page.start)) < (last := min(end, page.end))
    ]  # fmt: skip
    name, limits = _name(document.path), limits_for(len(data), ocr=False, seconds=None, memory=None)
    try:
        return _kept().call(limits, marked, data, name, password, marks, notes)
    except WorkerError as error:
        raise DocumentError(f"{name} could not be marked: its reader {error}.") from error


class _Pool:
    """Parses that run at once, a worker each; leaving it ends those that still run."""

    def __init__(self) -> None:
        self._cores = available_cores()
        self._threads = ThreadPoolExecutor(self._cores)
        self._workers = Workers()
        self._running: dict[Future[Any], str] = {}
        self._begun: dict[tuple[str, str], tuple[Future[Any], str]] = {}
        self.idle: Callable[[], bool] = lambda: False

    @property
    def busy(self) -> bool:
        """Does every worker have a file?"""
        return self.running >= self._cores

    @property
    def running(self) -> int:
        """How many files are not parsed yet."""
        self._running = {each: name for each, name in self._running.items() if not each.done()}
        return len(self._running)

    def submit(
        self, file: Unparsed, call: Callable[..., Any] | None = None
    ) -> tuple[Future[Any], str]:
        """The parse of these bytes, or another `call` with them, and the name they were met under
        first.

        Waits where so many files wait for a worker that their bytes would fill the memory.
        """
        key = file.digest, file.kind
        if key not in self._begun:
            while self.running >= 2 * self._cores:
                self._wait()
            future = (
                self._threads.submit(apart, self._workers, call, file)
                if call
                else self._threads.submit(parse_apart, file, self._workers)
            )
            self._running[future] = file.name
            self._begun[key] = future, file.name
        return self._begun[key]

    def rest(self) -> Iterator[str]:
        """Waits until all is parsed, and says what it waits for."""
        while self.running:
            yield next(iter(self._running.values()))
            self._wait()

    def _wait(self) -> None:
        """Until a file is parsed, or a little was done beside."""
        if not self.idle():
            wait(self._running, return_when=FIRST_COMPLETED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._workers.close()
        # A thread whose worker has ended ends at once.
        self._threads.shutdown(wait=True)


def _known(file: Unparsed) -> Document | None:
    return cache.load(file.entry) if file.entry else None


def _entry(file: Unparsed) -> str:
    return file.entry.name if file.entry else ""


def _parsed_then(
    file: Unparsed, then: Callable[[Document], Any], source: str, warnings: tuple[str, ...]
) -> Any:
    """What `then` makes of the document, from the cache or parsed."""
    document = _known(file) or parse(file)
    made = then(_named(source, warnings, document, _entry(file)))
    return document if isinstance(made, Document) else made


def _named(source: str, warnings: tuple[str, ...], document: Document, entry: str) -> Document:
    """The document under the name it was asked for."""
    return replace(
        document,
        path=source,
        title=document.title or ("" if source == STDIN else Path(source).stem),
        warnings=(*warnings, *document.warnings),
        attachments=tuple(_within(source, each, document.secret) for each in document.attachments),
        entry="" if document.secret else entry,
    )


def _within(source: str, attachment: Document, secret: bool) -> Document:
    """An attachment under the name of what it came with: "mail.eml/report.pdf"."""
    path = f"{source}/{attachment.path}"
    inner = tuple(_within(path, each, secret) for each in attachment.attachments)
    return replace(attachment, path=path, attachments=inner, secret=secret)


def _name(source: str) -> str:
    return "standard input" if source == STDIN else Path(source).name


@lru_cache(maxsize=1)
def _kept() -> Workers:
    """Workers for files that are loaded one by one, as long as the program runs."""
    workers = Workers()
    atexit.register(workers.close)
    return workers
