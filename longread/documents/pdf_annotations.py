"""Annotations and forms of a PDF page: comments, check boxes, attached files.

Contract: works on PyMuPDF's page and file objects; a broken annotation is passed over.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from longread.documents.layout_types import Segment
from longread.documents.normalize import tidy
from longread.documents.raw import RawPage
from longread.documents.text import add_attachment

# Kinds whose words stand on the page already, or that hold none (PDF 32000-1, 12.5.6).
_DRAWN = frozenset(("FreeText", "Link", "Widget", "Popup", "Stamp", "Watermark", "Redact"))
_TROUBLE = (Exception,)  # a damaged file raises whatever its fault leads to
_CHECK_BOX, _RADIO = 2, 5
_PINNED = 17  # FileAttachment


def add_annotations(raw: RawPage, page: Any) -> None:
    """Put the page's comments and the state of its check boxes into `raw`."""
    with contextlib.suppress(*_TROUBLE):
        raw.comments.extend(_comments(page))
    with contextlib.suppress(*_TROUBLE):
        if page.first_widget is not None:
            _check_boxes(raw, page)


def _comments(page: Any) -> Iterator[str]:
    if page.first_annot is None:
        return
    for annotation in page.annots():
        if annotation.type[1] in _DRAWN:
            continue
        said = " ".join(tidy(annotation.info.get("content") or "").split())
        if annotation.type[0] == _PINNED and said == annotation.file_info["filename"]:
            continue
        if said:
            author = " ".join(tidy(annotation.info.get("title") or "").split())
            yield f"[Comment by {author}: {said}]" if author else f"[Comment: {said}]"


def _check_boxes(raw: RawPage, page: Any) -> None:
    """`[x]` or `[ ]` in the place of each check box, whatever its mark was drawn with."""
    for widget in page.widgets(types=[_CHECK_BOX, _RADIO]):
        box = widget.rect * page.rotation_matrix
        height = min(box.height, 12.0)
        middle = (box.y0 + box.y1) / 2
        raw.segments = [s for s in raw.segments if not _inside(s, box)]
        state = "[ ]" if widget.field_value in ("Off", "", None, False) else "[x]"
        raw.segments.append(
            Segment(box.x0, middle - height / 2, box.x1, middle + height / 2, height, False, state)
        )


def _inside(segment: Segment, box: Any) -> bool:
    x, y = (segment.x0 + segment.x1) / 2, (segment.y0 + segment.y1) / 2
    return len(segment.text) <= 2 and box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1


def attachments(file: Any, most: int) -> list[tuple[str, bytes]]:
    """Names and bytes of the files in this file: attachments, portfolios, pinned files.

    Of what cannot be had, or would make all of them more than `most` bytes, there are none.
    """
    found: dict[str, bytes] = {}
    for name, size, get in _files(file):
        data = b""
        with contextlib.suppress(*_TROUBLE):
            data = get() if size <= most else b""
        data = data if len(data) <= most else b""
        most -= len(data)
        add_attachment(found, name, data)
    return list(found.items())


def _files(file: Any) -> Iterator[tuple[str, int, Callable[[], bytes]]]:
    """Name, size as the file gives it, and a way to the bytes."""
    with contextlib.suppress(*_TROUBLE):
        for name in file.embfile_names():
            info = file.embfile_info(name)
            yield str(info.get("filename") or name), info["size"], partial(file.embfile_get, name)
    with contextlib.suppress(*_TROUBLE):
        for number in range(file.page_count) if file.has_annots() else ():
            for xref, kind, _ in file.page_annot_xrefs(number):
                if kind == _PINNED:
                    page = file.load_page(number)  # an annotation lives as long as its page
                    pinned = page.load_annot(xref)
                    info = pinned.file_info
                    yield str(info["filename"]), info["size"], pinned.get_file
