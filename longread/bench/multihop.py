"""Long documents for multi-hop questions: gold passages among those of many other questions.

Every sample has a shuffle of its own, drawn from seed, question and length: MemAgent's
builder shuffled with one constant seed, so that an item's passages stood in the same
slots of every sample of a length. Distractors are the passages that came with the
question, and passages of other questions, never a copy of a gold passage. For an
unanswerable sample the gold passages are left out, with all that has the same title.

One limit no builder can lift: that an unanswerable document does not answer is known from
titles, copies and the answer's words, not from a reader; another passage may still imply it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from longread.bench.lengths import length_label
from longread.bench.passages import Passage, Row, as_words
from longread.bench.records import (
    DOCUMENTS,
    QUESTIONS,
    Evidence,
    Question,
    read_questions,
    write_questions,
)
from longread.documents import load
from longread.errors import UsageError

Count = Callable[[str], int]
Report = Callable[[str], None]


# The reader heads every chunk with the document's title: it must not be a passage's.
_TITLE = "# Articles\n\n"
# A document may fall so far short of the wanted length, in shares of it, and bear its name.
_SHORTFALL = 0.05
# Below this no smaller passage is looked for.
_NOT_WORTH_FILLING = 0.01
# Paragraphs of a filler are joined up to this size: encyclopaedia passages have 500 characters
# (HotpotQA, 2Wiki and MuSiQue together).
_FILLER_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build: `samples` questions at each of `lengths` (tokens).

    `unanswerable` is the share of the questions whose gold passages are left out.
    """

    lengths: tuple[int, ...]
    samples: int
    unanswerable: float = 0.2
    seed: int = 0


class Pool:
    """Passages to mislead with, doubles dropped, their tokens counted once."""

    def __init__(self, passages: Iterable[Passage], count: Count) -> None:
        distinct = {(each.title_words, as_words(each.text)): each for each in passages}
        self.passages = list(distinct.values())
        self._count = count
        self._tokens: dict[Passage, int] = {}

    def tokens(self, passage: Passage) -> int:
        """Tokens that the passage takes in a document, heading and blank lines included."""
        if passage not in self._tokens:
            self._tokens[passage] = self._count(f"\n\n{_rendered(passage).rstrip()}")
        return self._tokens[passage]

    def size(self) -> int:
        """Tokens of all passages together."""
        return sum(map(self.tokens, self.passages))


def build(
    rows: Sequence[Row], filler: Iterable[Passage], plan: Plan, folder: Path, count: Count
) -> list[Question]:
    """Write documents and `questions.jsonl` into `folder`; the questions come back.

    `count` counts tokens by the model's tokenizer. The same plan on the same rows writes
    the same files. Raises UsageError where the passages are too few for a length.
    """
    pool = Pool(
        [passage for row in rows for passage in (*row.gold, *row.others)] + list(filler), count
    )
    _require(pool, max(plan.lengths))
    (folder / DOCUMENTS).mkdir(parents=True, exist_ok=True)
    questions = []
    for number, (row, answerable) in enumerate(chosen(rows, plan)):
        for length in plan.lengths:
            sample = _sample(row, answerable, pool, length, plan.seed)
            name = f"{DOCUMENTS}/{row.data}-{length}-{number:04d}.md"
            (folder / name).write_text(sample.text, "utf-8")
            questions.append(_question(row, sample, name, length))
    write_questions(folder / QUESTIONS, questions)
    return read_questions(folder / QUESTIONS)


def chosen(rows: Sequence[Row], plan: Plan) -> Iterator[tuple[Row, bool]]:
    """The questions of the plan, the files in turn, and whether each is left answerable."""
    files: dict[str, list[Row]] = {}
    for row in rows:
        files.setdefault(row.data, []).append(row)
    for data, each in files.items():
        random.Random(f"{plan.seed}|{data}").shuffle(each)
    turns = max(map(len, files.values()))
    drawn = [each[turn] for turn in range(turns) for each in files.values() if turn < len(each)]
    drawn = drawn[: plan.samples]
    silent = random.Random(f"{plan.seed}|unanswerable").sample(
        range(len(drawn)), round(plan.unanswerable * len(drawn))
    )
    for number, row in enumerate(drawn):
        yield row, number not in silent


def filler_passages(files: Sequence[str]) -> Iterator[Passage]:
    """Passages cut from documents at paragraph borders, each under its section's name.

    Other prose than the questions' own is easier to tell from the gold passages.
    """
    for file in files:
        document = load(file)
        text, bounds = document.text, [*(document.blocks or (0,)), len(document.text)]
        start, number = bounds[0], 0
        for end in bounds[1:]:
            if end - start < _FILLER_CHARACTERS and end != len(text):
                continue
            number += 1
            section = document.section_at(start)
            name = section.title if section else document.title
            passage = Passage.of(f"{name} ({number})", text[start:end])
            start = end
            if passage.text:
                yield passage


@dataclass(frozen=True, slots=True)
class _Sample:
    text: str
    evidence: tuple[tuple[Passage, int], ...]  # gold passages and where they begin
    answerable: bool

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:8]


def _sample(row: Row, answerable: bool, pool: Pool, length: int, seed: int) -> _Sample:
    generator = random.Random(f"{seed}|{row.data}|{row.id}|{length}")
    gold = row.gold if answerable else ()
    room = length - pool.tokens(Passage("", _TITLE)) - sum(map(pool.tokens, gold))
    taken = list(gold)
    refused = False
    for passage in _distractors(row, answerable, pool, generator):
        if pool.tokens(passage) <= room:
            taken.append(passage)
            room -= pool.tokens(passage)
        else:
            refused = True
            if room < _NOT_WORTH_FILLING * length:
                break
    if room > _SHORTFALL * length and not refused:
        raise _too_few(length, length - room)
    generator.shuffle(taken)
    return _written(taken, gold)


def _written(passages: Sequence[Passage], gold: Sequence[Passage]) -> _Sample:
    parts, position, places = [_TITLE], len(_TITLE), {}
    for passage in passages:
        places[passage] = position + len(_heading(passage))
        parts.append(_rendered(passage))
        position += len(parts[-1])
    evidence = tuple((passage, places[passage]) for passage in gold)
    return _Sample("".join(parts), evidence, bool(gold))


def _distractors(
    row: Row, answerable: bool, pool: Pool, generator: random.Random
) -> Iterator[Passage]:
    """First those that came with the question, then all others, each in an order of its own."""
    own = [each for each in row.others if answerable or not _gives_away(each, row)]
    generator.shuffle(own)
    yield from own
    seen = {*row.gold, *row.others}
    others = list(pool.passages)
    generator.shuffle(others)
    for passage in others:
        if passage not in seen and not _gives_away(passage, row):
            yield passage


def _gives_away(passage: Passage, row: Row) -> bool:
    """Whether a passage may answer in the place of a gold one.

    So may one with a gold passage's title, a copy of one, and one that says the answer
    together with what a gold passage is about.
    """
    titles = [gold.title_words for gold in row.gold]
    if passage.title_words in titles:
        return True
    answers = [as_words(answer) for answer in row.answers]
    if any(map(passage.says, answers)) and any(
        title not in answers and passage.says(title) for title in titles
    ):
        return True
    return any(passage.copies(gold) for gold in row.gold)


def _question(row: Row, sample: _Sample, name: str, length: int) -> Question:
    whole = len(sample.text)
    evidence = tuple(
        Evidence(name, text=passage.text, depth=round(place / whole, 4))
        for passage, place in sample.evidence
    )
    last = max((place for _passage, place in sample.evidence), default=None)
    return Question(
        # The document's digest: results of another shuffle are not taken for this one's.
        id=f"{row.data}-{row.id}-{length_label(length)}-{sample.digest}",
        documents=(name,),
        question=row.question,
        answers=row.answers if sample.answerable else (),
        evidence=evidence,
        tags={
            "data": row.data,
            "length": length,
            "hops": row.hops,
            # The tenth of the document in which the last gold passage begins, in percent.
            "depth": None if last is None else last * 10 // whole * 10,
            "answerable": "yes" if sample.answerable else "no",
        },
    )


def _heading(passage: Passage) -> str:
    return f"## {passage.title}\n\n"


def _rendered(passage: Passage) -> str:
    return f"{_heading(passage)}{passage.text}\n\n"


def _require(pool: Pool, length: int) -> None:
    size = pool.size()
    if size < (1 - _SHORTFALL) * length:
        raise _too_few(length, size)


def _too_few(length: int, tokens: int) -> UsageError:
    return UsageError(
        f"the passages make {tokens:,} tokens, too few for {length_label(length)}.",
        "add more question files, or paragraphs of any document with --filler PATH",
    )
