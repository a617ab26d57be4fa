"""Facts told in passing: a sentence on one thing in a passage about another.

    python -m strays --count 3          # from this folder: print some

The generated documents (generated.py) tell many facts of one thing, and name it all the
time. What is looked for in a book often stands there once, in other words than the
question's, between sentences about something else. Here such sentences, from `strays.txt` and
from `families/`, are put into training paragraphs, alone or beside the same fact of another
thing; the questions on what was not told, or not of this thing, have no answer there. The facts of
`reworded.txt` are asked for in other words than they are told in, some stand in a footnote, and
several of a list are told one by one.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from drafts import HERE, Asked, drawn
from generated import answered, families, in_prose
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
def small_facts(file: str = "strays.txt") -> tuple[Family, ...]:
    return tuple(read_families(HERE / file))


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


def put_below(text: str, strays: Sequence[str], rng: Random) -> str:
    """The text with every stray as a footnote, its mark behind one of the text's sentences."""
    number, form = rng.randint(1, 9), rng.choice(("[{}]", "[{}]", "({})", "{})"))
    notes = []
    for stray in strays:
        mark = form.format(number)
        places = [end for _start, end in sentences(text)]
        place = rng.choice(places or [0])
        text = f"{text[:place].rstrip()} {mark} {text[place:].lstrip()}".strip()
        notes.append(f"{mark} {stray}")
        number += 1
    return "\n\n".join((text, *notes))


def _small(rng: Random, family: Family) -> Told:
    scene = Scene(rng, family.slots)
    scene.value(family.entity)
    fact = rng.choice(family.facts)
    first = scene.say(fact.text)
    strays, asked = [first], _questions(scene, fact, first, 2)
    left_open = [
        *(each.wordings for other in family.facts if other is not fact for each in other.questions),
        *(wordings for each in family.facts for wordings in each.never),
    ]
    beside = _other(scene, family, first)
    if rng.random() < SIDE_BY_SIDE:
        strays.append(beside.say(fact.text))
        asked += _questions(beside, fact, strays[-1], 1)
        beside = _other(scene, family, " ".join(strays))
    for other, wordings in (
        (scene, rng.choice(left_open)),
        (beside, rng.choice(fact.questions).wordings),
    ):
        asked.append(Asked(other.say(rng.choice(wordings)), None, ""))
    rng.shuffle(strays)
    return Told(tuple(strays), tuple(asked))


def _questions(scene: Scene, fact: Fact, sentence: str, most: int) -> list[Asked]:
    """Up to `most` questions on the fact as `sentence` tells it, none in the same words."""
    found: dict[str, Asked] = {}
    for _each in range(most):
        asked = answered(scene, scene.rng.choice(fact.questions), sentence)
        found.setdefault(asked.question, asked)
    return list(found.values())


def _other(scene: Scene, family: Family, text: str) -> Scene:
    """The same kind of thing, with all values drawn anew."""
    other = scene.elsewhere(family.entity, text)
    other.values = {family.entity: other.values[family.entity]}
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
    return drawn("stray", seed, count, told)


def reworded(seed: int, count: int) -> Iterator[Told]:
    """`count` facts that are asked for in other words than they are told in."""
    return drawn(
        "reworded", seed, count, lambda rng: _small(rng, rng.choice(small_facts("reworded.txt")))
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reworded", action="store_true")
    given = parser.parse_args()
    for each in (reworded if given.reworded else strays)(given.seed, given.count):
        print("\n".join(each.sentences))
        for asked in each.asked:
            print(f"    {asked.question} -> {asked.answer}")


if __name__ == "__main__":
    main()
