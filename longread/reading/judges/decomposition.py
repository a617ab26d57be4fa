"""Question decomposition: the smaller questions whose answers give the answer, and how.

Two hops: "Who designed the bridge?", then "Since when has [A] been a partner?" (self-ask, arXiv
2210.03350). A calculation: two figures and a formula, which a program works out (PAL, 2211.10435).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from longread.retrieval import terms
from longread.retrieval.numbers import with_digits

_LINE = re.compile(r"^([A-F]): (.+\?)$", re.MULTILINE)
_RESULT = re.compile(r"^Answer: (.+)$", re.MULTILINE)
_NAMED = re.compile(r"\[([A-F])\]")
_LETTER = re.compile(r"[A-F]")
_FORMULA = re.compile(r"[A-F\d\s.+*/()-]+")
_FEWEST = 2


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

    @property
    def named(self) -> set[str]:
        """The letters of questions whose answers stand in later ones."""
        return {letter for text in self.questions.values() for letter in _NAMED.findall(text)}


def decomposition(written: str, question: str) -> Decomposition | None:
    """What a model wrote, if it makes sense: the questions that are used. None for what only says
    the question again, or has other numbers."""
    result = _RESULT.search(written)
    if result is None or not _FORMULA.fullmatch(result[1].strip()):
        return None
    every, used = dict(_LINE.findall(written)), set[str]()
    wanted = set(_LETTER.findall(result[1]))
    while wanted - used:
        if not wanted <= set(every):
            return None
        used |= wanted
        wanted = {letter for each in used for letter in _NAMED.findall(every[each])}
    made = Decomposition({name: every[name] for name in every if name in used}, result[1].strip())
    return made if _sensible(made, set(terms(question))) else None


def _sensible(made: Decomposition, asked: set[str]) -> bool:
    """Whether smaller questions are smaller, all different, and a calculation has two figures."""
    told = [set(terms(_NAMED.sub("", text))) for text in made.questions.values()]
    if len(told) < _FEWEST or (made.calculated and made.named):
        return False
    if with_digits(set().union(*told)) != with_digits(asked):
        return False
    different = all(each not in told[:place] for place, each in enumerate(told))
    return different and not any(asked <= each for each in told)


def filled(question: str, answers: dict[str, str]) -> str:
    """A smaller question with the answers to those before it in their places."""
    return _NAMED.sub(lambda found: answers[found[1]], question)
