"""Needles in a haystack: invented facts, what is asked about them, and prose to hide them in.

Towns, people, words and numbers are drawn anew for every needle and never occur in the
prose around it, so no model knows them and nothing but the needle answers.
"""

from __future__ import annotations

import random
import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from longread.documents import sentences
from longread.errors import UsageError

_FILE = Path(__file__).parent / "data" / "needles.toml"
_VOWELS = "aeiou"
# A filler of tables may hold every number of three digits.
_ATTEMPTS = 2000
# A shorter first paragraph is a heading, which a needle must not be joined to.
_PARAGRAPH = 80


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


# A needle to hide, and its depth in percent; None: anywhere.
Wanted = tuple[Needle, int | None]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A document's text, and for each needle where in it the needle begins."""

    text: str
    places: tuple[tuple[Needle, int], ...]


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
def yearly() -> tuple[tuple[str, str], ...]:
    """Statements of a number of one year, each with its question: languages in turn."""
    return tuple((row["statement"], row["question"]) for row in _data()["yearly"])


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

    def town(self) -> str:
        """A town that nothing was said of yet."""
        return self._fresh("town")

    def single(self, fact: Fact, town: str = "") -> Needle:
        """A needle about a town: of its own, if none is given."""
        draw = self._generator
        slots = {"town": town or self.town(), **self.value(fact.value)}
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
            slots = {"town": town, **self.value(fact.value)}
            sentence = draw.choice(fact.several).format(**slots)
            needles.append(Needle(fact.name, town, sentence, question, (slots["value"],)))
        return needles

    def value(self, kind: str) -> dict[str, str]:
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


def hide(prose: str, wanted: Sequence[Wanted], draw: random.Random) -> Hidden:
    """Put each needle between two sentences, nearest to its depth in percent; None: anywhere.

    0 is before the first word, 100 after the last. Paragraphs are joined, not torn.
    """
    body = prose.rstrip()
    gaps = _gaps(body)
    spots = []
    for number, (needle, depth) in enumerate(wanted):
        target = draw.random() if depth is None else depth / 100
        spots.append((_nearest(gaps, round(target * len(body))), number, needle))
    parts: list[str] = []
    places: list[tuple[Needle, int]] = []
    written = copied = 0
    for gap, _number, needle in sorted(spots, key=lambda spot: spot[:2]):
        before = body[copied:gap]
        copied = gap
        at_end = gap == len(body)
        piece = f"{before} {needle.sentence}" if at_end else f"{before}{needle.sentence} "
        places.append((needle, written + len(before) + int(at_end)))
        parts.append(piece)
        written += len(piece)
    text = "".join(parts) + body[copied:] + "\n"
    return Hidden(text, tuple(places))


def _gaps(body: str) -> list[int]:
    """Offsets at which a needle may stand: before a sentence that does not open a paragraph."""
    spans = sentences(body)
    gaps = [
        start
        for (_begin, end), (start, _end) in pairwise(spans)
        if "\n\n" not in body[end:start] and body[end:start].isspace()
    ]
    first_paragraph = body.partition("\n\n")[0]
    opening = [0] if len(first_paragraph) >= _PARAGRAPH or not gaps else []
    return [*opening, *gaps, len(body)]


def _nearest(gaps: Sequence[int], target: int) -> int:
    after = min(bisect_left(gaps, target), len(gaps) - 1)
    before = max(0, after - 1)
    return min(gaps[before], gaps[after], key=lambda gap: abs(gap - target))
