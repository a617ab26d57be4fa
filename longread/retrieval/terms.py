"""Text to search terms, for any script.

NFKC and casefold first, so that ligatures, full-width letters and case don't matter.
Words are runs of letters and digits; a number keeps its digits together (`1,577` and
`1577` are one term). Chinese, Japanese, Korean, Thai and its neighbours have no spaces to
cut at: there every character and every pair of neighbours is a term, which needs no
dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby, pairwise

# The last four are Thai, Lao, Burmese and Khmer.
_UNSPACED = "぀-ヿ㐀-䶿一-鿿豈-﫿가-힯\u0e01-\u0e4e\u0e80-\u0ece\u1000-\u103f\u1780-\u17d3"
# Vowel signs and accents that stand alone belong to the word, though \w leaves them out.
# In runs: a pattern of ranges compiles sooner.
_MARKS = "".join(
    f"{(run := ''.join(marks))[0]}-{run[-1]}"
    for is_mark, marks in groupby(
        map(chr, range(0x300, 0x1B00)), lambda each: unicodedata.category(each)[0] == "M"
    )
    if is_mark
)
# A year is found in "FY2018", too. What stands before it is looked at last: so the search skips to
# the next digits that could be one.
_GLUED_YEAR = re.compile(r"(?:19|20)\d\d(?<=[^\W\d_]\d{4})(?!\w)")
# NFKC makes "102" of "10²".
_RAISED = re.compile(r"(?<=\d)[⁰¹²³⁴-⁹]+|(?<=[⁰¹²³⁴-⁹])(?=\d)")
_TERM = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<number>\d+(?:[.,]\d+)*)|(?P<word>[^\W\d_][\w{_MARKS}]*)"
)
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
# The same for text that has spaces; of ASCII alone it takes a third of the time.
_SPACED = re.compile(rf"[^\W\d_][\w{_MARKS}]*|\d+(?:[.,]\d+)*")
_ASCII = re.compile(r"[a-z][a-z0-9_]*|[0-9]+(?:[.,][0-9]+)*")


def terms(text: str) -> list[str]:
    """The search terms of `text`, in order, repeats included."""
    # Few texts have one, and the pattern looks at every character.
    if "19" in text or "20" in text:
        text = _GLUED_YEAR.sub(r" \g<0>", text)
    if text.isascii():
        return _ungrouped(_ASCII.findall(text.lower()))
    text = unicodedata.normalize("NFKC", _RAISED.sub(r" \g<0>", text)).casefold()
    if not _IS_UNSPACED.search(text):
        return _ungrouped(_SPACED.findall(text))
    found: list[str] = []
    for match in _TERM.finditer(text):
        word = match.group()
        if match.lastgroup == "unspaced":
            found.extend(word)
            found.extend(first + second for first, second in pairwise(word))
        elif match.lastgroup == "number":
            found += _ungrouped([word])
        else:
            found.extend(_split_unspaced(word))
    return found


def _ungrouped(found: list[str]) -> list[str]:
    """`1,577` is 1577."""
    if "," not in "".join(found):
        return found
    return [term.replace(",", "") if "," in term else term for term in found]


def _split_unspaced(word: str) -> list[str]:
    """A Latin word that runs into CJK without a space ("iPhone手机") gives the terms of both."""
    cut = _IS_UNSPACED.search(word)
    if cut is None:
        return [word]
    return [word[: cut.start()], *terms(word[cut.start() :])]


@lru_cache(maxsize=1 << 16)
def folded(term: str) -> str:
    """A term as the index knows it: a plural without its "s" ("statements", "expenditures").

    The weakest of stemmers (Harman, "How effective is suffixing?", 1991): it changes nothing
    but endings in s, and what it does to other languages it does to question and document
    alike. Figures: benchmarks/LOG.md#2026-11-21-bm25-on-filings.
    """
    if len(term) > 4 and term.endswith("ies"):
        return f"{term[:-3]}y"
    if len(term) > 3 and term.endswith("s") and not term.endswith(("ss", "us", "is")):
        return term[:-1]
    return term
