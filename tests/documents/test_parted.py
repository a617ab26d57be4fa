"""Pieces of a printed line: where the white within it stands between two cells."""

from __future__ import annotations

from typing import Any

import pytest

from longread.documents.parted import parted

# A line of one statement, as MuPDF gives it: texts with the places where their boxes begin and end.
REPURCHASED = ((" (294) ", 481, 511), (" ", 511, 513), (" (295) ", 517, 547), (" (175) ", 553, 583))


def line(*spans: tuple[str, float, float], size: float = 9.0) -> dict[str, Any]:
    made = [{"text": text, "bbox": (x0, 0, x1, size), "size": size} for text, x0, x1 in spans]
    return {"spans": made, "dir": (1.0, 0.0), "bbox": (spans[0][1], 0, spans[-1][2], size)}


def pieces(*spans: tuple[str, float, float]) -> list[str]:
    return ["".join(s["text"] for s in each["spans"]).strip() for each in parted(line(*spans))]


def test_figures_that_stand_near_each_other_are_cells() -> None:
    assert pieces(*REPURCHASED) == ["(294)", "(295)", "(175)"]


@pytest.mark.parametrize(
    ("first", "second"), [("Total", "(295)"), ("2014", "(a)"), ("$", "14,800"), ("shares", "sold")]
)
def test_words_and_marks_stay_with_what_they_are_near(first: str, second: str) -> None:
    assert pieces(("Shares", 20, 50), (first, 52, 80), (second, 89, 110)) == [
        f"Shares{first}{second}"
    ]


def test_the_number_of_a_row_is_a_cell_and_so_is_what_stands_behind_wide_white() -> None:
    assert pieces(("4.", 20, 26), ("Shares", 34, 60), ("2014", 80, 100)) == ["4.", "Shares", "2014"]
