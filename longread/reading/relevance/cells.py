"""Cells of a table as candidate answers, and what speaks for each beside a model's word.

A question names the row that it asks about by its label or by another of its cells, and the
column by its head; what it asks for (who, when, how many) a cell holds or does not. Words count
by how few of the rows (or columns) that could be meant have them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from longread.documents.table import Table, TableRow
from longread.reading.relevance.answer_type import expected_type, types_of
from longread.reading.relevance.injection import passed_over
from longread.retrieval import terms
from longread.retrieval.numbers import with_digits
from longread.retrieval.queries import key_terms

# Rows whose cells are put before a model.
_ROWS = 3
# A head with more than this share of what the question says of heads is the one that is meant.
_MOST = 0.5
# A cell that says yes: its head is the answer.
_YES = re.compile(r"\W*(yes|ja|oui|sí|y|x|✓|✔|•|●)\W*", re.IGNORECASE)
# How the label of a row begins that adds others up.
TOTAL = re.compile(r"(sub-?)?totals?\b|all\b|sum\b|(ins)?gesamt|summe\b|totale?s?\b", re.IGNORECASE)
# The first words of a question say what it asks for: "Which berth of the …".
_OPENING = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that holds something; column 0 is the row's label."""

    table: Table
    row: TableRow
    column: int

    @property
    def text(self) -> str:
        return self.row.cells[self.column]

    @property
    def head(self) -> str:
        return self.table.columns[self.column]


@dataclass(frozen=True, slots=True)
class CellMatch:
    """What a cell has in common with the question, each from 0 to 1 unless said otherwise.

    `row` and `head` are the shares of the question's key terms that any row or head has, weighed by
    how few have them; `row_said` and `head_said` the shares of the label's and the head's own terms
    that the question has, and `opening` the head's share in its first words ("Which berth …").
    `sort` is 1 for a cell of the sort that is asked for, -1 for another, 0 where the question does
    not say (which a "yes" never answers); `label` is 1 for a row's label, and `told` 1 for one of
    whose row the question tells another cell.
    """

    row: float
    row_said: float
    head: float
    head_said: float
    opening: float
    sort: float
    label: float
    told: float


def candidates(question: str, rows: Sequence[tuple[Table, TableRow]]) -> list[Cell]:
    """The cells of some rows that say something the question does not, nor to whoever answers."""
    asked = key_terms(question)
    cells = [cell for cell in _cells(rows) if not passed_over(cell.text, question)]
    return [cell for cell in cells if not key_terms(cell.text) <= asked] or cells


def matches(question: str, cells: Sequence[Cell], others: Sequence[TableRow]) -> list[CellMatch]:
    """What each cell has in common with the question; `others` are all rows that may be meant."""
    asked, wanted = key_terms(question), expected_type(question)
    opening = key_terms(" ".join(question.split()[:_OPENING]))
    rows = {id(cell.row): key_terms(f"{cell.table.context} {_said(cell.row)}") for cell in cells}
    rivals = [key_terms(_said(row)) for row in others]
    heads = {(id(cell.table), cell.column): key_terms(cell.head) for cell in cells if cell.column}
    by_row = dict(zip(rows, _shares(asked, list(rows.values()), rivals), strict=True))
    by_head = dict(zip(heads, _shares(asked, list(heads.values())), strict=True))

    def tells(cell: Cell) -> bool:
        """Whether the question has a cell that is no label, or the head over a "yes"."""
        if wanted != "verdict" and _YES.fullmatch(cell.text):
            return by_head.get((id(cell.table), cell.column), 0.0) > _MOST
        own = key_terms(cell.text)
        return bool(cell.column and own and own <= asked)

    whole = {id(cell.row): (cell.table, cell.row) for cell in cells}.values()
    told = {id(cell.row) for cell in _cells(whole) if tells(cell)}
    return [
        CellMatch(
            by_row[id(cell.row)],
            _precision(key_terms(cell.row.label), asked),
            by_head.get((id(cell.table), cell.column), 0.0),
            _precision(key_terms(cell.head), asked) if cell.column else 0.0,
            _precision(key_terms(cell.head), opening),
            _sort_fits(wanted, cell.text),
            float(not cell.column),
            float(not cell.column and id(cell.row) in told),
        )
        for cell in cells
    ]


def closest(cells: Sequence[Cell], found: Sequence[CellMatch]) -> list[list[int]]:
    """For each of the few rows that share most with the question the places of its cells."""
    rows: dict[int, list[int]] = {}
    for place, cell in enumerate(cells):
        rows.setdefault(id(cell.row), []).append(place)

    def shared(places: list[int]) -> tuple[float, float]:
        told = max(found[place].told for place in places)
        return found[places[0]].row + told, found[places[0]].row_said

    return sorted(rows.values(), key=shared, reverse=True)[:_ROWS]


def row_asked(question: str, rows: Sequence[tuple[Table, TableRow]]) -> Cell | None:
    """A cell of the row that shares most with the question; None where all are empty."""
    cells = candidates(question, rows)
    found = closest(cells, matches(question, cells, [row for _table, row in rows]))
    return cells[found[0][0]] if found else None


def parts_of_totals(rows: Sequence[tuple[Table, TableRow] | None], question: str) -> list[bool]:
    """Of each row (None: no row) whether it is a part of another's total that the question does not
    name: "Product" under "Cost of revenue", where "Total cost of revenue" is another of them."""
    found = [each for each in rows if each is not None]
    asked = key_terms(question)

    def is_part(table: Table, row: TableRow) -> bool:
        head = key_terms(row.path[-1]) if row.path else frozenset[str]()
        if not head or (key_terms(row.cells[0]) - head) & asked or TOTAL.match(row.cells[0]):
            return False
        totals = [other for whole, other in found if whole is table and TOTAL.match(other.label)]
        return any(key_terms(TOTAL.sub("", other.label, count=1)) == head for other in totals)

    return [each is not None and is_part(*each) for each in rows]


def of_another_column(table: Table, row: TableRow, answer: str, question: str) -> bool:
    """Whether an answer is a cell whose head lacks a number of the question, such as a year, that
    the head of another column has."""
    heads = [set(terms(head)) for head in table.columns]
    told = with_digits(terms(question)).intersection(set[str]().union(*heads))
    own = [head for head, cell in zip(heads, row.cells, strict=True) if _is_cell(answer, cell)]
    return bool(told and own) and not any(told & head for head in own)


def _is_cell(answer: str, cell: str) -> bool:
    """Whether an answer is what a cell says: all of it, or its figure ("41,176" of "41,176[2]")."""
    said, words, figures = set(terms(answer)), set(terms(cell)), with_digits(terms(answer))
    return bool(words) and (said >= words or (bool(figures) and figures <= words))


def _cells(rows: Iterable[tuple[Table, TableRow]]) -> list[Cell]:
    return [
        Cell(table, row, column)
        for table, row in rows
        for column, text in enumerate(row.cells)
        if any(map(str.isalnum, text))
    ]


def _said(row: TableRow) -> str:
    return " ".join((*row.path, *row.cells))


def _shares(
    asked: frozenset[str], texts: Sequence[frozenset[str]], among: Sequence[frozenset[str]] = ()
) -> list[float]:
    """The share of the asked terms that each of the texts has, by how few `among` have them."""
    among = among or texts
    known = asked.intersection(frozenset().union(*texts))
    weights = {term: _rarity(sum(term in other for other in among), len(among)) for term in known}
    total = sum(weights.values())
    return [sum(weights[term] for term in known & text) / total if total else 0.0 for text in texts]


def _rarity(having: int, of: int) -> float:
    return math.log(1 + (of - having + 0.5) / (having + 0.5))


def _precision(own: frozenset[str], asked: frozenset[str]) -> float:
    return len(own & asked) / len(own) if own else 0.0


def _sort_fits(wanted: str, text: str) -> float:
    found = types_of(text)
    if not wanted:
        return -1.0 if "verdict" in found else 0.0
    return 1.0 if wanted in found else -1.0
