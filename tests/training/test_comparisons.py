"""Comparisons for training: two passages, one question, an answer that follows from both."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest

YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")


@pytest.fixture(scope="module")
def items(comparing: ModuleType) -> list[dict[str, Any]]:
    return list(comparing.comparisons(7, 120))


def test_the_same_seed_gives_the_same_items(
    comparing: ModuleType, items: list[dict[str, Any]]
) -> None:
    assert list(comparing.comparisons(7, 5)) == items[:5]
    assert next(comparing.comparisons(8, 1)) != items[0]


def test_each_side_stands_in_its_own_passage(items: list[dict[str, Any]]) -> None:
    for item in items:
        sides = item["first"], item["second"]
        for (name, text, quote), (rival, _text, _quote) in (sides, sides[::-1]):
            assert name in item["question"]
            assert name.casefold() in quote.casefold()
            assert quote in text
            assert rival not in text
            assert all(name not in other for _title, other in item["others"])


def test_the_answer_follows_from_the_two_quotes(items: list[dict[str, Any]]) -> None:
    checked = 0
    for item in items:
        sides = item["first"], item["second"]
        years = {name: YEAR.findall(quote) for name, _text, quote in sides}
        if re.search(r"\b(first|earlier|older)\b", item["question"]) and all(years.values()):
            assert item["answer"] == min(years, key=lambda name: int(years[name][-1]))
            checked += 1
    assert checked >= 8


def test_half_of_the_yes_or_no_questions_are_true(items: list[dict[str, Any]]) -> None:
    verdicts = [item["answer"] for item in items if item["answer"] in ("yes", "no")]
    assert len(verdicts) >= 25
    assert 0.3 < verdicts.count("yes") / len(verdicts) < 0.7
    for item in items:
        assert item["answer"] in ("yes", "no", item["first"][0], item["second"][0])
