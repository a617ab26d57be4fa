"""Question decomposition: what a model writes, taken for what it is."""

from __future__ import annotations

import pytest

from longread.reading.judges.decomposition import decomposition, filled, two_hops

GROWTH = "By how many percent did sales grow from 2014 to 2015?"


def test_two_figures_and_a_formula() -> None:
    written = "A: What were sales in 2014?\nB: What were sales in 2015?\nAnswer: 100 * (B - A) / A"
    made = decomposition(written, GROWTH)
    assert made is not None
    assert list(made.questions) == ["A", "B"]
    assert (made.result, made.calculated) == ("100 * (B - A) / A", True)


def test_questions_that_nothing_uses_are_left_out() -> None:
    written = (
        "A: By how many percent did sales grow from 2014 to 2015?\nB: What were sales in 2014?\n"
        "C: What were sales in 2015?\nAnswer: 100 * (C - B) / B"
    )
    made = decomposition(written, GROWTH)
    assert made is not None
    assert list(made.questions) == ["B", "C"]


@pytest.mark.parametrize(
    "written",
    [
        "direct",
        "",
        # The question itself, once more.
        "A: By how many percent did sales grow from 2014 to 2015?\n"
        "B: What were sales in 2015?\nAnswer: A / B",
        # A year that nobody asked for.
        "A: What were sales in 2015?\nB: What were sales in 2013?\nAnswer: A - B",
        # Twice the same.
        "A: What were sales in 2015?\nB: What were sales in 2015?\nAnswer: A / B",
        # Answers that are not used, or not asked for.
        "A: What were sales in 2014?\nB: What were sales in 2015?\nAnswer: B",
        "A: What were sales in 2014?\nAnswer: A - B",
        "A: What were sales in 2014?\nB: What were sales in 2015?\nAnswer: they grew",
        "A: What were sales in [B]?\nB: What were sales in [A]?\nAnswer: B - A",
        # Dates are no figures.
        "A: When did sales start to grow, 2014?\nB: When did they stop, 2015?\nAnswer: B - A",
        # No calculation.
        "A: What were sales in 2014?\nB: What were sales of [A] in 2015?\nAnswer: B",
        "A: What were sales in 2014?\nB: What were sales in 2015?",
    ],
)
def test_what_makes_no_sense_is_none(written: str) -> None:
    assert decomposition(written, GROWTH) is None


HOPS = "Who is the director of the company that owns the tug Teln Warden?"


def test_two_hops_share_out_the_words_of_the_question() -> None:
    written = "A: Which company owns the tug Teln Warden?\nB: Who is the director of [A]?\nC: Why?"
    made = two_hops(written, HOPS)
    assert made is not None
    assert (list(made.questions), made.result) == (["A", "B"], "B")
    assert (
        filled(made.questions["B"], {"A": "Orvel Towage"}) == "Who is the director of Orvel Towage?"
    )


@pytest.mark.parametrize(
    "written",
    [
        "direct",
        # The question itself, once more.
        f"A: {HOPS}\nB: Who is [A]?",
        # What is left asks for what was found first as well.
        "A: Which company owns the tug Teln Warden?\nB: Who is the director of the company [A]?",
        # Of something else.
        "A: Who is the treasurer of the society?\nB: Who is the director of [A]?",
        "A: Which company owns the tug?\nB: Who is the director of [A]?",
        # Nothing of the first is used.
        "A: Which company owns the tug Teln Warden?\nB: Who is the director?",
        "A: Which company owns [A]?\nB: Who is the director of the tug Teln Warden, [A]?",
    ],
)
def test_hops_that_do_not_are_none(written: str) -> None:
    assert two_hops(written, HOPS) is None


def test_a_year_of_the_question_stands_in_one_of_its_hops() -> None:
    asked = "What did the manager who opened the Perth office earn in 2011?"
    first = "A: Which manager opened the Perth office?\n"
    assert two_hops(f"{first}B: What did [A] earn in 2011?", asked) is not None
    assert two_hops(f"{first}B: What did [A] earn?", asked) is None
    assert two_hops(f"{first}B: What did [A] earn in 2012?", asked) is None
    in_2011 = "How many members left in 2011?"
    assert two_hops("A: In which year was 2011?\nB: How many members left in [A]?", in_2011) is None


@pytest.mark.parametrize(
    ("question", "result"),
    [
        (GROWTH, "100 * (B - A) / A"),
        ("By how many did sales grow from 2014 to 2015?", "B - A"),
        ("By how much did sales grow from 2014 to 2015?", "100 * (B - A) / A"),
    ],
)
def test_a_number_of_things_is_no_percentage(question: str, result: str) -> None:
    written = "A: What were sales in 2014?\nB: What were sales in 2015?\nAnswer: 100 * (B - A) / A"
    made = decomposition(written, question)
    assert made is not None
    assert made.result == result


def test_what_stands_in_brackets_is_of_each_smaller_question() -> None:
    question = "How many times as long did checks take in 2017 as in 2013 (fastest 90 percent)?"
    written = (
        "A: How long did checks take in 2017?\nB: How long did checks take in 2013?\nAnswer: A / B"
    )
    made = decomposition(written, question)
    assert made is not None
    assert made.questions == {
        "A": "How long did checks take in 2017 (fastest 90 percent)?",
        "B": "How long did checks take in 2013 (fastest 90 percent)?",
    }


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("By how many percent did sales fall from 2014 to 2015?", "100 * (A - B) / A"),
        ("By what percentage did sales of 2014 exceed those of 2015?", "100 * (A - B) / A"),
        ("By how many percentage points did sales fall from 2014 to 2015?", "A - B"),
        ("By how much did sales fall from 2014 to 2015?", "A - B"),
    ],
)
def test_per_cent_are_of_the_earlier_year(question: str, result: str) -> None:
    written = "A: What were sales in 2014?\nB: What were sales in 2015?\nAnswer: A - B"
    made = decomposition(written, question)
    assert made is not None
    assert made.result == result


@pytest.mark.parametrize(
    ("asks", "of_what", "first", "makes_sense"),
    [
        ("Who is the head of", "CVS Health", "Which company is CVS Health?", False),
        ("Who is the head of", "the Old Mill School", "Which school is Old Mill?", False),
        ("Who is the head of", "Ada Quill's firm", "Which is Ada Quill's firm?", True),
    ],
)
def test_what_is_named_is_not_asked_for_first(
    asks: str, of_what: str, first: str, makes_sense: bool
) -> None:
    made = two_hops(f"A: {first}\nB: {asks} [A]?", f"{asks} {of_what}?")
    assert (made is not None) is makes_sense
