"""Questions for one cell of a table, and of sentences that are alike but for an identifier.

    python benchmarks/records.py FOLDER [--set fit]
    python benchmarks/loop.py FOLDER/questions.jsonl --tag before --kind cell --wrong

Invented documents by `records/tables.toml` and `records/like.toml`: like tables (HTML) with heads
of one or two lines, caption, period and unit, ten questions a kind of table: 60; like records as
text and PDF, four questions a kind: 44. The same files come out every time. Weights are fitted
on the kinds of `--set fit` (models/reader/fit_cells.py), figures are those of the others.
"""

from __future__ import annotations

import argparse
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymupdf

from longread.bench.records import Evidence, Question, write_questions

HERE = Path(__file__).parent / "records"
CELLS, RECORDS = 10, 4
# Of ten questions about a kind of table so many ask for the label of a row.
LABELS = 2
PEOPLE = ("Finn", "Elin", "Dag", "Ciara", "Ola", "Ida", "Jon", "Mara")
NAMES = ("Halvorsen", "Lindqvist", "Okafor", "Petrov", "Marchbank", "Pettigrew", "Holt")
COMPANIES = ("Kestrel Lines", "Birk & Sons", "Northern Cement", "Orla Foods", "Tarn Marine")
POSTS = ("Director", "Night assistant", "Librarian", "Optician", "Cook", "Treasurer", "Clerk")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
PROSE = "The figures below were taken from the books, and were looked through by the board."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="where questions.jsonl and the documents go")
    parser.add_argument("--set", default="measured", choices=("measured", "fit"))
    parser.add_argument("--cells", type=int, default=CELLS, help="questions a kind of table")
    parser.add_argument("--records", type=int, default=RECORDS, help="questions a kind of record")
    given = parser.parse_args()
    questions = make(given.folder, given.set, given.cells, given.records)
    write_questions(given.folder / "questions.jsonl", questions)
    print(f"{len(questions)} questions: {given.folder / 'questions.jsonl'}")


def make(folder: Path, wanted: str, cells: int, records: int) -> list[Question]:
    """Write the documents of a set of kinds; so many questions a kind of table, and of record."""
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    return [
        *(q for kind in kinds("tables", wanted) for q in of_table(kind, folder, cells)),
        *(q for kind in kinds("like", wanted) for q in of_records(kind, folder, records)),
    ]


def kinds(file: str, wanted: str) -> list[dict[str, Any]]:
    """The kinds of a set."""
    found = tomllib.loads((HERE / f"{file}.toml").read_text("utf-8"))["kind"]
    return [each for each in found if each["set"] == wanted]


def of_table(kind: dict[str, Any], folder: Path, count: int) -> Iterator[Question]:
    """A page with a table for each `like`, and questions for their cells and labels."""
    draw = random.Random(kind["name"])
    rows = [each.partition(" = ")[::2] for each in kind["rows"]]
    columns = [column(each) for each in kind["columns"]]
    asks = kind.get("asks") or kind["ask"]
    apart = [rows[:4], rows[4:]] if kind.get("apart") else [rows] * len(kind["like"])
    tables = []
    for like, own in zip(kind["like"], apart, strict=True):
        values = [distinct(draw, sort, len(own)) for _head, _said, sort in columns]
        tables.append((like, own, [list(cells) for cells in zip(*values, strict=True)]))
    name = f"documents/{kind['name']}.html"
    (folder / name).write_text(page(kind, columns, tables), "utf-8")
    labels = LABELS if kind["label"] else 0
    wanted = [(t, r, c) for t, (_like, own, _cells) in enumerate(tables)
              for r in range(len(own)) for c in range(len(columns))]  # fmt: skip
    draw.shuffle(wanted)
    made = 0
    for table, row, at in wanted:
        like, own, cells = tables[table]
        place = {"like": like, "row": own[row][1], "column": columns[at][1]}
        answer, asked = (
            cells[row][at],
            asks[at % len(asks)] if kind.get("asks") else draw.choice(asks),
        )
        if made < labels:
            if at not in kind.get("label_columns", range(len(columns))):
                continue
            asked, place["cell"], answer = draw.choice(_labels(kind, at)), answer, own[row][0]
            named = tables[table : table + 1] if "{like}" in asked else tables
            if [line[at] for _l, _o, some in named for line in some].count(place["cell"]) > 1:
                continue
        text = " | ".join([own[row][0], *cells[row]])
        yield Question(
            f"{kind['name']}-{made}", (name,), capital(asked.format(**place)), (answer,),
            (Evidence(name, text=text),), tags={"kind": "label" if made < labels else "cell"},
        )  # fmt: skip
        made += 1
        if made == count:
            return


def _labels(kind: dict[str, Any], at: int) -> list[str]:
    """How a row's label is asked for by what its column `at` says."""
    by_column = kind.get("label_columns")
    return [kind["label"][by_column.index(at) % len(kind["label"])]] if by_column else kind["label"]


def column(text: str) -> tuple[list[str], str, str]:
    """The lines of a column's head, how a question says it, and what its cells hold."""
    head, _, rest = text.partition(" = ")
    said, _, sort = rest.rpartition(" : ")
    return head.split(" / "), said, sort


def page(kind: dict[str, Any], columns: list[Any], tables: list[Any]) -> str:
    """The document as HTML: prose, and a table for each of those that are alike."""
    parts = [f"<!doctype html><html><head><title>{kind['title']}</title></head><body>"]
    parts.append(f"<h1>{kind['title']}</h1><p>{PROSE}</p>")
    for like, own, cells in tables:
        parts.append(f"<table><caption>{kind['caption'].format(like=like)}</caption>")
        parts += heads(kind["corner"], [head for head, _said, _sort in columns])
        for (label, _said), line in zip(own, cells, strict=True):
            parts.append(f"<tr><th>{label}</th>{''.join(f'<td>{c}</td>' for c in line)}</tr>")
        parts.append("</table><p>All figures are as of the day of printing.</p>")
    return "\n".join([*parts, "</body></html>"])


def heads(corner: str, columns: list[list[str]]) -> Iterator[str]:
    """Rows of heads: those of two lines span the columns that share the first."""
    deep = max(map(len, columns))
    first, at = [f'<th rowspan="{deep}">{corner}</th>'], 0
    while at < len(columns):
        head = columns[at]
        if len(head) < deep:
            first.append(f'<th rowspan="{deep}">{head[0]}</th>')
            at += 1
            continue
        alike = 1
        if deep == 2:
            while at + alike < len(columns) and columns[at + alike][0] == head[0]:
                alike += 1
        first.append(f'<th colspan="{alike}">{head[0]}</th>')
        at += alike
    yield f"<tr>{''.join(first)}</tr>"
    if deep == 2:
        second = "".join(f"<th>{head[1]}</th>" for head in columns if len(head) == 2)
        yield f"<tr>{second}</tr>"


def of_records(kind: dict[str, Any], folder: Path, count: int) -> Iterator[Question]:
    """A document of like records, and questions for some of them."""
    draw = random.Random(kind["name"])
    ids = kind["ids"]
    if isinstance(ids, str):
        pattern, low, high = ids.split()
        ids = [pattern.format(n=number) for number in range(int(low), int(high) + 1)]
    values = distinct(draw, kind["value"], len(ids))
    others = distinct(draw, kind.get("other", "month"), len(ids))
    records = [
        kind["text"].format(id=one, value=value, other=other, month=draw.choice(MONTHS))
        for one, value, other in zip(ids, values, others, strict=True)
    ]
    name = f"documents/{kind['name'].replace(' ', '-')}"
    name += ".pdf" if kind["apart"] == "page" else ".txt"
    write(folder / name, records, kind["apart"])
    answers = others if kind.get("wanted") == "other" else values
    for number in sorted(draw.sample(range(len(ids)), min(count, len(ids)))):
        yield Question(
            f"{kind['name'].replace(' ', '-')}-{ids[number].replace(' ', '-')}", (name,),
            kind["ask"].format(id=ids[number]), (answers[number],),
            (Evidence(name, text=records[number]),), tags={"kind": "like"},
        )  # fmt: skip


def write(file: Path, records: list[str], apart: str) -> None:
    """The records as paragraphs, lines, running text, or pages of a PDF."""
    if apart != "page":
        between = {"paragraph": "\n\n", "line": "\n", "run": " "}[apart]
        file.write_text(f"{between.join(records)}\n", "utf-8")
        return
    with pymupdf.open() as document:
        for record in records:
            sheet = document.new_page()
            sheet.insert_textbox((60, 60, 520, 400), record, fontsize=9)
        document.save(file)


def distinct(draw: random.Random, sort: str, count: int) -> list[str]:
    """Values of a sort, no two alike where there are enough of them; of "lone" one is yes."""
    if sort == "lone":
        return draw.sample(["yes", *["no"] * (count - 1)], count)
    made: list[str] = []
    tries = 0
    while len(made) < count:
        value = one(draw, sort)
        tries += 1
        if value not in made or tries > 40 * count:
            made.append(value)
    return made


def one(draw: random.Random, sort: str) -> str:
    """A value: "int 10 90", "money 10 90 £", "month", "person", "choice a|b", …"""
    name, _, rest = sort.partition(" ")
    bounds = rest.split()
    if name == "int":
        low, high = map(int, bounds)
        years = low > 1800 and high < 2100
        return str(draw.randint(low, high)) if years else f"{draw.randint(low, high):,}"
    if name == "decimal":
        return f"{draw.uniform(*map(float, bounds)):.1f}"
    if name == "money":
        return f"{bounds[2]}{draw.randint(int(bounds[0]), int(bounds[1])):,}"
    return {
        "percent": lambda: f"{draw.uniform(1, 9):.2f}%",
        "month": lambda: f"{draw.choice(MONTHS)} {draw.randint(2015, 2039)}",
        "date": lambda: f"{draw.randint(1, 28)} {draw.choice(MONTHS)} {draw.randint(1990, 2024)}",
        "time": lambda: f"{draw.randint(4, 22):02}:{draw.randint(0, 59):02}",
        "person": lambda: f"{draw.choice(PEOPLE)} {draw.choice(NAMES)}",
        "company": lambda: draw.choice(COMPANIES),
        "post": lambda: draw.choice(POSTS),
        "room": lambda: f"{draw.choice('ABC')}{draw.randint(100, 399)}",
        "yes": lambda: draw.choice(("yes", "no")),
        "word": lambda: draw.choice(("tern", "gull", "auk", "skua")) + str(draw.randint(10, 99)),
        "choice": lambda: draw.choice(rest.split("|")),
    }[name]()


def capital(text: str) -> str:
    """The text with a capital letter first."""
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    main()
