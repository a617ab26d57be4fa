"""PDF and XPS files: bytes → pages of segments → clean text, by way of PyMuPDF.

Contract: with `pdf_marks.py` the only module that imports pymupdf. PyMuPDF's messages never
reach stdout or stderr. Every trouble with a file is a DocumentError; the file is opened from
memory, so that the bytes that were hashed are the bytes that are read.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import pymupdf

from longread.documents.characters import mend
from longread.documents.garbled import has_unknown
from longread.documents.glyphs import SpacedMarks
from longread.documents.normalize import tidy
from longread.documents.pdf_annotations import add_annotations, attachments
from longread.documents.raw import OutlineEntry, RawFile, RawPage
from longread.documents.spans import page_of
from longread.documents.superscripts import Superscripts
from longread.errors import DocumentError

# Words as they are printed: no ligature characters, nothing outside the page's edges, and the
# glyphs themselves where a tagged file says them in other words (/ActualText: "less than or
# equal to" for "≤", nothing for the letters of a chart).
_FLAGS = (
    pymupdf.TEXT_PRESERVE_WHITESPACE
    | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
    | pymupdf.TEXT_MEDIABOX_CLIP
    | pymupdf.TEXT_IGNORE_ACTUALTEXT
)
# A page with fewer characters than this that shows a large picture is a scan.
SCAN_CHARACTERS = 20
SCAN_AREA = 0.3
# A stamp or a page number may be typed on a scan; then the picture must be the whole sheet.
STAMP_CHARACTERS = 200
SHEET_AREA = 0.85
OCR_DPI = 200
_FAILED_ALLOCATION = re.compile(r"alloc \(.* bytes\) failed")
# Enough pixels to tell whether text shows; brightness (0 to 255) of one colour varies less.
LOOK_DPI = 60
PLAIN = 16


def read(
    data: bytes, name: str, filetype: str, password: str | None, ocr: bool, most_attached: int
) -> RawFile:
    """Open `data` and take its pages, and `most_attached` bytes of the files in it; `name` is what
    messages call the file."""
    with opened(data, name, filetype, password) as (file, locked):
        tessdata = _tessdata() if ocr else None
        superscripts, marks = Superscripts(), SpacedMarks()
        pages: list[RawPage] = []
        failed: list[int] = []
        for number in range(file.page_count):
            try:
                pages.append(_page(file, number, tessdata, superscripts, marks))
            except (DocumentError, MemoryError):
                raise
            except Exception as error:  # a page with a fault raises whatever its fault leads to
                _raise_if_out_of_memory(error)
                pages.append(RawPage(0, 0, []))
                failed.append(number + 1)
        return RawFile(
            pages,
            _outline(file),
            _metadata_title(file),
            locked,
            bool(file.is_repaired),
            failed,
            attachments(file, most_attached) if file.is_pdf else [],
        )


@contextmanager
def opened(
    data: bytes, name: str, filetype: str, password: str | None
) -> Iterator[tuple[Any, bool]]:
    """PyMuPDF's document, and whether it took a password. Raises DocumentError."""
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    pymupdf.set_messages(stream=io.StringIO())
    file, locked = _open(data, name, filetype, password)
    try:
        yield file, locked
    finally:
        file.close()


def _open(data: bytes, name: str, filetype: str, password: str | None) -> tuple[Any, bool]:
    try:
        file = pymupdf.open(stream=data, filetype=filetype)
        locked = bool(file.needs_pass)
        if locked:
            _unlock(file, name, password)
        if file.page_count < 1:
            raise DocumentError(f"{name} has no pages.", "the file is damaged; try another copy")
    except (RuntimeError, ValueError) as error:
        _raise_if_out_of_memory(error)
        raise DocumentError(
            f"{name} is damaged beyond repair.",
            "open it in a viewer and save it anew, or try another copy",
        ) from error
    return file, locked


def _raise_if_out_of_memory(error: Exception) -> None:
    """MuPDF's own error for it says "code=2: realloc (394641504 bytes) failed"."""
    if _FAILED_ALLOCATION.search(str(error)):
        raise MemoryError from error


def _unlock(file: Any, name: str, password: str | None) -> None:
    if file.authenticate("") or _only_attachments_locked(file):
        return
    if not password:
        raise DocumentError(
            f"{name} is encrypted and needs a password.",
            "pass --password, or set LONGREAD_PASSWORD",
        )
    if not file.authenticate(password):
        raise DocumentError(
            f"the password does not open {name}.", "check --password or LONGREAD_PASSWORD"
        )


def _only_attachments_locked(file: Any) -> bool:
    """Some files encrypt their attachments alone; the pages can be read without a password."""
    kind, value = file.xref_get_key(-1, "Encrypt/StmF")
    if (kind, value) != ("name", "/Identity"):
        return False
    file.is_encrypted = False
    return True


def tesseract_languages() -> list[str]:
    """Languages that scanned pages can be read in. Raises DocumentError without Tesseract."""
    return sorted(file.stem for file in Path(_tessdata()).glob("*.traineddata"))


def _tessdata() -> str:
    try:
        folder = pymupdf.get_tessdata()
    except RuntimeError:
        folder = None
    if not folder:
        raise DocumentError(
            "--ocr needs Tesseract, which was not found.",
            "install Tesseract and its language data, or set TESSDATA_PREFIX to the latter",
        )
    return str(folder)


def text_of(page: Any, more: int = 0) -> tuple[Any, dict[str, Any]]:
    """A page's textpage by our flags and `more`, and its content by blocks, lines and spans.

    Where a font does not say what its glyphs are, what the tags say for them is all there is.
    """
    textpage = page.get_textpage(flags=_FLAGS | more)
    content: dict[str, Any] = textpage.extractDICT()
    if has_unknown(content):
        textpage = page.get_textpage(flags=_FLAGS & ~pymupdf.TEXT_IGNORE_ACTUALTEXT | more)
        content = textpage.extractDICT()
    return textpage, content


def _page(
    file: Any, number: int, tessdata: str | None, superscripts: Superscripts, marks: SpacedMarks
) -> RawPage:
    page = file.load_page(number)
    look = _Look(page)
    textpage, content = text_of(page, pymupdf.TEXT_COLLECT_VECTORS)
    mend(content, textpage.extractRAWDICT, marks)
    raw = page_of(content, look, superscripts)
    raw.label = page.get_label() or None if file.is_pdf else None
    characters = sum(len(segment.text) for segment in raw.segments)
    raw.scan = characters < SCAN_CHARACTERS and look.is_scan()
    if characters < STAMP_CHARACTERS and not raw.scan:
        raw.scan = look.is_scanned_paper()
    if tessdata is not None and (raw.scan or raw.unmapped):
        textpage = page.get_textpage_ocr(dpi=OCR_DPI, full=True, tessdata=tessdata)
        label, found = raw.label, page_of(textpage.extractDICT(), look, superscripts)
        raw = found if found.segments or raw.unmapped else raw
        raw.label, raw.scan = label, not found.segments
    if file.is_pdf:
        add_annotations(raw, page)
    return raw


class _Look:
    """How a page looks; each question is answered once, and only where it is asked."""

    def __init__(self, page: Any) -> None:
        self._page = page

    @cached_property
    def _pictures(self) -> list[pymupdf.Rect]:
        return [pymupdf.Rect(image["bbox"]) for image in self._page.get_image_info()]

    def _covers(self, share: float) -> bool:
        """Do pictures cover this share of the page?"""
        area = abs(self._page.rect.width * self._page.rect.height) or 1.0
        return bool(sum(abs(box.width * box.height) for box in self._pictures) >= share * area)

    @cached_property
    def _pixels(self) -> Any:
        return self._page.get_pixmap(dpi=LOOK_DPI, colorspace=pymupdf.csGRAY, alpha=False)

    def is_scan(self) -> bool:
        """Does a picture cover much of the page?"""
        return self._covers(SCAN_AREA)

    def is_scanned_paper(self) -> bool:
        """Is the page one picture of a sheet, most of it as bright as paper?"""
        if not self._covers(SHEET_AREA):
            return False
        brightness: Counter[int] = Counter(self._pixels.samples)
        pixels = brightness.total()
        ink = sum(count for value, count in brightness.items() if value < 128)
        paper = sum(count for value, count in brightness.items() if value > 190)
        return paper > 0.6 * pixels and ink > 0.001 * pixels

    def has_picture_at(self, box: tuple[float, float, float, float]) -> bool:
        """Does a picture lie under the middle of this box?"""
        middle = pymupdf.Point((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        return any(picture.contains(middle) for picture in self._pictures)

    def is_plain(self, box: tuple[float, float, float, float]) -> bool:
        """Is there nothing to be seen in this box but one colour?"""
        pixels, scale = self._pixels, LOOK_DPI / 72
        rect = pymupdf.Rect(box) * self._page.rotation_matrix
        x0, y0 = max(0, int(rect.x0 * scale)), max(0, int(rect.y0 * scale))
        x1, y1 = min(pixels.width, int(rect.x1 * scale)), min(pixels.height, int(rect.y1 * scale))
        rows = [
            pixels.samples[y * pixels.stride + x0 : y * pixels.stride + x1] for y in range(y0, y1)
        ]
        seen = b"".join(rows)
        return not seen or max(seen) - min(seen) < PLAIN


def _outline(file: Any) -> list[OutlineEntry]:
    try:
        entries = file.get_toc(simple=True)
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError):
        return []
    outline = [
        OutlineEntry(int(level), " ".join(tidy(str(title)).split()), int(page) - 1)
        for level, title, page, *_ in entries
    ]
    return [entry for entry in outline if entry.title and 0 <= entry.page < file.page_count]


def _metadata_title(file: Any) -> str:
    title = (file.metadata or {}).get("title") or ""
    return " ".join(tidy(title).split())
