"""Lessons of invented documents, under the headers that longread writes.

Passages of generated.py, facts told in passing (strays.py), tables as longread reads them
(rendered.py), statements (ratios.py), like records (like.py), and sentences alone (alone.py).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import like
import ratios
import rendered
from alone import of_articles, told_alone
from drafts import Asked as Invented
from drafts import headed
from generated import passages
from protocol import Asked, Lesson
from strays import Told, put_below, put_into, reworded, strays

from longread.documents.sentences import sentences

Count = Callable[[str], int]
# Facts that stand in a note below the text.
_FOOTNOTES = 0.25


def generated_lessons(seed: int, count: int, rng: random.Random) -> Iterator[Lesson]:
    """Passages of our own, under the headers that longread writes."""
    for passage in passages(seed, count):
        header = " | ".join(
            part
            for part in (passage.title, passage.section, f"page {passage.page}")
            if part and rng.random() < 0.9
        )
        asked = [_reply_to(each, rng) for each in passage.questions]
        yield Lesson(f"{header}\n{passage.text}".strip(), tuple(asked), "generated")


def _reply_to(asked: Invented, rng: random.Random, quoted: float = 0.1) -> Asked:
    """What is wanted for a question on an invented passage: one answer in ten as a quote."""
    if asked.answer is None:
        return Asked(asked.question, "no")
    if rng.random() < quoted:
        return Asked(asked.question, "yes", quote=" ".join(asked.sentence.split()))
    return Asked(asked.question, "yes", answer=" ".join(asked.answer.split()))


def stray_lessons(
    articles: Sequence[dict], told: Iterable[Told], rng: random.Random, footnotes: float = 0.0
) -> Iterator[Lesson]:
    """Facts told in passing, in the midst of SQuAD's paragraphs; those are asked about, too.

    `footnotes` is the share that stands below the paragraph.
    """
    put = headed(rng)
    for stray in told:
        article = rng.choice(articles)
        here, there = rng.sample(article["paragraphs"], 2)
        host = _beginning(here["context"], rng.randint(40, 150))
        asked = [_reply_to(each, rng) for each in stray.asked]
        own = [qa for qa in here["qas"] if _within(qa, host)]
        for qa in rng.sample(own, min(len(own), 2)):
            answer = " ".join(qa["answers"][0]["text"].split())
            asked.append(Asked(qa["question"].strip(), "yes", answer=answer))
        foreign = [
            qa for qa in there["qas"] if qa["answers"][0]["text"].casefold() not in host.casefold()
        ]
        asked += [Asked(qa["question"].strip(), "no") for qa in foreign[:1]]
        rng.shuffle(asked)
        below = footnotes and rng.random() < footnotes
        text = (put_below if below else put_into)(host, stray.sentences, rng)
        body = put(article["title"].replace("_", " "), text)
        yield Lesson(body, tuple(asked), "stray")


def _beginning(text: str, words: int) -> str:
    """The first sentences of a text, until they have so many words."""
    end = 0
    for _start, end in sentences(text):
        if len(text[:end].split()) >= words:
            break
    return text[:end]


def _within(qa: dict, text: str) -> bool:
    gold = qa["answers"][0]
    return gold["answer_start"] + len(gold["text"]) <= len(text)


def _invented(
    title: str, section: str, text: str, asked: Sequence[Invented], source: str, rng: random.Random
) -> Lesson:
    """A passage of our own under a header of the kind that longread writes."""
    page = f"page {rng.randint(1, 260)}"
    header = " | ".join(part for part in (title, section, page) if part and rng.random() < 0.9)
    return Lesson(
        f"{header}\n{text}".strip(), tuple(_reply_to(each, rng) for each in asked), source
    )


def more_invented(seed: int, count: Count, sizes: argparse.Namespace) -> Iterator[Lesson]:
    """Tables as longread reads them, statements in full, and like records, many and alone."""
    rng = random.Random(f"invented {seed}")
    for shown in rendered.shown(seed, sizes.rendered, count):
        asked = tuple(_reply_to(each, rng, quoted=0.0) for each in shown.asked)
        yield Lesson(shown.text, asked, "table")
    for stated in ratios.statements(seed, sizes.statements, count):
        yield Lesson(stated.text, stated.asked, "statement")
    for alone, number in ((False, sizes.registers), (True, sizes.records)):
        for each in like.registers(seed, number, alone):
            yield _invented(each.title, each.section, each.text, each.asked, "like", rng)


def sentences_and_facts(
    articles: Sequence[dict], seed: int, sizes: argparse.Namespace
) -> Iterator[Lesson]:
    """Facts told in other words than the question's, and SQuAD's sentences alone."""
    rng = random.Random(f"sentences {seed}")
    put = headed(rng)
    titles = [each["title"].replace("_", " ") for each in articles]
    yield from stray_lessons(articles, reworded(seed, sizes.reworded), rng, _FOOTNOTES)
    alone = sizes.reworded // 2
    facts = chain(reworded(seed + 1, alone), strays(seed + 1, alone))
    yield from told_alone(titles, facts, put, rng)
    yield from of_articles(articles, sizes.sentences, put, rng)
