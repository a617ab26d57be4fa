"""Lists in columns: an entry is a name and what stands in smaller type below it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pymupdf
import pytest

from longread.documents import Document, load
from longread.documents.entries import parted_lists
from longread.documents.layout_types import Segment
from longread.documents.rows import group_rows
from tests.fixtures.pages import Paper, grid

# Words, how far they are indented, their size.
Lines = Sequence[tuple[str, float, float]]
BOARD: tuple[Lines, Lines] = (
    (("Harbour Board :", 0, 11), ("Lead", 3, 9), ("Pilots :", 0, 11), ("Contributing", 3, 9)),
    (("Ferry Office :", 0, 11), ("Contributing", 3, 9), ("Customs :", 0, 11), ("Observer", 3, 9)),
)


def columns(page: pymupdf.Page, sides: Sequence[Lines], y: float, font: str = "helv") -> float:
    """Columns of lines that stand level; the lower edge of the longest."""
    ends = []
    for x, lines in zip((72.0, 320.0, 450.0), sides, strict=False):
        below = y
        for words, indent, size in lines:
            below += 15 if size > 9 else 11
            page.insert_text((x + indent, below), words, fontsize=size, fontname=font)
        ends.append(below)
    return max(ends)


def read(tmp_path: Path, *sides: Lines, font: str = "helv") -> Document:
    paper = Paper()
    page = paper.page()
    y = columns(page, sides, paper.prose(page), font)
    paper.prose(page, y=y + 40)
    return load(paper.save(tmp_path), use_cache=False)


def between(document: Document) -> list[str]:
    """The blocks between the two paragraphs of the page."""
    return document.text.split("\n\n")[1:-1]


def test_names_over_roles_are_read_column_by_column(tmp_path: Path) -> None:
    document = read(tmp_path, *BOARD)
    assert between(document) == [
        "Harbour Board : Lead",
        "Pilots : Contributing",
        "Ferry Office : Contributing",
        "Customs : Observer",
    ]
    assert not document.tables


def test_names_without_a_role_and_names_of_two_lines(tmp_path: Path) -> None:
    left = [("Underserved Harbours", 0, 10)]
    right = [
        ("Office for Pilots, Ferries", 0, 10),
        ("and Lighthouses :", 0, 10),
        ("Research; the archives of both", 3, 9),
        ("islands; the mu-", 3, 9),
        ("seum.", 3, 9),
    ]
    paper = Paper()
    page = paper.page()
    y = paper.prose(page)
    for x, lines in ((72, left), (320, right)):
        for number, (words, indent, size) in enumerate(lines):
            page.insert_text((x + indent, y + 20 + 11 * number), words, fontsize=size)
    paper.prose(page, y=y + 120)
    assert between(load(paper.save(tmp_path), use_cache=False)) == [
        "Underserved Harbours",
        "Office for Pilots, Ferries and Lighthouses : Research; the archives of both islands; the "
        "museum.",
    ]


def test_an_entry_that_goes_on_in_the_next_column(tmp_path: Path) -> None:
    left = [
        ("Lead :", 0, 10),
        ("Board", 3, 9),
        ("Offices :", 0, 10),
        ("The pilots; the cus-", 3, 9),
    ]
    right = [("toms of both islands", 3, 9), ("Ferries :", 0, 10), ("Observer", 3, 9)]
    assert between(read(tmp_path, left, right)) == [
        "Lead : Board",
        "Offices : The pilots; the customs of both islands",
        "Ferries : Observer",
    ]


def test_the_heading_below_a_list_is_none_of_its_names(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    y = columns(page, BOARD, paper.prose(page))
    page.insert_text((72, y + 26), "Indicators", fontsize=11)
    paper.prose(page, y=y + 50)
    blocks = between(load(paper.save(tmp_path), use_cache=False))
    assert blocks[-2:] == ["Customs : Observer", "Indicators"]


def test_boxes_of_a_form_with_what_they_hold_in_larger_type(tmp_path: Path) -> None:
    sides = [
        [("New York", 0, 11), ("(State or other jurisdiction", 0, 9), ("of incorporation)", 0, 9)],
        [("1-10299", 0, 11), ("(Commission", 0, 9), ("File Number)", 0, 9)],
        [("13-3513936", 0, 11), ("(Employer", 0, 9), ("Identification)", 0, 9)],
    ]
    assert between(read(tmp_path, *sides)) == [
        "New York (State or other jurisdiction of incorporation)",
        "1-10299 (Commission File Number)",
        "13-3513936 (Employer Identification)",
    ]


@pytest.mark.parametrize("odd", [True, False])
def test_bold_names_in_two_columns(odd: bool, tmp_path: Path) -> None:
    """An odd number of names is a list; of an even one it may be a table."""
    names = ["Women", "Youth", "Racial Groups", "Ethnic Groups", "Older Persons", "Migrants"]
    left = [(name, 0.0, 10.0) for name in names[:3]]
    right = [(name, 0.0, 10.0) for name in names[3:]]
    y, paper = 240.0, Paper()
    page = paper.page()
    paper.prose(page)
    for x, side in ((72, left), (320, right[:2] if odd else right)):
        for number, (words, _, size) in enumerate(side):
            page.insert_text((x, y + 18 * number), words, fontsize=size, fontname="hebo")
    paper.prose(page, y=y + 90)
    blocks = between(load(paper.save(tmp_path), use_cache=False))
    if odd:
        assert blocks == names[:5]
    else:
        assert blocks[0].split("\n")[0].split(" | ")[::2][0] == "Women"
        assert blocks[0].count("\n") == 2


def parts(*rows: Sequence[tuple[str, float, float]]) -> list[list[str]]:
    """What rows of (words, place, size) are parted to."""
    segments = [
        Segment(
            x, 100 + 14 * number, x + 5 * len(text), 100 + 14 * number + size, size, False, text
        )
        for number, row in enumerate(rows)
        for text, x, size in row
    ]
    return [[s.text for s in part] for part in parted_lists(group_rows(segments))]


NAMES = [("Harbour", 50.0, 11.0), ("Pilots", 300.0, 11.0)]
ROLES = [("Lead", 53.0, 9.0), ("Observer", 303.0, 9.0)]


def test_a_list_at_its_least() -> None:
    assert parts(NAMES, ROLES) == [["Harbour\nLead"], ["Pilots\nObserver"]]
    # Far more apart than lines are: each row for itself.
    assert parts(NAMES, [], [], ROLES) == []


@pytest.mark.parametrize(
    "rows",
    [
        # Heads over values that stand at their edge.
        [NAMES, [("Lead", 50, 9), ("Observer", 300, 9)]],
        # Figures below names.
        [NAMES, [("41,176", 53, 9), ("17,719", 303, 9)]],
        # A row of cells below, or above.
        [NAMES, ROLES, [("Sum", 50, 9), ("All", 200, 9), ("None", 300, 9)]],
        [[("Sum", 50, 9), ("All", 200, 9), ("None", 300, 9)], NAMES, ROLES],
        # Labels beside values of the same type, or of smaller type.
        [[("Name", 50, 9), ("Harbour", 300, 9)], [("Role", 50, 9), ("Lead", 300, 9)]],
        [[("Name", 50, 11), ("Harbour", 300, 9)], [("Role", 50, 11), ("Lead", 300, 9)]],
        # Columns of text that go on above or below.
        [[("and all that was said of it", 300, 9)], NAMES, ROLES],
        [NAMES, ROLES, [], [("and all that was said of it", 300, 9)]],
        # Roles that do not share an edge.
        [NAMES, ROLES, NAMES, [("Lead", 58, 9), ("Observer", 303, 9)]],
    ],
)
def test_what_is_no_list(rows: list[Sequence[tuple[str, float, float]]]) -> None:
    assert parts(*rows) == []


def test_lines_drawn_between_the_rows_make_it_a_table() -> None:
    segments = [
        Segment(x, y, x + 5 * len(text), y + size, size, False, text)
        for y, row in ((100.0, NAMES), (114.0, ROLES))
        for text, x, size in row
    ]
    rows = group_rows(segments)
    assert len(parted_lists(rows, [(40, 90, 500, 91)])) == 2
    assert parted_lists(rows, [(40, 112, 500, 113)]) == []


def test_a_table_of_figures_in_two_types_remains_one(tmp_path: Path) -> None:
    paper = Paper()
    page = paper.page()
    for x, head in ((200, "2020"), (320, "2021")):
        page.insert_text((x, 100), head, fontsize=12)
    grid(page, [["Dues", "41", "17"], ["Rent", "19", "22"], ["Fees", "7", "9"]], 114)
    (table,) = load(paper.save(tmp_path), use_cache=False).tables
    assert [row.cells for row in table.rows] == [
        ("Dues", "41", "17"),
        ("Rent", "19", "22"),
        ("Fees", "7", "9"),
    ]
