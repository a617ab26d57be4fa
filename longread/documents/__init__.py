"""Documents: bytes on disk → `Document`, every character traceable to file and page.

Contract: `load` reads one file and `load_all` many, on all cores; `discover` says which files the
user means, `sentences` cuts text. Every trouble is a LongreadError with a hint, even a parser that
crashes. PyMuPDF is imported only where a PDF or XPS file is really parsed, so not on a cache hit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from longread.documents.discover import Files, LeftOut, discover, listed
from longread.documents.loader import Beside, Loader, marked_copy
from longread.documents.model import Document, Location, Page, Section
from longread.documents.page_range import PageRange
from longread.documents.sentences import sentences
from longread.documents.table import Table, TableRow

__all__ = [
    "Beside",
    "Document",
    "Files",
    "LeftOut",
    "Location",
    "Page",
    "PageRange",
    "Section",
    "Table",
    "TableRow",
    "discover",
    "listed",
    "load",
    "load_all",
    "marked_copy",
    "sentences",
]


def load(
    source: str,
    *,
    pages: str | PageRange | None = None,
    password: str | None = None,
    ocr: bool = False,
    encoding: str | None = None,
    use_cache: bool = True,
    file_seconds: float | None = None,
    file_memory: float | None = None,
) -> Document:
    """Read one document: `source` is a path, or "-" for the bytes on standard input.

    `pages` cuts the text down to some pages ("1,4-6,10-"); they keep their numbers. `ocr`
    reads scanned pages with Tesseract. `encoding` is the one that text, HTML and ebooks are
    written in, where they do not say so themselves. Parsing may take `file_seconds`, and
    `file_memory` in GB. Raises DocumentError for a file that cannot be read, whatever its
    reader met, UsageError for pages it does not have.
    """
    return Loader(pages, password, ocr, encoding, use_cache, file_seconds, file_memory).load(source)


def load_all(
    sources: Sequence[str],
    *,
    progress: Callable[[str, float], None] | None = None,
    then: Callable[[Document], Any] | None = None,
    meanwhile: Callable[[int], Beside] | None = None,
    **how: Any,
) -> list[Any]:
    """Read many documents on all cores: for each source what `load` returns, or its error.

    Takes what `load` takes. Bytes that several files share are parsed once. `progress` is told
    a source that is being read, and the share of them that is done. What `then` makes of a document
    in the worker that parses it comes in its place. `meanwhile` is called with the number of
    sources while workers parse, and what it gives is handed each document that is parsed by then.
    Raises UsageError as `load` does.
    """
    shown = progress or (lambda _source, _share: None)
    return Loader(**how).load_all(sources, shown, then, meanwhile)
