"""Notes of two quotes that give no answer: the exit gate must stay shut over them."""

from __future__ import annotations

from random import Random
from types import ModuleType

ITEM = {
    "question": "Where was the founder of Amber Films born?",
    "answer": "Stanland",
    "first": ("Amber Films", "Amber Films was founded by Ida Voss.", "It was founded by Ida Voss."),
    "second": ("Ida Voss", "Ida Voss was born in Stanland.", "Ida Voss was born in Stanland."),
    "bridge": "Ida Voss",
    "back": "Amber Films",
    "others": [
        ("Blue Films", "Blue Films is large. Its founder was born in Brook."),
        ("Ida", "Ida is a name."),
        ("Stanland", "The founder Ida Voss came from Stanland."),
    ],
}


def test_neither_of_them_has_the_answer(data: ModuleType) -> None:
    half, none = list(data.incomplete_notes(ITEM, Random(1)))
    assert half.passage.count("\n") == none.passage.count("\n") == 1
    assert "Stanland" not in half.passage + none.passage
    assert "It was founded by Ida Voss." in half.passage
    assert "It was founded by Ida Voss." not in none.passage
    assert [each.helps for each in (*half.asked, *none.asked)] == ["part", "no"]
    assert half.asked[0].look_for == "Ida Voss"


def test_the_sentence_nearest_to_the_question_is_taken(data: ModuleType) -> None:
    _half, none = list(data.incomplete_notes(ITEM, Random(2)))
    assert "Its founder was born in Brook." in none.passage


def test_without_two_other_passages_there_are_none(data: ModuleType) -> None:
    assert list(data.incomplete_notes({**ITEM, "others": ITEM["others"][:1]}, Random(1))) == []
