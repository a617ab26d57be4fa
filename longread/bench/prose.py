"""Prose to hide needles in: generated from a grammar, or taken from the user's documents.

The generated prose is no story: small scenes of village life follow one another, a person
and a town to each, out of the 306 sentence patterns and 1,500 words in `data/prose.toml`.
A few thousand characters of it are as varied as a novel, more repeat themselves
(benchmarks/README.md#infiniretri-needles-at-32000-and-1000000-tokens). `--filler` brings
real prose.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from longread.bench.lengths import length_label
from longread.documents import Document
from longread.errors import UsageError

Count = Callable[[str], int]

_FILE = Path(__file__).parent / "data" / "prose.toml"
_SLOT = re.compile(r"\{(a:)?(\w+)\}")
# "a" before a vowel that is heard as one.
_ARTICLE = re.compile(r"\b([Aa]) (?=(?!eu)[aeiou]|hono?u?r?est\b)")
_SENTENCES = (4, 9)


class Carrier(Protocol):
    """Somewhere to take prose from."""

    def text(self, tokens: int, generator: random.Random) -> str:
        """Prose of about `tokens` tokens (a paragraph less at most), drawn by `generator`."""
        ...


@dataclass(frozen=True, slots=True)
class _Topic:
    openings: tuple[str, ...]
    body: tuple[str, ...]


@cache
def _grammar() -> tuple[dict[str, tuple[str, ...]], tuple[_Topic, ...]]:
    data = tomllib.loads(_FILE.read_text("utf-8"))
    words = {name: tuple(line.split("|")) for name, line in data["words"].items()}
    topics = tuple(_Topic(tuple(each["open"]), tuple(each["body"])) for each in data["topic"])
    return words, topics


class GeneratedProse:
    """Prose from the grammar in the package; needs no file of the user's."""

    def __init__(self, count: Count) -> None:
        self._count = count

    def text(self, tokens: int, generator: random.Random) -> str:
        paragraphs: list[str] = []
        while True:
            paragraph = scene(generator)
            tokens -= self._count(f"\n\n{paragraph}")
            if tokens < 0 and paragraphs:
                return "\n\n".join(paragraphs) + "\n"
            paragraphs.append(paragraph)


def scene(generator: random.Random) -> str:
    """One paragraph: a person, a place, and what happened there."""
    words, topics = _grammar()
    topic = generator.choice(topics)
    cast = _cast(words, generator)
    lines = [
        generator.choice(topic.openings),
        *generator.sample(topic.body, generator.randint(*_SENTENCES)),
    ]
    return " ".join(_sentence(line, words, cast, generator) for line in lines)


def _cast(words: dict[str, tuple[str, ...]], generator: random.Random) -> dict[str, str]:
    """What holds for a whole paragraph."""
    female = generator.random() < 0.5
    first = generator.choice(words["woman" if female else "man"])
    last, other = generator.sample(words["surname"], 2)
    title = generator.choice(("Mrs", "Miss")) if female else "Mr"
    friend = generator.choice(words["woman"] + words["man"])
    return {
        "name": f"{first} {last}",
        "short": generator.choice((first, f"{title} {last}")),
        "he": "she" if female else "he",
        "him": "her" if female else "him",
        "his": "her" if female else "his",
        "friend": generator.choice((friend, f"{friend} {other}")),
        "town": generator.choice(words["townname"]),
    }


def _sentence(
    line: str,
    words: dict[str, tuple[str, ...]],
    cast: dict[str, str],
    generator: random.Random,
) -> str:
    def filled(match: re.Match[str]) -> str:
        name = match[2]
        word = cast[name] if name in cast else generator.choice(words[name])
        return ("a " if match[1] else "") + _SLOT.sub(filled, word)

    sentence = _ARTICLE.sub(r"\1n ", _SLOT.sub(filled, line))
    return sentence[0].upper() + sentence[1:]


class FilledProse:
    """Prose from documents: a stretch from a random paragraph on, no paragraph twice."""

    def __init__(self, documents: Sequence[Document], count: Count) -> None:
        self._paragraphs: list[tuple[str, int]] = []
        for document in documents:
            starts = [0, *document.blocks, len(document.text)]
            for start, end in pairwise(starts):
                words = document.text[start:end].strip()
                if words:
                    self._paragraphs.append((words, count(f"\n\n{words}")))
        self.tokens = sum(size for _words, size in self._paragraphs)

    def text(self, tokens: int, generator: random.Random) -> str:
        """See `Carrier`. Raises UsageError when the documents are too short."""
        if self.tokens < tokens:
            raise UsageError(
                f"the filler has {self.tokens:,} tokens, too few for {length_label(tokens)}.",
                "add another --filler, or leave it out for generated prose of any length",
            )
        place = generator.randrange(len(self._paragraphs))
        taken: list[str] = []
        for offset in range(len(self._paragraphs)):
            words, size = self._paragraphs[(place + offset) % len(self._paragraphs)]
            if size > tokens and taken:
                break
            taken.append(words)
            tokens -= size
        return "\n\n".join(taken) + "\n"
