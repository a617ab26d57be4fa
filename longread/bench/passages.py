"""Multi-hop questions and their passages, as HotpotQA, 2WikiMultihopQA and MuSiQue ship them.

A file is JSONL or one JSON array. Passages are `context` ([[title, sentences]], or the
hub's {"title": […], "sentences": […]}) or `paragraphs` (MuSiQue); the gold ones are named by
`supporting_facts`, `support_idx` or `is_supporting`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from longread.bench.formats.files import line, paragraph, read_json
from longread.errors import UsageError

_WORD = re.compile(r"\w+")
# Two passages are copies of each other when so many of the shorter one's runs of five words
# stand in the other: an encyclopaedia's article at two dates shares most, two articles few.
_RUN, _COPY = 5, 0.5


@dataclass(frozen=True)
class Passage:
    """A titled paragraph, on one line, with the characters as a document will hold them."""

    title: str
    text: str

    @classmethod
    def of(cls, title: str, text: str | Sequence[str]) -> Passage:
        """A passage of raw words, or of sentences."""
        return cls(line(title), paragraph(text if isinstance(text, str) else " ".join(text)))

    @cached_property
    def words(self) -> str:
        """Title and text as lower-case words, each between two blanks."""
        return as_words(f"{self.title} {self.text}")

    @cached_property
    def title_words(self) -> str:
        return as_words(self.title)

    @cached_property
    def _runs(self) -> frozenset[int]:
        """Hashes of the runs of words: the runs themselves would take ten times the memory."""
        words = _WORD.findall(self.text.lower())
        starts = range(max(1, len(words) - _RUN + 1))
        return frozenset(hash(tuple(words[at : at + _RUN])) for at in starts)

    def copies(self, other: Passage) -> bool:
        """Whether the two say the same in the same words."""
        shorter = min(len(self._runs), len(other._runs))
        return len(self._runs & other._runs) > _COPY * shorter

    def says(self, words: str) -> bool:
        """Whether `words` (as `as_words` gives them) stand in the title or the text."""
        return words in self.words


def as_words(text: str) -> str:
    """Lower-case words between blanks, so that `in` finds whole words only."""
    return f" {' '.join(_WORD.findall(text.lower()))} "


@dataclass(frozen=True, slots=True)
class Row:
    """One multi-hop question: its gold passages, and those that came with it to mislead."""

    data: str
    id: str
    question: str
    answers: tuple[str, ...]
    hops: int
    gold: tuple[Passage, ...]
    others: tuple[Passage, ...] = field(default=())


def read_rows(file: Path) -> list[Row]:
    """The questions of a file; rows that its source marks as unanswerable are left out.

    Raises UsageError naming what cannot be understood.
    """
    rows: dict[str, Row] = {}
    records = read_json(file)
    for number, record in enumerate(records if isinstance(records, list) else [records], 1):
        try:
            row = _row(record, file.stem, number)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise UsageError(
                f"row {number} of {file.name} is not a multi-hop question: "
                f"{type(error).__name__} {error}.",
                "longread bench multihop reads HotpotQA, 2WikiMultihopQA and MuSiQue files",
            ) from error
        if row is not None:
            rows.setdefault(row.id, row)
    if not rows:
        raise UsageError(f"{file.name} holds no questions.", "is it the right file?")
    return list(rows.values())


def _row(record: dict[str, Any], data: str, number: int) -> Row | None:
    if record.get("answerable") is False:
        return None
    passages, gold = _passages(record)
    chosen = dict.fromkeys(passages[index] for index in sorted(gold))
    if not chosen:
        raise ValueError("no passage is marked as support")
    steps = record.get("hops") or len(record.get("question_decomposition") or ()) or len(chosen)
    answers = [str(record["answer"]), *map(str, record.get("answer_aliases") or ())]
    return Row(
        data=data,
        id=str(record.get("id") or record.get("_id") or number),
        question=line(str(record["question"])),
        answers=tuple(dict.fromkeys(filter(None, map(line, answers)))),
        hops=int(steps),
        gold=tuple(chosen),
        others=tuple(
            passage
            for passage in dict.fromkeys(passages)
            if not any(passage.copies(each) for each in chosen)
        ),
    )


def _passages(record: dict[str, Any]) -> tuple[list[Passage], set[int]]:
    """All passages in order, and the places of the gold ones."""
    if "paragraphs" in record:
        paragraphs = record["paragraphs"]
        return (
            [Passage.of(each["title"], each["paragraph_text"]) for each in paragraphs],
            {place for place, each in enumerate(paragraphs) if each.get("is_supporting")},
        )
    context = record["context"]
    if isinstance(context, dict):
        context = zip(context["title"], context["sentences"], strict=True)
    passages = [Passage.of(title, text) for title, text in context]
    if "support_idx" in record:
        gold = {int(place) for place in record["support_idx"]}
        if not gold <= set(range(len(passages))):
            raise ValueError("support_idx names a passage that is not there")
        return passages, gold
    facts = record["supporting_facts"]
    names = facts["title"] if isinstance(facts, dict) else [fact[0] for fact in facts]
    titles = {line(str(name)) for name in names}
    gold = {place for place, passage in enumerate(passages) if passage.title in titles}
    if {passages[place].title for place in gold} != titles:
        raise ValueError("supporting_facts name a passage that is not there")
    return passages, gold
