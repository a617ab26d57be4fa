"""Table question answering: where a row was asked for, the answer is one of its cells.

The cells of the passage's rows compete, each by how its label, head, caption and period match the
question, and by the log-probability of its words after the row's own record.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from longread.reading.judges import Judge
from longread.reading.judges.questions import offers_a_choice
from longread.reading.parts.figures import as_amount, in_full
from longread.reading.relevance.cells import candidates, closest, parts_of_totals
from longread.reading.relevance.cells import matches as match_cells
from longread.reading.state import ReadingState, Scored
from longread.reading.step import Quote

# A cell that is at most this share as likely as another, whatever the model says of its words, is
# not put before it.
_NO_RIVAL = 0.02


def cell_answer(state: ReadingState, judge: Judge, scored: Scored, notes: str) -> Quote | None:
    """The cell that answers best, with its row; None where no row of a table matches the
    question better than the passage's sentences, or where everything is asked for."""
    weights = judge.calibration.cell
    if weights is None or state.everything or offers_a_choice(state.question):
        return None
    rows, best = state.corpus.rows_asked(scored.passage, state.question)
    cells = candidates(state.question, rows) if best else []
    if not cells:
        return None
    matches = match_cells(state.question, cells, [row for _table, row in rows])
    bounds = [weights.by_match(match) for match in matches]

    def scored_words(places: list[int]) -> list[float]:
        first = cells[places[0]]
        record = state.corpus.record(scored.passage, first.table, first.row, state.question)
        texts = [cells[place].text for place in places]
        said = judge.words(record, state.question, texts, notes)
        return [bounds[p] + weights.words * words for p, words in zip(places, said, strict=True)]

    place, share = likeliest(closest(cells, matches), bounds, scored_words)
    cell = cells[place]
    quote = state.corpus.quote(
        scored.passage.document, cell.row.start, cell.row.end, scored.probability
    )
    answer = " ".join(cell.text.split())
    if cell.column:
        row = f"{cell.row.label} {cell.head}"
        answer = in_full(answer, cell.table.unit, row, printed=True)
    return replace(quote, answer=answer, answer_confidence=round(share, 4))


def as_printed(state: ReadingState, quote: Quote, answer: str) -> str:
    """An answer with what its figure is told in: a table's unit, a sentence's currency or scale."""
    found = state.corpus.row_of(quote)
    if found is None:
        return as_amount(answer, quote.text)
    table, row = found
    return in_full(answer, table.unit, row.label, printed=answer in row.cells)


def without_parts(state: ReadingState, answers: Sequence[Quote]) -> tuple[list[Quote], list[Quote]]:
    """The answers, and those of rows that are parts of another answer's total: no rivals of it,
    unless the question names the part. A list has them all."""
    rows = [state.corpus.row_of(quote) for quote in answers]
    gone = [False] * len(rows) if state.everything else parts_of_totals(rows, state.question)
    kept = [quote for quote, part in zip(answers, gone, strict=True) if not part]
    return kept, [quote for quote, part in zip(answers, gone, strict=True) if part]


def likeliest(
    rows: Sequence[list[int]], bounds: Sequence[float], score: Callable[[list[int]], list[float]]
) -> tuple[int, float]:
    """The place of the cell with the highest score, and its share of all, by branch and bound.

    `rows` are the places of each row's cells, `bounds` the scores without the words, which only
    lower them. A row's cells are scored together, those that could still be as likely as the best
    known; the others share by their bounds.
    """
    scores: dict[int, float] = {}
    best = max(bounds[place] for places in rows for place in places)
    while True:
        least = best + math.log(_NO_RIVAL)
        left = [[p for p in places if p not in scores and bounds[p] >= least] for places in rows]
        if not any(left):
            break
        for asked in filter(None, left):
            scores.update(zip(asked, score(asked), strict=True))
        best = max(scores.values())
    known = {place: bounds[place] for places in rows for place in places} | scores
    place = max(scores, key=lambda place: scores[place])
    return place, 1 / sum(math.exp(each - best) for each in known.values())
