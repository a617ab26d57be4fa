"""How often words stand in English passages: `longread/retrieval/english_words.txt`.

    python benchmarks/english_words.py SOURCE [SOURCE …] > longread/retrieval/english_words.txt

A source is one or more files joined by "+": texts, or JSON whose strings of 200 characters and more
are taken. Each is cut into pieces of 150 words, whatever their sentences; a word's share is the
mean of its shares in the sources, so that each source weighs the same. Left out are words that
fewer than 1 in 200 pieces hold, and those written with a capital more often than not: names. The
file in the package was made of two sources: the corpora of HotpotQA's and MuSiQue's training
questions in `../shared/data/multihop` (Wikipedia), and Bulwer-Lytton's "My Novel" (1853).
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from longread.retrieval.terms import folded, terms

WORDS_A_PIECE = 150
LEAST_SHARE = 1 / 200
LEAST_CHARACTERS = 200


def main() -> None:
    found: Counter[str] = Counter()
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    sources = [argument.split("+") for argument in sys.argv[1:]]
    for files in sources:
        parts = list(dict.fromkeys(part for file in files for part in texts(Path(file))))
        held = shares(parts)
        for word, share in held.items():
            found[word] += share / len(sources)
        for word in re.findall(r"[^\W\d_]+", "\n".join(parts)):
            (small if word.islower() else capital)[folded(word.casefold())] += 1
    print("# How often words stand in English passages, 1 in 2^(n/2) on the line that begins with")
    print("# n; names are left out. Made by benchmarks/english_words.py.")
    lines: dict[int, list[str]] = {}
    for word in sorted(found):
        if found[word] >= LEAST_SHARE and word.isalpha() and small[word] >= capital[word]:
            lines.setdefault(round(-2 * math.log2(found[word])), []).append(word)
    for power, words in sorted(lines.items()):
        print(power, *words)


def texts(file: Path) -> Iterator[str]:
    """The texts of a file."""
    if file.suffix != ".json":
        yield file.read_text("utf-8")
        return
    yield from strings(json.loads(file.read_text("utf-8")))


def strings(value: Any) -> Iterator[str]:
    """The long strings anywhere in a JSON value."""
    if isinstance(value, str):
        if len(value) > LEAST_CHARACTERS:
            yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def shares(parts: list[str]) -> dict[str, float]:
    """For each word the share of pieces that hold it."""
    words = [folded(term) for part in parts for term in terms(part)]
    starts = range(0, len(words), WORDS_A_PIECE)
    counts = Counter(word for start in starts for word in set(words[start : start + WORDS_A_PIECE]))
    return {word: count / len(starts) for word, count in counts.items()}


if __name__ == "__main__":
    main()
