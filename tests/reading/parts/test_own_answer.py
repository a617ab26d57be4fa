"""Two models' answers to one question: alike they confirm each other, unlike they compete."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longread.reading.parts.own_answer import alike, compete
from longread.reading.state import Outcome
from longread.reading.step import Quote


def quote(answer: str) -> Quote:
    return Quote(0, "annals.pdf", 0, 4, "1931", score=0.5, answer=answer)


def said(text: str | None, confidence: float) -> Outcome:
    return Outcome(text, (), confidence)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("29%", "29 per cent", True),
        ("£13.10", "£13.10 an hour", True),
        ("10 times their own weight", "ten times their own weight", True),
        ("Rhys Aldous", "Captain Rhys Aldous", True),
        ("31 March 2026", "31 March 2028", False),
        ("2,310", "2,130", False),
    ],
)
def test_answers_are_alike_where_one_has_only_words_more(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same


def test_two_that_agree_are_surer_than_each() -> None:
    both = compete(said("29%", 0.8), said("29 per cent", 0.6))
    assert both.text == "29%"
    assert both.confidence == pytest.approx(0.92)
    assert compete(said("29%", 0.6), said("29 per cent", 0.8)).text == "29 per cent"


def test_a_figure_that_an_answer_was_worked_out_from_is_no_rival() -> None:
    given = said("5.58 (184 / 33)", 0.78)
    assert compete(given, said("33", 0.9)) is given
    assert compete(given, said("5.58", 0.5)).confidence == pytest.approx(0.89)


def test_an_answer_without_a_rival_stands_as_it_is() -> None:
    given = said("1931", 0.8)
    assert compete(given, said(None, 0.4)) is given


def test_unlike_answers_share_what_was_found() -> None:
    weaker = compete(said("1931", 0.8), said("1930", 0.5))
    assert weaker.text == "1931"
    assert weaker.confidence == pytest.approx(4 / 6)


def test_the_reader_s_own_is_given_where_it_is_much_the_surer() -> None:
    own = compete(said("1931", 0.5), said("1930", 0.9))
    assert own.text == "1930"
    assert own.confidence == pytest.approx(9 / 11)
    assert own.remark == "the answer is the reader's own: the model's is 1931"
    assert compete(said(None, 0.3), said("1930", 0.75)).text == "1930"
    assert compete(said(None, 0.3), said("1930", 0.75), least=0.75).text is None


@pytest.mark.parametrize(("given", "own"), [(None, 0.58), ("1931", 0.7)])
def test_of_two_that_are_nearly_as_sure_none_is_given(given: str | None, own: float) -> None:
    refused = compete(said(given, 0.65 if given else 0.3), said("1930", own))
    assert refused.text is None


@pytest.mark.parametrize(("confidence", "text"), [(0.2, None), (0.45, "1931")])
def test_what_the_model_is_not_sure_enough_of_confirms_the_reader_s_own(
    confidence: float, text: str | None
) -> None:
    refused = replace(said(None, confidence), closest=quote("1931"))
    assert compete(refused, said("1931", 0.45)).text == text


def test_any_place_that_the_model_answered_from_may_confirm_the_reader_s_own() -> None:
    """The likeliest of its places is not the one that the reader's answer is from."""
    refused = replace(said(None, 0.24), closest=quote("the steam engine"))
    places = [quote("the steam engine"), replace(quote("turbine casing"), score=0.05)]
    own = said("the turbine casing", 0.63)
    both = compete(refused, own, 0.75, places)
    assert both.text == "the turbine casing"
    assert both.confidence == pytest.approx(1 - 0.95 * 0.37)
    assert compete(refused, own, 0.75, places[:1]).text is None
    assert compete(refused, replace(own, confidence=0.5), 0.75, places) is refused
