"""Text to search terms, for any script.

NFKC and casefold first, so that ligatures, full-width letters and case don't matter.
Words are runs of letters and digits; a number keeps its digits together (`1,577` and
`1577` are one term). Chinese, Japanese and Korean have no spaces to cut at: there every
character and every pair of neighbours is a term, which needs no dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

_CJK = "぀-ヿ㐀-䶿一-鿿豈-﫿가-힯"
_TERM = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<number>\d+(?:[.,]\d+)*)|(?P<word>[^\W\d_]\w*)")


def terms(text: str) -> list[str]:
    """The search terms of `text`, in order, repeats included."""
    found: list[str] = []
    for match in _TERM.finditer(unicodedata.normalize("NFKC", text).casefold()):
        word = match.group()
        if match.lastgroup == "cjk":
            found.extend(word)
            found.extend(first + second for first, second in pairwise(word))
        elif match.lastgroup == "number":
            found.append(word.replace(",", ""))
        else:
            found.extend(_split_cjk(word))
    return found


def _split_cjk(word: str) -> list[str]:
    """A Latin word that runs into CJK without a space ("iPhone手机") gives the terms of both."""
    cut = re.search(f"[{_CJK}]", word)
    if cut is None:
        return [word]
    return [word[: cut.start()], *terms(word[cut.start() :])]
