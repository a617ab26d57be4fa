"""PDF and XPS: the parsed file as a Document, with its warnings."""

from __future__ import annotations

from collections.abc import Iterator

from longread.documents.compose import compose
from longread.documents.model import Document, Removed
from longread.documents.pdf import read
from longread.documents.raw import RawFile
from longread.errors import DocumentError


def read_paged(
    data: bytes,
    name: str,
    kind: str,
    digest: str,
    *,
    password: str | None,
    ocr: bool,
    most_attached: int,
) -> tuple[Document, bool, list[tuple[str, bytes]]]:
    """The document, whether it took a password to read it, and the files in it.

    Raises DocumentError for files that cannot be opened, and where neither text nor a file is in
    one.
    """
    raw = read(data, name, kind, password, ocr, most_attached)
    scans = [number for number, page in enumerate(raw.pages, start=1) if page.scan]
    pages = len(raw.pages)
    composed = compose(raw)
    if not composed.text.strip() and not raw.attachments:
        raise _no_text(name, pages, scans, ocr)
    document = Document(
        path=name,
        sha256=digest,
        title=composed.title,
        kind=kind,
        text=composed.text,
        pages=composed.pages,
        sections=composed.sections,
        blocks=composed.blocks,
        tables=composed.tables,
        removed=tuple(_removed(raw)),
        warnings=tuple(_warnings(raw, ocr)),
    )
    return document, raw.locked, raw.attachments


def _removed(raw: RawFile) -> Iterator[Removed]:
    for number, page in enumerate(raw.pages, start=1):
        yield from (Removed(number, text, "repeated") for text in page.removed)
        yield from (Removed(number, text, "hidden") for text in page.hidden)


def _warnings(raw: RawFile, ocr: bool) -> Iterator[str]:
    if raw.repaired:
        yield "the file is damaged and was repaired; parts may be missing"
    if raw.failed:
        yield f"{_pages(raw.failed)} could not be read"
    scans = [number for number, page in enumerate(raw.pages, start=1) if page.scan]
    if scans:
        verb = "are scans" if len(scans) > 1 else "is a scan"
        them = "them" if len(scans) > 1 else "it"
        advice = (
            "Tesseract found none" if ocr else f"--ocr reads {them} when Tesseract is installed"
        )
        yield f"{_pages(scans)} {verb} without text; {advice}"
    unmapped = [number for number, page in enumerate(raw.pages, start=1) if page.unmapped]
    if unmapped:
        yield (
            f"{_pages(unmapped)}: a font does not say which letters its glyphs are, so the text "
            "is not what is printed; --ocr reads the print when Tesseract is installed"
        )
    hidden = [n for n, page in enumerate(raw.pages, start=1) if any(map(_says, page.hidden))]
    if hidden:
        yield (
            f"{_pages(hidden)}: text that cannot be seen was left out; inspect --removed lists it"
        )


def _says(text: str) -> bool:
    """Is this more than a mark for machines?"""
    return sum(word.strip(".,:;").isalpha() for word in text.split()) >= 2


def _no_text(name: str, pages: int, scans: list[int], ocr: bool) -> DocumentError:
    if scans and ocr:
        return DocumentError(
            f"{name} is scanned, and Tesseract found no text in it.", "try a sharper scan"
        )
    if scans:
        return DocumentError(
            f"{name} is scanned: its pages are pictures without text.",
            "--ocr reads it when Tesseract is installed",
        )
    what = "its page is blank or drawn" if pages == 1 else f"its {pages} pages are blank or drawn"
    hint = "" if ocr else "if you see text in a viewer, try --ocr (needs Tesseract)"
    return DocumentError(f"{name} holds no text: {what}.", hint)


def _pages(numbers: list[int]) -> str:
    """Page numbers as a person would list them: "pages 3, 7–9"."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    listed = [str(first) if first == last else f"{first}–{last}" for first, last in ranges]
    if len(listed) > 12:
        listed = [*listed[:12], f"and {len(listed) - 12} more ranges"]
    return ("page " if len(numbers) == 1 else "pages ") + ", ".join(listed)
