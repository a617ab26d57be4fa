"""What a question asks for: its terms, and its names among them."""

from __future__ import annotations

import pytest

from longread.retrieval import names


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Who was the harbour master of Jorvenport?", ["jorvenport"]),
        ("Which town lies on the river?", []),
        ("Netflix had how many members?", []),
        ("What was Nike's revenue in FY2018 and in 2017?", ["nike", "fy", "2018", "2017"]),
        ("1934 was the year of what?", ["1934"]),
        ("In what year did the Norwegian Adventurers sail?", ["norwegian", "adventurer"]),
        ("Who, if not John, met John?", ["john"]),
        ("谁是港务长？", []),
        ("", []),
    ],
)
def test_names_are_capitalised_words_and_numbers(question: str, named: list[str]) -> None:
    assert names(question) == named
