"""Which questions need the whole document."""

from __future__ import annotations

import pytest

from longread.reading.judges.questions import offers_a_choice, wants_everything


@pytest.mark.parametrize(
    "question",
    [
        "List all subsidiaries.",
        "Name every ship that sank.",
        "What are all of the risks?",
        "Summarize the report",
        "Summarise chapter 3.",
        "Compare 2021 with 2022.",
        "Nenne alle Schiffe.",
        "Quels sont tous les navires ?",
    ],
)
def test_everything(question: str) -> None:
    assert wants_everything(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who chaired the scores?",
        "How many goals were met?",
        "When was the wall built?",
        "What is on the shopping list?",
        "Who is Wallace?",
    ],
)
def test_one_thing(question: str) -> None:
    assert not wants_everything(question)


@pytest.mark.parametrize(
    "question",
    ["Who is older, Pike or Roach?", "Wer ist älter, Pike oder Roach?", "是派克还是罗奇？"],
)
def test_a_choice(question: str) -> None:
    assert offers_a_choice(question)


@pytest.mark.parametrize("question", ["Who chaired the Orvel scores?", "Where is O'Hare?", "Wer?"])
def test_no_choice(question: str) -> None:
    assert not offers_a_choice(question)
