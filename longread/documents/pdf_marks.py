"""Quotes marked in a PDF: where their letters stand on the page, as highlights with notes.

Contract: beside `pdf.py` the only module that imports pymupdf, for a copy of the file; the file
itself is not touched. A document's text is put in order and hyphens are taken out, so a quote is
found by its letters and digits alone: as the file has them, or line by line across the page, and
last by the runs of them that stand in order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import pymupdf

from longread.documents.pdf import opened, text_of
from longread.documents.table import Box, union

# Yellow for the first answer; those of further questions take turns.
COLOURS = ((1.0, 0.85, 0.3), (0.6, 0.87, 1.0), (0.7, 0.93, 0.6), (1.0, 0.72, 0.8))
# Runs of letters this long count, and together must be this share of the quote.
_RUN, _SHARE = 4, 0.8


@dataclass(frozen=True, slots=True)
class Mark:
    """Words to mark on page `page` (from 1); `before` is the page's text up to them.

    `number` is the quote's, which may stand on two pages; `group` tells the answers of several
    questions apart; `note` is what the mark says.
    """

    number: int
    page: int
    text: str
    before: str
    note: str
    group: int


def marked(
    data: bytes, name: str, password: str | None, marks: Sequence[Mark], notes: Sequence[str]
) -> tuple[bytes, list[int]]:
    """A copy of the PDF with its marks, and the numbers of quotes whose words were not found.

    The first mark found of each group has the group's note beside it. A file behind a password
    stays behind it. Raises DocumentError for a file that cannot be opened.
    """
    with opened(data, name, "pdf", password) as (file, _locked):
        found: set[int] = set()
        noted: set[int] = set()
        for mark in marks:
            page = file.load_page(mark.page - 1)
            boxes = find(page, mark.text, mark.before)
            if not boxes:
                continue
            found.add(mark.number)
            annotation = page.add_highlight_annot([pymupdf.Rect(box).quad for box in boxes])
            _describe(annotation, mark.note, mark.group)
            if mark.group not in noted:
                noted.add(mark.group)
                corner = pymupdf.Point(max(2.0, boxes[0][0] - 24), max(2.0, boxes[0][1] - 4))
                _describe(
                    page.add_text_annot(corner, notes[mark.group], icon="Note"),
                    notes[mark.group],
                    mark.group,
                )
        return file.tobytes(deflate=True, encryption=pymupdf.PDF_ENCRYPT_KEEP), sorted(
            {mark.number for mark in marks} - found
        )


def _describe(annotation: Any, note: str, group: int) -> None:
    annotation.set_colors(stroke=COLOURS[group % len(COLOURS)])
    annotation.set_info(content=note, title="longread")
    annotation.update()


def find(page: Any, text: str, before: str) -> list[Box]:
    """Where the words stand on the page, a box for each line; empty where they do not.

    Of several places with the same words the one is taken that as many precede as in `before`.
    """
    wanted = letters_of(text)
    if not wanted:
        return []
    characters = list(_characters(page))
    for order in (characters, _across(characters)):
        letters = "".join(letter for letter, _line, _box in order)
        places = list(_places(letters, wanted))
        if places:
            start = places[min(letters_of(before).count(wanted), len(places) - 1)]
            return _lines(order[start : start + len(wanted)])
    order = _across(characters)
    matcher = SequenceMatcher(None, wanted, "".join(each[0] for each in order), autojunk=False)
    runs = [run for run in matcher.get_matching_blocks() if run.size >= _RUN]
    if sum(run.size for run in runs) < _SHARE * len(wanted):
        return []
    return _lines([each for run in runs for each in order[run.b : run.b + run.size]])


def letters_of(text: str) -> str:
    """Letters and digits alone, case folded: what no line break and no hyphen changes."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


# A letter of the page, its line, and where its glyph is.
_Letter = tuple[str, tuple[int, int], Box]


def _characters(page: Any) -> Iterator[_Letter]:
    """The page's letters in the file's order; a ligature's share its glyph's box."""
    content = text_of(page)[0].extractRAWDICT()
    for number, block in enumerate(content["blocks"]):
        for place, line in enumerate(block.get("lines", ())):
            for span in line["spans"]:
                for glyph in span["chars"]:
                    for letter in letters_of(glyph["c"]):
                        yield letter, (number, place), glyph["bbox"]


def _across(characters: Sequence[_Letter]) -> list[_Letter]:
    """The letters line by line from left to right, over all columns of the page."""
    height: dict[tuple[int, int], Box] = {}
    for _letter, line, box in characters:
        height[line] = union(height.get(line, box), box)
    rows: dict[tuple[int, int], float] = {}
    top = float("-inf")
    for line, box in sorted(height.items(), key=lambda each: each[1][1] + each[1][3]):
        middle = (box[1] + box[3]) / 2
        if middle - top > 0.4 * (box[3] - box[1]):
            top = middle
        rows[line] = top
    return sorted(characters, key=lambda each: (rows[each[1]], each[2][0]))


def _places(letters: str, wanted: str) -> Iterator[int]:
    start = letters.find(wanted)
    while start != -1:
        yield start
        start = letters.find(wanted, start + 1)


def _lines(letters: Sequence[_Letter]) -> list[Box]:
    """A box for each line that the letters stand on."""
    boxes: dict[tuple[int, int], Box] = {}
    for _letter, line, box in letters:
        boxes[line] = union(boxes.get(line, box), box)
    return list(boxes.values())
