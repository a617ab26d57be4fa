"""Attribution: what an answer says must stand in the documents, and the quotes it stands on.

Two things are never done: to present words that the document does not back, and to cite
a quote that is not in the document.
"""

from __future__ import annotations

import re

from longread.reading.step import Quote
from longread.retrieval import terms

# Citations shown: more are rarely read, and the ledger has the rest.
CITATIONS = 3
LIKELIER_THAN_NOT = 0.5
# Share of a reply's content words that must stand in notes or quotes.
_BACKED = 0.5
NUMBER = re.compile(r"\d")


def is_backed(text: str, question: str, sources: list[str]) -> bool:
    """Whether every number and most words of `text` that the question lacks stand in `sources`."""
    known = {term for source in sources for term in terms(source)}
    asked = set(terms(question))
    numbers = [term for term in terms(text) if NUMBER.search(term)]
    if any(number not in known for number in numbers if number not in asked):
        return False
    words = {term for term in terms(text) if len(term) > 3 and term not in asked}
    return not words or sum(word in known for word in words) >= _BACKED * len(words)


def cite(text: str, question: str, ledger: list[Quote]) -> tuple[Quote, ...]:
    """The quotes that share most with the answer, then with the question; strongest first."""
    wanted, asked = set(terms(text)) - set(terms(question)), set(terms(question))

    def worth(quote: Quote) -> tuple[int, float, int]:
        held = set(terms(quote.text))
        return (len(held & wanted), round(quote.score, 2), len(held & asked))

    ranked = sorted(ledger, key=worth, reverse=True)
    backing = [quote for quote in ranked if worth(quote)[0]] or ranked[:1]
    return tuple(backing[:CITATIONS])
