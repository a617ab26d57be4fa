"""What speaks for a cell of a table as the answer, beside a model's word."""

from __future__ import annotations

import pytest

from longread.documents.table import Table, TableRow
from longread.reading.relevance.calibration import calibration
from longread.reading.relevance.cells import (
    candidates,
    matches,
    of_another_column,
    parts_of_totals,
)

HEADS = (("Berth",), ("Depth", "declared (m)"), ("Depth", "measured (m)"), ("Lessee",), ("Crane",))
ROWS = (
    TableRow(("B-35", "8.5", "8.8", "Orla Foods", "yes"), 0, 10),
    TableRow(("B-36", "9.0", "9.4", "Tarn Marine", "no"), 11, 20),
    TableRow(("A-35", "7.1", "7.7", "Kestrel Lines", "no"), 21, 30),
)
TABLE = Table(HEADS, ROWS, caption="Berths in 2019")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What depth is declared at berth B-36?", "9.0"),
        ("What depth was measured at berth A-35?", "7.7"),
        ("Who is the lessee of berth B-35?", "Orla Foods"),
        ("Which berth has a declared depth of 7.1 m?", "A-35"),
        ("Which berth has a crane?", "B-35"),
        ("Is there a crane at berth B-36?", "no"),
    ],
)
def test_the_cell_that_was_asked_for_matches_best(question: str, answer: str) -> None:
    cells = candidates(question, [(TABLE, row) for row in ROWS])
    weights = calibration("reader").cell
    assert weights is not None
    found = [weights.by_match(match) for match in matches(question, cells, ROWS)]
    assert cells[found.index(max(found))].text == answer


def test_what_the_question_says_itself_is_no_candidate() -> None:
    found = candidates("Who leases berth B-35?", [(TABLE, ROWS[0])])
    assert "B-35" not in [cell.text for cell in found]


def test_a_row_counts_under_its_own_table_s_caption() -> None:
    later = Table(HEADS, (TableRow(ROWS[0].cells, 90, 99),), caption="Berths in 2020")
    rows = [(TABLE, ROWS[0]), (later, later.rows[0])]
    cells = candidates("Who leased berth B-35 in 2020?", rows)
    found = matches("Who leased berth B-35 in 2020?", cells, [row for _table, row in rows])
    best = max(found, key=lambda match: match.row)
    assert cells[found.index(best)].table is later


@pytest.mark.parametrize(
    ("answer", "question", "other"),
    [
        ("7.3%", "By how much did premiums rise in FY 2009?", True),
        ("7.3%", "By how much did premiums rise in FY 2010?", False),
        ("7.3%", "By how much did premiums rise?", False),
        ("7.3% and 3.8%", "By how much did premiums rise in 2010 and 2011?", False),
        # Of no column; a year that no column has.
        ("8%", "By how much did premiums rise in FY 2009?", False),
        ("7.3%", "By how much did premiums rise in FY 1999?", False),
        # A cell with a mark of a note behind its figure.
        ("5.1%", "By how much did premiums rise in FY 2011?", True),
        ("5.1%", "By how much did premiums rise in FY 2012?", False),
    ],
)
def test_a_cell_of_another_year_is_told_by_its_head(
    answer: str, question: str, other: bool
) -> None:
    row = TableRow(("Premiums", "n/a", "7.3%", "3.8%", "5.1% (Footnote 2)."), 0, 10)
    heads = (("Measure",), ("FY 2009",), ("FY 2010",), ("FY 2011",), ("FY 2012",))
    assert of_another_column(Table(heads, (row,)), row, answer, question) is other


def _costs() -> Table:
    rows = [
        (("Product", "17,880"), ("Cost of revenue:",)),
        (("Service and other", "14,900"), ("Cost of revenue:",)),
        (("Total cost of revenue", "32,780"), ()),
        (("Product", "61,502"), ("Revenue:",)),
    ]
    made = tuple(TableRow(cells, 0, 0, path) for cells, path in rows)
    return Table((("",), ("2016",)), made)


def test_a_part_is_no_rival_of_its_total() -> None:
    costs = _costs()
    rows = [(costs, row) for row in costs.rows]
    gone = parts_of_totals([*rows, None], "What was the cost of revenue in 2016?")
    assert gone == [True, True, False, False, False]


def test_a_part_that_the_question_names_stays() -> None:
    costs = _costs()
    rows = [(costs, row) for row in costs.rows]
    gone = parts_of_totals(rows, "What was the cost of product revenue in 2016?")
    assert gone == [False, True, False, False]


def test_without_its_total_a_part_stays() -> None:
    costs = _costs()
    assert parts_of_totals([(costs, costs.rows[0])], "What was the cost of revenue?") == [False]
    other = _costs()
    rows = [(costs, costs.rows[0]), (other, other.rows[2])]
    assert parts_of_totals(rows, "What was the cost of revenue?") == [False, False]
