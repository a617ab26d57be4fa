"""A paragraph's number and its first line are one, where the next line runs below both."""

from __future__ import annotations

import pytest

from longread.documents.layout_types import Segment
from longread.documents.paragraph_numbers import joined_numbers

LINE = "Waiver. The keeper acknowledges that a waiver by the harbour of any breach shall"
NEXT = "not be construed as a waiver of any other provision of this lease, or of a later one."


def at(x: float, y: float, text: str) -> Segment:
    return Segment(x, y, x + 5 * len(text), y + 10, 10, False, text)


def texts(*segments: Segment) -> list[str]:
    return [each.text for each in joined_numbers(segments)]


@pytest.mark.parametrize("number", ["3.12", "(a)", "7.", "iv)", "B."])
def test_a_number_before_an_indented_first_line_is_part_of_it(number: str) -> None:
    lines = at(110, 20, number), at(150, 20, LINE), at(80, 32, NEXT)
    assert texts(*lines) == [f"{number} {LINE}", NEXT]
    assert joined_numbers(lines)[0].x0 == 110


def test_a_title_that_is_underlined_is_a_segment_of_its_own() -> None:
    title = at(150, 20, "Waiver")
    rest = Segment(title.x1, 20, 520, 30, 10, False, LINE.removeprefix("Waiver"))
    lines = at(110, 20, "3.12"), title, rest, at(80, 32, NEXT)
    assert texts(*lines) == ["3.12 Waiver", rest.text, NEXT]


@pytest.mark.parametrize(
    "below",
    [
        at(150, 32, NEXT),  # the text's own column
        at(110, 32, "3.13"),  # the next row's number
        at(80, 60, NEXT),  # another paragraph
    ],
)
def test_a_number_in_a_column_of_its_own_stays(below: Segment) -> None:
    assert texts(at(110, 20, "3.12"), at(150, 20, LINE), below)[:2] == ["3.12", LINE]


def test_a_row_of_figures_stays() -> None:
    row = at(80, 20, "7"), at(110, 20, "Sales of the harbour's own shops"), at(400, 20, "1,204")
    assert texts(*row, at(70, 32, NEXT))[:3] == [each.text for each in row]
