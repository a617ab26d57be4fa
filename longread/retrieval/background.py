"""How often words stand in English passages anywhere, as the prior of one document's statistics.

A document is a small collection. Words that its subject has nothing to do with ("shown",
"answer") are rare in it by chance and common elsewhere, and its own words ("cash
flow") the other way round. So its document frequencies are smoothed with those of a large
collection (Bayesian smoothing with a Dirichlet prior, Zhai and Lafferty, TOIS 2004, there for
language models): as if it had up to 1,000 passages more, which hold each word as often as English
passages do. What a large collection says for itself counts for more.
Figures: benchmarks/LOG.md#2026-11-30-words-that-are-rare-by-chance.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

# From 500 to 4,000 nothing moves beyond chance.
_PSEUDO = 1000
# With fewer passages than a report of forty pages has there are fewer: half as many as there are
# of ten, as many as there are of twenty. Such texts are often alike, and know best what tells them
# apart.
_AS_MANY_AS_ITS_OWN = 20
# Nearly every English passage holds it, and hardly one in another language.
ENGLISH = "the"


def pseudo_passages(size: int, english: int) -> float:
    """How many passages of English at large stand behind `size` texts of which `english` hold
    the word that English passages hold."""
    return min(_PSEUDO, size**2 / _AS_MANY_AS_ITS_OWN) * english / size if size else 0.0


def share(term: str) -> float:
    """The share of English passages that hold a folded term; 0 for names and rare words."""
    return _shares().get(term, 0.0)


@cache
def _shares() -> dict[str, float]:
    source = resources.files("longread.retrieval").joinpath("english_words.txt")
    found: dict[str, float] = {}
    for line in source.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            power, *words = line.split()
            found.update(dict.fromkeys(words, 2 ** (-int(power) / 2)))
    return found
