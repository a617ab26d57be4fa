"""Figures of tables in full: 731 under "£000" is £731,000, and the answer says both."""

from __future__ import annotations

import re
from decimal import Decimal

from longread.retrieval import terms

_FIGURE = re.compile(r"(?P<sign>[-−]?)(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<decimals>\.\d+)?")
_SCALE = re.compile(
    r"(?P<thousand>(?<!\d)['’]?000s?\b|\bthousands?\b)"
    r"|(?P<million>\bmillions?\b|(?<=[$£€¥])mn?\b)"
    r"|(?P<billion>\bbillions?\b|(?<=[$£€¥])bn\b)",
    re.IGNORECASE,
)
_FACTORS = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_CURRENCY = re.compile(r"[$£€¥]|\b(?:dollars?|usd|pounds?|gbp|euros?|eur|yen|jpy)\b", re.IGNORECASE)
# A figure of a statement's first and last rows has its currency in the cell.
_SIGNED = re.compile(r"(?P<sign>[$£€¥]?)\s?(?P<figure>.*)", re.DOTALL)
_SIGNS = {"d": "$", "u": "$", "p": "£", "g": "£", "e": "€", "y": "¥", "j": "¥"}
# The year of a column's head, which a model reads along with the figure: "2018 12,645".
_YEAR_BEFORE = re.compile(r"(?<![\w,.-])(?:19|20)\d\d:?\s+(?=[-−(]?[$£€¥]?\d{1,3}(?:,\d{3})+)")
# The scale that a question wants its answer in: "in USD millions", "in billions of dollars".
_ASKED_SCALE = re.compile(
    r"\bin\s+(?:(?:us|u\.s\.)\s*)?(?:[a-z]{3}\s|[$£€¥]\s?|(?:us )?dollars\s|pounds\s|euros\s)?"
    r"(?P<scale>thousand|million|billion)s?\b(?!-)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?P<sign>[-−]?)(?P<currency>[$£€¥]?)(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?: (?P<scale>thousand|million|billion))?(?P<rest> \(.*\))?"
)
# What `in_full` puts behind a figure that it multiplied: "(731 in £000)", "(731, £ in thousands)".
_IN_THOUSANDS = re.compile(r" \([\d.,]+,? .*\bin\b")
_EXCEPTIONS = re.compile(r"\b(?:except|unless|other than)\b", re.IGNORECASE)
_PER = re.compile(r"\bper\b", re.IGNORECASE)
# Words of an exception that name no row: "except per share amounts".
_NO_ROWS = frozenset(
    terms(
        "per and or of for the which that is are in as where otherwise noted amount data number"
        " information figures stated indicated"
    )
)
# Rows whose figures are counts and shares, whatever the table is in.
OTHER_UNIT = re.compile(
    r"%|\b(per|number|ratio|rate|percent\w*|employees|headcount|shares|days|times)\b", re.IGNORECASE
)


def without_years(text: str) -> str:
    """`text` without the years that stand before figures: "2021 19,815 - 2021 13,997", which a
    model copies with their columns' heads, is "19,815 - 13,997"."""
    return _YEAR_BEFORE.sub("", text)


def scale_of(unit: str, row: str = "") -> int:
    """What a unit multiplies the figures of a `row` by: 1,000 of "£000"; 0 where it is no power of
    a thousand, or the row's label is of those that it excepts ("in millions, except par value")."""
    scale = _scale(unit, row)
    return 0 if scale is None else _FACTORS[str(scale.lastgroup)]


def _scale(unit: str, row: str, figure: str = "") -> re.Match[str] | None:
    """The word of the unit's scale, if it holds for the row: of a unit with exceptions it does not
    for a figure with decimals, which are per share mostly."""
    told, *excepted = _EXCEPTIONS.split(unit, maxsplit=1)
    if _PER.search(told) or (excepted and "." in figure):
        return None
    names = set(terms(" ".join(excepted))) - _NO_ROWS
    return None if names & set(terms(row)) else _SCALE.search(told)


def in_full(answer: str, unit: str, row: str, *, printed: bool = False) -> str:
    """An answer that is a bare figure of a table, with the table's unit counted in.

    "731" in "£000" gives "£731,000 (731 in £000)", since its digits are not those of the page;
    "1,278" in "$ in millions" gives "$1,278 million", and so does "$1,278" where the table has it
    `printed` so: a model may write "£731,000" of 731. Where the unit is no power of a thousand, or
    excepts the `row` (its label), it stands behind the figure as it is; a row with a unit of its
    own has none. What is no bare figure comes back unchanged.
    """
    signed = _SIGNED.fullmatch(without_years(answer.strip()))
    assert signed is not None
    bare = signed["figure"] if printed else signed[0]
    if not unit or not _is_bare(bare) or OTHER_UNIT.search(row):
        return answer
    figure, scale = _FIGURE.fullmatch(bare), _scale(unit, row, bare)
    if figure is None or scale is None:
        return answer if signed["sign"] else f"{bare} ({unit})"
    currency = _CURRENCY.search(signed["sign"] or unit)
    sign = _SIGNS.get(currency[0][0].casefold(), currency[0]) if currency else ""
    thing = "" if currency else scale.string[scale.end() :].strip(" ,;:").removeprefix("of ")
    amount = f"{figure['sign']}{sign}{_amount(figure, str(scale.lastgroup))} {thing}".strip()
    if scale.lastgroup != "thousand":
        return amount
    unit = unit.removeprefix("in ")
    return f"{amount} ({bare}{', ' if ' in ' in unit else ' in '}{unit})"


def result_in_full(result: str, unit: str, row: str) -> str:
    """The same of a sum or a difference with its figures: "$5,818 million (19,815 - 13,997)". A
    share or a ratio has no unit."""
    figure, _, formula = result.partition(" (")
    if not formula or set(formula) & set("/*×÷%"):
        return result
    return f"{in_full(figure, unit, row)} ({formula}"


def as_amount(answer: str, sentence: str) -> str:
    """An answer that is a bare figure of a sentence, with the currency before it and the scale or
    per cent behind: "27" of "approximately $27 million" is "$27 million"."""
    bare = answer.strip()
    if not _is_bare(bare) or not _FIGURE.fullmatch(bare):
        return answer
    told = re.compile(
        rf"[$£€¥]?(?<![\w.,]){re.escape(bare)}(?![\d,.]*\d)"
        r"(?:\s(?:thousand|million|billion|trillion|per ?cent)\b|\s?%)?",
        re.IGNORECASE,
    )
    found = {" ".join(each[0].split()) for each in told.finditer(sentence)}
    return found.pop() if len(found) == 1 else answer


def in_asked_scale(answer: str, question: str) -> str:
    """An amount in the scale that the question wants, with the amount as it stood.

    "$8,738 million" for "in USD billions" is "$8.738 billion ($8,738 million)", to three decimals.
    An amount whose scale is not told must be worth one of the asked scale at least: "$23,588" may
    be millions already. What is no amount alone comes back unchanged.
    """
    asked, amount = _ASKED_SCALE.search(question), _AMOUNT.fullmatch(answer)
    if asked is None or amount is None or asked["scale"].lower() == amount["scale"]:
        return answer
    wanted = _FACTORS[asked["scale"].lower()]
    value = Decimal(amount["digits"].replace(",", "")) * _FACTORS.get(amount["scale"], 1)
    told = amount["scale"] or _IN_THOUSANDS.match(amount["rest"] or "")
    if not told and value < wanted:
        return answer
    shown = f"{value / wanted:,.3f}".rstrip("0").rstrip(".")
    before = f"{amount['sign']}{amount['currency']}"
    return f"{before}{shown} {asked['scale'].lower()}{amount['rest'] or f' ({answer})'}"


def _is_bare(answer: str) -> bool:
    """A figure without any unit."""
    letters = any(letter.isalpha() or letter in "£$€¥%" for letter in answer)
    return not letters and any(letter.isdigit() for letter in answer)


def _amount(figure: re.Match[str], scale: str) -> str:
    """The figure in full where it is in thousands; millions and billions keep their word."""
    digits, decimals = figure["digits"], figure["decimals"] or ""
    if scale != "thousand":
        return f"{digits}{decimals} {scale}"
    whole = int(digits.replace(",", "") + decimals[1:4].ljust(3, "0"))
    return f"{whole:,}{'.' + decimals[4:] if decimals[4:] else ''}"
