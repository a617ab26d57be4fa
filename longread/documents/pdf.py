"""PDF and XPS files: bytes → pages of segments → clean text, by way of PyMuPDF.

Contract: the only module that imports pymupdf. PyMuPDF's messages never reach stdout or
stderr. Every trouble with a file is a DocumentError; the file is opened from memory, so
that the bytes that were hashed are the bytes that are read.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pymupdf

from longread.documents.hygiene import RIGHT_TO_LEFT, SOFT_HYPHEN, tidy
from longread.documents.layout_types import Segment
from longread.documents.table import Box
from longread.errors import DocumentError

# Words as they are printed: no ligature characters, nothing outside the page's edges.
_FLAGS = (
    pymupdf.TEXT_PRESERVE_WHITESPACE
    | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
    | pymupdf.TEXT_MEDIABOX_CLIP
    # Lines and filled boxes, which cost next to nothing here: the borders of tables.
    | pymupdf.TEXT_COLLECT_VECTORS
)
_BOLD = 1 << 4
# The type of a block that is drawn, not written.
_VECTOR = 3
_MOST_DRAWN = 3000
# A page with fewer characters than this that shows a large picture is a scan.
SCAN_CHARACTERS = 20
SCAN_AREA = 0.3
OCR_DPI = 200
# Type smaller than this share of the page's height is not there to be read (1.6 pt on Letter).
_INVISIBLE = 0.002


@dataclass(slots=True)
class RawPage:
    """What a page gives before any cleaning; coordinates are upright, in points."""

    width: float
    height: float
    segments: list[Segment]
    aside: list[Segment] = field(default_factory=list)
    drawn: list[Box] = field(default_factory=list)
    label: str | None = None
    scan: bool = False
    right_to_left: bool = False


@dataclass(slots=True)
class OutlineEntry:
    """One bookmark: `page` counts from 0."""

    level: int
    title: str
    page: int


@dataclass(slots=True)
class RawFile:
    """All that is taken from the file."""

    pages: list[RawPage]
    outline: list[OutlineEntry]
    title: str
    locked: bool
    repaired: bool
    failed: list[int]


def read(data: bytes, name: str, filetype: str, password: str | None, ocr: bool) -> RawFile:
    """Open `data` and take its pages; `name` is what messages call the file."""
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    pymupdf.set_messages(stream=io.StringIO())
    file, locked = _open(data, name, filetype, password)
    try:
        tessdata = _tessdata() if ocr else None
        pages: list[RawPage] = []
        failed: list[int] = []
        for number in range(file.page_count):
            try:
                pages.append(_page(file, number, tessdata))
            except DocumentError:
                raise
            except Exception:  # a page with a fault in it raises whatever its fault leads to
                pages.append(RawPage(0, 0, []))
                failed.append(number + 1)
        return RawFile(
            pages, _outline(file), _metadata_title(file), locked, bool(file.is_repaired), failed
        )
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
        raise DocumentError(
            f"{name} is damaged beyond repair.",
            "open it in a viewer and save it anew, or try another copy",
        ) from error
    return file, locked


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


def _page(file: Any, number: int, tessdata: str | None) -> RawPage:
    page = file.load_page(number)
    textpage = page.get_textpage(flags=_FLAGS)
    content = textpage.extractDICT()
    raw = _upright(content)
    raw.label = page.get_label() or None if file.is_pdf else None
    characters = sum(len(segment.text) for segment in raw.segments)
    if characters < SCAN_CHARACTERS and _is_picture(page):
        raw.scan = True
        if tessdata is not None:
            textpage = page.get_textpage_ocr(dpi=OCR_DPI, full=True, tessdata=tessdata)
            label = raw.label
            raw = _upright(textpage.extractDICT())
            raw.label, raw.scan = label, not raw.segments
    return raw


def _is_picture(page: Any) -> bool:
    area = abs(page.rect.width * page.rect.height) or 1.0
    shown = 0.0
    for image in page.get_image_info():
        x0, y0, x1, y1 = image["bbox"]
        shown += abs((x1 - x0) * (y1 - y0))
    return shown >= SCAN_AREA * area


def _upright(content: dict[str, Any]) -> RawPage:
    """The page's segments, turned so that most of the text runs from left to right.

    Text in another direction (a stamp in the margin, a watermark) goes to `aside`.
    """
    width, height = float(content["width"]), float(content["height"])
    by_direction: dict[tuple[int, int], list[Segment]] = {}
    characters: Counter[tuple[int, int]] = Counter()
    seen: set[tuple[str, int, int]] = set()
    for block in content["blocks"]:
        for line in block.get("lines", ()):
            cosine, sine = line["dir"]
            direction = (round(cosine), round(sine)) if abs(cosine * sine) < 0.02 else (0, 0)
            segment = _segment(line, direction, width, height)
            # Hidden marks for machines are set in type nobody can see.
            if segment is None or segment.size < min(_INVISIBLE * height, 1.5):
                continue
            # Some producers print a line twice, a hair apart, to make it look bold.
            key = (segment.text, round(segment.x0 / 2), round(segment.y0 / 2))
            if key in seen:
                continue
            seen.add(key)
            by_direction.setdefault(direction, []).append(segment)
            characters[direction] += len(segment.text)
    if not by_direction:
        return RawPage(width, height, [])
    main = max(by_direction, key=lambda direction: characters[direction])
    drawn = [_turned(box, main, width, height) for box in _drawn(content)]
    if main in ((0, 1), (0, -1)):
        width, height = height, width
    aside = [s for d, segments in by_direction.items() if d != main for s in segments]
    segments = by_direction[main]
    text = "".join(segment.text for segment in segments)
    right_to_left = 2 * len(RIGHT_TO_LEFT.findall(text)) > sum(map(str.isalpha, text))
    return RawPage(width, height, segments, aside, drawn, right_to_left=right_to_left)


def _drawn(content: dict[str, Any]) -> list[Box]:
    """Where lines and rectangles are drawn; a page with very many of them shows a picture."""
    boxes = [block["bbox"] for block in content["blocks"] if block["type"] == _VECTOR]
    return boxes if len(boxes) <= _MOST_DRAWN else []


def _turned(box: Box, direction: tuple[int, int], width: float, height: float) -> Box:
    """A box on the page once the page is turned so that `direction` runs to the right."""
    x0, y0, x1, y1 = box
    if direction == (0, 1):
        return y0, width - x1, y1, width - x0
    if direction == (0, -1):
        return height - y1, x0, height - y0, x1
    if direction == (-1, 0):
        return width - x1, height - y1, width - x0, height - y0
    return box


def _segment(
    line: dict[str, Any], direction: tuple[int, int], width: float, height: float
) -> Segment | None:
    spans = line["spans"]
    text = " ".join(tidy("".join(span["text"] for span in spans)).split())
    # At a line's end a soft hyphen says that the word goes on; elsewhere it says nothing.
    text = text[:-1].replace(SOFT_HYPHEN, "") + text[-1:]
    if not text.strip(SOFT_HYPHEN):
        return None
    x0, y0, x1, y1 = _turned(line["bbox"], direction, width, height)
    longest = max(spans, key=lambda span: len(span["text"]))
    bold = all(
        span["flags"] & _BOLD or "bold" in span["font"].lower() or not span["text"].strip()
        for span in spans
    )
    # Type 3 fonts give sizes in units of their own; the box is what is seen.
    size = max(float(longest["size"]), 0.6 * (y1 - y0))
    return Segment(x0, y0, x1, y1, size, bold, text)


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
