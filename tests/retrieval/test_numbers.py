"""Figures of a text as numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from longread.retrieval.numbers import figures


@pytest.mark.parametrize(
    ("text", "value", "factor"),
    [
        ("17,532", "17532", 1),
        ("1'204.50", "1204.50", 1),
        ("1.204,5 Euro", "1204.5", 1),
        ("(1,204)", "-1204", 1),
        ("−3.5 %", "-3.5", 1),
        ("$3.2 million", "3.2", 10**6),
        ("£731,000 (731 in £000)", "731000", 1),
        ("EUR 5bn", "5", 10**9),
    ],
)
def test_a_figure_is_read_as_it_is_printed(text: str, value: str, factor: int) -> None:
    figure = next(figures(text))
    assert (figure.value, figure.factor) == (Decimal(value), factor)


def test_what_stands_beside_a_figure() -> None:
    first, second, third = figures("$3 and 12 %, 40")
    assert (first.currency, second.percent, third.percent) == ("$", True, False)
