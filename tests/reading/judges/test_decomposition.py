"""Question decomposition: what a model writes, taken for what it is."""

from __future__ import annotations

import pytest

from longread.reading.judges.decomposition import decomposition, filled

GROWTH = "By how many percent did sales grow from 2014 to 2015?"


def test_two_figures_and_a_formula() -> None:
    written = "A: What were sales in 2014?\nB: What were sales in 2015?\nAnswer: 100 * (B - A) / A"
    made = decomposition(written, GROWTH)
    assert made is not None
    assert list(made.questions) == ["A", "B"]
    assert (made.result, made.calculated) == ("100 * (B - A) / A", True)


def test_a_question_that_names_the_answer_to_another() -> None:
    written = "A: Who designed the bridge?\nB: When was [A] born?\nAnswer: B"
    made = decomposition(written, "When was the designer of the bridge born?")
    assert made is not None
    assert not made.calculated
    assert filled(made.questions["B"], {"A": "Ines Halloran"}) == "When was Ines Halloran born?"


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
        "A: What were sales in 2014?\nB: What were sales in 2015?",
    ],
)
def test_what_makes_no_sense_is_none(written: str) -> None:
    assert decomposition(written, GROWTH) is None
