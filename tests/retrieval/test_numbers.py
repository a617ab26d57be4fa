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
        ("£(1.3) million", "-1.3", 10**6),
        ("(5,542) thousand", "-5542", 10**3),
        ("£ (0.3 )m", "-0.3", 10**6),
        ("(5.2)%", "-5.2", 1),
        ("(£4.2 million)", "-4.2", 10**6),
        ("(0.3p)", "-0.3", 1),
        ("(12 months)", "12", 1),
        ("1.234.567 Stück", "1234567", 1),
        ("$1.2tn", "1.2", 10**12),
        ("3,5 Mio. €", "3.5", 10**6),
        ("2 Mrd. €", "2", 10**9),
        ("2 milliards d'euros", "2", 10**9),
        ("3 millones", "3", 10**6),
        ("₹45 crore", "45", 10**7),
        ("5 lakh", "5", 10**5),
    ],
)
def test_a_figure_is_read_as_it_is_printed(text: str, value: str, factor: int) -> None:
    figure = next(figures(text))
    assert (figure.value, figure.factor) == (Decimal(value), factor)


def test_what_stands_beside_a_figure() -> None:
    first, second, third, fourth = figures("$3 and 12 %, 40, (5.2)%")
    assert (first.currency, second.percent, third.percent) == ("$", True, False)
    assert fourth.percent
