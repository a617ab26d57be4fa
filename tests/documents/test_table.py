"""Tables as objects: records for models, rows for people, words for BM25, and the way back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from longread.documents import cache
from longread.documents.chunks import cut
from longread.documents.model import Document, Page
from longread.documents.page_range import PageRange, restrict
from longread.documents.render import for_index, for_model
from longread.documents.table import Table, TableRow, row_text

BEFORE = "The company has three segments. They are described below.\n\n"
CAPTION = "Segment information\n\n"
HEADS = "| Domestic streaming | Domestic DVD | Consolidated"
ROWS = (
    ("Revenues", "6,153,025", "450,497", "11,692,713"),
    ("Marketing", "553,331", "—", "1,278,022"),
    ("Contribution profit (loss):", "", "", ""),
    ("Before tax", "2,078,459", "", "(4,112)"),
)
AFTER = "\n\nNo other segment is reported."


def _document() -> Document:
    text = BEFORE + CAPTION
    head = (len(text), len(text) + len(HEADS))
    text += HEADS
    rows = []
    for cells in ROWS:
        text += "\n"
        start = len(text)
        text += row_text(cells)
        path = ("Contribution profit (loss):",) if cells[0] == "Before tax" else ()
        rows.append(TableRow(cells, start, len(text), path, 1, ((0.0, 1.0, 2.5, 3.0), None)))
    pages = (Page(1, "i", 0, len(text)), Page(2, "ii", len(text) + 2, len(text) + len(AFTER)))
    table = Table(
        (("",), ("Domestic", "streaming"), ("Domestic", "DVD"), ("Consolidated",)),
        tuple(rows),
        (head,),
        caption="Segment information",
        period="year ended December 31, 2017",
        unit="in thousands",
    )
    return Document("a.pdf", "0" * 64, "A", "pdf", text + AFTER, pages, tables=(table,))


@pytest.fixture
def document() -> Document:
    return _document()


def _row(document: Document, words: str) -> TableRow:
    found = document.row_at(document.text.index(words))
    assert found is not None
    return found[1]


def test_a_record_names_the_column_of_every_cell(document: Document) -> None:
    table = document.tables[0]
    assert table.record(_row(document, "Marketing")) == (
        "Segment information, year ended December 31, 2017 (in thousands): Marketing: "
        "Domestic streaming 553,331; Domestic DVD —; Consolidated 1,278,022"
    )


def test_an_empty_cell_moves_no_other_and_sub_heads_stand_before_the_label(
    document: Document,
) -> None:
    table = document.tables[0]
    assert table.record(_row(document, "Before tax"), context=False) == (
        "Contribution profit (loss): Before tax: Domestic streaming 2,078,459; Consolidated (4,112)"
    )


def test_a_row_is_indexed_with_heads_caption_period_and_unit(document: Document) -> None:
    words = document.tables[0].words(_row(document, "Marketing"))
    for expected in ("Segment", "streaming", "DVD", "December", "thousands", "553,331"):
        assert expected in words


def test_heads_and_sub_heads_count_once_as_they_are_printed(document: Document) -> None:
    table = document.tables[0]
    last = replace(table.rows[-1], cells=("After tax", "1", "2", "3"))
    second = last.moved(len("Before tax | 2,078,459 | | (4,112)") + 1)
    text = f"{document.text}\n{row_text(second.cells)}"
    second = replace(second, start=len(document.text) + 1, end=len(text))
    both = replace(document, text=text, tables=(replace(table, rows=(*table.rows, second)),))
    words = for_index(both, table.rows[-1].start, len(text))
    assert words.count("Domestic") == 1
    assert words.count("Contribution profit (loss)") == 1


def test_words_as_cells_take_a_colon_and_the_first_head_stands_before_the_label() -> None:
    row = TableRow(("Night lights", "yes", "12"), 0, 5)
    table = Table((("Feature",), ("Basic plan",), ("Seats:",)), (row,))
    assert table.record(row) == "Feature Night lights: Basic plan: yes; Seats: 12"


def test_caption_that_says_period_and_unit_is_not_said_twice() -> None:
    table = Table((), (), caption="Net sales, year 2017 (in millions):", period="year 2017",
                  unit="in millions")  # fmt: skip
    assert table.context == "Net sales, year 2017 (in millions)"


def test_places_lead_back_to_rows_and_heads(document: Document) -> None:
    text, table = document.text, document.tables[0]
    assert document.row_at(text.index("Domestic streaming")) is None
    assert document.row_at(text.index("three segments")) is None
    for row in table.rows:
        for offset in (row.start, row.end - 1):
            assert document.row_at(offset) == (table, row)
        assert text[row.start : row.end] == row_text(row.cells)
    assert document.row_at(len(text) - 1) is None


def test_a_span_from_the_middle_of_a_table_carries_its_caption_and_heads(
    document: Document,
) -> None:
    row = _row(document, "Marketing")
    assert for_model(document, row.start, row.end) == (
        "Segment information, year ended December 31, 2017 (in thousands):\n"
        "Marketing: Domestic streaming 553,331; Domestic DVD —; Consolidated 1,278,022"
    )
    index = for_index(document, row.start, row.end)
    assert index.count("Domestic streaming") == 1
    assert "Segment information" in index


def test_prose_around_a_table_stays_and_printed_heads_are_not_repeated(
    document: Document,
) -> None:
    shown = for_model(document, 0, len(document.text))
    assert shown.startswith(BEFORE.strip())
    assert shown.endswith("reported.")
    assert HEADS not in shown
    assert shown.count("(in thousands)") == 1
    assert shown.count("Domestic DVD") == 2


def test_a_span_without_rows_is_the_text_as_it_stands(document: Document) -> None:
    text = document.text
    assert for_model(document, 0, len(BEFORE)) == BEFORE.strip("\n")
    start = text.index(HEADS)
    assert for_model(document, start, start + len(HEADS)) == HEADS


def test_part_of_a_row_is_shown_as_it_stands(document: Document) -> None:
    row = _row(document, "Marketing")
    assert for_model(document, row.start, row.start + 20) == "Marketing | 553,331 "


def test_chunks_are_cut_between_rows_also_where_a_row_holds_sentences() -> None:
    cells = ("Aim", "Lower the fee. Raise the speed. Keep the staff.", "12")
    lines = [row_text(cells)] * 12
    text = "\n".join(lines)
    rows = tuple(
        TableRow(cells, n * (len(lines[0]) + 1), n * (len(lines[0]) + 1) + len(lines[0]))
        for n in range(12)
    )
    document = Document("a", "", "", "text", text, tables=(Table((("",),) * 3, rows),))
    spans = cut(document, 40)
    assert len(spans) > 3
    starts, ends = {row.start for row in rows}, {row.end for row in rows}
    assert all(span.start in starts and span.end in ends for span in spans)


def test_the_cache_keeps_tables(document: Document, tmp_path: Path) -> None:
    cache.store(tmp_path / "a", document)
    assert cache.load(tmp_path / "a") == document


def test_chosen_pages_keep_their_tables_and_lose_the_others(document: Document) -> None:
    first = restrict(document, PageRange.parse("1"), "a.pdf")
    assert first.tables == document.tables
    assert restrict(document, PageRange.parse("2"), "a.pdf").tables == ()
    swapped = replace(document, pages=(Page(1, None, 0, len(BEFORE)),
                                       Page(2, None, len(BEFORE), len(document.text))))  # fmt: skip
    moved = restrict(swapped, PageRange.parse("2"), "a.pdf")
    row = moved.tables[0].rows[1]
    assert moved.text[row.start : row.end] == "Marketing | 553,331 | — | 1,278,022"
