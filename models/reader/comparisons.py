"""Comparisons: a question on two things, each of which has a passage of its own.

"Which film came out first, A or B?", "Are A and B both painters?": either passage alone is
a step (`part`), the second with the first in the notes holds the answer. Half of the
yes-or-no questions are true. Deterministic, like generated.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from generated import Passage
from grammar import Scene
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


_COUNTRY = "list country"
THINGS: tuple[Thing, ...] = (
    Thing(
        ("{x:person}",),
        (
            Ranked(
                "{v:year 1820 1990}",
                ("{s} (born {d:int 1 28} May {v}) [grew up by the sea|came from a large family].",
                 "{s} was born in {v} [to a family of weavers|in a village inn].",
                 "Born on {d:int 1 28} March {v}, {s} was the [second|third] of four children."),
                ("Who was born first, {a} or {b}?", "Who is older, {a} or {b}?",
                 "Who was born earlier, {a} or {b}?"),
                ("Who was born later, {a} or {b}?", "Who is younger, {a} or {b}?"),
            ),
            Ranked(
                "{v:year 1890 2015}",
                ("{s} died in {v} [after a short illness|at home].",
                 "{s} lived quietly until a stroke in {v}, which was fatal."),
                ("Who died first, {a} or {b}?", "Who died earlier, {a} or {b}?"),
                ("Who died later, {a} or {b}?", "Who outlived the other, {a} or {b}?"),
            ),
        ),
        (
            Shared(
                _COUNTRY,
                ("{s} came from {v}.", "{s} was a citizen of {v} [all through life|by birth]."),
                ("Are {a} and {b} from the same country?",
                 "Do {a} and {b} share the same nationality?",
                 "Were {a} and {b} both from the same country?"),
            ),
            Shared(
                "list trade",
                ("{s} was a {v}.", "By trade {s} was a {v}."),
                ("Did {a} and {b} have the same occupation?",
                 "Did {a} and {b} work in the same trade?"),
            ),
        ),
    ),
    Thing(
        ("The {y:list colour} {z:list thing}", "{z:list thing} of {t:town}", "Return to {t:town}"),
        (
            Ranked(
                "{v:year 1925 2019}",
                ("{s} is a {v} [drama|comedy] film.", "{s} is a film released in {v}.",
                 "{s}, a thriller, reached the cinemas in {v}."),
                ("Which film came out first, {a} or {b}?",
                 "Which film was released earlier, {a} or {b}?",
                 "Which movie is older, {a} or {b}?"),
                ("Which film came out later, {a} or {b}?",
                 "Which film was released more recently, {a} or {b}?"),
            ),
            Ranked(
                "{v:int 68 190}",
                ("{s} runs for {v} minutes.", "With {v} minutes {s} found its audience slowly."),
                ("Which film is shorter, {a} or {b}?",),
                ("Which film is longer, {a} or {b}?",),
            ),
        ),
        (
            Shared(
                _COUNTRY,
                ("{s} was made in {v}.", "{s} was shot and produced in {v}."),
                ("Were {a} and {b} made in the same country?",
                 "Are {a} and {b} from the same country?",
                 "Do the films {a} and {b} come from the same country?"),
            ),
        ),
    ),
    Thing(
        ("{x:company}",),
        (
            Ranked(
                "{v:year 1840 2012}",
                ("{s} was founded in {v}.", "{s} goes back to {v}, when two brothers set it up.",
                 "Established in {v}, {s} makes [pumps|paper|lamps]."),
                ("Which company was founded first, {a} or {b}?",
                 "Which is older, {a} or {b}?"),
                ("Which company was founded later, {a} or {b}?",),
            ),
            Ranked(
                "{v:int 40 9800}",
                ("{s} employs {v} people.", "{v} people work for {s}."),
                ("Which company has fewer employees, {a} or {b}?",),
                ("Which company employs more people, {a} or {b}?",
                 "Who has more employees, {a} or {b}?"),
            ),
        ),
        (
            Shared(
                _COUNTRY,
                ("{s} has its head office in {v}.", "{s} is a company of {v}."),
                ("Are {a} and {b} based in the same country?",
                 "Do {a} and {b} have their headquarters in the same country?"),
            ),
        ),
    ),
    Thing(
        ("{c:coined 2} Tower", "{t:town} Bridge", "{t:town} Town Hall", "Mount {c:coined 2}"),
        (
            Ranked(
                "{v:int 21 890}",
                ("{s} is {v} metres high.", "{s} rises to {v} m.", "{s} stands {v} metres tall."),
                ("Which is lower, {a} or {b}?",),
                ("Which is taller, {a} or {b}?", "Which is higher, {a} or {b}?"),
            ),
        ),
        (
            Shared(
                _COUNTRY,
                ("{s} stands in {v}.", "{s} is a landmark of {v}."),
                ("Are {a} and {b} in the same country?",
                 "Are {a} and {b} located in the same country?"),
            ),
        ),
    ),
)  # fmt: skip


def comparisons(seed: int, count: int) -> Iterator[dict]:
    """Items as `data.two_hop` wants them: either thing may come first."""
    made = number = 0
    while made < count:
        item = _comparison(Random(f"comparison {seed} {number}"))
        number += 1
        if item is not None:
            made += 1
            yield item


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
    slots: dict[str, str] = {}
    text = template
    while "{" in text and ":" in text:
        begin = text.index("{")
        end = text.index("}", begin)
        name, _, kind = text[begin + 1 : end].partition(":")
        slots[name] = kind
        text = f"{text[:begin]}\0{name}\1{text[end + 1 :]}"
    return Scene(rng, slots).say(text.replace("\0", "{").replace("\1", "}"), start=False)


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
    return Passage(name, "", 1, " ".join(sentences)).text, stated


def _stated(rng: Random, compared: Ranked | Shared, name: str, value: str) -> str:
    text = rng.choice(compared.states).replace("{s}", name).replace("{v}", value)
    said = _filled(rng, text)
    return said[:1].upper() + said[1:]
