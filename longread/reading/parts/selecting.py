"""Writer that answers a question which compares the rows of a table by a query on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from longread.reading.judges import Judges
from longread.reading.parts.answering import AnswerOrQuote
from longread.reading.parts.backing import LIKELIER_THAN_NOT
from longread.reading.parts.judged_gate import JudgedGate
from longread.reading.parts.table_questions import TableQuestions, Told
from longread.reading.state import Opening, ReadingState
from longread.reading.step import Judged, Quote

# Places whose tables may tell.
_TABLES_IN = 8


class AnswerOrSelect(AnswerOrQuote):
    """Rows that a query selects, or what opened: where rows are likelier, or are all there is."""

    _gate: JudgedGate

    def __init__(self, judges: Judges, gate: JudgedGate) -> None:
        super().__init__(judges, gate)
        self._tables: TableQuestions | None = TableQuestions(judges.answer)

    def quotes(self, state: ReadingState, opening: Opening) -> list[Quote]:
        told = self._told(state)
        if told is not None and told.settles:
            return self._selected(state, told)
        quotes = self.of_places(state, opening)
        best = max((quote.score for quote in quotes if quote.answer), default=0.0)
        if told is not None and best < told.likely:
            return self._selected(state, told)
        return quotes

    def of_places(self, state: ReadingState, opening: Opening) -> list[Quote]:
        """What the places that opened answer."""
        return super().quotes(state, opening)

    def _told(self, state: ReadingState) -> Told | None:
        """What the tables in the gate's best places tell; asked once a run, when it first opens."""
        tables, self._tables = self._tables, None
        if tables is None or state.memory.ledger:
            return None
        return tables.told(state, self._gate.best(state, _TABLES_IN))

    def _selected(self, state: ReadingState, told: Told) -> list[Quote]:
        """The rows of a table that a query selects: all there is."""
        self._gate.overrule(state)
        self._found_elsewhere(state, told.quotes, query=told.query)
        state.query = told.query
        return list(told.quotes)

    def _found_elsewhere(
        self,
        state: ReadingState,
        quotes: Sequence[Quote],
        *,
        parts: tuple[str, ...] = (),
        query: str = "",
    ) -> None:
        """Let count, and keep in the step's record, what was found by other questions than the
        run's own: the gate was not asked these, so even odds."""
        best = quotes[0]
        first, *others = dict.fromkeys(state.corpus.passages_at(quote)[0] for quote in quotes)
        self._gate.judged(state, first, best.score, LIKELIER_THAN_NOT)
        state.rate(self._judge, first, best.score)
        page, beside = state.corpus.locate(first).page, tuple(each.index for each in others)
        said = Judged(first.index, first.document, page, LIKELIER_THAN_NOT, best.score, best.score)
        given = replace(said, answer=best.answer, words=best.answer_confidence, beside=beside)
        judged = state.draft.setdefault("judged", [])
        judged.append(replace(given, parts=parts, query=query))
