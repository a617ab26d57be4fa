"""Tables without ruling lines: which lines belong to one, and what its cells are."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from longread.documents.cells import is_figure
from longread.documents.layout_types import Line

_LEADER = re.compile(r"\s*(?:\.\s?){4,}\s*|\s*…{2,}\s*|\s*_{4,}\s*")
_MARKER = re.compile(
    r"[•▪◦‣⁃■□➢➤✓·*–—o-]|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]"
    r"|(?:Item|Note|ITEM|NOTE) \d+[A-C]?[.:]?"
)
_CURRENCY = ("$", "€", "£", "¥", "US$", "C$", "R$", "-$", "($")
_SPACED_SIGN = re.compile(r"([$€£¥]) (?=[\d(])")
_TAIL = re.compile(r"[)%]+|\)?%\)?|pts|bps")
_FIGURE = re.compile(r"[\d(—–-]")


def is_marker(text: str) -> bool:
    """A bullet or a number that stands before its paragraph, not in a cell of its own."""
    return _MARKER.fullmatch(text) is not None


def clean_cells(cells: list[str]) -> list[str]:
    """Cells as a reader sees them: `$` with its number, bullets with their text, no dot leaders."""
    if (
        len(cells) == 1
        and "...." not in cells[0]
        and ". . ." not in cells[0]
        and "___" not in cells[0]
    ):
        return cells
    parts = [part for cell in cells for part in _LEADER.split(cell) if part] or cells[:1]
    clean: list[str] = []
    currency = ""
    for part in parts:
        text = currency + _SPACED_SIGN.sub(r"\1", part)
        currency = ""
        for sign in _CURRENCY:
            if text == sign or text.endswith(" " + sign):
                text, currency = text[: -len(sign)].rstrip(), sign
                break
        if not text:
            continue
        if clean and _TAIL.fullmatch(text):
            clean[-1] += text
        elif len(clean) == 1 and is_marker(clean[0]) and not _FIGURE.match(text):
            clean[0] += " " + text
        else:
            clean.append(text)
    if currency:
        clean.append(currency)
    return clean


def table_rows(lines: Sequence[Line]) -> Iterator[tuple[bool, list[Line]]]:
    """Runs of lines, each a table or not."""
    tabular = _tabular(lines)
    run: list[Line] = []
    for index, line in enumerate(lines):
        if run and tabular[index] != tabular[index - 1]:
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
        if last >= 0 and index - last <= 3 and _continuous(lines[last : index + 1]):
            tabular[last : index + 1] = [True] * (index + 1 - last)
        elif len(line.cells) >= 3:
            # Alone it is a row if it holds figures; stretched words are a justified line.
            tabular[index] = 2 * sum(map(is_figure, line.cells)) >= len(line.cells)
        last = index
    return tabular


def _continuous(lines: Sequence[Line]) -> bool:
    """Labels may stand alone between two rows; wide lines one after the other are prose."""
    if any(before.column != line.column for before, line in itertools.pairwise(lines)):
        return False
    between = lines[1:-1]
    if any(len(line.text) > 40 and line.text.endswith(".") for line in between):
        return False
    width = lines[0].right - lines[0].left
    wide = sum(line.x1 - line.x0 > 0.75 * width for line in between)
    return wide == 0 or (wide == 1 and len(between) <= 2)
