"""Which of several candidate answers to give: the one with the least expected loss.

Minimum Bayes risk decoding (Kumar and Byrne, HLT-NAACL 2004): candidates stand for what the
right answer may be, each as likely as the model finds it; the one that shares most words with
all of them, so weighed, is given. An answer in pieces ("the Treaty", "the Treaty of Utrecht",
"Treaty of Utrecht in 1713") no longer loses to a rival that is likelier than any one piece.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from longread.engine import Generation
from longread.retrieval import terms

# Answers that no passage has to hold, word for word.
_VERDICTS = ("yes", "no")


def overlap(said: Sequence[str], wanted: Sequence[str]) -> float:
    """F1 of two bags of words: the harmonic mean of the shares that they have in common."""
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2 * shared / (len(said) + len(wanted)) if shared else 0.0


def least_risk(candidates: Sequence[Generation], sources: Sequence[str]) -> Generation:
    """The candidate whose expected overlap with the right answer is largest.

    `candidates` come likeliest first. Where some stand in one of `sources` word for word,
    only those count: a model that has to copy invents less.
    """
    copied = [each for each in candidates if _stands(each.text, sources)]
    kept = copied or list(candidates)
    words = [terms(each.text) for each in kept]
    highest = max(each.log_probability for each in kept)
    weights = [math.exp(each.log_probability - highest) for each in kept]

    def gain(place: int) -> float:
        return sum(
            weight * overlap(words[place], other)
            for weight, other in zip(weights, words, strict=True)
        )

    return kept[max(range(len(kept)), key=gain)]


def _stands(text: str, sources: Sequence[str]) -> bool:
    wanted = " ".join(text.split()).casefold()
    if not wanted or wanted in _VERDICTS:
        return bool(wanted)
    pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
    return any(pattern.search(" ".join(source.split()).casefold()) for source in sources)
