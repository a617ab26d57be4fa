"""Numbers written in words: "sixty-eight percent" says 68.

A language model answers "68 %" where the document writes the number out, and the other way round;
both say the same. text2num reads English, German, Spanish and French; which of them a text is in
its function words tell.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from longread.retrieval.stems import language_of
from longread.retrieval.terms import folded, terms

_CODES = {"": "en", "german": "de", "spanish": "es", "french": "fr"}
# From here on a number that stands alone is read as one: "one" is a pronoun as well.
_LEAST = 2
# Texts whose numbers are remembered: the passages and quotes of a question.
_TEXTS = 256


@lru_cache(maxsize=_TEXTS)
def written_out(text: str) -> frozenset[str]:
    """The numbers that `text` writes in words, as the terms that their digits would be."""
    before, after = set(terms(text)), terms(in_digits(text, text))
    return frozenset(term for term in after if term not in before and any(map(str.isdigit, term)))


def in_digits(text: str, like: str) -> str:
    """`text` with the numbers that it writes in words as digits, by the language that a text
    `like` it is in."""
    from text_to_num import alpha2digit

    language = language_of(Counter(map(folded, terms(like))))
    digits: str = alpha2digit(text, _CODES[language], threshold=_LEAST)
    return digits
