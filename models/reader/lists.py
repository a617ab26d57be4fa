"""Documents for questions that want everything: one fact told several times over.

    python -m lists          # from this folder: print one document's questions and sentences

A question for one answer has one place that is right, and the better BM25 likes that place
the less the others can be. The places that a list is made of do not compete: each says its own
in words of its own. Sentences from `lists.txt`, whose wordings no reader was trained on, are
put into paragraphs about something else, with like things of others beside them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from drafts import HERE
from grammar import Family, Scene, read_families

from longread.documents.model import Document

# A document has things of so many families, each family's fact told so often of one thing after
# another; "0" is a thing of which something else is told. Facts of the document's own subject
# name no thing, and are told once; two of these, too, are not told.
_NAMED, _UNNAMED, _UNTOLD = 4, 6, 2
_TOLD = ((2, 4), (2, 3), (1, 1), (0, 0))


@dataclass(frozen=True)
class Listed:
    """A question, and where in the text the sentences begin that it wants, if any."""

    question: str
    places: tuple[int, ...]


def listing(rng: Random, paragraphs: Sequence[str]) -> tuple[Document, list[Listed]]:
    """The paragraphs with sentences of several families in them, and what is asked."""
    told: list[tuple[str, list[str]]] = []
    every = list(read_families(HERE / "lists.txt"))
    for family in rng.sample([one for one in every if one.entity], _NAMED):
        taken = ""
        for least, most in _TOLD:
            question, own, other = _thing(rng, family, rng.randint(least, most), taken)
            taken += f" {question}"
            told += [(question, own), ("", other)]
    for number, family in enumerate(rng.sample([one for one in every if not one.entity], _UNNAMED)):
        question, own, other = _thing(rng, family, rng.randint(2, 4) if number >= _UNTOLD else 0)
        told += [(question, own), ("", other)]
    bodies = list(paragraphs)
    sentences = [sentence for _question, own in told for sentence in own]
    for sentence in rng.sample(sentences, len(sentences)):
        at = rng.randrange(len(bodies))
        bodies[at] = _between(rng, bodies[at], sentence)
    text = "\n\n".join(bodies)
    document = Document("lists", "", "Lists", "markdown", text)
    asked = [
        Listed(question, tuple(text.index(sentence) for sentence in own))
        for question, own in told
        if question
    ]
    rng.shuffle(asked)
    return document, asked


def _thing(
    rng: Random, family: Family, times: int, taken: str = ""
) -> tuple[str, list[str], list[str]]:
    """One thing's question, its fact told so many times, and something else about it."""
    scene = Scene(rng, family.slots)
    while family.entity and scene.value(family.entity).split(" ")[0] in taken:
        scene = Scene(rng, family.slots)
    kept = dict(scene.values)
    fact, other = family.facts
    sentences: list[str] = []
    for _time in range(times):
        scene.values = dict(kept)
        sentences.append(scene.say(fact.text))
    question = scene.say(rng.choice(fact.questions[0].wordings))
    return question, sentences, [scene.say(other.text)] if times < 2 else []


def _between(rng: Random, paragraph: str, sentence: str) -> str:
    """The paragraph with the sentence behind one of its own."""
    places = [match.end() for match in re.finditer(r"[.!?] (?=[A-Z])", paragraph)] or [0]
    at = rng.choice(places)
    return f"{paragraph[:at]}{sentence} {paragraph[at:]}"


def main() -> None:
    document, asked = listing(Random(1), ["One sentence. Another one. And a third."] * 60)
    for each in asked:
        print(each.question)
        for place in each.places:
            print(f"    {document.text[place:].split('. ')[0]}.")


if __name__ == "__main__":
    main()
