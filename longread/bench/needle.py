"""Needle in a haystack: can a strategy find an invented fact, wherever it stands?

Kinds, after RULER (arXiv 2404.06654), with sentences where RULER has "magic numbers":

- single: one needle;
- multi-key: among needles of the same form about other towns;
- multi-value: one town with three values, all of which must be named; one of them stands
  at the depth, the others anywhere;
- multi-query: one document with a needle at every depth, a question about each;
- absent: only the needles about other towns; the right answer is that there is none.

Documents of one length and try share their prose, and those of one kind as well the kind of
fact, so that depths are compared on like questions; towns and values are always new.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from longread.bench.lengths import length_label
from longread.bench.prose import Carrier
from longread.bench.records import (
    DOCUMENTS,
    QUESTIONS,
    Evidence,
    Question,
    read_questions,
    write_questions,
)
from longread.errors import UsageError
from longread.reading.calibrate.needles import Fact, Hidden, Inventor, Needle, Wanted, facts, hide

KINDS = ("single", "multi-key", "multi-value", "multi-query", "absent")
USUAL_KINDS = KINDS[:4]

VALUES = 3
DISTRACTORS = 8
# The longest of 6,600 needles has 32 tokens by SmolLM2's tokenizer.
_NEEDLE_TOKENS = 36


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build: `tries` documents for each length (tokens), depth (percent) and kind."""

    lengths: tuple[int, ...]
    depths: tuple[int, ...]
    kinds: tuple[str, ...] = USUAL_KINDS
    tries: int = 1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Order:
    """A document to be made: what is hidden in it and where, and the prose it is hidden in."""

    kind: str
    length: int
    depth: int | None
    attempt: int
    prose: str


# Needles that answer a question together, and the depth in percent.
_Asked = tuple[Sequence[Needle], int | None]


def build(plan: Plan, carrier: Carrier, folder: Path) -> list[Question]:
    """Write documents and `questions.jsonl` into `folder`; the questions come back.

    The same plan and carrier write the same files. Raises UsageError for a carrier that is
    too short.
    """
    (folder / DOCUMENTS).mkdir(parents=True, exist_ok=True)
    questions: list[Question] = []
    for number, order in enumerate(_orders(plan, carrier), 1):
        asked, hidden = _Haystack(order, plan).with_needles(order.kind, order.depth)
        # The file's name is the title that chunks are headed by: it gives nothing away.
        name = f"{DOCUMENTS}/text-{number:04d}.txt"
        (folder / name).write_text(hidden.text, "utf-8")
        questions += [_question(needles, hidden, name, order, depth) for needles, depth in asked]
    write_questions(folder / QUESTIONS, questions)
    return read_questions(folder / QUESTIONS)


def parse_depths(text: str) -> tuple[int, ...]:
    """Percentages, which commas separate. Raises UsageError."""
    words = [word.strip().removesuffix("%") for word in text.split(",") if word.strip()]
    if not words or not all(word.isdigit() and int(word) <= 100 for word in words):
        raise UsageError(f"{text} are no depths.", "depths are percentages: 0,25,50,75,100")
    return tuple(dict.fromkeys(map(int, words)))


def parse_kinds(text: str) -> tuple[str, ...]:
    """Kinds of needles, which commas separate. Raises UsageError."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word not in KINDS]
    if unknown or not words:
        raise UsageError(
            f"{unknown[0] if unknown else 'nothing'} is no kind of needle.",
            f"kinds are {', '.join(KINDS)}",
        )
    return tuple(dict.fromkeys(words))


def _orders(plan: Plan, carrier: Carrier) -> Iterator[_Order]:
    """The documents of the plan. A document for all depths, or for none, has no depth."""
    needles = max(1 + DISTRACTORS, len(plan.depths))
    for length in plan.lengths:
        for attempt in range(plan.tries):
            generator = random.Random(f"{plan.seed}|{length}|{attempt}")
            prose = carrier.text(length - needles * _NEEDLE_TOKENS, generator)
            for kind in plan.kinds:
                depths = (None,) if kind in ("multi-query", "absent") else plan.depths
                for depth in depths:
                    yield _Order(kind, length, depth, attempt, prose)


class _Haystack:
    """Prose, and the needles that are made up for it."""

    def __init__(self, order: _Order, plan: Plan) -> None:
        self._prose = order.prose
        self._depths = plan.depths
        self._fact = _fact(order, plan.seed)
        self._draw = random.Random(
            f"{plan.seed}|{order.kind}|{order.length}|{order.depth}|{order.attempt}"
        )
        self._invent = Inventor(order.prose, self._draw)

    def with_needles(self, kind: str, depth: int | None) -> tuple[list[_Asked], Hidden]:
        """What is asked (the needles that answer, and their depth), and the document."""
        if kind == "multi-query":
            asked = [
                ([self._invent.single(fact)], place)
                for fact, place in zip(
                    _different(len(self._depths), self._draw), self._depths, strict=True
                )
            ]
            return list(asked), self._hide([(needles[0], place) for needles, place in asked])
        if kind == "multi-value":
            values = self._invent.several(self._fact, VALUES)
            depths = [depth, *[None] * (VALUES - 1)]
            return [(values, depth)], self._hide(list(zip(values, depths, strict=True)))
        needle = self._invent.single(self._fact)
        number = 0 if kind == "single" else DISTRACTORS
        wanted: list[Wanted] = [(self._invent.single(self._fact), None) for _each in range(number)]
        if kind != "absent":
            wanted.append((needle, depth))
        return [([needle], depth)], self._hide(wanted)

    def _hide(self, wanted: Sequence[Wanted]) -> Hidden:
        return hide(self._prose, wanted, self._draw)


def _fact(order: _Order, seed: int) -> Fact:
    """The kind of fact of a try: all of them in turn, in an order of the length's own."""
    usable = [fact for fact in facts() if fact.several or order.kind != "multi-value"]
    random.Random(f"{seed}|{order.kind}|{order.length}").shuffle(usable)
    return usable[order.attempt % len(usable)]


def _different(number: int, draw: random.Random) -> Iterator[Fact]:
    """`number` kinds of facts, none twice before all were used."""
    while number > 0:
        for fact in draw.sample(facts(), min(number, len(facts()))):
            yield fact
            number -= 1


def _question(
    needles: Sequence[Needle], hidden: Hidden, name: str, order: _Order, depth: int | None
) -> Question:
    whole = len(hidden.text)
    # The digest keeps the results of other prose, or of another seed, from being taken for
    # this one's.
    digest = hashlib.sha256(hidden.text.encode()).hexdigest()[:8]
    at = "" if depth is None else f"-{depth}"
    answers = tuple(answer for needle in needles for answer in needle.answers)
    return Question(
        id=f"needle-{order.kind}-{length_label(order.length)}{at}-{digest}",
        documents=(name,),
        question=needles[0].question,
        answers=() if order.kind == "absent" else answers,
        evidence=tuple(
            Evidence(name, text=needle.sentence, depth=round(place / whole, 4))
            for needle, place in hidden.places
            if needle in needles
        ),
        require="all" if order.kind == "multi-value" else "any",
        tags={
            "kind": order.kind,
            "length": order.length,
            "depth": depth,
            "fact": needles[0].fact,
        },
    )
