"""The questions about the example report: every quote stands on the page that is stated."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from longread.documents import load

EXAMPLES = Path(__file__).parents[2] / "examples"
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (EXAMPLES / "questions.jsonl").read_text("utf-8").splitlines()
]
KEYS = {"id", "documents", "question", "answers", "evidence", "kind"}
KINDS = {"fact", "table", "footnote", "two-hop", "list", "erratum", "unanswerable"}


def spaced(text: str) -> str:
    """Text with every run of white space as one space."""
    return " ".join(text.split())


@pytest.fixture(scope="module")
def pages() -> dict[int, str]:
    # Made once for the module, before a test has its own empty home: so without the cache.
    document = load(str(EXAMPLES / "harbour-report.pdf"), use_cache=False)
    return {page.number: spaced(document.text[page.start : page.end]) for page in document.pages}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_quotes_stand_on_their_pages(question: dict[str, Any], pages: dict[int, str]) -> None:
    # A list is right if all of it is named.
    assert set(question) - {"require"} == KEYS
    assert question.get("require", "any") == "any" or question["kind"] == "list"
    assert question["documents"] == ["harbour-report.pdf"]
    for evidence in question["evidence"]:
        assert evidence["document"] == "harbour-report.pdf"
        assert spaced(evidence["quote"]) in pages[evidence["page"]]


def test_each_kind_is_asked_and_only_the_unanswerable_have_no_answer() -> None:
    kinds = Counter(question["kind"] for question in QUESTIONS)
    assert set(kinds) == KINDS
    assert len(QUESTIONS) >= 25
    assert kinds["unanswerable"] >= 5
    for question in QUESTIONS:
        assert bool(question["answers"]) == (question["kind"] != "unanswerable")
        assert bool(question["evidence"]) == bool(question["answers"])


def test_ids_and_questions_are_unique() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert len({question["question"] for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("cruise-calls", "Cruise ships called 31 times"),
        ("power-fall", "We bought 14.6 per cent less electricity"),
        ("award-date", "Sandhythe Quay, phase two | 6,940 | 11 June 2024"),
        ("complaints", "In 2024 we received 58 complaints"),
        ("ice", "It makes up to 18 tonnes of ice a day"),
    ],
)
def test_what_the_corrections_correct_still_stands_in_a_chapter(
    name: str, wrong: str, pages: dict[int, str]
) -> None:
    """Otherwise the question would not be about a contradiction."""
    question = next(question for question in QUESTIONS if question["id"] == name)
    correction = question["evidence"][0]["page"]
    assert [number for number, text in pages.items() if wrong in text and number < correction]
