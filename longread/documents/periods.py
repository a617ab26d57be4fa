"""What a table's surroundings say of all its figures: period, unit and scale.

English, as filings and reports write it; a year alone, a currency sign and "%" in any language.
"""

from __future__ import annotations

import functools
import re

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:(?:19|20)\d\d)"
_DATE = (
    rf"(?:{_MONTH}\s+\d{{1,2}},?(?:\s+{_YEAR})?|\d{{1,2}}\s+{_MONTH},?\s+{_YEAR}"
    rf"|{_MONTH}\s+{_YEAR})"
)
_COUNT = r"(?:one|two|three|four|six|nine|twelve|thirteen|twenty-six|thirty-nine|fifty-two|\d{1,2})"
_SPAN = (
    rf"(?:(?:fiscal\s+)?(?:years?|quarters?|periods?)|{_COUNT}(?:[- ](?:or|and|to)[- ]{_COUNT})?"
    r"\s+(?:months?|weeks?|quarters?|years?)(?:\s+periods?)?)"
)
_LISTED = rf"(?:{_DATE}|{_YEAR})(?:(?:,|,?\s+and|\s+to|\s*[-–—])\s+(?:{_DATE}|{_YEAR}))*"
_PERIOD = re.compile(
    rf"\b(?:for\s+)?(?:the\s+)?(?:{_COUNT}\s+and\s+{_COUNT}\s+months|{_SPAN})\s+"
    rf"(?:ended|ending|to)(?:\s+{_LISTED},?)?"
    rf"|\b(?:as\s+(?:of|at)|at|as of and for the \w+ ended)[:/]?\s+{_LISTED},?"
    rf"|\b(?:fiscal(?:\s+years?)?|FY|calendar\s+year|years?)\s+{_LISTED}"
    rf"|\b(?:fiscal\s+year|first|second|third|fourth)\s+quarter(?:\s+(?:of\s+)?(?:fiscal\s+)?{_YEAR})?"
    rf"|^\W*{_DATE}\W*$|^\W*{_YEAR}\W*$",
    re.IGNORECASE,
)
_HEAD = re.compile(
    rf"(?:\W|vs\.?|to|and|FY|CY|fiscal|years?|ended|Q[1-4]|H[12]|[1-4]Q|as of|at|through|estimates?"
    rf"|{_DATE}|{_MONTH}|{_YEAR}|’?\d\d(?=\W|$))+[A-Z]?",
    re.IGNORECASE,
)
_HAS_YEAR = re.compile(rf"(?<!\d){_YEAR}(?!\d)|Q[1-4]|[1-4]Q|\b{_MONTH}\s+\d", re.IGNORECASE)

# Without one a text is a figure or a year.
_LETTER = re.compile(r"[^\W\d_]")

_SCALE = r"(?:thousands?|millions?|billions?|hundreds)"
_CURRENCY = (
    r"(?:(?:US|U\.S\.|Canadian|Australian)?\s*dollars?|euros?|pounds?|yen"
    r"|[A-Z]{0,3}[$€£¥]|USD|EUR|GBP)"
)
_BRACKETED = re.compile(
    rf"\((?=[^()]*(?:\b{_SCALE}\b|\b(?:per|percent|percentages?|dollars?|shares|unaudited)\b|[$€£¥%]))"
    r"(?:[^()]|\([^()]*\)){1,160}\)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?:(?:all\s+)?(?:\w+\s+)?(?:amounts|figures|tabular amounts)\s+)?"
    rf"(?:{_CURRENCY}\s+)?(?:are\s+)?in\s+{_SCALE}"
    r"(?:\s+of\s+[\w. ]{1,30})?(?:,?\s*(?:except|unless|other than)[^.;]{1,80})?"
    rf"|[$€£¥]\s*(?:000s?|’000|'000|{_SCALE}|m|mn|bn|k)|(?:US|C|A)?[$€£¥]"
    rf"|\({{0,1}}(?:in\s+)?(?:percent|per cent|%)\){{0,1}}|{_CURRENCY}",
    re.IGNORECASE,
)
_CORNER = re.compile(r"\(([^()\d]{1,40})\)")
_REMARK = re.compile(r"audited|continued|restated|note", re.IGNORECASE)
_UNIT_WORD = re.compile(
    rf"\b{_SCALE}\b|\bdollars?\b|[$€£¥]|\b000s?\b|percent|%|shares", re.IGNORECASE
)


def period_in(text: str) -> str:
    """The period or date that `text` names ("Year ended December 31, 2016"), or nothing."""
    found = _PERIOD.search(text)
    return " ".join(found[0].split()).strip(" ()-–—:") if found else ""


@functools.lru_cache(maxsize=8192)
def is_period(text: str) -> bool:
    """Is this a head that names a period or a date, and nothing else ("2016", "June 30, 2017")?"""
    bare = text.strip()
    if not bare:
        return False
    if _HEAD.fullmatch(bare) is not None and _HAS_YEAR.search(bare) is not None:
        return True
    if not _LETTER.search(bare):
        return False  # a figure
    found = _PERIOD.search(bare)
    return found is not None and len(found[0]) >= 0.8 * len(bare.strip(" ():,"))


def unit_in(text: str) -> str:
    """The unit or scale in `text` without its brackets ("in millions"), or nothing."""
    for found in _BRACKETED.finditer(text):
        words = found[0][1:-1].strip()
        if _UNIT_WORD.search(words):
            return words
    bare = text.strip(" :")
    whole = _BARE.fullmatch(bare)
    return bare if whole and _UNIT_WORD.search(bare) else ""


def corner_unit(text: str) -> str:
    """The unit in the corner of a table's heads: all of it in brackets ("(kilograms)"), or said."""
    whole = _CORNER.fullmatch(text.strip())
    return unit_in(text) or (whole[1].strip() if whole and not _REMARK.search(whole[1]) else "")


def without_unit(text: str) -> str:
    """`text` without the brackets or the words that name its unit."""
    unit = unit_in(text)
    if not unit:
        return text
    rest = text.replace(f"({unit})", " ").replace(unit, " ", 1)
    return " ".join(rest.split())
