"""A question's terms without the words that every question has.

In a report "does" and "many" are rarer than most names, so BM25 takes them for the heart of
"how many employees does it have?". The lists are short on purpose: words that ask, join and
point, in the languages of our test data; what is left out costs little, since BM25 weighs
frequent words low by itself.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from longread.retrieval.stems import function_words
from longread.retrieval.terms import folded, terms

_WORD = re.compile(r"\S+")
# Figures as words, where they count something: "the third quarter" is "Q3".
_ORDINALS = {
    word: str(number)
    for number, words in enumerate(
        ("first one erste ersten erstes premier première primer primera",
         "second two zweite zweiten zweites deuxième segundo segunda",
         "third three dritte dritten drittes troisième tercer tercera",
         "fourth four vierte vierten viertes quatrième cuarto cuarta"), 1
    )
    for word in words.split()
}  # fmt: skip
_MONTHS = ("january", "february", "march", "april", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_SAME = {
    **{month[:3]: (month,) for month in _MONTHS},
    "sept": ("september",),
    **{f"q{n}": (str(n), "quarter") for n in range(1, 5)},
    **{f"{n}q": (str(n), "quarter") for n in range(1, 5)},
    **{f"h{n}": (str(n), "half") for n in (1, 2)},
    "quartal": ("quarter",),
    "trimestre": ("quarter",),
    "halbjahr": ("half",),
}
_ARTICLES = frozenset(
    ("the", "der", "die", "das", "den", "dem", "des", "le", "la", "les", "el", "los", "las")
)
_OF = frozenset(("of", "von", "de", "du"))
# Words of a phrase that is one only in their order.
_PHRASE = 3
# Longer words are cut to this: "launched" and "launch", "declared" and "declaration".
_STEM = 6


@cache
def _function_words() -> frozenset[str]:
    return frozenset().union(*function_words().values())


def query_terms(question: str) -> list[str]:
    """The distinct search terms of a question, folded, in order; when nothing else is left all."""
    found = terms(question)
    kept = [term for term in found if term not in _function_words()] or found
    return list(dict.fromkeys(map(folded, kept)))


def synonyms(question: str) -> list[str]:
    """The folded terms of other names for what a question names: "cost of sales" for "COGS"."""
    asked = list(map(folded, terms(question)))
    known = _synonyms()
    longest = max(map(len, known))
    found = [
        term
        for start in range(len(asked))
        for end in range(start + 1, start + longest + 1)
        for term in known.get(tuple(asked[start:end]), ())
    ]
    return [term for term in dict.fromkeys(found) if term not in asked]


@cache
def _synonyms() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Each name's terms, and those of the other names of its group without function words."""
    source = resources.files("longread.retrieval").joinpath("synonyms.txt")
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in source.read_text("utf-8").splitlines()[1:]:
        group = [tuple(map(folded, terms(name))) for name in line.split("=")]
        for name in group:
            others = dict.fromkeys(term for other in group if other != name for term in other)
            found[name] = tuple(term for term in others if term not in _function_words())
    return found


def names(question: str) -> list[str]:
    """The distinct search terms of what a question names: capitalised words and numbers, folded.

    Its first word is capitalised whatever it is, and does not count. Scripts without capitals
    give numbers alone.
    """
    first, *rest = _WORD.findall(question) or [""]
    named = [word for word in rest if any(letter.isupper() or letter.isdigit() for letter in word)]
    named += [first] if any(letter.isdigit() for letter in first) else []
    known = set(query_terms(question))
    return [term for term in dict.fromkeys(map(folded, terms(" ".join(named)))) if term in known]


def key_terms(text: str) -> frozenset[str]:
    """What tells `text` from others: its terms without function words, and identifiers whole.

    A number stands with its neighbour as well ("lock 5", "§ 12", "first phase"), a word of letters
    and digits as one ("B-35", "2024-101").
    """
    found: set[str] = set()
    before = ""
    for word in text.split():
        parts = [part for term in terms(word) for part in _SAME.get(folded(term), (folded(term),))]
        if len(parts) > 1 and any(map(_is_number, parts)):
            found.add("".join(parts))
        for part in parts:
            number = _ORDINALS.get(part, part)
            if number == part and part in _function_words():
                continue
            if before and _is_number(before) != _is_number(number):
                found.add(" ".join(sorted((before, _stem(number)))))
            if number == part:
                found.add(_stem(part))
            before = _stem(number)
    return frozenset(found)


def identifiers(question: str) -> frozenset[str]:
    """Those of a question's key terms that tell like things apart: what has a number, and names."""
    named = {_stem(name) for name in names(question)}
    return frozenset(
        term
        for term in key_terms(question)
        if term in named or any(letter.isdigit() for letter in term)
    )


def phrases(question: str) -> frozenset[tuple[str, ...]]:
    """What a question names in several words: each three in a row behind an article, as folded
    terms, "of" aside. "The chief executive officer of Acme" has two, "the old mill" none."""
    found, run, named = set[tuple[str, ...]](), list[str](), False
    for term in terms(question):
        if run and term in _OF:
            continue
        if term in _function_words() or _is_number(term):
            run, named = [], term in _ARTICLES
        elif named:
            run.append(folded(term))
            if len(run) >= _PHRASE:
                found.add(tuple(run[-_PHRASE:]))
    return frozenset(found)


def has_phrase(text: str, phrase: tuple[str, ...]) -> bool:
    """Whether the words of a phrase stand in a text in a row, but for function words."""
    words = [folded(term) for term in terms(text) if term not in _function_words()]
    return phrase in zip(*(words[place:] for place in range(len(phrase))), strict=False)


def _stem(term: str) -> str:
    return term if _is_number(term) else term[:_STEM]


def _is_number(term: str) -> bool:
    return term[:1].isdigit()
