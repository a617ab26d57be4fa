"""Tables as longread renders those of a PDF: cells joined by " | ", a row a line.

Questions ask for one cell by its row and column; without an answer are those for a row or
a column that the table lacks, and for a cell that holds a dash. The kinds of tables are in
tables_money.py and tables_other.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from drafts import Asked, Draft
from grammar import Scene

EMPTY = ("—", "-", "n/a", "")
SLOTS = {
    "co": "company", "other": "company", "town": "town", "town2": "town", "person": "person",
    "y": "year 2006 2024", "model": "model", "coined": "coined 3",
}  # fmt: skip


@dataclass
class Table:
    """Rows of cells under column names, and the wordings that ask for a cell.

    `ask` holds {row}, {col} and the slots of the scene. `groups` heads runs of rows.
    """

    title: str
    section: str
    caption: list[str]
    corner: str
    columns: list[str]
    rows: list[tuple[str, list[str]]]
    ask: list[str]
    absent_rows: list[str] = field(default_factory=list)
    absent_columns: list[str] = field(default_factory=list)
    groups: dict[int, str] = field(default_factory=dict)
    # Which column a cell stands in by its words: rows asked for by their cell.
    by_cell: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def drafted(rng: Random, scene: Scene, made: Table) -> Draft:
    """The text of a table and every question that can be put to it."""
    header = " | ".join([*([made.corner] if made.corner else []), *made.columns])
    blocks = [*made.caption, header]
    draft = Draft(scene.say(made.title), scene.say(made.section), blocks, joiner="\n")
    group = ""

    def asked(row: str, column: str) -> str:
        if row[1:2].islower() and rng.random() < 0.4:
            row = row[:1].lower() + row[1:]
        name = f"{row} ({group})" if group else row
        if group and rng.random() < 0.6:
            name = f"{group} {row[:1].lower()}{row[1:]}" if len(group) < 30 else name
        wording = rng.choice(made.ask).replace("{row}", name).replace("{col}", column)
        return tidy(scene.say(wording))

    for number, (row, cells) in enumerate(made.rows):
        if number in made.groups:
            group = made.groups[number]
            blocks.append(group)
        line = " | ".join([row, *cells])
        blocks.append(line)
        for column, cell in zip(made.columns, cells, strict=True):
            if cell in EMPTY:
                draft.unanswerable.append(asked(row, column))
            elif cell != row:
                draft.answerable.append(Asked(asked(row, column), cell, line))
        # About as many questions on a missing column as on a missing row.
        if made.absent_columns and rng.random() < 3 / len(made.rows):
            draft.unanswerable.append(asked(row, rng.choice(made.absent_columns)))
    draft.answerable += _rows_by_cell(rng, scene, made)
    group = ""
    for row in made.absent_rows:
        draft.unanswerable.append(asked(row, rng.choice(made.columns)))
    blocks += rng.sample(made.notes, rng.randint(0, len(made.notes)))
    rng.shuffle(draft.unanswerable)
    draft.answerable = _one_a_row(rng, draft.answerable)
    return draft


def _rows_by_cell(rng: Random, scene: Scene, made: Table) -> list[Asked]:
    """Which row holds this cell? Only for cells that no other row has in that column."""
    asked: list[Asked] = []
    if not made.by_cell or made.groups:
        return asked
    for row, cells in made.rows:
        column = rng.randrange(len(cells))
        same = [each for each in made.rows if each[1][column] == cells[column]]
        if len(same) == 1 and cells[column] not in (*EMPTY, row):
            wording = rng.choice(made.by_cell).replace("{col}", made.columns[column])
            question = tidy(scene.say(wording.replace("{cell}", cells[column])))
            asked.append(Asked(question, row, " | ".join([row, *cells])))
    return asked


def tidy(question: str) -> str:
    """No article twice, no colon of a row's name."""
    return question.replace(":", "").replace("the the ", "the ").replace("the The ", "the ")


def _one_a_row(rng: Random, asked: list[Asked]) -> list[Asked]:
    rng.shuffle(asked)
    rows: dict[str, int] = {}
    kept = []
    for each in asked:
        rows[each.sentence] = rows.get(each.sentence, 0) + 1
        if rows[each.sentence] <= 2:
            kept.append(each)
    return kept


def years(rng: Random, count: int, newest_first: bool | None = None) -> list[int]:
    """Neighbouring years, as the columns of statements have them."""
    last = rng.randint(2006, 2024)
    made = [last - back for back in range(count)]
    back = rng.random() < 0.7 if newest_first is None else newest_first
    return made if back else made[::-1]


def figures(
    rng: Random, scene: Scene, count: int, size: float, negative: bool = False
) -> list[str]:
    """Figures of one row, near each other; negative ones in brackets."""
    base = size * 10 ** rng.uniform(-0.5, 0.5)
    made: list[str] = []
    while len(made) < count:
        value = max(1, round(base * rng.uniform(0.7, 1.35)))
        text = scene.grouped(value)
        text = f"({text})" if negative and rng.random() < 0.8 else text
        if text not in made:
            made.append(text)
    return made


def caption_of(rng: Random, scene: Scene, lines: list[str]) -> list[str]:
    return [scene.say(line) for line in lines if rng.random() < 0.7]
