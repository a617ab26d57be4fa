from __future__ import annotations

from dataclasses import replace

import pytest

from longread.display.progress import CellState, Progress
from longread.display.strip import BOUNDARY, bar, strip
from longread.reading.step import Gate, Retrieval, Retrieved, RunInfo
from tests.display.script import document, run_info, step


def read(info: RunInfo, *probabilities: float) -> Progress:
    progress = Progress(started=0.0)
    progress.begin(info)
    for index, probability in enumerate(probabilities, start=1):
        progress.step(step(info, index, update=Gate(probability, 0.5, "likelihood")))
    return progress


def glyphs(progress: Progress, width: int, rows: int = 1) -> list[str]:
    return ["".join(cell.glyph for cell in row) for row in strip(progress, width, rows)]


def test_one_cell_a_chunk_as_high_as_its_gate() -> None:
    progress = read(run_info(8), 0.0, 0.2, 0.49, 0.5, 0.75, 1.0)
    assert glyphs(progress, 40) == ["▁▂▃▅▆█··"]


def test_the_threshold_parts_the_two_halves() -> None:
    assert bar(0.899, 0.9, is_open=False) == "▃"
    assert bar(0.9, 0.9, is_open=True) == "▅"
    assert bar(1.0, 1.0, is_open=True) == "▅"


def test_many_chunks_wrap_then_share_cells() -> None:
    assert [len(row) for row in glyphs(read(run_info(100)), 60, 2)] == [60, 40]
    assert [len(row) for row in glyphs(read(run_info(2000)), 60, 2)] == [60, 60]
    assert glyphs(read(run_info(1)), 60) == ["·"]


@pytest.mark.parametrize("chunks", [1, 2, 59, 60, 61, 119, 121, 150, 2000])
@pytest.mark.parametrize("documents", [1, 2, 3, 40])
def test_the_strip_never_outgrows_its_room(chunks: int, documents: int) -> None:
    info = run_info(chunks, tuple(document(f"{number}.pdf") for number in range(documents)))
    rows = glyphs(read(info), 60, 2)
    assert len(rows) <= 2
    assert all(0 < len(row) <= 60 for row in rows)


def test_an_opened_chunk_shows_through_the_closed_ones_of_its_cell() -> None:
    info = run_info(1000)
    progress = read(info, *[0.1] * 500)
    progress.step(step(info, 203, update=Gate(0.9, 0.5, "likelihood")))
    (row,) = strip(progress, 100, 1)
    assert [number for number, cell in enumerate(row) if cell.state is CellState.OPEN] == [20]


def test_documents_are_parted_until_there_are_too_many() -> None:
    two = run_info(10, (document("a.pdf"), document("b.pdf")))
    assert glyphs(read(two), 40) == [f"·····{BOUNDARY}·····"]
    many = run_info(100, tuple(document(f"{number}.pdf") for number in range(50)))
    assert BOUNDARY not in glyphs(read(many), 40)[0]


def test_retrieved_skipped_and_taken_over_chunks() -> None:
    info = replace(run_info(8), resumed=3)
    progress = read(info)
    passages = (Retrieved(0, 0, 1, None, 3.0, 1), Retrieved(1, 0, 9, None, 2.0, 6))
    progress.step(step(info, 6, retrieval=Retrieval("q", passages)))
    assert glyphs(progress, 40) == ["▁◆▁--▁◆·"]
    progress.ended = True
    assert glyphs(progress, 40) == ["▁◆▁--▁◆-"]


def test_order_by_relevance_skips_nothing_before_the_end() -> None:
    info = replace(run_info(4), order="relevance")
    progress = read(info)
    progress.step(step(info, 4))
    assert glyphs(progress, 40) == ["···▁"]


def test_the_chunk_just_read_is_marked() -> None:
    progress = read(run_info(3), 0.1, 0.1)
    (row,) = strip(progress, 40, 1)
    assert [cell.current for cell in row] == [False, True, False]
