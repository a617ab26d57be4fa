"""Expected answer type: what a question asks for, and which of it a text may be.

A person, a time, a figure, or yes and no: told by a question's first words, in the languages of our
data. Where these do not say, any text may be the answer.
"""

from __future__ import annotations

import re

from longread.retrieval import terms
from longread.retrieval.numbers import with_digits, years
from longread.retrieval.numerals import written_out

# What a question asks for by its first words: a person, a time, a figure, yes or no.
_SORTS = {
    "name": r"who(m|se)?|wer|we[mn]|wessen|qui|quiéne?s?",
    "time": r"when|since when|in (what|which) (year|month)|on (what|which) (day|date)|at what time"
    r"|(what|which) (year|date|day|time)|wann|seit wann|(in )?welche[ms] jahr|an welchem tag"
    r"|um wie ?viel uhr|quand|depuis quand|en quelle année|à quelle heure|cuándo|en qué año",
    "figure": r"(for |by |at |to |in )?how (?!did|do|does|is|was|are|were|can)\w+"
    r"|(what|which) (share|per ?cent(age)?|number|amount|weight|price|depth|length)"
    r"|(um |für )?wie (viele?|lange?|hoch|tief|groß|weit|schwer|alt|oft)|combien|cuánt[oa]s?",
    "verdict": r"(is|are|was|were|does|do|did|has|have|ist|sind|hat|wird|est-ce)\b",
}
_ASKED_FOR = {name: re.compile(rf"^\W*({rule})\b", re.IGNORECASE) for name, rule in _SORTS.items()}
_FIGURE = re.compile(r"[(\[~<>≤≥±+−-]*\s*([A-Z]{3}\s|[A-Z]{0,3}[$£€¥])?\s*[−-]?\d")
_MONTH = (
    r"jan(uary?|vier)?|feb(ruary?)?|février|mar(ch|s)?|märz|apr(il)?|avril|may|mai|june?|juni"
    r"|juin|july?|juli|juillet|aug(ust)?|août|sept?(ember)?|septembre|o[ck]t(ober)?|octobre"
    r"|nov(ember)?|novembre|de[cz](ember)?|décembre"
)
_TIME = re.compile(
    r"\b(1\d|20)\d\d\b|\b\d\d?:\d\d\b|\b\d\d?\.\d\d?\.\d*" rf"|\b({_MONTH})\b", re.IGNORECASE
)
# Letters beside a date or a time of day that still say no more than that: "From 1 Jan 2025".
_BESIDE_A_TIME = 8
_VERDICT = re.compile(r"\W*(yes|no|ja|nein|oui|non|sí|y|n|✓|✔|x|✗)\W*", re.IGNORECASE)


def expected_type(question: str) -> str:
    """`name`, `time`, `figure`, `verdict`, or nothing where the question's words do not say."""
    return next((name for name, rule in _ASKED_FOR.items() if rule.search(question)), "")


def types_of(text: str) -> set[str]:
    """What a cell may be: a verdict, a name, a figure, a time (a year is both)."""
    if _VERDICT.fullmatch(text):
        return {"verdict"}
    found = set[str]()
    rest = _TIME.sub("", text)
    if rest != text and sum(map(str.isalpha, rest)) < _BESIDE_A_TIME:
        found.add("time")
    if _FIGURE.match(text) and (not found or text.strip().isdigit()):
        found.add("figure")
    return found or {"name"}


# What is counted or measured, and never a date.
_QUANTITY = re.compile(
    r"^\W*((for |by |at |to |in )?how (many|much)"
    r"|what (does|did|do|would|will|should)\b.*\bcost"
    r"|((for|by|at|to|in|below|above|over|under) )?(what|which) (share|per ?cent(age)?"
    r"|number|amount|weight|price|fee|rate|salary|sum|proportion)"
    r"|(um |für )?wie ?viele?|was kostete?n?|combien|cuánt[oa]s?)\b",
    re.IGNORECASE,
)
# What is paid, asked for by its verb: money, which "eight" is none of.
_MONEY = re.compile(
    r"^\W*(what (does|did|do|would|will|should)\b.*\bcosts?\b|how much\b.*\b(costs?|paid|pays?"
    r"|spen[dt]|earn(ed)?|invest(ed)?|owed?|charged?|received?|worth|donated?|fined?)\b"
    r"|((for|at|by) )?(what|which)( (is|are|was|were) the)? (price|fee|salary|rent|cost)\b"
    r"|was kostete?n?\b|wie ?viel\b.*\b(be|ge)?zahlt\w*|combien\b.*\b(coût|pay)\w*"
    r"|cuánto\b.*\b(cost|cuest|pag)\w*)",
    re.IGNORECASE,
)
_CURRENCY = re.compile(
    r"[$£€¥₹%]|\b(dollars?|pounds?|pence|cents?|euros?|francs?|yen|marks?|rupees?|yuan|free"
    r"|(m|b|tr)illions?|per ?cent|[A-Z]{2}[DPRFNKY])\b"
)
# A short answer that says how many without a number; "one" may be a pronoun in a longer one.
_COUNTED = re.compile(
    r"\b(no|none|nil|zero|one|once|twice|half|halves|thirds?|quarters?|dozens?|doubled?|(m|b|tr)illions"
    r"|hundreds|thousands|kein\w*|eine?|einmal|zweimal|hälfte|drittel|viertel|dutzend|aucune?|une?"
    r"|moitié|tiers|quart|douzaine|ningun[oa]|un[oa]?|mitad|tercio|cuarto|docena)\b",
    re.IGNORECASE,
)
_SHORT = 4
_DATE = re.compile(
    rf"\b\d{{1,2}}(st|nd|rd|th|\.)?\s+(of\s+|de\s+)?({_MONTH})\b|\b({_MONTH})\s+\d{{1,2}}\b"
    r"|\b\d{4}-\d\d-\d\d\b|\b\d\d?[./]\d\d?[./](\d\d)?\d\d\b",
    re.IGNORECASE,
)
# A year of accounts, which may end in the next one's January.
_FISCAL = frozenset({"fiscal", "fy"})


def asks_for_quantity(question: str) -> bool:
    """Whether only a number answers the question, in digits or in words."""
    return bool(_QUANTITY.search(question))


def has_quantity(text: str, question: str = "") -> bool:
    """Whether an answer says how many or how much: a number that is no date and that its question
    lacks, in digits or in words. Asked for money it is in digits, or of a currency."""
    told, asked = _DATE.sub("", text), _numbers(question)
    if _MONEY.match(question) and not _CURRENCY.search(told):
        return bool(with_digits(terms(told)) - asked)
    counted = len(text.split()) <= _SHORT and _COUNTED.search(text)
    return bool(counted or _numbers(told) - asked)


def lacks_quantity(text: str, question: str) -> bool:
    """Whether an answer names no quantity where one is asked for."""
    return asks_for_quantity(question) and not has_quantity(text, question)


def of_another_year(sentence: str, answer: str, question: str) -> bool:
    """Whether a sentence of prose that gives a figure is dated, and not of the question's years:
    "we had 61,108 in January 2012", asked for 2015. Where it has no year, the place tells."""
    asked, said = years(terms(question)), years(terms(sentence))
    if not asked or not said or not with_digits(terms(answer)) - years(terms(answer)):
        return False
    if not _FISCAL.isdisjoint(terms(question)):
        asked |= {str(int(year) + 1) for year in asked}
    return asked.isdisjoint(said)


def _numbers(text: str) -> set[str]:
    return with_digits(terms(text)) | written_out(text)
