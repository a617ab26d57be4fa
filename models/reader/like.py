"""Like records: sentences that differ by an identifier and by what is said of it.

    python -m like --count 3          # from this folder: print some

Kinds are in `like.txt`. A passage tells one statement of several neighbours, as a register does;
questions name one that is there, one that is not, or what is not told of any. One record alone is
asked about as well: that is what the reader is shown where it tells how sure an answer is.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from drafts import HERE, Asked, drawn
from generated import answered, restyled
from grammar import Family, Scene, read_families

# Records of a passage, and how many of them are asked about.
_TOLD, _ASKED = (3, 9), 3
_BETWEEN = ("\n\n", "\n\n", "\n", " ")


@dataclass(frozen=True)
class Register:
    """A passage of like records, where it stands, and what is asked of it."""

    title: str
    section: str
    text: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class _Record:
    scene: Scene
    text: str
    asked: tuple[Asked, ...]


@cache
def kinds() -> tuple[Family, ...]:
    return tuple(read_families(HERE / "like.txt"))


def registers(seed: int, count: int, alone: bool = False) -> Iterator[Register]:
    """`count` of them; `alone` shows one record of each, and asks for its neighbours as well."""
    kind = "record" if alone else "register"
    return drawn(kind, seed, count, one_record if alone else register)


def register(rng: Random) -> Register | None:
    """Several records, and questions on some of them and on neighbours that are missing."""
    kind = rng.choice(kinds())
    shared = Scene(rng, kind.slots)
    told, missing = _records(rng, kind, shared, rng.randint(*_TOLD))
    text = rng.choice(_BETWEEN).join(each.text for each in told)
    asked = [rng.choice(each.asked) for each in rng.sample(told, min(_ASKED, len(told)))]
    asked += [_unanswered(rng, each) for each in missing]
    asked.append(_never(rng, kind, rng.choice(told)))
    return _register(rng, kind, shared, text, asked)


def one_record(rng: Random) -> Register | None:
    """One record, asked for itself, for its neighbours and for what it does not tell."""
    kind = rng.choice(kinds())
    shared = Scene(rng, kind.slots)
    (own, *others), missing = _records(rng, kind, shared, 3)
    asked = [rng.choice(own.asked)]
    asked += [_unanswered(rng, each) for each in [*others, *missing][: rng.randint(1, 2)]]
    if rng.random() < 0.4:
        asked.append(_never(rng, kind, own))
    return _register(rng, kind, shared, own.text, asked)


def _register(
    rng: Random, kind: Family, shared: Scene, text: str, asked: list[Asked]
) -> Register | None:
    if any(each.answer is not None and each.answer in each.question for each in asked):
        return None
    title, section = (shared.say(rng.choice(each)) for each in (kind.titles, kind.sections))
    asked = [Asked(restyled(rng, each.question), each.answer, each.sentence) for each in asked]
    rng.shuffle(asked)
    return Register(title, section, text, tuple(asked))


def _records(
    rng: Random, kind: Family, shared: Scene, count: int
) -> tuple[list[_Record], list[_Record]]:
    """So many neighbours that are told, and two that are not."""
    names = neighbours(rng, kind, shared, count + 2)
    shared.values.pop(kind.entity, None)
    for name in ("co", "t"):
        if name in kind.slots:
            shared.value(name)
    # A register has a form: most of its records are worded alike.
    form, made = rng.randrange(1 << 30), []
    for name in names:
        scene = Scene(Random(form), kind.slots)
        scene.__dict__.update({**shared.__dict__, "values": {**shared.values, kind.entity: name}})
        fact = rng.choice(kind.facts)
        scene.rng = Random(form) if rng.random() < 0.8 else rng
        template = scene.worded(fact.text)
        scene.rng = rng
        text = scene.say(template)
        asked = tuple(answered(scene, question, text) for question in fact.questions)
        made.append(_Record(scene, text, asked))
    gone = set(rng.sample(range(len(made)), 2))
    told = [each for place, each in enumerate(made) if place not in gone]
    if rng.random() < 0.15:
        rng.shuffle(told)
    return told, [made[place] for place in sorted(gone)]


def _unanswered(rng: Random, record: _Record) -> Asked:
    return Asked(rng.choice(record.asked).question, None, "")


def _never(rng: Random, kind: Family, record: _Record) -> Asked:
    """What the statement does not say of one that it tells of."""
    wordings = [each for fact in kind.facts for each in fact.never]
    return Asked(record.scene.say(rng.choice(rng.choice(wordings))), None, "")


def neighbours(rng: Random, kind: Family, scene: Scene, count: int) -> list[str]:
    """Identifiers that are easily taken for each other, in the order of a register."""
    slot = kind.slots[kind.entity]
    sort = slot.partition(" ")[0]
    first = scene.value(kind.entity)
    if sort in ("int", "year"):
        return [str(int(first) + step) for step in range(count)]
    found = [first]
    while len(found) < count:
        if sort == "code":
            name = _mutated(rng, rng.choice(found))
        else:
            scene.values.pop(kind.entity)
            name = scene.value(kind.entity)
        if name not in found:
            found.append(name)
    return sorted(found) if rng.random() < 0.7 else found


def _mutated(rng: Random, code: str) -> str:
    """A reference with one letter or digit, now and then two, changed."""
    places = [place for place, sign in enumerate(code) if sign.isalnum()]
    letters = list(code)
    for place in rng.sample(places, rng.choice((1, 1, 1, 2))):
        digit = letters[place].isdigit()
        letters[place] = str(rng.randint(1, 9)) if digit else rng.choice("ABCDEFGHKLMNPRST")
    return "".join(letters)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alone", action="store_true")
    given = parser.parse_args()
    for each in registers(given.seed, given.count, given.alone):
        print(f"=== {each.title} | {each.section}\n{each.text}\n")
        for asked in each.asked:
            print(f"    {asked.question} -> {asked.answer}")


if __name__ == "__main__":
    main()
