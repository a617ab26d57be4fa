"""Sentences read alone, under their header, with questions that they answer or nearly answer.

How sure longread is of an answer, what belongs on a list, and which of several candidates is given
is told by what the reader says of one sentence. Here a sentence of a SQuAD article, or a fact told
in passing, is the whole passage: its own questions have their answer there. Those of the sentences
beside it, of another thing, or of another fact of the same thing have none, however alike they
sound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random

from drafts import sentence_around
from protocol import Asked, Lesson
from strays import Told

from longread.retrieval import Index

# Questions of a sentence that it answers, and that it does not.
_OWN, _OTHERS = 3, 2
# The others are drawn from so many more that share most words with the sentence.
_SPARE = 2
# Puts a text under a header, by its title.
Put = Callable[[str, str], str]


def of_articles(articles: Sequence[dict], count: int, put: Put, rng: Random) -> Iterator[Lesson]:
    """Sentences of paragraphs, asked the paragraph's questions that share most words with them."""
    made = 0
    while made < count:
        article = rng.choice(articles)
        asked_of = by_sentence(rng.choice(article["paragraphs"]))
        if len(asked_of) < 2:
            continue
        sentence = rng.choice(list(asked_of))
        own = [_answered(qa) for qa in asked_of[sentence]]
        wrong = _near(sentence, asked_of, rng)
        asked = [*rng.sample(own, min(len(own), _OWN)), *(Asked(each, "no") for each in wrong)]
        rng.shuffle(asked)
        yield Lesson(put(article["title"].replace("_", " "), sentence), tuple(asked), "sentence")
        made += 1


def by_sentence(paragraph: dict) -> dict[str, list[dict]]:
    """A paragraph's questions by the sentence that holds their answer."""
    found: dict[str, list[dict]] = {}
    for qa in paragraph["qas"]:
        gold = qa["answers"][0]
        sentence = sentence_around(paragraph["context"], gold["answer_start"])
        if gold["text"] in sentence:
            found.setdefault(sentence, []).append(qa)
    return found


def _answered(qa: dict) -> Asked:
    answer = " ".join(qa["answers"][0]["text"].split())
    return Asked(qa["question"].strip(), "yes", answer=answer)


def _near(sentence: str, asked_of: dict[str, list[dict]], rng: Random) -> list[str]:
    """Questions of the other sentences, of those that are most like this one."""
    others = [
        qa["question"].strip()
        for other, some in asked_of.items()
        for qa in some
        if other != sentence and qa["answers"][0]["text"].casefold() not in sentence.casefold()
    ]
    if not others:
        return []
    scores = Index(others).scores(sentence)
    near = sorted(range(len(others)), key=lambda place: -scores[place])[: _OTHERS + _SPARE]
    return [others[place] for place in rng.sample(near, min(len(near), rng.randint(1, _OTHERS)))]


def told_alone(
    titles: Sequence[str], told: Iterable[Told], put: Put, rng: Random
) -> Iterator[Lesson]:
    """Facts told in passing, each without the text around it, asked for what the other says too."""
    for each in told:
        sentence = rng.choice(each.sentences)
        asked = []
        for one in each.asked:
            if one.answer is not None and one.sentence in sentence:
                asked.append(Asked(one.question, "yes", answer=" ".join(one.answer.split())))
            else:
                asked.append(Asked(one.question, "no"))
        yield Lesson(put(rng.choice(titles), sentence), _balanced(asked, rng), "sentence")


def _balanced(asked: Sequence[Asked], rng: Random) -> tuple[Asked, ...]:
    """No more questions without an answer than with one, but for one."""
    kept = [each for each in asked if each.helps != "no"]
    others = [each for each in asked if each.helps == "no"]
    kept += rng.sample(others, min(len(others), max(1, len(kept))))
    rng.shuffle(kept)
    return tuple(kept)
