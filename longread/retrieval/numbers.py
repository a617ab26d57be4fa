"""Figures of a text as numbers: thousands grouped, decimals, signs and brackets, scale words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

_FIGURE = re.compile(
    r"(?<![\w.,])(?P<sign>[-−–]\s?|(?P<open>\(\s?))?"
    r"(?P<currency>[$€£¥]|[A-Z]{3}\s)?\s?(?P<minus>[-−])?"
    r"(?P<digits>\d{1,3}(?:[,'’ \u00a0\u202f]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d+|"
    r"\d{1,3}(?:\.\d{3}){2,}|\d+(?:[.,]\d+)?)"
    r"(?(open)(?P<close>\s?\))?)(?P<percent>\s?%)?\s?"
    r"(?P<scale>thousand|million|millones|milliard|billion|trillion|crore|lakh|"
    r"(?:tn|bn|mn|mio|mrd|k|m)\b)?",
    re.I,
)
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_CONTINENTAL = re.compile(r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}")
# What may stand behind a figure in brackets: pence and the like.
_CLOSED = re.compile(r"\s*[p¢€£$]?\)")
_SPACES = re.compile(r"['’ \u00a0\u202f]")
_SCALES = {"thousand": 10**3, "k": 10**3, "lakh": 10**5,
           "million": 10**6, "millones": 10**6, "mio": 10**6, "mn": 10**6, "m": 10**6,
           "crore": 10**7, "milliard": 10**9, "mrd": 10**9, "billion": 10**9, "bn": 10**9,
           "trillion": 10**12, "tn": 10**12}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it stands in a text: `digits` as printed, `value` with its sign, and the scale
    word behind it, which the value leaves out ("" and 1: none). "(1,234)" is negative."""

    digits: str
    value: Decimal
    scale: str = ""
    currency: str = ""
    percent: bool = False

    @property
    def factor(self) -> int:
        """What the scale word multiplies by."""
        return _SCALES.get(self.scale, 1)


def with_digits(found: Iterable[str]) -> set[str]:
    """The terms that are numbers, or have one in them."""
    return {term for term in found if any(map(str.isdigit, term))}


def years(found: Iterable[str]) -> set[str]:
    """The terms that are years of the last century and this one."""
    return {term for term in found if re.fullmatch(r"(?:19|20)\d\d", term)}


def figures(text: str) -> Iterator[Figure]:
    """The figures of a text, in order."""
    for found in _FIGURE.finditer(text):
        sign = (found["sign"] or "").strip()
        bracketed = bool(found["close"] or (found["open"] and _CLOSED.match(text, found.end())))
        negative = bracketed or sign in ("-", "−", "–") or bool(found["minus"])
        value = _value(found["digits"])
        yield Figure(
            found["digits"],
            -value if negative else value,
            (found["scale"] or "").lower(),
            (found["currency"] or "").strip(),
            bool(found["percent"]),
        )


def _value(printed: str) -> Decimal:
    digits = _SPACES.sub("", printed)
    if _CONTINENTAL.fullmatch(digits):
        digits = digits.replace(".", "")
    elif _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    return Decimal(digits.replace(",", "."))
