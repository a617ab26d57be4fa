"""Figures of tables in full."""

import pytest

from longread.reading.parts.figures import as_amount, in_asked_scale, in_full, result_in_full


@pytest.mark.parametrize(
    ("figure", "unit", "full"),
    [
        ("731", "£000", "£731,000 (731 in £000)"),
        ("731", "£’000", "£731,000 (731 in £’000)"),
        (
            "1,278,022",
            "in thousands of dollars",
            "$1,278,022,000 (1,278,022 in thousands of dollars)",
        ),
        ("12.5", "in thousands of tonnes", "12,500 tonnes (12.5 in thousands of tonnes)"),
        ("1,278", "$ in millions", "$1,278 million"),
        ("2.5", "£m", "£2.5 million"),
        ("-12", "USD million", "-$12 million"),
        ("731", "$ in thousands", "$731,000 (731, $ in thousands)"),
        ("138", "thousand tonnes", "138,000 tonnes (138 in thousand tonnes)"),
    ],
)
def test_a_bare_figure_is_given_in_full_as_well(figure: str, unit: str, full: str) -> None:
    assert in_full(figure, unit, "Insurance") == full


@pytest.mark.parametrize(
    ("figure", "unit"),
    [("8.5", "metres"), ("9", "m"), ("2.55", "in thousands, except per share"), ("5", "per 1,000")],
)
def test_a_unit_that_is_no_plain_power_of_a_thousand_stands_behind(figure: str, unit: str) -> None:
    assert in_full(figure, unit, "Depth") == f"{figure} ({unit})"


@pytest.mark.parametrize("answer", ["£731,000", "13.3%", "731 tonnes", "none"])
def test_what_has_a_unit_or_is_no_figure_stays_as_it_is(answer: str) -> None:
    assert in_full(answer, "£000", "Insurance") == answer


@pytest.mark.parametrize("row", ["Average number of employees", "Earnings per share", "Margin, %"])
def test_a_row_that_counts_something_else_is_not_taken_for_money(row: str) -> None:
    assert in_full("214", "£000", row) == "214"


def test_without_a_unit_the_figure_stands_alone() -> None:
    assert in_full("731", "", "Insurance") == "731"


def test_the_year_of_the_head_is_no_part_of_the_figure() -> None:
    unit = "Dollars in millions, except per share"
    assert in_full("2018 12,645", unit, "Inventories") == "$12,645 million"
    assert in_full("2018: 12,645", "in thousands", "Inventories").startswith("12,645,000")
    # Two figures, or two years, are what they are.
    assert in_full("2018 2019", unit, "Years") == f"2018 2019 ({unit})"
    assert in_full("12,645 2018", unit, "Inventories") == f"12,645 2018 ({unit})"


@pytest.mark.parametrize(
    ("answer", "question", "given"),
    [
        (
            "$8,738 million",
            "What is net PPNE? Answer in USD billions.",
            "$8.738 billion ($8,738 million)",
        ),
        ("£731,000 (731 in £000)", "What was it, in £ millions?", "£0.731 million (731 in £000)"),
        ("-$1.5 billion", "How much in millions of dollars?", "-$1,500 million (-$1.5 billion)"),
        ("$12,645,000", "What was it in US$ millions?", "$12.645 million ($12,645,000)"),
        (
            "$5,818 million ($19,815 million - $13,997 million)",
            "And in billions?",
            "$5.818 billion ($19,815 million - $13,997 million)",
        ),
    ],
)
def test_an_amount_is_given_in_the_scale_that_is_asked_for(
    answer: str, question: str, given: str
) -> None:
    assert in_asked_scale(answer, question) == given


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("$8,738 million", "What is net PPNE in USD millions?"),
        ("$8,738 million", "What is net PPNE?"),
        ("$23,588", "What was it in USD millions?"),
        ("5,818 (19,815 - 13,997)", "What was it in USD millions?"),
        ("2.55 (Dollars in thousands, except per share data)", "What was it in USD millions?"),
        ("Mr Prior", "Who put a million in billion-dollar projects?"),
        ("$8,738 million", "What was invested in billion-dollar projects?"),
    ],
)
def test_what_is_no_amount_or_whose_scale_is_not_told_stays(answer: str, question: str) -> None:
    assert in_asked_scale(answer, question) == answer


@pytest.mark.parametrize(
    ("answer", "sentence", "given"),
    [
        ("27", "In 2018, 3M expended approximately $27 million for this.", "$27 million"),
        ("29", "The line had lost 29 per cent of its strength.", "29 per cent"),
        ("31", "It rose by 31% to 1,247.", "31%"),
        ("418,000", "It paid £418,000 to the company.", "£418,000"),
        ("42", "The tug pulls 42 tonnes.", "42"),
        ("27", "It paid $27 million, and 27 people left.", "27"),
        ("27", "It paid $27.5 million.", "27"),
        ("two", "It paid two million.", "two"),
    ],
)
def test_a_bare_figure_of_a_sentence_has_its_currency_and_scale(
    answer: str, sentence: str, given: str
) -> None:
    assert as_amount(answer, sentence) == given


def test_what_a_unit_excepts_keeps_its_own() -> None:
    unit = "Dollars in millions, except par value and per share amounts"
    assert in_full("8,738", unit, "Property, plant and equipment") == "$8,738 million"
    assert in_full("1", unit, "Common stock, par value of $1") == f"1 ({unit})"
    assert in_full("2.55", unit, "Basic") == f"2.55 ({unit})"
    assert in_full("32,780", "In millions, except per share amounts", "Cost") == "32,780 million"


def test_a_figure_that_is_printed_with_its_currency_is_given_in_full() -> None:
    assert in_full("$5,363", "Millions", "Net income", printed=True) == "$5,363 million"
    assert in_full("$5,363", "metres", "Net income", printed=True) == "$5,363"
    assert in_full("$5,363", "Millions", "Net income") == "$5,363"


@pytest.mark.parametrize(
    ("result", "full"),
    [
        ("5,818 (19,815 - 13,997)", "$5,818 million (19,815 - 13,997)"),
        ("41.6% ((19,815 - 13,997) / 13,997)", "41.6% ((19,815 - 13,997) / 13,997)"),
        ("1.42 (19,815 / 13,997)", "1.42 (19,815 / 13,997)"),
        ("5,818", "5,818"),
    ],
)
def test_a_sum_has_the_unit_of_its_figures(result: str, full: str) -> None:
    assert result_in_full(result, "$ in millions", "Total current assets") == full
