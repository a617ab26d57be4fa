"""Repetition: a circle is seen after 96 tokens that repeat, and nothing before."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle, islice
from random import Random

import pytest

from longread.engine.repetition import RepetitionDetector, without_circle


def seen_after(tokens: Iterable[int]) -> int | None:
    """How many tokens it takes to see a circle."""
    detector = RepetitionDetector()
    return next((count for count, token in enumerate(tokens, 1) if detector.closed(token)), None)


@pytest.mark.parametrize(
    ("length", "after"), [(1, 97), (2, 98), (17, 113), (32, 128), (40, 160), (64, 256)]
)
def test_a_circle_is_seen_after_three_rounds_and_96_tokens(length: int, after: int) -> None:
    assert seen_after(islice(cycle(range(length)), 1000)) == after


def test_it_may_begin_anywhere() -> None:
    begun = list(range(1000, 1300))
    assert seen_after([*begun, *islice(cycle(range(5)), 400)]) == 300 + 5 + 96


def test_rounds_that_are_longer_or_too_few_are_none() -> None:
    assert seen_after(islice(cycle(range(65)), 2000)) is None
    assert seen_after([*([7] * 96), 8, *([7] * 96), 8]) is None
    assert seen_after(list(range(60)) * 3) is None


def test_a_table_whose_figures_differ_is_none() -> None:
    draw = Random(3)
    row = [1, 2, 3, 4, 5, 6]
    assert (
        seen_after(token for _line in range(300) for token in (*row, draw.randint(10, 99))) is None
    )


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("It sank in 1931. " + "no, " * 98, "It sank in 1931. no, "),
        ("so it was and " * 20 + "so it w", "so it was and so it w"),
        ("A row of dots ..........", "A row of dots .........."),
        ("Nothing is said twice here.", "Nothing is said twice here."),
    ],
)
def test_of_a_circle_one_round_is_usable(text: str, usable: str) -> None:
    assert without_circle(text) == usable
