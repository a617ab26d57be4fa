"""SQuAD and what is written like it: SQuAD 2 with unanswerable questions, XQuAD, COVID-QA.

One document an article, its paragraphs as they stand; joined, one document with a section
an article. The evidence is the paragraph that holds the answer. Offsets are not trusted:
some data sets have them wrong, and the answer is taken where it stands nearest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from longread.bench.formats import Converted, Wanted
from longread.bench.formats.files import file_name, line, malformed, paragraph, read_json, unlike
from longread.bench.records import DOCUMENTS, Evidence, Question, Tag

_BLANK_LINE = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class _Article:
    title: str
    paragraphs: list[str]
    questions: list[Question]


def read(file: Path, wanted: Wanted) -> Converted:
    """See `longread.bench.formats.convert`."""
    record = read_json(file)
    articles = []
    taken: Counter[str] = Counter()
    where = "the top"
    try:
        for number, article in enumerate(record["data"], 1):
            where = f"article {number}"
            articles.append(_article(article, number, file.stem, taken))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise malformed(file, "SQuAD", where, error) from error
    return _joined(articles, file.stem) if wanted.joined else _apart(articles)


def _article(record: dict[str, Any], number: int, data: str, taken: Counter[str]) -> _Article:
    contexts = record["paragraphs"]
    title = line(str(record.get("title") or "").replace("_", " ")) or _first_line(contexts, number)
    paragraphs: list[str] = []
    questions: list[Question] = []
    for context in contexts:
        blocks = list(_blocks(str(context["context"])))
        paragraphs += [block for _start, _end, block in blocks]
        for asked in context["qas"]:
            identity = unlike(str(asked["id"]), taken)
            questions.append(_question(asked, identity, context["context"], blocks, data, title))
    return _Article(title, paragraphs, questions)


def _first_line(contexts: Sequence[dict[str, Any]], number: int) -> str:
    """A title for an article without one: its first line, where that is short."""
    first = line(str(contexts[0]["context"]).strip().partition("\n")[0]) if contexts else ""
    return first if 0 < len(first) <= 200 else f"Article {number}"


def _blocks(context: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and words of each paragraph: a context may be a whole article."""
    start = 0
    for gap in [*_BLANK_LINE.finditer(context), None]:
        end = gap.start() if gap else len(context)
        words = paragraph(context[start:end])
        if words:
            yield start, end, words
        start = gap.end() if gap else end


def _question(
    record: dict[str, Any],
    identity: str,
    context: str,
    blocks: Sequence[tuple[int, int, str]],
    data: str,
    title: str,
) -> Question:
    silent = bool(record.get("is_impossible"))
    golds = [] if silent else [each for each in record["answers"] if each["text"].strip()]
    tags: dict[str, Tag] = {
        "data": data,
        "article": title,
        "kind": "answerable" if golds else "unanswerable",
    }
    held = _holding(context, golds[0], blocks) if golds else None
    return Question(
        id=identity,
        documents=(),
        question=line(str(record["question"])),
        answers=tuple(dict.fromkeys(line(gold["text"]) for gold in golds)),
        evidence=(Evidence("", text=held),) if held else (),
        tags=tags,
    )


def _holding(
    context: str, gold: dict[str, Any], blocks: Sequence[tuple[int, int, str]]
) -> str | None:
    """The paragraph in which the answer stands nearest to where the file says."""
    text, said = gold["text"], int(gold.get("answer_start", 0))
    places = [match.start() for match in re.finditer(re.escape(text), context)]
    place = min(places, key=lambda at: abs(at - said), default=said)
    # Blanks at the answer's ends belong to no paragraph.
    place += len(text) - len(text.lstrip())
    return next((words for start, end, words in blocks if start <= place < end), None)


def _apart(articles: Sequence[_Article]) -> Converted:
    taken: Counter[str] = Counter()
    texts, questions = {}, []
    for article in articles:
        name = f"{DOCUMENTS}/{file_name(article.title, taken)}.md"
        texts[name] = _text(f"# {article.title}", article.paragraphs)
        questions += [_in(question, name) for question in article.questions]
    return Converted(questions, texts)


def _joined(articles: Sequence[_Article], stem: str) -> Converted:
    name = f"{DOCUMENTS}/{file_name(stem, Counter())}.md"
    sections = [_text(f"## {article.title}", article.paragraphs) for article in articles]
    questions = [_in(question, name) for article in articles for question in article.questions]
    return Converted(questions, {name: "\n".join(["# Articles\n", *sections])})


def _text(heading: str, paragraphs: Sequence[str]) -> str:
    return "\n\n".join([heading, *paragraphs]) + "\n"


def _in(question: Question, name: str) -> Question:
    evidence = tuple(replace(one, document=name) for one in question.evidence)
    return replace(question, documents=(name,), evidence=evidence)
