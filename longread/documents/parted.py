"""A printed line as MuPDF gives it → its pieces, cut where the white between them is wide.

MuPDF keeps level cells of a table in one line where they stand near each other; their spans
say where each begins. Blanks at the ends of a piece belong to no cell: its box is what is inked.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from longread.documents.cells import is_figure
from longread.documents.table import Box, union

# White wider than this (in units of the type size) stands between two cells; behind the number of
# a row, and between two figures, already if it is narrower.
_WIDE, _NARROW = 1.25, 0.6
_NUMBERED = re.compile(r"\d[\w.]{0,7}")
# A blank is about this wide, in units of the type size.
_BLANK = 0.26

Span = dict[str, Any]
Line = dict[str, Any]


def parted(line: Line) -> Iterator[Line]:
    """The line, or its pieces; only lines that run to the right have any."""
    spans: list[Span] = line["spans"]
    if len(spans) == 1 and (text := spans[0]["text"]) and text == text.strip():
        yield line
        return
    cosine, sine = line["dir"]
    inked = [index for index, span in enumerate(spans) if span["text"].strip()]
    if round(cosine) != 1 or abs(sine) > 0.02 or not inked:
        yield line
        return
    boxes = {index: _inked(spans[index]) for index in inked}
    begin, box = 0, boxes[inked[0]]
    for before, after in itertools.pairwise(inked):
        size = max(spans[before]["size"], spans[after]["size"])
        white = (boxes[after][0] - boxes[before][2]) / size
        texts = spans[before]["text"].strip(), spans[after]["text"].strip()
        if white > _least(*texts, first=before == inked[0]):
            yield {**line, "spans": spans[begin:after], "bbox": box}
            begin, box = after, boxes[after]
        else:
            box = union(box, boxes[after])
    yield {**line, "spans": spans[begin:], "bbox": box}


def _least(before: str, after: str, *, first: bool) -> float:
    """How wide the white between two texts is at least if they are two cells."""
    figures = all(is_figure(text) and any(map(str.isdigit, text)) for text in (before, after))
    return _NARROW if figures or (first and _NUMBERED.fullmatch(before)) else _WIDE


def _inked(span: Span) -> Box:
    """The span's box without the blanks at its ends."""
    text: str = span["text"]
    x0, y0, x1, y1 = span["bbox"]
    lead, trail = len(text) - len(text.lstrip()), len(text) - len(text.rstrip())
    blank = min(_BLANK * span["size"], (x1 - x0) / len(text))
    return x0 + lead * blank, y0, x1 - trail * blank, y1
