"""Relations: a table's cells as values, and the rows that a query selects."""

from __future__ import annotations

import pytest

from longread.documents.table import Table, TableRow
from longread.reading.parts.relation import Relation


def table(heads: list[str], *rows: list[str], caption: str = "Works", unit: str = "") -> Table:
    """A table whose rows stand one after the other."""
    lines = [TableRow(tuple(cells), 10 * at, 10 * at + 9) for at, cells in enumerate(rows)]
    return Table(tuple((head,) for head in heads), tuple(lines), caption=caption, unit=unit)


PROJECTS = table(
    ["", "Budget", "Forecast", "Awarded"],
    ["Sandhythe Quay", "8,400", "8,950", "11 June 2024"],
    ["Lock gates", "2,150", "1,960", "14 November 2022"],
    ["Ice plant", "540", "–", "9 December 2024"],
    ["All projects", "11,090", "10,910", ""],
    unit="£000",
)


SMALLEST = "Ice plant: £540,000 (540 in £000)"


def labels(query: str, question: str, of: Table = PROJECTS) -> list[str] | None:
    selection = Relation(of).select(query, question)
    return None if selection is None else [selection.said(row) for row in selection.rows]


def test_figures_are_in_full_dates_are_iso_and_totals_are_no_rows() -> None:
    relation = Relation(PROJECTS)
    assert relation.columns == ["Row", "Budget", "Forecast", "Awarded"]
    assert relation.kinds == ["TEXT", "REAL", "REAL", "TEXT"]
    assert [row.label for row in relation.rows] == ["Sandhythe Quay", "Lock gates", "Ice plant"]
    assert relation.values[0] == ("Sandhythe Quay", 8_400_000.0, 8_950_000.0, "2024-06-11")
    assert relation.values[2] == ("Ice plant", 540_000.0, 0.0, "2024-12-09")


def test_a_model_is_shown_what_the_table_is_about_its_columns_and_rows() -> None:
    assert Relation(PROJECTS).schema.splitlines() == [
        "-- Works",
        'CREATE TABLE t ("Row" TEXT, "Budget" REAL, "Forecast" REAL, "Awarded" TEXT);',
        "-- the first of its 3 rows:",
        "Sandhythe Quay | 8400000 | 8950000 | 11 June 2024",
        "Lock gates | 2150000 | 1960000 | 14 November 2022",
        "Ice plant | 540000 | 0 | 9 December 2024",
    ]


@pytest.mark.parametrize(
    ("query", "question", "selected"),
    [
        ('SELECT "Row" FROM t WHERE "Forecast" > "Budget"', "Which cost more?", ["Sandhythe Quay"]),
        (
            'SELECT "Row" FROM t WHERE "Budget" > 1000000;',
            "Which cost more than £1 million?",
            ["Sandhythe Quay", "Lock gates"],
        ),
        (
            'SELECT "Row" FROM t WHERE "Awarded" LIKE \'%2024\'',
            "Which were awarded in 2024?",
            ["Sandhythe Quay", "Ice plant"],
        ),
        # A year as a number, in a column of dates.
        (
            'SELECT "Row" FROM t WHERE "Awarded" = 2024',
            "Which were awarded in 2024?",
            ["Sandhythe Quay", "Ice plant"],
        ),
        # The day is a row's, not the question's.
        (
            'SELECT "Row" FROM t WHERE "Awarded" = \'11 June 2024\'',
            "Which were awarded in 2024?",
            ["Sandhythe Quay", "Ice plant"],
        ),
        (
            'SELECT "Row" FROM t WHERE "Awarded" = \'11 June 2024\'',
            "Which was awarded on 11 June 2024?",
            ["Sandhythe Quay"],
        ),
        ("SELECT MIN(Budget) FROM t", "What is the smallest budget?", [SMALLEST]),
        (
            'SELECT "Row" FROM t ORDER BY "Forecast" DESC LIMIT 2',
            "Which two are the dearest?",
            ["Sandhythe Quay", "Lock gates"],
        ),
        (
            'SELECT "Row", "Budget" FROM t ORDER BY "Awarded" LIMIT 1',
            "What was awarded first, and with what budget?",
            ["Lock gates: £2,150,000 (2,150 in £000)"],
        ),
    ],
)
def test_rows_are_selected(query: str, question: str, selected: list[str]) -> None:
    assert labels(query, question) == selected


@pytest.mark.parametrize(
    ("query", "question"),
    [
        # A look-up by label, all rows, none, a number out of the air, no such column, no query.
        ('SELECT "Budget" FROM t WHERE "Row" = \'Lock gates\'', "What do the gates cost?"),
        ('SELECT "Row" FROM t WHERE "Budget" > 0', "Which have a budget?"),
        ('SELECT "Row" FROM t WHERE "Budget" < 0', "Which have none?"),
        ('SELECT "Row" FROM t WHERE "Budget" > 2000000', "Which cost most?"),
        ('SELECT "Row" FROM t WHERE "Cost" > 0', "Which cost anything?"),
        ('SELECT SUM("Budget") FROM t', "What do they cost?"),
        ('DELETE FROM t WHERE "Budget" > 0', "Which cost anything?"),
        ("SELECT \"Row\" FROM t WHERE load_extension('x')", "Which?"),
        ('SELECT "Row" FROM t WHERE 0 = (SELECT COUNT(*) FROM sqlite_master)', "Which?"),
    ],
)
def test_what_makes_no_sense_selects_nothing(query: str, question: str) -> None:
    assert labels(query, question) is None


def test_how_many_rows_there_are() -> None:
    selection = Relation(PROJECTS).select(
        "SELECT COUNT(*) FROM t WHERE \"Awarded\" LIKE '2024%'", "How many were awarded in 2024?"
    )
    assert selection is not None
    assert (len(selection.rows), selection.columns) == (2, ())


def test_totals_are_told_by_their_figures_too() -> None:
    summed = table(
        ["", "2024", "2023"],
        ["Handel", "1,618", "1,587"],
        ["Fischerei", "934", "901"],
        ["Im Jahr", "2,552", "2,488"],
    )
    assert [row.label for row in Relation(summed).rows] == ["Handel", "Fischerei"]


def test_years_in_a_column_are_not_multiplied_and_heads_alike_are_told_apart() -> None:
    years = table(["Year", "Surplus", "Surplus"], ["2015", "1,894", "2"], ["2016", "1,762", "3"])
    relation = Relation(Table(years.heads, years.rows, unit="in thousands"))
    assert relation.columns == ["Year", "Surplus", "Surplus 2"]
    assert relation.values[0] == ("2015", 1_894_000.0, 2_000.0)


def test_a_table_of_one_row_or_without_labels_compares_nothing() -> None:
    assert Relation(PROJECTS).usable
    assert not Relation(table(["", "2024"], ["Income", "5"])).usable
    assert not Relation(table(["", "2024"], ["", "5"], ["", "6"])).usable
