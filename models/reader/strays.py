"""Facts told in passing: a sentence on one thing in a passage about another.

    python -m strays --count 3          # from this folder: print some

The generated documents (generated.py) tell many facts of one thing, and name it all the
time. What is looked for in a book often stands there once, in other words than the
question's, between sentences about something else. Here such sentences, from `strays.txt` and
from `families/`, are put into training paragraphs, alone or beside the same fact of another
thing; the questions on what was not told, or not of this thing, have no answer there.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from generated import HERE, Asked, answered, families, in_prose
from grammar import Fact, Family, Scene, read_families

from longread.documents.sentences import sentences

# Shares: a stray out of a generated document, and two of one kind side by side.
FROM_DOCUMENTS, SIDE_BY_SIDE = 0.35, 0.5
_NAME = re.compile(r"(?<!^)\b[A-Z][\w'-]{2,}")


@dataclass(frozen=True)
class Told:
    """Sentences to be put into a passage, and what is asked of them. Questions without an
    answer ask for what none of the sentences says."""

    sentences: tuple[str, ...]
    asked: tuple[Asked, ...]


@cache
def small_facts() -> tuple[Family, ...]:
    return tuple(read_families(HERE / "strays.txt"))


def told(rng: Random) -> Told:
    """One fact or two, with questions that they answer and some that they do not."""
    if rng.random() < FROM_DOCUMENTS:
        found = _from_document(rng, rng.choice(families()))
        if found is not None:
            return found
    return _small(rng, rng.choice(small_facts()))


def put_into(text: str, strays: Sequence[str], rng: Random) -> str:
    """The text with every stray between two of its sentences, or before or behind them."""
    for stray in strays:
        places = [0, *(end for _start, end in sentences(text))]
        place = rng.choice(places)
        text = " ".join(f"{text[:place].rstrip()} {stray} {text[place:].lstrip()}".split())
    return text


def _small(rng: Random, family: Family) -> Told:
    scene = Scene(rng, family.slots)
    scene.value(family.entity)
    fact = rng.choice(family.facts)
    first = scene.say(fact.text)
    strays, asked = [first], _questions(scene, fact, first, 2)
    never = [scene.say(rng.choice(each.wordings)) for each in _open_questions(family, fact)]
    never += [scene.say(rng.choice(each)) for each in (*family.never, *fact.never)]
    for each in family.facts:
        never += [scene.say(rng.choice(wordings)) for wordings in each.never if each is not fact]
    beside = _other(scene, family, first)
    if rng.random() < SIDE_BY_SIDE:
        strays.append(beside.say(fact.text))
        asked += _questions(beside, fact, strays[-1], 1)
        beside = _other(scene, family, " ".join(strays))
    question = rng.choice(fact.questions)
    elsewhere = [beside.say(rng.choice(question.wordings))]
    chosen = [*rng.sample(never, min(1, len(never))), *elsewhere]
    asked += [Asked(each, None, "") for each in chosen]
    rng.shuffle(strays)
    return Told(tuple(strays), tuple(asked))


def _questions(scene: Scene, fact: Fact, sentence: str, most: int) -> list[Asked]:
    """Up to `most` questions on the fact as `sentence` tells it, none in the same words."""
    found: dict[str, Asked] = {}
    for _each in range(most):
        asked = answered(scene, scene.rng.choice(fact.questions), sentence)
        found.setdefault(asked.question, asked)
    return list(found.values())


def _open_questions(family: Family, told_fact: Fact) -> list:
    """Questions on the facts that are not told."""
    return [each for fact in family.facts if fact is not told_fact for each in fact.questions]


def _other(scene: Scene, family: Family, text: str) -> Scene:
    """The same kind of thing, with all values drawn anew."""
    for _attempt in range(30):
        other = Scene(scene.rng, family.slots)
        other.used |= scene.used
        other.__dict__.update({name: value for name, value in scene.__dict__.items()
                               if name not in ("values", "used")})  # fmt: skip
        if other.value(family.entity).split(" ")[0] not in text:
            break
    return other


def _from_document(rng: Random, family: Family) -> Told | None:
    """A sentence of a generated document that says by itself what it is about."""
    draft = in_prose(rng, family)
    own = [each for each in draft.answerable if _by_name(each.question, each.sentence)]
    if not own:
        return None
    chosen = rng.choice(own)
    never = [
        each
        for each in draft.unanswerable
        if _NAME.findall(each) and not _by_name(each, chosen.sentence)
    ]
    asked = [chosen, *(Asked(each, None, "") for each in rng.sample(never, min(2, len(never))))]
    return Told((" ".join(chosen.sentence.split()),), tuple(asked))


def _by_name(question: str, sentence: str) -> bool:
    """Whether question and sentence name the same thing, and the sentence needs no other."""
    shared = set(_NAME.findall(question)) & set(_NAME.findall(f"x {sentence}"))
    leaning = re.match(r"(It|Its|They|Their|He|She|His|Her|This|These|That|There)\b", sentence)
    return bool(shared) and leaning is None


def strays(seed: int, count: int) -> Iterator[Told]:
    """`count` of them; deterministic, and the beginning does not depend on how many."""
    for number in range(count):
        yield told(Random(f"stray {seed} {number}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for each in strays(given.seed, given.count):
        print("\n".join(each.sentences))
        for asked in each.asked:
            print(f"    {asked.question} -> {asked.answer}")


if __name__ == "__main__":
    main()
