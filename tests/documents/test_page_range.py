"""`--pages`."""

from __future__ import annotations

import pytest

from longread.documents import PageRange
from longread.errors import UsageError


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", [3]),
        ("2-4", [2, 3, 4]),
        ("10-", [10, 11, 12]),
        ("-2", [1, 2]),
        ("1,4-6", [1, 4, 5, 6]),
        (" 4 - 5 , 1, 4 ", [1, 4, 5]),
        ("11–12", [11, 12]),
    ],
)
def test_ranges(text: str, numbers: list[int]) -> None:
    assert PageRange.parse(text).numbers(12, "book.pdf") == numbers


@pytest.mark.parametrize("text", ["", "a", "-", "1,,2", "0", "5-3", "1-2-3", "1;2", "3.5"])
def test_nonsense_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        PageRange.parse(text)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["13", "13-", "5-13", "-13"])
def test_pages_outside_the_document(text: str) -> None:
    with pytest.raises(UsageError, match=r"book\.pdf has 12 pages; there is no page 13"):
        PageRange.parse(text).numbers(12, "book.pdf")


def test_a_number_of_thousands_of_digits_is_nonsense_too() -> None:
    with pytest.raises(UsageError, match="not a range of pages") as caught:
        PageRange.parse("1-" + "9" * 5000)
    assert len(caught.value.message) < 100
