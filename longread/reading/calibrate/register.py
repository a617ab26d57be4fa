"""The register: a document of like entries, and questions that only one of them answers, or none.

An entry tells a few facts of one town among sentences of a novel, and two numbers of single years.
It is asked what an entry says, what it says of other towns alone, of other years, and of towns that
it does not know: like passages of one document are to be told apart, not subjects.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import cycle

from longread.documents import Document, sentences
from longread.documents.model import Section
from longread.reading.calibrate.needles import Inventor, facts, yearly

ENTRIES = 8
_TOLD = 4
_FIRST_YEAR, _YEARS = 1871, 2
# Sentences of a novel in an entry.
_SENTENCES = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the answers that are right, and where the sentence that says so begins: no
    answers, and -1, where the register does not say."""

    question: str
    answers: tuple[str, ...] = ()
    start: int = -1


def register(prose: str, seed: int = 0) -> tuple[Document, list[Asked]]:
    """The document, and its questions in random order: about half of them have no answer."""
    draw = random.Random(seed)
    invent, filler = Inventor(prose, draw), cycle(_sentences(prose))
    languages = cycle(yearly())
    text, sections, asked = "", list[Section](), list[Asked]()
    for entry in range(ENTRIES):
        town, kinds = invent.town(), draw.sample(facts(), _TOLD + 1)
        told = [invent.single(kind, town) for kind in kinds[:_TOLD]]
        statement, question = next(languages)
        years = range(_FIRST_YEAR + entry, _FIRST_YEAR + entry + _YEARS)
        values = [invent.value("count")["value"] for _year in years]
        said = [each.sentence for each in told]
        said += [
            statement.format(town=town, year=year, value=value)
            for year, value in zip(years, values, strict=True)
        ]
        words = [next(filler) for _each in range(_SENTENCES)] + said
        draw.shuffle(words)
        sections.append(Section(town, len(text)))
        start = len(text) + len(town) + 2
        body = " ".join(words)
        text += f"{town}\n\n{body}\n\n"
        asked.append(Asked(told[0].question, told[0].answers, start + body.index(said[0])))
        if entry % 2:
            asked.append(Asked(invent.single(kinds[-1], town).question))
            asked.append(Asked(question.format(town=town, year=years[-1] + _YEARS)))
        else:
            asked.append(Asked(invent.single(kinds[0]).question))
            place = start + body.index(said[-1])
            asked.append(Asked(question.format(town=town, year=years[-1]), (values[-1],), place))
    draw.shuffle(asked)
    return Document("register", "0" * 64, "Register", "text", text, (), tuple(sections)), asked


def _sentences(prose: str) -> list[str]:
    return [" ".join(prose[start:end].split()) for start, end in sentences(prose)]
