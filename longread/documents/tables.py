"""Tables without ruling lines: which lines belong to one, and what its cells are."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence

from longread.documents.cells import is_figure
from longread.documents.layout_types import WIDEST_GAP, Line
from longread.documents.table import Box, union

_LEADER = re.compile(r"\s*(?:\.\s?){4,}\s*|\s*…{2,}\s*|\s*_{4,}\s*")
_MARKER = re.compile(
    r"[•▪◦‣⁃■□➢➤✓·*!–—o-]|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]"
    r"|(?:Item|Note|ITEM|NOTE) \d+[A-C]?[.:]?"
)
_CURRENCY = ("$", "€", "£", "¥", "US$", "C$", "R$", "-$", "($")
_BEHIND_SIGN = re.compile(r"(?<=[$€£¥]) (?=[\d(—–-])")
_TAIL = re.compile(r"[)%]+|\)?%\)?|pts|bps")
# A note's mark that stands apart from its figure.
_MARK = re.compile(r"\([a-z]{1,2}\)|\[[^][]{1,8}\]|[*†‡§]+")
_NUMBER = re.compile(
    r"[-−–—+~≈<>≤≥(]*\s*(?:[A-Z]{0,3}[$€£¥]\s*)?[-−–(]?\s*(?:\d[\d,.'  ]*|\.\d+)\s*\)?"
    r"\s*(?:%|x|×|[KMB]|pts|bps|m|bn|million|billion|thousand)?\s*\)?%?"
    r"(?:\s?(?:\[[^][]{1,8}\]|\([a-z\d]{1,2}\)|[*†‡§]+))*"
    # "101/98"; but "2015/16" is a year.
    r"|(?!(?:19|20)\d\d/)\d{1,6}\s?/\s?\d{1,6}"
    r"|[-−–—]+%?|[A-Z]{0,2}[$€£¥]\s?[-–—]+|n/?[am]\.?|NM|N/?[AM]|nil|\*+",
)
# Lines with one cell that may stand between two rows of a table.
_MOST_BETWEEN = 8
# A head over several columns is no longer than this.
LONGEST_HEAD = 90
_FIGURE_END = re.compile(r"[\d)—–-]\s?$|\(\S+$")
_FIGURE = re.compile(r"[\d(—–-]")


@functools.lru_cache(maxsize=8192)
def is_number(text: str) -> bool:
    """Is this a figure of a table, or what stands for one ("—", "NM")?"""
    return _NUMBER.fullmatch(text) is not None


def is_marker(text: str) -> bool:
    """A bullet or a number that stands before its paragraph, not in a cell of its own."""
    return _MARKER.fullmatch(text) is not None


def clean_cells(cells: list[str], boxes: list[Box]) -> tuple[list[str], list[Box]]:
    """Cells as a reader sees them: `$` with its number, bullets with their text, no dot leaders.

    Each cell keeps its box, widened to what was joined with it.
    """
    if (
        len(cells) == 1
        and "...." not in cells[0]
        and ". . ." not in cells[0]
        and "___" not in cells[0]
    ):
        return cells, boxes
    clean: list[str] = []
    places: list[Box] = []
    currency, place = "", boxes[0]
    alone = False
    for part, box in _without_leaders(cells, boxes):
        if alone and not _FIGURE.match(part):
            clean.append(currency)  # the head of a column, not a figure's sign
            places.append(place)
            currency, alone = "", False
        text = currency + _BEHIND_SIGN.sub("", part)
        # A sign that was written in one go with the cell before it says nothing of its place.
        place = union(place, box) if alone else box
        currency, alone = "", False
        for sign in _CURRENCY if text.endswith(_CURRENCY) else ():
            if text == sign or text.endswith(" " + sign):
                text, currency, alone = text[: -len(sign)].rstrip(), sign, text == sign
                place = place if alone else _shortened(place, len(text) / len(part))
                break
        if not text:
            continue
        if clean and _TAIL.fullmatch(text) and _FIGURE_END.search(clean[-1]):
            clean[-1] += text
            places[-1] = union(places[-1], place)
        elif clean and _MARK.fullmatch(text) and is_number(clean[-1]):
            clean[-1] += " " + text
            places[-1] = union(places[-1], place)
        elif len(clean) == 1 and is_marker(clean[0]) and not _FIGURE.match(text):
            clean[0] += " " + text
            places[0] = union(places[0], place)
        else:
            clean.append(text)
            places.append(place)
    if currency:
        clean.append(currency)
        places.append(place)
    return (clean, places) if clean else (cells[:1], boxes[:1])


def _shortened(box: Box, share: float) -> Box:
    return box[0], box[1], box[0] + share * (box[2] - box[0]), box[3]


def _without_leaders(cells: list[str], boxes: list[Box]) -> Iterator[tuple[str, Box]]:
    """The cells cut at dot leaders, each part with its share of the cell's width."""
    for cell, (x0, y0, x1, y1) in zip(cells, boxes, strict=True):
        if cell.count(".") < 4 and "……" not in cell and "____" not in cell:
            if cell:
                yield cell, (x0, y0, x1, y1)
            continue
        begin = 0
        for end, after in [*(m.span() for m in _LEADER.finditer(cell)), (len(cell), len(cell))]:
            if cell[begin:end]:
                step = (x1 - x0) / len(cell)
                yield cell[begin:end], (x0 + begin * step, y0, x0 + end * step, y1)
            begin = after


def table_rows(lines: Sequence[Line]) -> Iterator[tuple[bool, list[Line]]]:
    """Runs of lines, each a table or not."""
    tabular = _tabular(lines)
    run: list[Line] = []
    for index, line in enumerate(lines):
        beside = run and (line.left >= run[-1].right or line.right <= run[-1].left)
        if run and (tabular[index] != tabular[index - 1] or (beside and tabular[index])):
            yield tabular[index - 1], run
            run = []
        run.append(line)
    if run:
        yield tabular[-1], run


def _tabular(lines: Sequence[Line]) -> list[bool]:
    several = [len(line.cells) >= 2 for line in lines]
    tabular = [False] * len(lines)
    last = -9
    for index, line in enumerate(lines):
        if not several[index]:
            continue
        if last >= 0 and _continuous(lines[last : index + 1]):
            tabular[last : index + 1] = [True] * (index + 1 - last)
        elif len(line.cells) >= 3:
            # Alone it is a row if it holds figures; stretched words are a justified line.
            gaps = (after[0] - before[2] for before, after in itertools.pairwise(line.boxes))
            figures = 2 * sum(map(is_figure, line.cells)) >= len(line.cells)
            tabular[index] = figures or min(gaps) > WIDEST_GAP * line.size
        last = index
    for index in range(len(lines) - 1, 0, -1):
        tabular[index - 1] = tabular[index - 1] or (
            tabular[index] and _spans_above(lines[index - 1], lines[index])
        )
    return tabular


def _spans_above(line: Line, below: Line) -> bool:
    """Is this one cell a head over several columns of figures, rather than a title?"""
    if len(line.cells) != 1 or line.column != below.column or len(line.text) > LONGEST_HEAD:
        return False
    if below.y0 - line.y1 > 1.5 * line.size or line.text.endswith("."):
        return False
    middle, width = (line.left + line.right) / 2, line.right - line.left
    return line.x0 > line.left + 0.25 * width and (line.x0 + line.x1) / 2 > middle + 0.04 * width


def _continuous(lines: Sequence[Line]) -> bool:
    """Labels may stand alone between two rows; wide lines one after the other are prose."""
    between = lines[1:-1]
    if len(between) > _MOST_BETWEEN or any(
        before.column != line.column for before, line in itertools.pairwise(lines)
    ):
        return False
    if any(map(_ends_sentence, between, lines[2:])):
        return False
    width = lines[0].right - lines[0].left
    if len(between) > 2:
        narrow = all(line.x1 - line.x0 < 0.5 * width for line in between)
        return narrow and _aligned(lines[0], lines[-1])
    wide = sum(line.x1 - line.x0 > 0.75 * width for line in between)
    return wide == 0 or (wide == 1 and len(between) <= 2)


def _ends_sentence(line: Line, below: Line) -> bool:
    """Does a sentence end here? A label that ends in "Inc." goes on further in, in lower case."""
    goes_on = below.text[:1].islower() and below.x0 > line.x0 + 1
    return len(line.text) > 40 and line.text.endswith(".") and not goes_on


def _aligned(line: Line, other: Line) -> bool:
    """Do two cells or more stand in the same columns, and all where there are but two?"""
    shared = sum(min(a[2], b[2]) > max(a[0], b[0]) for a in line.boxes for b in other.boxes)
    return shared >= min(len(line.cells), len(other.cells)) - 1 >= 1
