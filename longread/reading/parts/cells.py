"""Table question answering: where a row was asked for, the answer is one of its cells.

The cells of the passage's rows compete, each by how its label, head, caption and period match the
question, and by the log-probability of its words after the row's own record.
"""

from __future__ import annotations

import math
from dataclasses import replace

from longread.reading.judges import Judge
from longread.reading.judges.questions import offers_a_choice
from longread.reading.parts.figures import in_full
from longread.reading.relevance.cells import candidates, closest
from longread.reading.relevance.cells import matches as match_cells
from longread.reading.state import ReadingState, Scored
from longread.reading.step import Quote


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
    scores: dict[int, float] = {}
    for places in closest(cells, matches):
        first = cells[places[0]]
        record = state.corpus.record(scored.passage, first.table, first.row)
        texts = [cells[place].text for place in places]
        said = judge.words(record, state.question, texts, notes)
        for place, words in zip(places, said, strict=True):
            scores[place] = weights.by_match(matches[place]) + weights.words * words
    place = max(scores, key=lambda place: scores[place])
    share = 1 / sum(math.exp(score - scores[place]) for score in scores.values())
    cell = cells[place]
    quote = state.corpus.quote(
        scored.passage.document, cell.row.start, cell.row.end, scored.probability
    )
    answer = " ".join(cell.text.split())
    if cell.column:
        answer = in_full(answer, cell.table.unit, f"{cell.row.label} {cell.head}")
    return replace(quote, answer=answer, answer_confidence=round(share, 4))
