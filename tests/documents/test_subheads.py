"""Sub-heads of tables: which rows stand under which."""

from __future__ import annotations

from longread.documents.subheads import DraftLine, set_paths


def line(label: str, *cells: str, indent: float = 0.0, bold: bool = False) -> DraftLine:
    values = cells or ("",)
    return DraftLine(label, (label, *values), (), False, indent, bold)


def head(label: str, indent: float = 0.0) -> DraftLine:
    return line(label, indent=indent, bold=True)


def under(*rows: DraftLine) -> list[tuple[str, str]]:
    """Each row of figures with the sub-heads that it stands under."""
    set_paths(rows, ruled=False)
    return [(row.cells[0], " > ".join(row.path)) for row in rows if any(row.cells[1:])]


def test_a_total_ends_its_sub_head_unless_it_comes_first() -> None:
    assert under(
        head("Balance sheet"),
        line("Total assets", "213"),
        line("Loans", "192"),
        line("Total", "405"),
        line("Headcount", "20"),
    ) == [
        ("Total assets", "Balance sheet"),
        ("Loans", "Balance sheet"),
        ("Total", "Balance sheet"),
        ("Headcount", ""),
    ]


def test_a_row_in_the_type_of_the_sub_head_is_no_longer_under_it() -> None:
    rows = under(head("Averages"), line("Loans", "5"), line("Headcount", "20", bold=True))
    assert rows == [("Loans", "Averages"), ("Headcount", "")]
    rows = under(
        head("Revenue"),
        line("Fees", "5"),
        line("Net revenue", "5", bold=True),
        line("Interest", "2"),
    )
    assert rows[2] == ("Interest", "Revenue")


def test_a_total_that_is_less_weighty_than_the_sub_head_does_not_end_it() -> None:
    assert under(
        head("Gains on hedges:"),
        line("Contracts", "4"),
        line("Total before tax", "5"),
        line("Tax effect", "(1)"),
        line("Total net of tax", "4", bold=True),
        line("Other", "1"),
    ) == [
        ("Contracts", "Gains on hedges:"),
        ("Total before tax", "Gains on hedges:"),
        ("Tax effect", "Gains on hedges:"),
        ("Total net of tax", "Gains on hedges:"),
        ("Other", ""),
    ]


def test_a_row_that_bears_the_name_of_the_sub_head_sums_it_up() -> None:
    rows = under(
        head('Adjusted earnings before interest and taxes ("Adjusted EBIT")'),
        line("Flexibles", "353"),
        line("Other", "(11)"),
        line("Adjusted EBIT", "399"),
        line("Less: restructuring", "(10)", indent=8),
    )
    assert [path for _, path in rows] == [rows[0][1]] * 2 + ["", ""]
    indented = under(
        head("Contribution loss:"),
        line("Revenues", "5", indent=8),
        line("Contribution loss", "(3)", indent=8),
        line("Margin", "4 %", indent=8),
    )
    assert {path for _, path in indented} == {"Contribution loss:"}


def test_a_row_whose_figures_are_in_a_note_is_no_sub_head() -> None:
    rows = under(
        line("Commitments (Note 16)"), head("Equity"), line("Treasury stock", "29", indent=8)
    )
    assert rows == [("Treasury stock", "Equity")]
    assert under(line("Debt (Note 5)"), line("Bonds", "1", indent=8)) == [
        ("Bonds", "Debt (Note 5)")
    ]


def test_a_sum_without_a_label_does_not_take_that_of_the_row_above() -> None:
    rows = (
        line("Retiree plans", "342", "238"),
        line("Other plans", "76", "42"),
        line("", "418", "280"),
    )
    set_paths(rows, ruled=True)
    assert rows[2].path == ()
    rows = (line("Birk Sound", "2022", "310"), line("", "2023", "12"), line("", "Cod", "7"))
    set_paths(rows, ruled=True)
    assert [row.path for row in rows[1:]] == [("Birk Sound",)] * 2


def test_a_row_of_empty_cells_among_sub_heads_with_colons_is_none() -> None:
    assert under(
        line("Equity securities:"),
        line("Common stock", "4", indent=8),
        line("Private equity"),
        line("Real assets:"),
        line("Real estate", "3", indent=8),
    ) == [("Common stock", "Equity securities:"), ("Real estate", "Real assets:")]
