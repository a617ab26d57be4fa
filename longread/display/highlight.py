"""`--highlight`: a copy of each cited document with its quotes marked, and the answer as a note.

A PDF stays one; every other document becomes an HTML page (`marked_page.py`), and so do PDFs
where the name given ends in .html.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from longread.display.marked_page import Cited, cited_in, marked_page
from longread.display.phrasing import clean, counted, short_names
from longread.documents import Document, marked_copy
from longread.documents.discover import STDIN, local
from longread.errors import DocumentError, LongreadError, UsageError, reason_of
from longread.paths import write_atomically
from longread.reading.step import Answer

_PAGES = (".html", ".htm")


def check_out(out: Path, sources: Sequence[str]) -> None:
    """Raises UsageError where `out` cannot be what is written, as when it is a source itself."""
    if out.suffix.lower() not in (".pdf", *_PAGES):
        raise UsageError(
            f"{out} is neither a PDF nor a page.", "--highlight out.pdf, or --highlight out.html"
        )
    if out.is_dir():
        raise UsageError(f"{out} is a folder.", "name the file to write in it")
    _check_no_source(out, sources)


def check_outputs(
    highlight: Path | None, events: Path | None, files: Sequence[str], named: Sequence[str]
) -> None:
    """Raises UsageError where a marked copy cannot be written, or what is written would change a
    document: one of `files`, or, since events may lie in a folder that is read, one that is
    `named` itself."""
    if highlight is not None:
        check_out(highlight, files)
    if events is not None:
        _check_no_source(events, named)


def _check_no_source(out: Path, sources: Sequence[str]) -> None:
    if _is_one_of(out, sources):
        raise UsageError(
            f"{out} is the document that is read.", "another name: the source stays as it is"
        )


def write_highlights(
    out: Path, answers: Sequence[Answer], documents: Sequence[Document], password: str | None
) -> Iterator[str]:
    """Write the marked copies; a line for each, and for each quote that was not found in its file.

    The first cited document takes the name `out`, further PDFs one made of it. Raises
    LongreadError where one cannot be written.
    """
    cited = cited_in(answers)
    as_pdf = [
        number
        for number in cited
        if out.suffix.lower() == ".pdf" and _is_pdf_file(documents[number])
    ]
    on_page = [number for number in cited if number not in as_pdf]
    if not cited:
        yield f"{out} was not written: there is no quote to mark"
    names = short_names([document.path for document in documents])
    sources = [document.path for document in documents]
    for place, number in enumerate(as_pdf):
        name = Path(sources[number]).stem
        path = _free(out if place == 0 else out.with_name(f"{out.stem}-{name}.pdf"), sources)
        sources.append(str(path))
        yield from _write_pdf(
            path, documents[number], names[number], cited[number], answers, password
        )
    for number in [number for number in on_page if documents[number].secret]:
        on_page.remove(number)
        yield f"{names[number]} was not marked: a page would show what its password protects"
    if on_page:
        path = out if out.suffix.lower() in _PAGES else _free(out.with_suffix(".html"), sources)
        shown = {number: (names[number], documents[number]) for number in on_page}
        _write(path, marked_page(answers, cited, shown).encode("utf-8", "replace"))
        marks = sum(len(cited[number]) for number in on_page)
        which = ", ".join(names[number] for number in on_page)
        yield f"{path}: {counted(marks, 'quote')} of {which} marked"


def _write_pdf(
    path: Path,
    document: Document,
    name: str,
    cited: Sequence[Cited],
    answers: Sequence[Answer],
    password: str | None,
) -> Iterator[str]:
    try:
        data = local(document.path).read_bytes()
    except OSError as error:
        message = f"{document.path} could not be marked: {reason_of(error)}."
        raise DocumentError(message) from error
    if hashlib.sha256(data).hexdigest() != document.sha256:
        raise DocumentError(
            f"{document.path} changed while it was read, and was not marked.", "ask again"
        )
    notes = [f"{clean(answer.question)}\n\n{(answer.answer or '').strip()}" for answer in answers]
    spans = [
        (each.quote.start, each.quote.end, each.group, f"[{each.label}] {notes[each.group]}")
        for each in cited
    ]
    marked, missing = marked_copy(document, data, spans, notes, password)
    if len(missing) < len(cited):
        _write(path, marked)
        yield f"{path}: {counted(len(cited) - len(missing), 'quote')} of {name} marked"
    for number in missing:
        quote = cited[number].quote
        yield f"[{cited[number].label}] was not found on page {quote.page} of {name} and not marked"


def _is_pdf_file(document: Document) -> bool:
    """Is the document a PDF that lies on disk as such: not packed, attached or piped in?"""
    path = local(document.path)
    if document.kind != "pdf" or document.path == STDIN or not path.is_file():
        return False
    with path.open("rb") as file:
        return b"%PDF" in file.read(1024)


def _write(path: Path, data: bytes) -> None:
    try:
        with write_atomically(path) as part:
            part.write_bytes(data)
    except OSError as error:
        message = f"{path} could not be written: {reason_of(error)}."
        raise LongreadError(message, "try another place") from error


def _is_one_of(path: Path, sources: Sequence[str]) -> bool:
    if not path.exists():
        return False
    return any(
        local(source).exists() and path.samefile(local(source))
        for source in sources
        if source != STDIN
    )


def _free(path: Path, taken: Sequence[str]) -> Path:
    """The path, or the first numbered one, that is neither a source nor written already."""
    number, free = 1, path
    while _is_one_of(free, taken):
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
