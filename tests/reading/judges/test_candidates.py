"""Which candidate answer is given."""

from __future__ import annotations

import math

import pytest

from longread.engine import Generation
from longread.reading.judges.candidates import (
    adds_nothing,
    best_length,
    copied,
    is_none,
    least_risk,
    likelihoods,
    outdone,
    overlap,
    rivals,
    sentences_of,
    telling,
    without_like,
)


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


def given(found: list[Generation]) -> str:
    return least_risk(found, likelihoods(found))[0].text


def test_what_agrees_with_the_others_beats_the_likeliest() -> None:
    assert given(said(Boston=0.3, Treaty_of_Utrecht=0.28, the_Treaty_of_Utrecht=0.27)) == (
        "Treaty of Utrecht"
    )


def test_a_clear_winner_stays() -> None:
    assert given(said(Boston=0.9, Treaty_of_Utrecht=0.05, the_Treaty=0.05)) == "Boston"


def test_weights_decide() -> None:
    found = said(Boston=0.6, Hull=0.4)
    reply, agreement = least_risk(found, (0.1, 0.9))
    assert reply.text == "Hull"
    assert agreement == pytest.approx(0.9)


def test_a_lone_empty_candidate_is_given() -> None:
    found = [Generation("", 0, True, -0.1)]
    assert given(copied(found, ("words",))) == ""


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("He kept  FORTY\nsheep.", ["forty sheep"]),
        ("He kept goats.", ["forty pigs", "forty sheep"]),
        ("He kept forty sheepdogs.", ["forty pigs", "forty sheep"]),
    ],
)
def test_candidates_that_a_source_holds_are_kept(source: str, kept: list[str]) -> None:
    found = copied(said(forty_pigs=0.6, forty_sheep=0.3), ("", source))
    assert [each.text for each in found] == kept


def test_yes_and_no_need_not_stand_in_the_passage() -> None:
    found = copied(said(yes=0.5, Pike=0.3, Roach=0.2), ("Pike was born in 1801.",))
    assert [each.text for each in found] == ["yes", "Pike"]


def test_each_candidate_has_its_own_sentence() -> None:
    text = "Ada  Quill was chair. Later Bo\nLind was. He left in 1901."
    found = said(Bo_Lind=0.5, ada_quill=0.3, Cy=0.2)
    assert sentences_of(found, text) == ["Later Bo\nLind was.", "Ada  Quill was chair.", ""]


def test_a_sentence_s_candidates_count_together_against_its_rivals() -> None:
    sentences = ["First.", "Second.", "Third.", "Second."]
    assert rivals(sentences, (1.0, 0.11, 0.11, 0.11)) == ["First.", "Second."]
    assert rivals(["Only."], (1.0,)) == ["Only."]


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("What was named “The Tesla”?", ["unit"]),
        ("Which was named first, the Tesla or the unit?", ["the Tesla", "unit"]),
        ("Which unit was named the Tesla?", ["the Tesla", "unit"]),
    ],
)
def test_candidates_that_only_repeat_the_question_are_left_out(
    question: str, kept: list[str]
) -> None:
    found = telling(said(the_Tesla=0.7, unit=0.3), question)
    assert [each.text for each in found] == kept


@pytest.mark.parametrize(
    ("reply", "nothing"),
    [
        ("The pilot was guiding the Brenna Holt when she hit the mole.", True),
        ("the mole", True),
        ("The Brenna Holt", True),
        ("Captain Aldous", False),
        ("Aldous was guiding the Brenna Holt when she hit the mole.", False),
        ("the pilot was the first mate", False),
    ],
)
def test_a_reply_that_only_says_the_question_again_is_no_answer(reply: str, nothing: bool) -> None:
    question = "Which pilot was guiding the Brenna Holt when she hit the mole?"
    assert adds_nothing(reply, question) is nothing


def test_what_a_question_offers_to_choose_from_is_an_answer() -> None:
    assert not adds_nothing("the pilot", "Who was guiding her, the pilot or the mate?")
    assert not adds_nothing("飞行员", "谁是船长，飞行员还是大副？")


@pytest.mark.parametrize(
    ("reply", "question", "none"),
    [
        ("the barge", "How many ships waited?", True),
        ("two barges", "How many ships waited?", False),
        ("eight", "What would the roof cost?", True),
        ("£8,000", "What would the roof cost?", False),
        ("the barge", "Which ship waited?", False),
        ("waited ships", "How many ships waited?", True),
    ],
)
def test_a_reply_without_a_quantity_is_no_answer_to_how_many(
    reply: str, question: str, none: bool
) -> None:
    assert is_none(reply, question) is none


@pytest.mark.parametrize(
    ("probabilities", "length"),
    [
        ((0.9,), 1),
        ((0.97, 0.25), 1),
        ((0.9, 0.44), 2),
        ((0.95, 0.58, 0.44), 3),
        ((0.6, 0.5, 0.3), 2),
        ((0.58, 0.26, 0.21), 1),
        ((1.0, 1.0, 1.0, 0.02), 3),
    ],
)
def test_a_list_is_as_long_as_its_expected_f1_asks(
    probabilities: tuple[float, ...], length: int
) -> None:
    assert best_length(probabilities) == length


LOCKS = "Sheet 5. The password of lock 5 is tern5.\nSheet 7. The password of lock 7 is tern7."


@pytest.mark.parametrize(
    ("text", "question", "left"),
    [
        (LOCKS, "What is the password of lock 7?", "Sheet 7. The password of lock 7 is tern7."),
        (
            "Berth A-35 is 8 m deep. Berth B-35 is 9 m deep. Berth B-36 is 10 m deep.",
            "How deep is berth B-35?",
            "Berth B-35 is 9 m deep.",
        ),
        (
            "§ 12 Wer fährt, zahlt 5 Kronen.\n§ 13 Wer fährt, zahlt 7 Kronen.",
            "Wie viel zahlt nach § 13, wer fährt?",
            "§ 13 Wer fährt, zahlt 7 Kronen.",
        ),
        (
            "Orders came to 4 million in Q3 2016. Orders came to 5 million in Q3 2017.",
            "What did orders come to in the third quarter of 2017?",
            "Orders came to 5 million in Q3 2017.",
        ),
    ],
)
def test_like_records_without_the_identifier_are_left_out(
    text: str, question: str, left: str
) -> None:
    assert without_like(text, question).strip() == left


@pytest.mark.parametrize(
    "question",
    ["What is the password of lock 9?", "What is a password?", "Who was master of the Aurora?"],
)
def test_what_no_like_record_outdoes_stays(question: str) -> None:
    text = f"{LOCKS} The Aurora came in 1911. Her master was Bo Lind."
    assert without_like(text, question) == text


def test_the_words_of_what_is_asked_for_apart_lose_to_them_in_a_row() -> None:
    texts = [
        "Bo Lind, Executive Vice President and Chief Financial Officer of Acme, before that Chief"
        " Executive Officer of Gilt.",
        "Ada Quill, President and Chief Executive Officer of Acme since 2021.",
        "Acme was founded in 1911.",
    ]
    assert outdone(texts, "Who is the chief executive officer of Acme?") == [True, False, False]
    # Where no other has them, or it lacks another word of the question, they stay.
    assert not any(outdone(texts[:1] + texts[2:], "Who is the chief executive officer of Acme?"))
    asked = "Who was the chief executive officer when the vice president of Acme left?"
    assert not any(outdone(texts, asked))
