"""Heads and footers of a PDF that stand on several pages, and what only looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.pages import PROSE, Paper, grid, page_text, read, runs

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.mark.parametrize("pages", [2, 3, 6])
def test_a_head_that_repeats_is_kept_once(tmp_path: Path, pages: int) -> None:
    paper = Paper()
    for number in range(pages):
        page = paper.page()
        runs(page, 72, 40, ("Account no. 20-4471-9   Holder: Ines Falk", 9, 0))
        paper.prose(page, f"Sheet {number + 1} of the minutes. {PROSE}")
        runs(page, 280, 800, (f"Page {number + 1} of {pages}", 9, 0))
    document = read(paper, tmp_path)
    assert document.text.count("Account no. 20-4471-9") == 1
    assert "Holder: Ines Falk" in page_text(document, 1)
    assert "Page 1 of" not in document.text
    assert [page.label for page in document.pages] == [str(n + 1) for n in range(pages)]
    removed = [(r.page, r.why) for r in document.removed if "20-4471-9" in r.text]
    assert removed == [(n, "repeated") for n in range(2, pages + 1)]


@pytest.mark.parametrize(
    ("footer", "kept"),
    [
        ("Invoice 7741-M   Page {}/4", "Invoice 7741-M"),
        ("In an emergency ring 555 0199", "In an emergency ring 555 0199"),
    ],
)
def test_a_footer_is_kept_once_without_page_numbers(tmp_path: Path, footer: str, kept: str) -> None:
    paper = Paper()
    for number in range(4):
        page = paper.page()
        paper.prose(page, f"Part {number} of it. {PROSE}")
        runs(page, 72, 800, (footer.format(number + 1), 9, 0))
    document = read(paper, tmp_path)
    assert document.text.count(kept) == 1
    assert "/4" not in document.text


def test_a_head_that_changes_from_page_to_page_is_kept_on_each(tmp_path: Path) -> None:
    pumps = ["Pump P-204   Order 5519-K", "Valve V-17   Order 5520-A", "Hoist H-9   Order 5533-C"]
    paper = Paper()
    for number, pump in enumerate(pumps):
        page = paper.page()
        runs(page, 72, 40, (pump, 9, 0))
        paper.prose(page, f"Sheet {number + 1} of the order. {PROSE}")
    document = read(paper, tmp_path)
    for number, pump in enumerate(pumps, start=1):
        assert pump.split()[-1] in page_text(document, number)


@pytest.mark.parametrize("pitch", [12, 14, 16, 20])
@pytest.mark.parametrize(("footer", "ruled"), [(False, False), (True, False), (True, True)])
def test_heads_of_a_table_stay_on_every_page(
    tmp_path: Path, pitch: float, footer: bool, ruled: bool
) -> None:
    paper = Paper()
    heads = ("Berth", "Depth (m)", "Length (m)", "Fee")
    written: list[str] = []
    for number in range(3):
        page = paper.page()
        rows = [heads]
        for row in range(int(600 / pitch)):
            berth = 1000 * number + row
            rows.append((f"B-{berth}", f"{berth % 9}.5", str(40 + row), str(100 + 7 * row)))
        grid(page, rows, 60, pitch)
        if ruled:
            grid(page, [heads], 60.3)
            page.draw_line((72, 63), (480, 63), width=0.7)
        written += ["".join(row) for row in rows]
        if footer:
            runs(page, 290, 810, (str(number + 1), 9, 0))
    document = read(paper, tmp_path)
    assert [line.replace(" | ", "") for line in document.text.splitlines() if line] == written
    for number in (1, 2, 3):
        assert "Berth | Depth (m) | Length (m) | Fee" in page_text(document, number)
    assert [page.label for page in document.pages] == (["1", "2", "3"] if footer else [None] * 3)


@pytest.mark.parametrize("label", ["{}", "{}.5", "B-{}"])
def test_the_last_row_of_a_page_is_no_page_number(tmp_path: Path, label: str) -> None:
    paper = Paper()
    written = [
        (label.format(year), f"{year % 7}.25", str(3 * year % 911)) for year in range(1901, 2057)
    ]
    for first in range(0, len(written), 52):
        grid(paper.page(), written[first : first + 52], 60, 14)
    document = read(paper, tmp_path)
    rows = [line.split(" | ") for line in document.text.splitlines() if line]
    assert rows == [list(row) for row in written]
    assert [page.label for page in document.pages] == [None] * 3
