"""Numbered lines of transcripts, pleadings and manuscripts: the numbers are not the text.

Contract: numbers are taken out only where they count the page's lines, in one column beside
lines of prose; a table's first column of numbers stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from longread.documents.layout_types import Segment
from longread.documents.raw import RawPage
from longread.documents.rows import group_rows

_FEWEST = 8
# Every line is numbered, or every fifth or tenth.
_STEPS = (1, 5, 10)
_PROSE_LINE = 30


def drop_line_numbers(page: RawPage) -> None:
    """Take a column of line numbers out of the page's segments, into `removed`."""
    columns: dict[int, list[Segment]] = defaultdict(list)
    for segment in page.segments:
        if len(segment.text) <= 3 and segment.text.isdecimal():
            columns[round(segment.x1 / 12)].append(segment)
    for column in columns.values():
        run = _counting(sorted(column, key=lambda segment: segment.y0))
        if len(run) >= _FEWEST and _is_beside_prose(run, page.segments):
            gone = set(map(id, run))
            page.segments = [s for s in page.segments if id(s) not in gone]
            page.removed.append(f"line numbers {run[0].text} to {run[-1].text}")


def _counting(column: Sequence[Segment]) -> list[Segment]:
    """The longest run of numbers from top to bottom that count by one step."""
    best: list[Segment] = []
    for step in _STEPS:
        run: list[Segment] = []
        for segment in column:
            if run and int(segment.text) != int(run[-1].text) + step:
                run = []
            run.append(segment)
            if len(run) > len(best):
                best = list(run)
    return best


def _is_beside_prose(run: Sequence[Segment], segments: Sequence[Segment]) -> bool:
    """Do lines of text stand beside the numbers, and go on from one to the next?"""
    numbers = set(map(id, run))
    rows = [row for row in group_rows(segments) if any(id(s) in numbers for s in row)]
    texts = [" ".join(s.text for s in row if id(s) not in numbers) for row in rows]
    cells = [len(row) - 1 for row in rows]
    lines = [text for text in texts if text]
    if len(lines) < 0.5 * len(rows) or sum(count > 2 for count in cells) > 0.2 * len(rows):
        return False
    running = sum(text[:1].islower() for text in lines)
    return median(map(len, lines)) >= _PROSE_LINE and running >= 0.25 * len(lines)
