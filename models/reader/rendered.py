"""Invented tables as longread reads them out of a file and shows them to the reader.

    python -m rendered --count 2          # from this folder: print some

A table of tables_money.py or tables_other.py becomes a page of HTML, which longread reads: so its
heads, caption, period and unit are found, rows rendered and passages cut as they are in a user's
file. The reader meets a table in four ways, and lessons have all of them: a passage with rows as
they stand ("row | cell | cell"), one with rows as records, a row alone as a record, and a row alone
in the words that retrieval sees.
"""

from __future__ import annotations

import argparse
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from pathlib import Path
from random import Random

from drafts import HERE, Asked, Draft, drawn
from generated import restyled
from grammar import Scene
from tables import SLOTS, Table, drafted
from tables_money import KINDS as MONEY
from tables_other import KINDS as OTHER

from longread.documents import Document, load
from longread.documents.chunks import Span
from longread.documents.model import Page
from longread.documents.render import for_model
from longread.documents.table import TableRow, row_text
from longread.reading.corpus import Corpus

Count = Callable[[str], int]
# Sizes of a passage, as longread cuts them; and the most that a lesson's passage may have.
SIZES, LONGEST = (192, 256, 256), 420
# How often the reader is shown a passage as it stands, as records, a row alone as a record, and in
# retrieval's words.
_WAYS = {"stands": 45, "records": 20, "record": 22, "words": 13}
# Questions of a passage with and without an answer there.
_ANSWERED, _OPEN = 3, (1, 2, 2)
_SAID_OTHERWISE = 0.5
# benchmarks/records.py measures with such a table.
_KEPT_OUT = "harbour dues"


@dataclass(frozen=True)
class Shown:
    """What the reader is shown of a table, under its header, with questions."""

    text: str
    asked: tuple[Asked, ...]


@cache
def said() -> dict[str, tuple[str, ...]]:
    """Other names of rows, as people ask for them."""
    found = tomllib.loads((HERE / "said.toml").read_text("utf-8"))["said"]
    return {label: tuple(ways.split(" / ")) for label, ways in found.items()}


def in_other_words(rng: Random, question: str, labels: Sequence[str]) -> str:
    """The question with the row that it names called otherwise, where another name is known."""
    for label in sorted(labels, key=len, reverse=True):
        ways = said().get(label)
        if ways and label.casefold() in question.casefold():
            begin = question.casefold().index(label.casefold())
            return f"{question[:begin]}{rng.choice(ways)}{question[begin + len(label) :]}"
    return question


def page(rng: Random, title: str, section: str, made: Table, caption: Sequence[str]) -> str:
    """The table as a page of HTML, its caption above or in it."""
    width = len(made.columns) + 1
    lines = [f"<h1>{escape(section or title)}</h1>"]
    lines += [f"<p>{escape(line)}</p>" for line in caption[:-1]]
    inside = rng.random() < 0.6
    above = escape(caption[-1]) if caption else ""
    lines += [f"<p>{above}</p>"] if above and not inside else []
    lines += ["<table>", f"<caption>{above}</caption>" if above and inside else ""]
    heads = "".join(f"<th>{escape(each)}</th>" for each in (made.corner, *made.columns))
    lines.append(f"<tr>{heads}</tr>")
    for number, (label, cells) in enumerate(made.rows):
        if number in made.groups:
            lines.append(f'<tr><th colspan="{width}">{escape(made.groups[number])}</th></tr>')
        figures = "".join(f"<td>{escape(each)}</td>" for each in cells)
        lines.append(f"<tr><th>{escape(label)}</th>{figures}</tr>")
    lines.append("</table>")
    lines += [f"<p>{escape(note)}</p>" for note in made.notes if rng.random() < 0.4]
    body = "\n".join(filter(None, lines))
    head = f"<head><title>{escape(title)}</title></head>"
    return f"<!doctype html><html>{head}<body>{body}</body></html>"


def read(rng: Random, html: str, name: str) -> Document:
    """The page as longread reads it; two of three as a page of a PDF."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.html"
        file.write_text(html, "utf-8")
        document = load(str(file), use_cache=False)
    if rng.random() < 0.67:
        one = Page(rng.randint(2, 240), None, 0, len(document.text))
        sections = () if rng.random() < 0.5 else document.sections
        document = replace(document, kind="pdf", pages=(one,), sections=sections)
    return document


def table(rng: Random, count: Count) -> Shown | None:
    """A table of one of the kinds in one of the ways that the reader meets it."""
    kinds = rng.choice((MONEY, OTHER))
    scene = Scene(rng, SLOTS)
    made = rng.choice(kinds)(rng, scene)
    draft = drafted(rng, scene, made)
    if _KEPT_OUT in "\n".join((draft.title, draft.section, *draft.blocks)).casefold():
        return None
    caption = draft.blocks[: draft.blocks.index(_head(made))]
    document = read(rng, page(rng, draft.title, draft.section, made, caption), "table")
    if len(document.tables) != 1:
        return None
    corpus = Corpus([document], chunk_tokens=1024, passage_tokens=rng.choice(SIZES), count=count)
    way = rng.choices(list(_WAYS), list(_WAYS.values()))[0]
    labels = [label for label, _cells in made.rows] + made.absent_rows
    questions = _questions(rng, draft, document, labels)
    if way in ("record", "words"):
        return _row(rng, corpus, questions, way)
    return _passage(rng, corpus, questions, way)


def _head(made: Table) -> str:
    return " | ".join([*([made.corner] if made.corner else []), *made.columns])


def _questions(
    rng: Random, draft: Draft, document: Document, labels: Sequence[str]
) -> list[tuple[TableRow | None, Asked]]:
    """Every question with the row that answers it, if any."""
    (found,) = document.tables
    rows = {row_text(row.cells): row for row in found.rows}
    asked: list[tuple[TableRow | None, Asked]] = []
    for each in draft.answerable:
        row = rows.get(each.sentence)
        if row is not None:
            asked.append((row, each))
    asked += [(None, Asked(question, None, "")) for question in draft.unanswerable]
    made = []
    for place, each in asked:
        question = each.question
        if rng.random() < _SAID_OTHERWISE:
            question = in_other_words(rng, question, labels)
        made.append((place, Asked(restyled(rng, question), each.answer, each.sentence)))
    rng.shuffle(made)
    return made


def _passage(
    rng: Random, corpus: Corpus, questions: Sequence[tuple[TableRow | None, Asked]], way: str
) -> Shown | None:
    """A passage with some rows; a question for a row that stands in another one is open here."""
    document = corpus.documents[0]
    holding = [each for each in corpus.passages if document.table_lines(each.start, each.end)]
    passage = rng.choice(holding)
    here = [a for row, a in questions if row is not None and _inside(row, passage)]
    elsewhere = [
        replace(a, answer=None, sentence="")
        for row, a in questions
        if row is None or not _inside(row, passage)
    ]
    rng.shuffle(elsewhere)
    asked = _distinct([*here[:_ANSWERED], *elsewhere[: rng.choice(_OPEN) if here else 3]])
    if way == "records":
        text = corpus.under_header(passage, for_model(document, passage.start, passage.end))
    else:
        text = corpus.headed(passage)
    if not asked or corpus.count(text) > LONGEST:
        return None
    rng.shuffle(asked)
    return Shown(text.strip(), tuple(asked))


def _row(
    rng: Random, corpus: Corpus, questions: Sequence[tuple[TableRow | None, Asked]], way: str
) -> Shown | None:
    """One row alone, with its own questions and those of its neighbours."""
    document = corpus.documents[0]
    (found,) = document.tables
    with_one = [row for row, _asked in questions if row is not None]
    if not with_one:
        return None
    row = rng.choice(with_one)
    passage = next(each for each in corpus.passages if _inside(row, each))
    text = (
        corpus.record(passage, found, row)
        if way == "record"
        else corpus.under_header(passage, found.words(row))
    )
    own = [a for other, a in questions if other is row]
    others = [replace(a, answer=None, sentence="") for other, a in questions if other is not row]
    asked = _distinct([*own[:2], *others[: rng.choice((1, 2, 2, 3))]])
    rng.shuffle(asked)
    return Shown(text.strip(), tuple(asked))


def _inside(row: TableRow, span: Span) -> bool:
    return span.start <= row.start and row.end <= span.end


def _distinct(asked: Sequence[Asked]) -> list[Asked]:
    return list({each.question: each for each in reversed(asked)}.values())


def shown(seed: int, number: int, count: Count) -> Iterator[Shown]:
    """`number` of them; deterministic, and the beginning does not depend on how many."""
    return drawn("rendered", seed, number, lambda rng: table(rng, count))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for each in shown(given.seed, given.count, lambda text: len(text) // 4):
        print(f"===\n{each.text}\n")
        for asked in each.asked:
            print(f"    {asked.question} -> {asked.answer}")


if __name__ == "__main__":
    main()
