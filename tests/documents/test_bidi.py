"""Right-to-left lines with figures."""

from __future__ import annotations

from longread.documents.bidi import logical
from longread.documents.characters import mend
from longread.documents.glyphs import SpacedMarks

RENT = "שכר הדירה הוא"
YEAR = "שקלים בשנה"


def placed(text: str, first: float, step: float) -> list[dict[str, object]]:
    return [{"c": c, "origin": (first + i * step, 100.0)} for i, c in enumerate(text)]


# As MuPDF gives a line that the file holds as it is seen: the end, the figure, the beginning.
SEEN = [*placed(f" {YEAR}", 138, -6), *placed("2,450", 142, 7), *placed(f" {RENT}", 260, -6)]
SEEN[16]["origin"] = (180.0, 100.0)


def test_what_stands_right_of_a_figure_comes_first() -> None:
    assert logical(SEEN) == f"{RENT} 2,450 {YEAR}"
    # A line that is in order stays so.
    whole = [*placed(f"{RENT} ", 260, -5), *placed("2,450", 160, 5), *placed(f" {YEAR}", 150, -6)]
    assert logical(whole) == f"{RENT} 2,450 {YEAR}"


def test_only_spans_of_both_directions_are_looked_at_by_character() -> None:
    texts = [f" {YEAR}2,450 {RENT}", RENT, "Rent 2,450"]
    content = {"blocks": [{"lines": [{"spans": [{"text": text} for text in texts]}]}]}
    spans = [{"chars": SEEN}, *({"chars": placed(text, 0, 5)} for text in texts[1:])]
    mend(content, lambda: {"blocks": [{"lines": [{"spans": spans}]}]}, SpacedMarks())
    read = [span["text"] for span in content["blocks"][0]["lines"][0]["spans"]]
    assert read == [f"{RENT} 2,450 {YEAR}", RENT, "Rent 2,450"]
