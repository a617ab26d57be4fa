"""Two-hop questions: one passage names a thing, a passage on that thing holds the answer.

Every kind of entity has relations, each with ways to state it, a phrase for the thing
meant ("the town where Ida Crane was born") and questions. Any relation whose target is of
a kind with relations of its own can be chained with any of those.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random

from drafts import Bridge, Passage, sentence_of
from grammar import Scene


@dataclass(frozen=True)
class Relation:
    """`{s}` is the entity, `{o}` the thing it stands in relation to, `{x}` something else."""

    target: str
    states: tuple[str, ...]
    phrase: str
    questions: tuple[str, ...]


KINDS: dict[str, str] = {
    "person": "person x",
    "town": "town",
    "company": "company",
    "ship": "pick ",
    "work": "pick ",
    "year": "year 1850 2015",
    "river": "pick ",
    "school": "pick ",
    "count": "num 1200 800000",
    "sum": "big",
    "subject": "list subject",
    "trade": "list trade",
    "country": "list country",
}
RELATIONS: dict[str, tuple[Relation, ...]] = {
    kind: tuple(
        Relation(each["target"], tuple(each["states"]), each["phrase"], tuple(each["questions"]))
        for each in relations
    )
    for kind, relations in tomllib.loads(
        (Path(__file__).parent / "relations.toml").read_text("utf-8")
    ).items()
}
FILLERS = (
    "The archives hold few other papers on the matter.",
    "Visitors often ask about this, and the local museum keeps a file on it.",
    "Some of the details have been disputed since.",
    "A plaque was put up by the historical society.",
    "Newspapers of the time reported on it at length.",
    "None of this was known to the public before the letters were found.",
    "It has been described in several guidebooks.",
)
TITLES = ("{s}", "{s}", "{s}", "Notes on {s}", "About {s}", "{s}: an overview", "Encyclopaedia")


def name(rng: Random, kind: str, scene: Scene) -> str:
    """A new name (or value) of a kind."""
    fresh = Scene(
        rng, {"v": KINDS[kind], "t": "town", "s": "surname", "a": "list colour", "b": "list thing"}
    )
    if kind == "ship":
        return f"the {fresh.value('a').capitalize()} {fresh.value('b')}"
    if kind == "work":
        which = rng.choice(("Last ", "Other ", "Silent ", "Lost ", ""))
        return f'"The {which}{fresh.value("b")} of {fresh.value("t")}"'
    if kind == "river":
        return f"the {Scene(rng, {'c': 'coined 2'}).value('c')}"
    if kind == "school":
        return rng.choice(
            (
                f"{fresh.value('s')} College",
                f"the {fresh.value('s')} Institute",
                f"{fresh.value('s')} Academy",
            )
        )
    fresh.currency, fresh.thousands, fresh.million = scene.currency, scene.thousands, scene.million
    return fresh.value("v")


def about(rng: Random, kind: str, entity: str, told: list[tuple[str, str, str]]) -> Passage:
    """A passage on an entity that states the given relations, in any order."""
    sentences = [text for text, _o, _q in told]
    rng.shuffle(sentences)
    for filler in rng.sample(FILLERS, rng.randint(0, 2)):
        sentences.insert(rng.randint(1, len(sentences)), filler)
    title = rng.choice(TITLES).replace("{s}", entity.strip('"'))
    return Passage(title[:1].upper() + title[1:], "", rng.randint(1, 200), " ".join(sentences))


def tell(rng: Random, scene: Scene, relation: Relation, entity: str, value: str) -> str:
    """One sentence that states a relation."""
    text = rng.choice(relation.states).replace("{s}", entity).replace("{o}", value)
    return scene.say(text)


def facts(
    rng: Random, scene: Scene, kind: str, entity: str, wanted: Relation, value: str
) -> list[tuple[str, str, str]]:
    """The wanted relation first, then others of the same entity."""
    others = [each for each in RELATIONS[kind] if each is not wanted]
    told = [(tell(rng, scene, wanted, entity, value), value, "")]
    for each in rng.sample(others, min(len(others), rng.randint(2, 4))):
        other = name(rng, each.target, scene)
        told.append((tell(rng, scene, each, entity, other), other, ""))
    return told


def bridge(rng: Random) -> Bridge | None:
    """One two-hop item."""
    scene = Scene(rng)
    kind = rng.choice(
        (
            "person",
            "person",
            "person",
            "company",
            "company",
            "town",
            "ship",
            "work",
            "river",
            "school",
        )
    )
    start = name(rng, kind, scene)
    first = rng.choice([each for each in RELATIONS[kind] if each.target in RELATIONS])
    middle = name(rng, first.target, scene)
    second = rng.choice(RELATIONS[first.target])
    if second.target == kind and rng.random() < 0.5:
        return None
    answer = name(rng, second.target, scene)
    question = rng.choice(second.questions).replace("{s}", first.phrase.replace("{s}", start))
    question = scene.say(question)
    if middle in question:
        return None
    one = facts(rng, scene, kind, start, first, middle)
    two = facts(rng, scene, first.target, middle, second, answer)
    first_passage, second_passage = (
        about(rng, kind, start, one),
        about(rng, first.target, middle, two),
    )
    if answer in first_passage.text or start in second_passage.text:
        return None
    place = re.search(re.escape(answer), two[0][0])
    if place is None:
        # A value at the head of its sentence is capitalised there: "The Blue Anchor".
        answer = answer[:1].upper() + answer[1:]
        place = re.search(re.escape(answer), two[0][0])
        if place is None:
            return None
    distractors = []
    for at in rng.sample((kind, first.target, first.target, kind), rng.randint(2, 4)):
        other = name(rng, at, scene)
        same = second if at == first.target else first
        if at not in RELATIONS or same not in RELATIONS[at]:
            same = rng.choice(RELATIONS[at])
        told = facts(rng, scene, at, other, same, name(rng, same.target, scene))
        passage = about(rng, at, other, told)
        if answer not in passage.text and middle not in passage.text and start not in passage.text:
            distractors.append(passage)
    found = middle if middle in one[0][0] else middle[:1].upper() + middle[1:]
    return Bridge(
        question,
        answer,
        first_passage,
        one[0][0],
        found.strip('"'),
        second_passage,
        sentence_of(two[0][0], place),
        tuple(distractors),
    )
