"""Questions that compare the rows of a table: which of them fulfil a condition, which has the most,
how many there are. A larger model writes the comparison as a query, a program makes it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from longread.documents.table import Table
from longread.reading.judges import Judge
from longread.reading.parts.relation import Relation, Selection
from longread.reading.state import Outcome, ReadingState, Scored
from longread.reading.step import Quote
from longread.retrieval import Index

# Tables among the reader's best places that are looked at, others of the same documents, and of how
# many a query is written.
_TABLES, _ELSEWHERE, _QUERIES = 4, 2, 2
# How likely a table must be to tell, and the words of a query; and of such queries that select some
# rows, the share that is right (benchmarks/LOG.md, 2026-12-01, "rows of tables").
_FITS, _SURE, _RIGHT = 0.03, 0.85, 0.9
# What is said of an answer that a query selected.
_SELECTED = "the rows that this selects from the cited table, totals left out: {}"
# From here on what one row gives is not compared with what places answer.
_SETTLES = 0.7


@dataclass(frozen=True, slots=True)
class Told:
    """The quotes of the rows that a query selects: the first has the answer, or each its own where
    everything is asked for. They are right with the probability `likely`; `several` rows are a
    list, which no single place gives."""

    quotes: tuple[Quote, ...]
    query: str
    likely: float
    several: bool

    @property
    def settles(self) -> bool:
        """Whether places need not be asked: what has the most none of them knows by itself."""
        return self.several or self.likely >= _SETTLES


@dataclass(frozen=True, slots=True)
class _Query:
    """A query, P(what it selects is right), and the table of a document that it is on."""

    query: str
    likely: float
    document: int
    relation: Relation


class TableQuestions:
    """Has a question answered from the tables of some places, by the rows that a query selects."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def told(self, state: ReadingState, places: Sequence[Scored]) -> Told | None:
        """What the likeliest query of those on the closest tables gives; None where none tells."""
        if not self._judge.compares(state.question):
            return None
        written = sorted(self._written(state, places), key=lambda each: -each.likely)
        for each in written:
            selection = each.relation.select(each.query, state.question)
            if selection is not None:
                quotes = _quotes(state, each.document, selection, each.likely)
                several = len(quotes) > 1 and bool(selection.columns)
                return Told(tuple(quotes), each.query, each.likely, several)
        return None

    def _written(self, state: ReadingState, places: Sequence[Scored]) -> Iterator[_Query]:
        """Queries that the model is sure of, on the tables that it says tell."""
        fitting = [
            (self._judge.fits(relation.schema, state.question), document, relation)
            for document, relation in _closest(state, places)
        ]
        best = sorted(fitting, key=lambda each: -each[0])[:_QUERIES]
        for fits, document, relation in best:
            if fits >= _FITS:
                query = self._judge.query(relation.schema, state.question)
                if query.confidence >= _SURE:
                    likely = _RIGHT * math.pow(fits, 0.1) * query.confidence
                    yield _Query(query.text, likely, document, relation)


def selected(state: ReadingState, ledger: Sequence[Quote]) -> Outcome:
    """The answer that a query on a table gave, on all the rows that it selected."""
    first = next(quote for quote in ledger if quote.answer)
    rows = tuple(quote for quote in ledger if quote.score == first.score)
    answer = "; ".join(quote.answer for quote in rows if quote.answer)
    return Outcome(answer, rows, first.score, remark=_SELECTED.format(state.query))


def _closest(state: ReadingState, places: Sequence[Scored]) -> list[tuple[int, Relation]]:
    """The tables whose words match the question best, each with its document: of those that the
    places touch, and of all others of their documents."""
    documents = state.corpus.documents
    near = {
        (place.document, line.table.start): line.table
        for place in (scored.passage for scored in places)
        for line in documents[place.document].table_lines(place.start, place.end)
    }
    numbers = dict.fromkeys(scored.passage.document for scored in places)
    far = {
        (number, table.start): table
        for number in numbers
        for table in documents[number].tables
        if (number, table.start) not in near
    }
    return [*_best(state, near, _TABLES), *_best(state, far, _ELSEWHERE)]


def _best(
    state: ReadingState, tables: Mapping[tuple[int, int], Table], wanted: int
) -> Iterator[tuple[int, Relation]]:
    """The usable ones among the tables that match best."""
    keys = list(tables)
    index = Index([_words(tables[key]) for key in keys])
    for number, start in (keys[hit.place] for hit in index.search(state.question, wanted)):
        section = state.corpus.documents[number].section_at(start)
        relation = Relation(tables[number, start], section.title if section else "")
        if relation.usable:
            yield number, relation


def _words(table: Table) -> str:
    return " ".join((table.context, *table.columns, *(row.label for row in table.rows)))


def _quotes(state: ReadingState, document: int, selection: Selection, score: float) -> list[Quote]:
    rows = [state.corpus.quote(document, row.start, row.end, score) for row in selection.rows]
    cells = [selection.said(row) for row in selection.rows]
    if state.everything and selection.columns:
        return [replace(row, answer=cell) for row, cell in zip(rows, cells, strict=True)]
    answer = "; ".join(cells) if selection.columns else f"{len(rows)}"
    return [replace(rows[0], answer=answer), *rows[1:]]
