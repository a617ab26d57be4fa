"""What a question asks for: its terms, and its names among them."""

from __future__ import annotations

import pytest

from longread.retrieval import Index, names
from longread.retrieval.queries import has_phrase, phrases, synonyms
from longread.retrieval.terms import folded


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


def test_terms_of_accounts_are_found_under_their_other_names() -> None:
    assert synonyms("What was the capex of FY2018?")[:2] == ["capital", "expenditure"]
    assert "good" in synonyms("What is the COGS?")
    assert synonyms("Who was the first harbour master?") == []
    index = Index(
        [
            "The board met and spoke of the year.",
            "Purchases of property and equipment 1,577",
            "The year was dry, and sales were good.",
        ]
    )
    assert index.search("What was the year's capital expenditure?", 1)[0].place == 1


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who is the chief executive officer?", {("chief", "executive", "officer")}),
        ("Who is the mayor of Old Corran?", {("mayor", "old", "corran")}),
        ("Wann wurde die neue rote Brücke gebaut?", {("neue", "rote", "brücke"),
                                                    ("rote", "brücke", "gebaut")}),
        # Two words have no order to lose, a number is no part of a name, an article opens it.
        ("Who runs the old mill?", set()),
        ("What was the 2015 net income?", set()),
        ("Who founded Old Mill School?", set()),
    ],
)  # fmt: skip
def test_phrases(question: str, found: set[tuple[str, ...]]) -> None:
    wanted = {tuple(map(folded, phrase)) for phrase in found}
    assert phrases(question) == wanted


def test_a_phrase_stands_in_a_row_but_for_function_words() -> None:
    phrase = ("property", "plant", "equipment")
    assert has_phrase("Property, plant and equipment, net", phrase)
    assert not has_phrase("The plant is the property of an equipment firm", phrase)
    assert not has_phrase("Plant", phrase)
