"""Table captions: what stands above and below a table; its period, unit and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from longread.documents.paragraphs import Block
from longread.documents.periods import is_period, period_in, unit_in, without_unit
from longread.documents.sentences import sentences

# Blocks that are looked at above a table, and the longest that is a title and no paragraph.
_DEPTH = 6
_LONGEST_TITLE = 160
_LONGEST_NOTE = 500
_NOTE = re.compile(
    r"(?:\((?:\d{1,2}|[a-z])\)|\[\w{1,2}\]|[*†‡§~]|n/?a\b|notes?:|sources?:|\d\s?[A-Z])",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]{2}")


@dataclass(slots=True)
class Surroundings:
    caption: str = ""
    period: str = ""
    unit: str = ""


def above(blocks: Sequence[Block]) -> Surroundings:
    """Caption, period and unit from the blocks before a table, the nearest being the last."""
    found = Surroundings()
    for block in reversed(blocks[-_DEPTH:]):
        if block.kind == "row":
            break
        text, prose = block.text, _is_prose(block)
        if prose:
            if found.caption:
                break
            start, end = sentences(text)[-1]
            text = text[start:end]
            if not text.rstrip().endswith(":") and block is not blocks[-1]:
                break
        found.unit = found.unit or unit_in(text)
        if not found.period:
            found.period = period_in(text)
        rest = without_unit(text).strip(" :")
        if not found.caption and _LETTER.search(rest) and not is_period(rest):
            found.caption = rest
        if prose:
            break
    return found


def notes(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The notes right below a table."""
    found: list[str] = []
    for block in blocks[:_DEPTH]:
        if block.kind != "text" or len(block.text) > _LONGEST_NOTE or not _NOTE.match(block.text):
            break
        found.append(block.text)
    return tuple(found)


def _is_prose(block: Block) -> bool:
    if block.kind == "heading":
        return False
    return len(block.text) > _LONGEST_TITLE or block.text.rstrip()[-1:] in ".:;,"
