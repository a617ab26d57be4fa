"""Answers that are calculated of figures in the document."""

import pytest

from longread.reading.parts.arithmetic import calculated, operands, reckoned, worked_out

SOURCES = ["14,706 in 2014 and 12,767 in 2015", "$1,200 million, $1.2 billion, 35.1% and 28.9%"]


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("14,706 - 12,767 = 1,939", "1,939 (14,706 - 12,767)"),
        ("It fell by 14,706 − 12,767 = 1,939 cases.", "1,939 cases (14,706 − 12,767)"),
        # The model miscounts.
        ("14,706 - 12,767 = 2,039", "1,939 (14,706 - 12,767)"),
        ("12,767 - 14,706 = -1,939", "-1,939 (12,767 - 14,706)"),
        ("35.1% - 28.9% = 6.2%", "6.2% (35.1% - 28.9%)"),
        ("12,767 / 14,706 = 0.87", "0.87 (12,767 / 14,706)"),
        # The heads of the columns, copied with the figures.
        ("Fall = 2014 14,706 - 2015 12,767 = 1,939", "1,939 (14,706 - 12,767)"),
        ("2014: $14,706 - 2015: $12,767 = $1,939", "$1,939 ($14,706 - $12,767)"),
        ("(14,706 - 12,767) / 12,767 = 15.2%", "15.2% ((14,706 - 12,767) / 12,767)"),
        ("14,706 / 12,767 x 100 = 115.2%", "115.2% (14,706 / 12,767 x 100)"),
    ],
)
def test_the_result_is_counted_anew(reply: str, answer: str) -> None:
    assert calculated(reply, SOURCES) == answer


@pytest.mark.parametrize(
    "reply",
    [
        "1,939",
        # A span of years, a date, an interval.
        "2014 - 2015",
        "2014-12-31",
        "γ = 3",
        # A figure that stands nowhere.
        "14,706 - 12,768 = 1,938",
        # One is in millions, the other is not.
        "$1,200 million - 12,767 = $900 million",
        "$1.2 billion - $1,200 million = $100 million",
        # The result is of another order: other units were meant.
        "14,706 - 12,767 = 19",
        "14,706 / 0 = 3",
        "14,706 - = 3",
    ],
)
def test_what_is_no_sum_of_the_documents_figures_is_not_calculated(reply: str) -> None:
    assert calculated(reply, [*SOURCES, "0"]) is None


def test_operands_are_the_figures_without_the_hundred_of_per_cent() -> None:
    assert operands("14,706 / $12,767 x 100") == ["14706", "12767"]


def test_a_figure_that_two_others_of_a_row_give_is_shown_with_them() -> None:
    rows = ["Enrolled | 11,990 | 17,532 | 3", "Left | 120 | 130"]
    assert reckoned("5,542", rows) == "5,542 (17,532 - 11,990)"
    assert reckoned("250 people", rows) == "250 people (120 + 130)"
    # Of two rows; small enough to come about by chance; no figure alone.
    assert reckoned("12,110", rows) is None
    assert reckoned("10", rows) is None
    assert reckoned("about 5,542 or so", rows) is None


@pytest.mark.parametrize(
    ("formula", "answers", "wanted"),
    [
        ("A - B", {"A": "17,532", "B": "11,990"}, "5,542 (17,532 - 11,990)"),
        ("A - B", {"A": "$3.2 million", "B": "$1.1 million"}, "$2.1 million (3.2 - 1.1)"),
        ("A - B", {"A": "12%", "B": "37%"}, "-25% (12 - 37)"),
        ("A + B", {"A": "(1,204)", "B": "$3,000"}, "1,796 (-1,204 + 3,000)"),
        ("A + B", {"A": "1.204,5 Euro", "B": "3,5"}, "1,208.0 (1.204,5 + 3,5)"),
        ("A / B", {"A": "120 days", "B": "48 days"}, "2.50 (120 / 48)"),
        ("100 * (B - A) / A", {"A": "80", "B": "90"}, "12.5% ((90 - 80) / 80)"),
        ("(B - A) / A * 100", {"A": "80", "B": "90"}, "12.5% ((90 - 80) / 80)"),
        ("A / ((B + C) / 2)", {"A": "6", "B": "2", "C": "4"}, "2.00 (6 / ((2 + 4) / 2))"),
        # No figures, or figures in two scales.
        ("A - B", {"A": "17,532", "B": "many"}, None),
        ("A - B", {"A": "$3.2 million", "B": "900"}, None),
        ("A / B", {"A": "5", "B": "0"}, None),
        ("A - (B", {"A": "5", "B": "4"}, None),
        # One of the figures changes nothing: another thing was asked for.
        ("A * B / A", {"A": "5", "B": "4"}, None),
        ("A + B - B", {"A": "5", "B": "4"}, None),
        ("A * B", {"A": "5", "B": "0"}, "0 (5 * 0)"),
    ],
)
def test_a_formula_is_worked_out(formula: str, answers: dict[str, str], wanted: str | None) -> None:
    assert worked_out(formula, answers) == wanted


def test_the_year_that_was_asked_for_is_no_figure() -> None:
    answers = {"A": "In 1930, 80", "B": "90 in 1931"}
    assert worked_out("B - A", answers, "How many in 1930? How many in 1931?") == "10 (90 - 80)"
    assert worked_out("B - A", {**answers, "A": "in 1930"}, "How many in 1930?") is None
