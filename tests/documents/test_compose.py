"""Paragraphs that footnotes interrupt."""

from __future__ import annotations

from longread.documents.compose import Composed, compose
from longread.documents.layout_types import Segment
from longread.documents.raw import RawFile, RawPage

FULL = "words that fill the line of text from one edge to the other edge"
NOTE = "1 The note says what the text has left out."


def lines(*texts: str, x: float = 50, y: float = 200, size: float = 10) -> list[Segment]:
    return [
        Segment(x, y + 12 * n, x + 0.35 * size * len(text), y + 12 * n + size, size, False, text)
        for n, text in enumerate(texts)
    ]


def composed(*pages: list[Segment]) -> Composed:
    raw = [RawPage(595, 842, segments) for segments in pages]
    return compose(RawFile(raw, [], "", False, False, []))


def test_a_note_at_the_end_of_a_page_stands_before_the_paragraph_that_goes_on() -> None:
    first = [
        *lines(FULL, "and end here."),
        *lines(f"The next {FULL}", f"goes on {FULL}", y=260),
        *lines(NOTE, y=600, size=7),
    ]
    document = composed(first, lines("overleaf to its end.", "More words follow it there."))
    paragraphs = document.text.split("\n\n")
    assert paragraphs[1] == NOTE
    assert paragraphs[2].startswith(f"The next {FULL} goes on {FULL} overleaf to its end.")
    assert document.text.index(NOTE) < document.pages[0].end


def test_a_note_below_the_left_column_does_not_cut_the_paragraph_in_two() -> None:
    left = "words that fill the left-hand column"
    right = "words that fill the right-hand side"
    page = [
        *lines(*[f"{n} many {left}" for n in "abcdefgh"]),
        *lines(NOTE, y=320, size=7),
        *lines(*[f"{n} more {right}" for n in "abcdefgh"], x=310),
    ]
    text = composed(page).text
    assert f"h many {left} a more {right}" in text
    assert text.endswith(NOTE)
