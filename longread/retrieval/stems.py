"""Stemming (Snowball) of inflected languages, so that "Häfen" is found in "der Hafen".

The script tells Russian and Arabic, and the words that join and point the language of words in
Latin letters: one for the texts of an index, whose queries are stemmed as they are. English is
left as `folded` has it. Figures: benchmarks/LOG.md#2026-11-29-stems.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources

from longread.retrieval.terms import folded

# Languages of words in Latin letters; those that have no name here are not stemmed.
LANGUAGES = ("", "german", "spanish", "french")


def stem(term: str, language: str) -> str:
    """A folded term as an index of texts in this one of `LANGUAGES` knows it."""
    if "\u0400" <= term[0] <= "\u04ff":
        language = "russian"
    elif "\u0600" <= term[0] <= "\u06ff":
        language = "arabic"
    elif term[0] > "\u024f":
        return term
    return _stemmer(language)(term) or term if language else term


def language_of(counts: Mapping[str, float]) -> str:
    """The language that has most of these words, which are counted by their folded form."""
    said = {
        language: sum(counts.get(folded(word), 0) for word in words)
        for language, words in function_words().items()
    }
    best = max(said, key=said.__getitem__, default="")
    return best if best in LANGUAGES else ""


@cache
def function_words() -> dict[str, frozenset[str]]:
    """The words that ask, join and point, by language."""
    source = resources.files("longread.retrieval").joinpath("function_words.txt")
    lines = source.read_text("utf-8").splitlines()[1:]
    return {
        name.lstrip("# ").lower(): frozenset(words.split())
        for name, words in zip(lines[::2], lines[1::2], strict=True)
    }


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    import Stemmer

    made: Callable[[str], str] = Stemmer.Stemmer(language).stemWord
    return made
