"""Which questions need the whole document."""

from __future__ import annotations

import pytest

from longread.reading.questions import wants_everything


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
        "Who chaired the board?",
        "How many goals were met?",
        "When was the wall built?",
        "What is on the shopping list?",
        "Who is Wallace?",
    ],
)
def test_one_thing(question: str) -> None:
    assert not wants_everything(question)
