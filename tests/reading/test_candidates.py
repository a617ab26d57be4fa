"""Which candidate answer is given."""

from __future__ import annotations

import math

import pytest

from longread.engine import Generation
from longread.reading.candidates import least_risk, overlap


def said(**shares: float) -> list[Generation]:
    """Candidates by their probability, likeliest first; `_` stands for a space."""
    return [
        Generation(text.replace("_", " "), len(text.split("_")), True, math.log(share))
        for text, share in sorted(shares.items(), key=lambda each: -each[1])
    ]


def test_overlap_is_the_f1_of_words() -> None:
    assert overlap(["a", "b"], ["b", "c"]) == 0.5
    assert overlap(["a", "a"], ["a"]) == pytest.approx(2 / 3)
    assert overlap([], ["a"]) == 0.0


def test_what_agrees_with_the_others_beats_the_likeliest() -> None:
    found = said(Boston=0.3, Treaty_of_Utrecht=0.28, the_Treaty_of_Utrecht=0.27)
    assert least_risk(found, ()).text == "Treaty of Utrecht"


def test_a_clear_winner_stays() -> None:
    assert least_risk(said(Boston=0.9, Treaty_of_Utrecht=0.05, the_Treaty=0.05), ()).text == (
        "Boston"
    )


def test_candidates_that_the_passage_holds_come_first() -> None:
    found = said(forty_pigs=0.6, forty_sheep=0.3)
    assert least_risk(found, ("He kept  FORTY\nsheep.", "")).text == "forty sheep"
    assert least_risk(found, ("He kept goats.",)).text == "forty pigs"


def test_words_are_held_whole() -> None:
    found = said(art=0.6, history=0.4)
    assert least_risk(found, ("He read history and was a party man.",)).text == "history"


def test_yes_and_no_need_not_stand_in_the_passage() -> None:
    found = said(yes=0.6, Pike=0.4)
    assert least_risk(found, ("Pike was born in 1801.",)).text == "yes"


def test_a_lone_empty_candidate_is_given() -> None:
    assert least_risk([Generation("", 0, True, -0.1)], ("words",)).text == ""
