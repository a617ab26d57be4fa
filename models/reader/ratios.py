"""Statements in full, and figures that are calculated from their rows.

    python -m ratios --count 3          # from this folder: print some

A ratio needs two rows, often of two statements. A passage that has both holds the answer; one that
has one of them is a part, with its row as the quote and the other row as what to look for; with the
other in the notes it holds the rest. A passage of a statement without either does not help. The
same statements are asked for single figures, in other words than their rows'.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any

from drafts import HERE, drawn
from generated import restyled
from grammar import Scene
from protocol import Asked
from rendered import page, read, said
from tables import SLOTS, Table, figures, years
from tables_money import UNITS

from longread.documents import Document
from longread.documents.chunks import Span
from longread.documents.render import for_model
from longread.documents.table import row_text
from longread.reading.corpus import Corpus

Count = Callable[[str], int]
SIZES, LONGEST = (192, 256, 256, 256, 352), 440
# Shares of passages with rows as records, and of questions over a note with the other figure.
_AS_RECORDS, _NOTED = 0.25, 0.35
_RATIOS, _FIGURES = 3, 2
# Rows that go out of a statement, now and then, so that no statement is like another.
_LEFT_OUT = 0.2


@dataclass(frozen=True)
class Ratio:
    """A figure that two rows give, each of a statement."""

    needs: tuple[tuple[str, str], ...]
    ask: tuple[str, ...]


@dataclass(frozen=True)
class Stated:
    """A passage of a statement with what is asked of it, notes and all."""

    text: str
    asked: tuple[Asked, ...]


@cache
def _source() -> dict[str, Any]:
    return tomllib.loads((HERE / "ratios.toml").read_text("utf-8"))


@cache
def ratios() -> tuple[Ratio, ...]:
    return tuple(
        Ratio(tuple(tuple(need.split(": ")) for need in each["needs"]), tuple(each["ask"]))
        for each in _source()["ratio"]
    )


def statement(rng: Random, scene: Scene, kind: str, columns: Sequence[int]) -> Table:
    """One statement of a company, with most of the rows that such a statement has."""
    source = _source()["statements"][kind]
    needed = {label for ratio in ratios() for _kind, label in ratio.needs}
    kept = [each for each in source["rows"] if each in needed or rng.random() > _LEFT_OUT]
    heading, name, last = rng.choice(source["headings"]), scene.value("co"), max(columns)
    negative = ("Purchases", "Repayment", "Dividends", "used in", "Changes", "Acquisitions")
    rows = []
    for label in kept:
        away = any(each in label for each in negative)
        if "per share" in label:
            cells = [f"{rng.uniform(0.1, 9):.2f}" for _ in columns]
        else:
            cells = figures(rng, scene, len(columns), rng.choice((300, 900, 4000)), away)
        rows.append((label, [f"${each}" for each in cells] if label == "Net sales" else cells))
    brand = name.split()[0].upper()
    return Table(
        title=rng.choice((f"{name} {last}", f"{name} annual report {last}", f"{brand}_{last}_10K")),
        section=heading,
        caption=[heading, f"{name} and subsidiaries"][: rng.randint(1, 2)],
        corner=rng.choice(UNITS),
        columns=[str(each) for each in columns],
        rows=rows,
        ask=[],
        notes=["See accompanying notes.", "The notes are part of these statements."],
    )


def stated(rng: Random, count: Count) -> Stated | None:
    """A passage of one statement and some ratios, changes and figures to be found in it."""
    scene = Scene(rng, SLOTS)
    columns = years(rng, rng.choice((2, 2, 3)))
    kind = rng.choice(("income", "balance", "cash"))
    made = statement(rng, scene, kind, columns)
    document = read(rng, page(rng, made.title, made.section, made, made.caption), "statement")
    if len(document.tables) != 1:
        return None
    corpus = Corpus([document], chunk_tokens=1024, passage_tokens=rng.choice(SIZES), count=count)
    passage = rng.choice(
        [each for each in corpus.passages if document.table_lines(each.start, each.end)]
    )
    records = rng.random() < _AS_RECORDS
    here = _rows(document, passage, records)
    words = for_model(document, passage.start, passage.end) if records else corpus.text(passage)
    text = corpus.under_header(passage, words).strip()
    if len(here) < 3 or count(text) > LONGEST:
        return None
    name = rng.choice((scene.value("co"), scene.value("co").split()[0]))
    asked = [
        *_ratio_questions(rng, scene, name, kind, columns, here),
        _change(rng, name, columns, made, here),
        *_figures(rng, name, columns, made, here),
    ]
    asked = [replace(each, question=restyled(rng, each.question)) for each in asked]
    if rng.random() < 0.3:
        # The same of another year or another company.
        one = rng.choice(asked)
        other = Scene(rng, SLOTS).value("co") if rng.random() < 0.5 else ""
        asked.append(_of_another(one, name, other, columns))
    rng.shuffle(asked)
    return Stated(text, tuple(asked))


@dataclass(frozen=True)
class _Row:
    """A row as it stands in what the reader is shown, and its cells."""

    line: str
    cells: tuple[str, ...]


def _rows(document: Document, passage: Span, records: bool) -> dict[str, _Row]:
    """The rows that stand in a passage as a whole, by their labels."""
    (found,) = document.tables
    return {
        row.cells[0]: _Row(
            found.record(row, context=False) if records else row_text(row.cells), row.cells
        )
        for row in found.rows
        if passage.start <= row.start and row.end <= passage.end
    }


def _ratio_questions(
    rng: Random,
    scene: Scene,
    name: str,
    kind: str,
    columns: Sequence[int],
    here: dict[str, _Row],
) -> Iterator[Asked]:
    """Ratios of which the passage has all, some or none: mostly some."""
    held: dict[str, list[Ratio]] = {"yes": [], "part": [], "no": []}
    for ratio in ratios():
        has = [label in here and where == kind for where, label in ratio.needs]
        held["yes" if all(has) else "part" if any(has) else "no"].append(ratio)
    wanted = rng.choices(("part", "yes", "no"), (55, 20, 25), k=_RATIOS)
    for helps in wanted:
        if not held[helps]:
            continue
        ratio = held[helps].pop(rng.randrange(len(held[helps])))
        year = rng.choice(columns)
        question = rng.choice(ratio.ask).format(co=name, y=year)
        own = [label for where, label in ratio.needs if where == kind and label in here]
        missing = [label for where, label in ratio.needs if label not in own]
        if helps == "no":
            yield Asked(question, "no")
        elif helps == "yes":
            yield Asked(question, "yes", quote=here[own[0]].line)
        elif rng.random() < _NOTED:
            cells = [scene.grouped(rng.randint(90, 9000)) for _ in columns]
            note = f"- (page {rng.randint(2, 240)}) {row_text([missing[0], *cells])}"
            yield Asked(question, "yes", quote=here[own[0]].line, notes=note)
        else:
            look = f"{missing[0]} {year}"
            yield Asked(question, "part", quote=here[own[0]].line, look_for=look)


def _named(rng: Random, label: str) -> str:
    ways = said().get(label)
    if ways and rng.random() < 0.7:
        return rng.choice(ways)
    return label[0].lower() + label[1:]


def _change(
    rng: Random, name: str, columns: Sequence[int], made: Table, here: dict[str, _Row]
) -> Asked:
    """How a row changed: it has both figures, so that it alone tells."""
    label = rng.choice([label for label, _cells in made.rows])
    last = max(columns)
    wording = rng.choice(_source()["change"][0]["ask"])
    question = wording.format(said=_named(rng, label), co=name, x=last - 1, y=last)
    if label not in here:
        return Asked(question, "no")
    return Asked(question, "yes", quote=here[label].line)


def _figures(
    rng: Random, name: str, columns: Sequence[int], made: Table, here: dict[str, _Row]
) -> Iterator[Asked]:
    """Single figures, of rows of this passage and of those that it lacks."""
    labels = rng.sample([label for label, _cells in made.rows], _FIGURES)
    for label in labels:
        place = rng.randrange(len(columns))
        wording = rng.choice(_source()["figure"][0]["ask"])
        question = wording.format(said=_named(rng, label), co=name, y=columns[place])
        if label in here:
            yield Asked(question, "yes", answer=here[label].cells[place + 1])
        else:
            yield Asked(question, "no")


def _of_another(one: Asked, name: str, other: str, columns: Sequence[int]) -> Asked:
    """The question about another company, or about years that no column has."""
    question = one.question.replace(name, other) if other else one.question
    if question == one.question:
        for year in (*columns, max(columns) - 1):
            question = question.replace(str(year), str(year + 9))
    return Asked(question, "no")


def statements(seed: int, number: int, count: Count) -> Iterator[Stated]:
    """`number` of them; deterministic, and the beginning does not depend on how many."""
    return drawn("stated", seed, number, lambda rng: stated(rng, count))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for each in statements(given.seed, given.count, lambda text: len(text) // 4):
        print(f"===\n{each.text}\n")
        for asked in each.asked:
            print(f"    {asked.question}\n        {asked.helps}: {asked.answer or asked.quote}")
            print(f"        {asked.look_for} {asked.notes}")


if __name__ == "__main__":
    main()
