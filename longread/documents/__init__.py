"""Documents: bytes on disk → `Document`, every character traceable to file and page.

Contract: `load` reads one file, `discover` says which files the user means, `sentences`
cuts text. Every trouble is a LongreadError with a hint. PyMuPDF is imported only when a
PDF or XPS file is really parsed, so not on a cache hit.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

from longread.documents import cache, kinds
from longread.documents.discover import STDIN, Files, LeftOut, discover, listed, local, unopened
from longread.documents.encodings import canonical
from longread.documents.kinds import sniff
from longread.documents.model import Document, Location, Page, Section
from longread.documents.page_range import PageRange, restrict
from longread.documents.sentences import sentences
from longread.documents.table import Table, TableRow
from longread.errors import DocumentError, LongreadError

__all__ = [
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
) -> Document:
    """Read one document: `source` is a path, or "-" for the bytes on standard input.

    `pages` cuts the text down to some pages ("1,4-6,10-"); they keep their numbers. `ocr`
    reads scanned pages with Tesseract. `encoding` is the one that text, HTML and ebooks are
    written in, where they do not say so themselves. Raises DocumentError for a file that cannot
    be read, whatever its reader met, UsageError for pages it does not have.
    """
    encoding = canonical(encoding) if encoding else None
    chosen = PageRange.parse(pages) if isinstance(pages, str) else pages
    name = "standard input" if source == STDIN else Path(source).name
    data = _bytes(source, name)
    kind, warnings = sniff(data, name)
    digest = hashlib.sha256(data).hexdigest()
    entry = cache.entry(digest, kind, ocr, encoding)
    document = cache.load(entry) if use_cache else None
    if document is None:
        document, secret = _parse(
            data, name, kind, digest, password=password, ocr=ocr, encoding=encoding
        )
        document = replace(document, secret=secret)
        if use_cache and not secret:
            document = cache.store(entry, document)
    document = replace(
        document,
        path=source,
        title=document.title or ("" if source == STDIN else Path(source).stem),
        warnings=(*warnings, *document.warnings),
    )
    return restrict(document, chosen, name) if chosen else document


def _bytes(source: str, name: str) -> bytes:
    if source == STDIN:
        data = sys.stdin.buffer.read()
        if not data:
            raise DocumentError(
                "standard input is empty.", "pipe a document in: longread ask - < book.pdf"
            )
        return data
    path = local(source)
    try:
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


def _parse(
    data: bytes,
    name: str,
    kind: str,
    digest: str,
    *,
    password: str | None,
    ocr: bool,
    encoding: str | None,
) -> tuple[Document, bool]:
    """The parsed document, and whether its text may not be kept on disk.

    What a reader did not foresee in a damaged or hostile file is that file's trouble, so that
    a folder goes on without it.
    """
    try:
        if kind in ("pdf", "xps"):
            from longread.documents.paged import read_paged

            return read_paged(data, name, kind, digest, password=password, ocr=ocr)
        return _unpaged(data, name, kind, digest, encoding), False
    except LongreadError:
        raise
    except MemoryError as error:
        raise DocumentError(
            f"{name} needs more memory than there is.", "split it, or close other programs"
        ) from error
    except Exception as error:
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        raise DocumentError(
            f"{name} cannot be read as {kinds.NAMES[kind]}: {cause[:160]}",
            "the file is damaged, or of a kind not met before; save it anew, or try another copy",
        ) from error


def _unpaged(data: bytes, name: str, kind: str, digest: str, encoding: str | None) -> Document:
    from longread.documents.compiler import read_html
    from longread.documents.delimited import read_delimited, read_tabbed
    from longread.documents.ebook import read_epub, read_fb2
    from longread.documents.lines import read_lines, read_subtitles
    from longread.documents.mail import read_mail
    from longread.documents.notebook import read_notebook
    from longread.documents.text import read_markdown, read_tex, read_text

    readers = {
        "text": read_text,
        "tex": read_tex,
        "csv": read_delimited,
        "tsv": read_tabbed,
        "lines": read_lines,
        "subtitles": read_subtitles,
        "email": read_mail,
        "notebook": read_notebook,
        "markdown": read_markdown,
        "html": read_html,
        "epub": read_epub,
        "fb2": read_fb2,
    }
    read = readers[kind](data, name, encoding)
    if not read.text.strip():
        raise DocumentError(f"{name} holds no text.", "try another copy")
    return Document(
        path=name,
        sha256=digest,
        title=read.title,
        kind=kind,
        text=read.text,
        pages=read.pages,
        sections=read.sections,
        blocks=read.blocks,
        tables=read.tables,
        warnings=read.warnings,
    )
