"""Question decomposition: the smaller questions whose answers give the answer, and how.

Two hops: "Who designed the bridge?", then "Since when has [A] been a partner?" (self-ask, arXiv
2210.03350). A calculation: two figures and a formula, which a program works out (PAL, 2211.10435).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from longread.retrieval import names, terms
from longread.retrieval.numbers import with_digits, years
from longread.retrieval.queries import query_terms

_LINE = re.compile(r"^([A-F]): (.+\?)$", re.MULTILINE)
_RESULT = re.compile(r"^Answer: (.+)$", re.MULTILINE)
_NAMED = re.compile(r"\[([A-F])\]")
_LETTER = re.compile(r"[A-F]")
_FORMULA = re.compile(r"[A-F\d\s.+*/()-]+")
# A growth in per cent, and a question that asks for a number of things without saying "per cent".
_GROWTH = re.compile(r"100 \* \(([A-F] - [A-F])\) / [A-F]")
_HOW_MANY = re.compile(r"\bhow many\b(?!.*(?:per ?cent|%|times))", re.IGNORECASE)
_DIFFERENCE = re.compile(r"([A-F]) - ([A-F])")
_PER_CENT = re.compile(
    r"\bby (?:how many|what) per ?cent(?:age)?\b(?! points?)|\bgrowth rate\b"
    r"|\bpercentage (?:change|growth|increase|decrease)\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^()]+\)")
_FEWEST = 2
# What has no figure for an answer, or one that is a date.
_NO_FIGURE = re.compile(r"\W*(?:when|since when|who(?:se|m)?|where|why)\b", re.IGNORECASE)
# A question about the bridge entity, and the one that is left.
_HOPS = re.compile(r"A: ([^\n]+\?)\nB: ([^\n]*\[A\][^\n]*\?)")
# The words of the question that its two hops may lack, and others that they may have, as a share of
# all its words.
_STRAY = 0.25


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Smaller questions by their letters, in the order to be asked: "[A]" in one stands for the
    answer to question A. `result` is a letter, or a formula of letters."""

    questions: dict[str, str]
    result: str

    @property
    def calculated(self) -> bool:
        """Whether the answer is a formula of several figures."""
        return len(self.result) > 1


def decomposition(written: str, question: str) -> Decomposition | None:
    """The calculation that a model wrote, if it makes sense: the questions that its formula uses.
    None for what only says the question again, or has other numbers."""
    result = _RESULT.search(written)
    if result is None or not _FORMULA.fullmatch(result[1].strip()):
        return None
    every, wanted = dict(_LINE.findall(written)), set(_LETTER.findall(result[1]))
    if len(wanted) < _FEWEST or not wanted <= set(every):
        return None
    told = {name: _qualified(every[name], question) for name in every if name in wanted}
    made = Decomposition(told, _as_asked(result[1].strip(), told, question))
    return made if _sensible(made, set(terms(question))) else None


def two_hops(written: str, question: str) -> Decomposition | None:
    """What a model wrote of a question that describes something without naming it (a bridge
    entity, HotpotQA, arXiv 1809.09600): who or what that is, and the question that is left. None
    unless the two share out the question's words, or where the first has a name for all it asks
    ("Which company is CVS Health?")."""
    found = _HOPS.match(written)
    if found is None or _NAMED.search(found[1]):
        return None
    asked = set(query_terms(question))
    first, left = (set(query_terms(_NAMED.sub("", text))) for text in found.groups())
    told, stray = first | left, max(1.0, _STRAY * len(asked))
    if max(len(told - asked), len(asked - told)) > stray or with_digits(told ^ asked):
        return None
    described = (first & asked) - with_digits(first)
    if first & left or len(described) < _FEWEST or not left & asked:
        return None
    if described <= set(names(question)):
        return None
    return Decomposition({"A": found[1], "B": found[2]}, "B")


def _as_asked(formula: str, told: dict[str, str], question: str) -> str:
    """A growth as a difference where a number of things is asked for, and a difference as a growth
    where per cent are: of the figure of the earlier year, or the one that is taken off."""
    growth, difference = _GROWTH.fullmatch(formula), _DIFFERENCE.fullmatch(formula)
    if growth and _HOW_MANY.search(question):
        return growth[1]
    if difference and _PER_CENT.search(question):
        known = {name: min(years(terms(text)), default="") for name, text in told.items()}
        first = min(known, key=known.__getitem__) if all(known.values()) else difference[2]
        return f"100 * ({formula}) / {first}"
    return formula


def _qualified(smaller: str, question: str) -> str:
    """A smaller question with what the question says in brackets, where it lacks a number of it:
    "(average of the fastest 90 percent)"."""
    for said in _BRACKETS.findall(question):
        if with_digits(terms(said)) - set(terms(smaller)):
            smaller = f"{smaller.rstrip('? ')} {said}?"
    return smaller


def _sensible(made: Decomposition, asked: set[str]) -> bool:
    """Whether smaller questions are smaller, all different, none needs another's answer, and each
    can have a figure for its own."""
    texts = made.questions.values()
    if any(map(_NAMED.search, texts)) or any(map(_NO_FIGURE.match, texts)):
        return False
    told = [set(terms(text)) for text in texts]
    if with_digits(set().union(*told)) != with_digits(asked):
        return False
    different = all(each not in told[:place] for place, each in enumerate(told))
    return different and not any(asked <= each for each in told)


def filled(question: str, answers: dict[str, str]) -> str:
    """A smaller question with the answers to those before it in their places."""
    return _NAMED.sub(lambda found: answers[found[1]], question)
