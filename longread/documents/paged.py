"""PDF and XPS: the parsed file as a Document, with its warnings."""

from __future__ import annotations

from longread.documents.compose import compose
from longread.documents.model import Document
from longread.documents.pdf import read
from longread.errors import DocumentError


def read_paged(
    data: bytes, name: str, kind: str, digest: str, *, password: str | None, ocr: bool
) -> tuple[Document, bool]:
    """The document, and whether it took a password to read it.

    Raises DocumentError for files that cannot be opened and files without any text.
    """
    raw = read(data, name, kind, password, ocr)
    scans = [number for number, page in enumerate(raw.pages, start=1) if page.scan]
    pages = len(raw.pages)
    composed = compose(raw)
    if not composed.text.strip():
        raise _no_text(name, pages, scans, ocr)
    warnings = []
    if raw.repaired:
        warnings.append("the file is damaged and was repaired; parts may be missing")
    if raw.failed:
        warnings.append(f"{_pages(raw.failed)} could not be read")
    if scans:
        verb = "are scans" if len(scans) > 1 else "is a scan"
        advice = "Tesseract found none" if ocr else "--ocr reads them when Tesseract is installed"
        if len(scans) == 1:
            advice = advice.replace("them", "it")
        warnings.append(f"{_pages(scans)} {verb} without text; {advice}")
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
        warnings=tuple(warnings),
    )
    return document, raw.locked


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
