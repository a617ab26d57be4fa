"""What generated lessons are made of: passages with their questions, and how they are drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

from longread.documents.sentences import sentences

HERE = Path(__file__).parent
Made = TypeVar("Made")


@dataclass(frozen=True)
class Asked:
    """A question of a passage. `answer` stands in `sentence`, and it in the text, verbatim;
    None and "" when the passage does not say."""

    question: str
    answer: str | None
    sentence: str


@dataclass(frozen=True)
class Passage:
    """A passage with the facts of its header (document title, section, page)."""

    title: str
    section: str
    page: int
    text: str
    questions: tuple[Asked, ...] = ()


@dataclass(frozen=True)
class Bridge:
    """A two-hop question: `first` names `bridge`, which the question lacks, and `second`,
    a passage on it, holds the answer. The distractors hold neither."""

    question: str
    answer: str
    first: Passage
    first_sentence: str
    bridge: str
    second: Passage
    second_sentence: str
    distractors: tuple[Passage, ...] = ()


@dataclass
class Draft:
    """A passage before it is cut to measure: blocks of text, and what may be asked of it."""

    title: str
    section: str
    blocks: list[str]
    answerable: list[Asked] = field(default_factory=list)
    unanswerable: list[str] = field(default_factory=list)
    joiner: str = " "
    # Asked in any case: the question that a hidden instruction names.
    pinned: Asked | None = None


def drawn(
    kind: str, seed: int, count: int, make: Callable[[Random], Made | None]
) -> Iterator[Made]:
    """`count` things of `make`, which may give none; one generator of random numbers each."""
    made = number = 0
    while made < count:
        thing = make(Random(f"{kind} {seed} {number}"))
        number += 1
        if thing is not None:
            made += 1
            yield thing


def check(asked: Asked, text: str) -> None:
    """Assert that the answer stands in its sentence and the sentence in the text."""
    if asked.answer is None:
        assert asked.sentence == "", asked
    else:
        assert asked.answer, asked
        assert asked.answer in asked.sentence, asked
        assert asked.sentence in text, (asked, text)


def sentence_of(block: str, place: re.Match[str]) -> str:
    """The sentence of `block` around a match; the whole block where the answer is longer."""
    for start, end in sentences(block):
        if start <= place.start() and place.end() <= end:
            return block[start:end].strip()
    return block


def sentence_around(text: str, position: int) -> str:
    """The sentence of `text` that holds the character at `position`, on one line."""
    for begin, end in sentences(text):
        if begin <= position < end:
            return " ".join(text[begin:end].split())
    return " ".join(text.split())


def headed(rng: Random) -> Callable[[str, str], str]:
    """Puts a passage under a header of the kinds that longread writes."""

    def put(title: str, text: str) -> str:
        kind = rng.random()
        if kind < 0.25:
            return f"{title}\n{text}"
        if kind < 0.5:
            return f"Reader | {title}\n{title}\n\n{text}"
        if kind < 0.75:
            return f"{title} | page {rng.randint(1, 300)}\n{text}"
        return f"documents\n{title}\n\n{text}"

    return put
