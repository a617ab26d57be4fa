"""Comparisons: a question on two things, each of which has a passage of its own.

"Which film came out first, A or B?", "Are A and B both painters?": either passage alone is
a step (`part`), the second with the first in the notes holds the answer. Half of the
yes-or-no questions are true. Deterministic, like generated.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from drafts import drawn
from grammar import Scene, declared
from hops import FILLERS


@dataclass(frozen=True)
class Ranked:
    """A number that things have: how it is stated, and who has less and who has more of it."""

    slot: str
    states: tuple[str, ...]
    less: tuple[str, ...]
    more: tuple[str, ...]


@dataclass(frozen=True)
class Shared:
    """A kind that two things may have in common."""

    slot: str
    states: tuple[str, ...]
    same: tuple[str, ...]


@dataclass(frozen=True)
class Thing:
    """What is compared: how such a thing is named, and what is said of it."""

    names: tuple[str, ...]
    ranked: tuple[Ranked, ...]
    shared: tuple[Shared, ...]


def _read() -> tuple[Thing, ...]:
    """The things of comparisons.toml."""
    source = (Path(__file__).parent / "comparisons.toml").read_text("utf-8")
    return tuple(
        Thing(
            tuple(thing["names"]),
            tuple(
                Ranked(r["slot"], tuple(r["states"]), tuple(r["less"]), tuple(r["more"]))
                for r in thing["ranked"]
            ),
            tuple(Shared(r["slot"], tuple(r["states"]), tuple(r["same"])) for r in thing["shared"]),
        )
        for thing in tomllib.loads(source)["thing"]
    )


THINGS = _read()


def comparisons(seed: int, count: int) -> Iterator[dict]:
    """Items as `data.two_hop` wants them: either thing may come first."""
    return drawn("comparison", seed, count, _comparison)


def _comparison(rng: Random) -> dict | None:
    thing = rng.choice(THINGS)
    names = [_named(rng, thing) for _ in range(6)]
    if len(set(names)) < len(names):
        return None
    a, b, *others = names
    compared = rng.choice((*thing.ranked, *thing.shared))
    values = _values(rng, compared)
    if isinstance(compared, Ranked):
        if values[0] == values[1]:
            return None
        fewer = rng.random() < 0.5
        wordings = compared.less if fewer else compared.more
        answer = min((a, b), key=lambda x: int(values[x == b]) * (1 if fewer else -1))
    else:
        wordings = compared.same
        answer = "yes" if values[0] == values[1] else "no"
    question = rng.choice(wordings).replace("{a}", a).replace("{b}", b)
    first, quote1 = _told(rng, thing, a, compared, values[0])
    second, quote2 = _told(rng, thing, b, compared, values[1])
    away = [_told(rng, thing, each, compared, _values(rng, compared)[0])[0] for each in others]
    turned = [(a, first, quote1), (b, second, quote2)]
    rng.shuffle(turned)
    return {
        "question": question,
        "answer": answer,
        "first": turned[0],
        "second": turned[1],
        "bridge": turned[1][0],
        "back": turned[0][0],
        "others": list(zip(others, away, strict=True)),
    }


def _named(rng: Random, thing: Thing) -> str:
    return _filled(rng, rng.choice(thing.names))


def _filled(rng: Random, template: str) -> str:
    """A template with its declared slots filled and choices made."""
    text, slots = declared(template)
    return Scene(rng, slots).say(text, start=False)


def _values(rng: Random, compared: Ranked | Shared) -> tuple[str, str]:
    if isinstance(compared, Ranked):
        return _filled(rng, compared.slot), _filled(rng, compared.slot)
    one, other = (_filled(rng, f"{{v:{compared.slot}}}") for _ in range(2))
    return (one, one) if rng.random() < 0.5 else (one, other)


def _told(
    rng: Random, thing: Thing, name: str, compared: Ranked | Shared, value: str
) -> tuple[str, str]:
    """A passage on `name`, and the sentence in it that states the value."""
    stated = _stated(rng, compared, name, value)
    sentences = [stated]
    rest: Sequence[Ranked | Shared] = (*thing.ranked, *thing.shared)
    for each in rest:
        if each is not compared and rng.random() < 0.7:
            sentences.append(_stated(rng, each, name, _values(rng, each)[0]))
    rng.shuffle(sentences)
    sentences += rng.sample(FILLERS, rng.randint(0, 2))
    return " ".join(sentences), stated


def _stated(rng: Random, compared: Ranked | Shared, name: str, value: str) -> str:
    text = rng.choice(compared.states).replace("{s}", name).replace("{v}", value)
    said = _filled(rng, text)
    return said[:1].upper() + said[1:]
