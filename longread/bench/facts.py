"""Invented facts: what the needles say, what is asked about them, and what is right.

Towns, people, words and numbers are drawn anew for every needle and never occur in the
prose around it, so no model knows them and nothing but the needle answers.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from longread.errors import UsageError

_FILE = Path(__file__).parent / "data" / "needles.toml"
_VOWELS = "aeiou"
# A filler of tables may hold every number of three digits.
_ATTEMPTS = 2000


@dataclass(frozen=True, slots=True)
class Fact:
    """A kind of fact: its wordings, with places for the town (the key) and the value."""

    name: str
    value: str
    answers: tuple[str, ...]
    statements: tuple[str, ...]
    questions: tuple[str, ...]
    several: tuple[str, ...] = ()
    several_questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Needle:
    """One sentence to hide, the question that only it answers, and the accepted answers."""

    fact: str
    town: str
    sentence: str
    question: str
    answers: tuple[str, ...]


@cache
def facts() -> tuple[Fact, ...]:
    """All kinds of facts, as `data/needles.toml` lists them."""
    return tuple(_fact(row) for row in _data()["fact"])


def _fact(row: dict[str, Any]) -> Fact:
    values: dict[str, Any] = {
        name: tuple(each) if isinstance(each, list) else each for name, each in row.items()
    }
    return Fact(**values)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@cache
def _words(name: str) -> tuple[str, ...]:
    return tuple(_data()["words"][name].split("|"))


class Inventor:
    """Draws needles whose towns and values stand neither in `text` nor in one another."""

    def __init__(self, text: str, generator: random.Random) -> None:
        self._text = text
        self._generator = generator
        self._used: list[str] = []

    def single(self, fact: Fact) -> Needle:
        """A needle about a town of its own."""
        draw = self._generator
        slots = {"town": self._fresh("town"), **self._value(fact.value)}
        return Needle(
            fact.name,
            slots["town"],
            draw.choice(fact.statements).format(**slots),
            draw.choice(fact.questions).format(**slots),
            tuple(answer.format(**slots) for answer in fact.answers),
        )

    def several(self, fact: Fact, number: int) -> list[Needle]:
        """`number` needles that give one town `number` values; the question asks for all."""
        draw, town = self._generator, self._fresh("town")
        question = draw.choice(fact.several_questions).format(town=town)
        needles = []
        for _each in range(number):
            slots = {"town": town, **self._value(fact.value)}
            sentence = draw.choice(fact.several).format(**slots)
            needles.append(Needle(fact.name, town, sentence, question, (slots["value"],)))
        return needles

    def _value(self, kind: str) -> dict[str, str]:
        value = self._fresh(kind)
        if kind != "date":
            return {"value": value}
        day, month = value.split()
        return {"value": value, "day": day, "month": month}

    def _fresh(self, kind: str) -> str:
        """A word or number that is not used yet, nor part of one that is."""
        for _attempt in range(_ATTEMPTS):
            word = _drawn(kind, self._generator)
            used = any(word in each or each in word for each in self._used)
            if not used and word not in self._text:
                self._used.append(word)
                return word
        raise UsageError(
            f"the filler is so full of numbers that no {kind} can be made up.",
            "use another --filler, or none",
        )


def _drawn(kind: str, draw: random.Random) -> str:
    if kind == "town":
        return _joined(("begin", "middle", "end"), draw)
    if kind == "person":
        return f"{draw.choice(_words('first'))} {_joined(('begin', 'middle', 'last'), draw)}"
    if kind == "word":
        consonants = _words("password")
        return "".join(
            draw.choice(consonants) + draw.choice(_VOWELS) for _each in range(4)
        ).capitalize()
    if kind == "date":
        # From the fourth on all days but 21st to 23rd and 31st are written with "th".
        return f"{draw.choice(range(4, 21))} {draw.choice(_words('month'))}"
    if kind == "price":
        return f"{draw.randrange(2, 80)}.{draw.choice(range(5, 100, 5)):02d}"
    spans: dict[str, Sequence[int]] = {
        "code": range(10_000, 100_000),
        "count": range(102, 900),
        "depth": range(102, 900),
    }
    return str(draw.choice(spans[kind]))


def _joined(lists: Sequence[str], draw: random.Random) -> str:
    return "".join(draw.choice(_words(name)) for name in lists)
