"""Table captions: what stands above and below a table; its period, unit and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from longread.documents.paragraphs import Block
from longread.documents.periods import is_period, period_in, unit_in, without_unit
from longread.documents.sentences import sentences
from longread.documents.stacked import CAPTION

# Blocks that are looked at above a table, and the longest that is a title and no paragraph.
_DEPTH = 6
_LONGEST_TITLE = 160
_LONGEST_NOTE = 500
_NOTE = re.compile(
    r"(?:\((?:\d{1,2}|[a-z])\)|\[\w{1,2}\]|[*†‡§~]|n/?a\b|notes?:|sources?:|\d\s?[A-Z])",
    re.IGNORECASE,
)
_NAMES_TABLE = re.compile(
    r"\b(?:following tables?|tables? below|"
    r"tables? (?:presents?|shows?|sets? (?:out|forth)|summari[sz]es?|provides?|lists?))\b"
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
        named = text
        if prose:
            if found.caption:
                break
            named = _naming(text)
            start, end = sentences(text)[-1]
            text = text[start:end]
            if not text.rstrip().endswith(":") and block is not blocks[-1]:
                break
        found.unit = found.unit or unit_in(text) or unit_in(named)
        found.period = found.period or period_in(text) or period_in(named)
        rest = without_unit(named).strip(" :")
        if not found.caption and _LETTER.search(rest) and not is_period(rest):
            found.caption = rest
        if prose:
            break
    return found


def _naming(text: str) -> str:
    """The sentence of a paragraph that names the table below it, or the last one."""
    label = CAPTION.match(text)
    spans = sentences(text)
    if label:
        # The label's own full stop ends no sentence.
        return next(text[:end] for _, end in spans if end > label.end() + 1 or end == spans[-1][1])
    naming = [text[start:end] for start, end in spans if _NAMES_TABLE.search(text, start, end)]
    return naming[-1] if naming else text[spans[-1][0] :]


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
