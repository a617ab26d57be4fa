"""Letters that were placed one by one: vertical columns of CJK text, letter-spaced heads."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from longread.documents.layout_types import Segment
from longread.documents.raw import RawPage

_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\u3000-\u303f\ufe30-\ufe4f]")
_SPACED = re.compile(r"[^\W\d_](?: [^\W\d_])+[.:]?")
# A head that is spaced out has at least one word of this many letters.
_LONG_WORD = 4


def is_spaced(text: str) -> bool:
    """Are these letters with a blank between each two?"""
    return text[1:2] == " " and _SPACED.fullmatch(text) is not None


def spelled_out(segments: list[Segment]) -> list[Segment]:
    """`S P A C E D  H E A D` as words again; a word ends where its segment ends in a blank."""
    rows: dict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        if is_spaced(segment.text.rstrip()):
            rows[round(segment.y1)].append(segment)
    words: dict[int, Segment | None] = {}
    for row in rows.values():
        row.sort(key=lambda segment: segment.x0)
        long = max(len(segment.text) for segment in row) >= 2 * _LONG_WORD - 1
        for word in _words(row) if long else [[segment] for segment in row]:
            text = "".join(segment.text.strip() for segment in word)
            text = text.replace(" ", "") if long else text
            words.update((id(segment), None) for segment in word)
            words[id(word[0])] = replace(word[0], x1=word[-1].x1, text=text)
    if not words:
        return segments
    replaced = (words.get(id(segment), segment) for segment in segments)
    return [segment for segment in replaced if segment is not None]


def _words(row: Sequence[Segment]) -> list[list[Segment]]:
    words: list[list[Segment]] = []
    for segment in row:
        before = words[-1][-1] if words else None
        near = before is not None and segment.x0 - before.x1 < segment.size
        if before is not None and near and not before.text.endswith(" "):
            words[-1].append(segment)
        else:
            words.append([segment])
    return words


def set_upright(segments: list[Segment], page: RawPage) -> list[Segment]:
    """Text in columns from top to bottom whose characters stand alone: each column a line.

    The page is turned as MuPDF turns pages in a vertical font, so that the rightmost column
    is the first line.
    """
    single = [s for s in segments if len(s.text) == 1 and _CJK.match(s.text)]
    if len(single) < 8 or len(single) < 0.6 * len(segments) or not _run_down(single):
        return segments
    turned = [
        replace(s, x0=s.y0, x1=s.y1, y0=page.width - s.x1, y1=page.width - s.x0) for s in segments
    ]
    page.width, page.height = page.height, page.width
    page.shapes, page.drawn = [], []
    return turned


def _run_down(single: Sequence[Segment]) -> bool:
    """Do characters follow each other more closely downwards than to the right?"""
    down = right = 0
    places = {(round(s.x0 / 3), round(s.y0 / 3)): s for s in single}
    for segment in single:
        reach = round(1.25 * segment.size / 3)
        x, y = round(segment.x0 / 3), round(segment.y0 / 3)
        down += any((x + a, y + b) in places for a in (-1, 0, 1) for b in range(2, reach + 1))
        right += any((x + b, y + a) in places for a in (-1, 0, 1) for b in range(2, reach + 1))
    return down > 1.5 * right
