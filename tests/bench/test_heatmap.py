"""Heat maps: the right number in the right cell, as text and as a picture."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from longread.bench.heatmap import HeatMap, heat_maps, plain, save_png, write_heat_maps
from longread.bench.records import Result
from longread.errors import UsageError


def result(strategy: str, depth: int | None, length: int, answer: str | None) -> Result:
    return Result(
        id=f"{strategy}{depth}{length}",
        strategy=strategy,
        question="Which number?",
        answers=("4711",),
        require="any",
        status="answered" if answer else "not_found",
        answer=answer,
        confidence=1.0,
        tags={"kind": "single", "depth": depth, "length": length},
    )


RESULTS = [
    result("gated", 0, 8192, "It is 4711."),
    result("gated", 0, 8192, None),
    result("gated", 100, 8192, "4711"),
    result("gated", 0, 32768, "1234"),
    result("rag", 0, 8192, "4711"),
    result("rag", None, 8192, "4711"),
]


@pytest.fixture
def maps() -> list[HeatMap]:
    return heat_maps(RESULTS)


def test_cells(maps: list[HeatMap]) -> None:
    gated, rag = maps
    assert (gated.strategy, gated.kind) == ("gated", "single")
    assert gated.depths == rag.depths == (0, 100)
    assert gated.lengths == rag.lengths == (8192, 32768)
    assert (gated.cells[0, 8192].mean, gated.cells[0, 8192].n) == (0.5, 2)
    assert gated.mean == 0.5
    assert gated.questions == "1 to 2 questions"
    assert rag.questions == "1 question"
    assert list(rag.cells) == [(0, 8192)]


def test_plain_lines(maps: list[HeatMap]) -> None:
    assert plain(maps[0]) == [
        "gated, single: 50 % found, 1 to 2 questions a cell",
        "depth       8k    32k",
        "    0 %     50      0",
        "  100 %    100      –",
    ]


def test_a_pipe_gets_no_escapes_and_a_terminal_colours(maps: list[HeatMap]) -> None:
    piped, drawn = io.StringIO(), io.StringIO()
    write_heat_maps(maps, piped, colour=False)
    write_heat_maps(maps, drawn, colour=True)
    assert "\x1b" not in piped.getvalue()
    for stream in (piped, drawn):
        assert "100" in stream.getvalue()
        assert "rag" in stream.getvalue()


def test_picture(maps: list[HeatMap], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "map.png"
    save_png(maps, file)
    assert file.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UsageError, match="nothing to draw"):
        save_png([], file)
