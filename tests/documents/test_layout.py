"""Reading order, rows and cells from geometry alone."""

from __future__ import annotations

from longread.documents.cells import merge_wrapped_cells
from longread.documents.layout import reading_order
from longread.documents.layout_types import Segment

WORDS = "and so the long line of prose goes on its way"


def segment(text: str, x: float, y: float, width: float | None = None) -> Segment:
    return Segment(x, y, x + (width or 5 * len(text)), y + 12, 10, False, text)


def texts(segments: list[Segment], right_to_left: bool = False) -> list[str]:
    return [" | ".join(line.cells) for line in reading_order(segments, right_to_left)]


def column(name: str, x: float, lines: range, shift: float = 0) -> list[Segment]:
    return [segment(f"{name}{n} {WORDS}", x, 100 + 12 * n + shift, 230) for n in lines]


def test_words_and_cells_by_their_gaps() -> None:
    row = [segment("a", 0, 0), segment("b", 7, 0), segment("c", 12.5, 0), segment("d", 40, 0)]
    assert texts(row[::-1]) == ["a bc | d"]


def test_a_row_sorted_from_right_to_left() -> None:
    assert texts([segment("א", 100, 0), segment("ב", 0, 0)], right_to_left=True) == ["א | ב"]


def test_columns_with_lines_at_different_heights() -> None:
    page = column("l", 50, range(20)) + column("r", 310, range(20), shift=5)
    order = texts(sorted(page, key=lambda s: s.y0))
    assert order == [f"{side}{n} {WORDS}" for side in "lr" for n in range(20)]


def test_a_full_width_heading_interrupts_columns() -> None:
    middle = segment("A heading that runs across both of the columns", 50, 100 + 12 * 10, 490)
    page = [*column("l", 50, range(10)), *column("r", 310, range(10)), middle]
    page += column("L", 50, range(11, 20)) + column("R", 310, range(11, 20))
    order = [text.split()[0] for text in texts(page)]
    expected = [f"l{n}" for n in range(10)] + [f"r{n}" for n in range(10)] + ["A"]
    assert order == expected + [f"{side}{n}" for side in "LR" for n in range(11, 20)]


def test_three_columns() -> None:
    page = [
        segment(f"{name}{n} and some more words", x, 12 * n, 130)
        for n in range(12)
        for name, x in (("a", 50), ("b", 210), ("c", 370))
    ]
    assert [text[0] for text in texts(page)] == ["a"] * 12 + ["b"] * 12 + ["c"] * 12


def test_a_table_of_figures_is_read_by_rows() -> None:
    page = []
    for n in range(8):
        page.append(segment(f"Revenue of the division number {n}", 50, 14 * n))
        page += [segment(f"{n},{k}00", 300 + 80 * k, 14 * n) for k in range(3)]
    assert texts(page)[3] == "Revenue of the division number 3 | 3,000 | 3,100 | 3,200"


def test_figures_that_stand_a_little_lower_belong_to_their_label() -> None:
    page = [segment("Foreign currency", 50, 0), segment("144", 300, 5), segment("(21)", 360, 5)]
    assert texts(page) == ["Foreign currency | 144 | (21)"]


def test_wrapped_cells_are_put_together() -> None:
    page = []
    for n in range(4):
        y = 60 * n
        page += [
            segment(f"Share of {n} managers", 50, y),
            segment("trained on the new", 50, y + 12),
            segment("learning techniques", 50, y + 24),
            segment(f"8{n}%", 250, y + 12),
            segment("Not met", 320, y + 12),
        ]
    order = texts(page)
    assert len(order) == 4
    assert order[1].replace("\n", " ") == (
        "Share of 1 managers trained on the new learning techniques | 81% | Not met"
    )


def test_a_list_of_names_is_not_taken_for_a_wrapped_cell() -> None:
    names = ["Smith", "Jones", "Brown", "Green", "White"]
    page = [segment(name, 50, 12 * n) for n, name in enumerate(names)]
    page += [segment("Chair", 200, 0), segment("Clerk", 200, 12), segment("Guard", 200, 36)]
    assert texts(page) == ["Smith | Chair", "Jones | Clerk", "Brown", "Green | Guard", "White"]


def test_no_segment_is_lost_on_a_page_of_confetti() -> None:
    page = [segment(f"w{n}", (n * 7919) % 500, (n * 104729) % 700, 12) for n in range(3000)]
    words = " ".join(texts(page)).replace("|", " ").replace("\n", " ")
    assert all(f"w{n}" in words for n in range(3000))


def test_a_note_behind_its_mark_is_no_row_of_wrapped_cells() -> None:
    """Nor do its two lines say that the labels above it are wrapped."""

    def at(x: float, y: float, text: str) -> Segment:
        return Segment(x, y, x + 5 * len(text), y + 9, 8, False, text)

    segments = [
        at(31, 101, "Net sales"),
        at(33, 111, "Products"),
        *(at(x, 111, "22,631") for x in (240, 320, 400, 480)),
        at(16, 200, "(a)"),
        at(32, 200, "Sales to partners of the company in other parts of the world, and"),
        at(32, 210, "customers."),
    ]
    assert merge_wrapped_cells(segments) == segments
