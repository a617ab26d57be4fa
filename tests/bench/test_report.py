"""Tables, page and plots from results that are made up to be known."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from longread.bench import plots, tables
from longread.bench.metrics import F1, SECONDS, Metric
from longread.bench.records import Cited, Evidence, Result
from longread.bench.report import all_tables, markdown, write_report
from longread.bench.results import Header
from longread.bench.statistics import Interval
from longread.engine import ModelInfo
from longread.errors import UsageError
from longread.reading.options import ReadingOptions
from tests.bench.test_metrics import result

# Right of every two, one of three, none.
RIGHT = {"gated": 2, "rag": 3, "closed-book": 99}


def results(count: int = 12, **values: Any) -> list[Result]:
    """`count` questions by three strategies; every sixth is not answered by the document."""
    found = []
    for number in range(count):
        for strategy, period in RIGHT.items():
            chunks = 0 if strategy == "closed-book" else 4
            found.append(
                result(
                    id=f"q{number}",
                    strategy=strategy,
                    answers=() if number % 6 == 5 else ("1931",),
                    answer="1931" if number % period == 0 else "| *nothing* <of> it",
                    confidence=0.9 if number % period == 0 else 0.3 + number / 100,
                    chunks=chunks,
                    chunks_read=min(chunks, 2),
                    exit_step=min(chunks, 2),
                    evidence_step=min(chunks, 1) or None,
                    exit_reason="exit_gate",
                    citations=(Cited("a.pdf", number, "words"),) if chunks else (),
                    evidence=(Evidence("a.pdf", page=number, depth=number / count),),
                    seconds={"gated": 4.0, "rag": 1.0, "closed-book": 0.5}[strategy],
                    calls=3,
                    tags={"data": "ab"[number % 2], "length": 8192 * (1 + number % 2)},
                    **values,
                )
            )
    return found


def header() -> Header:
    model = ModelInfo("tiny", "/home/me/tiny.gguf", "CPU", 2048, 7)
    options = {
        "gated": ReadingOptions(chunk_tokens=512),
        "rag": ReadingOptions(strategy="rag"),
    }
    return Header.of(model, options, facts={"threads": 2}, title="ferries")


def rows(table: tables.Table | None) -> dict[str, tuple[str, ...]]:
    assert table is not None
    return {row[0].strip(): row[1:] for row in table.rows if row}


def test_the_summary_has_a_column_a_strategy() -> None:
    table = tables.summary(results())
    assert table.head == ("", "gated", "rag", "closed-book")
    found = rows(table)
    assert found["questions"] == ("12", "12", "12")
    assert found["answerable"] == ("10", "10", "10")
    assert "failed" not in found
    assert found["F1"][0].startswith("0.600 [")
    assert found["correct refusals"][0] == "0.000 [0.000–0.658]"
    assert found["cited right"][2] == "–"
    assert found["model calls"] == ("3.00", "3.00", "3.00")
    assert found["seconds"][0] == "4.00"
    assert "all evidence in top 10" not in found


def test_failures_are_counted() -> None:
    failed = [*results(), result(id="q99", status="error", answer=None, error="broke")]
    assert rows(tables.summary(failed))["failed"] == ("1", "0", "0")


def test_paired_differences_are_against_the_first_strategy() -> None:
    found = rows(tables.paired(results()))
    assert found["questions of both"] == ("12", "12")
    assert found["F1"][1].startswith("-0.500 [")
    assert " 0:5 *" in found["F1"][1]
    assert found["seconds"] == ("×0.25 [0.25–0.25] *", "×0.12 [0.12–0.12] *")
    assert found["correct refusals"] == ("0.000", "0.000")
    assert tables.paired([each for each in results() if each.strategy == "rag"]) is None


def test_a_difference_that_is_better_lower_counts_the_right_way() -> None:
    refusing = [result(id=str(number), status="not_found", answer=None) for number in range(5)]
    answering = [result(id=str(number), strategy="rag") for number in range(5)]
    assert " 5:0 *" in rows(tables.paired(refusing + answering))["false refusals"][0]


def test_tags_group_in_their_order() -> None:
    assert tables.tags_of(results()) == ["data", "length"]
    assert tables.tags_of(results(30)) == ["data", "length", "depth"]
    table = tables.by_tag(results(30), "depth")
    assert list(rows(table)) == [
        "0 to 20 %",
        "20 to 40 %",
        "40 to 60 %",
        "60 to 80 %",
        "80 to 100 %",
    ]
    assert list(rows(tables.by_tag(results(), "length"))) == ["8k", "16k"]
    assert tables.by_tag(results(), "nothing") is None
    assert tables.by_tag(results(), "data", SECONDS) is not None


def test_a_depth_is_the_tag_in_percent_or_the_last_evidence() -> None:
    evidence = (Evidence("a", depth=0.2), Evidence("a", depth=0.7))
    assert tables.depth_of(result(evidence=evidence)) == 0.7
    assert tables.depth_of(result(evidence=evidence, tags={"depth": 30})) == 0.3
    assert tables.depth_of(result()) is None


@pytest.mark.parametrize(
    ("found", "metric", "cell"),
    [
        (None, F1, "–"),
        (Interval(0.5, 0.25, 0.75, 9), F1, "0.500 [0.250–0.750]"),
        (Interval(0.5, 0.5, 0.5, 1), F1, "0.500"),
        (Interval(12.34, 9.9, 15, 9), SECONDS, "12.3 [9.9–15.0]"),
        (Interval(12345.6, 9000, 15000, 9), Metric("x", "x", SECONDS.value, kind="number"),
         "12,346 [9,000–15,000]"),
    ],
)  # fmt: skip
def test_cells(found: Interval | None, metric: Metric, cell: str) -> None:
    assert tables.interval_cell(found, metric) == cell


def test_two_files_are_compared_by_strategy() -> None:
    found = rows(tables.compared("old", results(), "new", results()))
    assert found["questions of both"] == ("12", "12", "12")
    assert found["F1"] == ("0.000",) * 3
    gated = [each for each in results() if each.strategy == "gated"]
    rag = [each for each in results() if each.strategy == "rag"]
    table = tables.compared("old", gated, "new", rag)
    assert table.head == ("", "gated → rag")
    assert table.title == "new against old"
    with pytest.raises(UsageError, match="no question of the same strategy"):
        tables.compared("old", gated, "new", [result(id="z", strategy="gated")])
    with pytest.raises(UsageError, match="no question of the same strategy"):
        tables.compared("old", gated, "new", [each for each in results() if each not in gated])


def test_the_page_names_what_was_measured_and_how() -> None:
    page = markdown(header(), results(), [("F1 by depth", Path("x/page-depth.png"))])
    assert page.startswith("# ferries\n\n- Model: tiny (`tiny.gguf`), on CPU, context 2,048\n")
    assert "/home/me" not in page
    assert "- Threads: 2\n- `gated`: chunk_tokens 512\n- `rag`: as it comes\n" in page
    assert "- Questions: 12\n" in page
    assert "\n| F1 | 0.600 [" in page
    assert "![F1 by depth](page-depth.png)" in page
    assert "- `gated`: AUC 1.00 (6 right, 6 wrong)" in page
    assert "## Against gated, question by question" in page


def test_the_page_shows_the_worst_surest_first() -> None:
    page = markdown(header(), results())
    worst = page[page.index("## Worst of `gated`") : page.index("## Worst of `rag`")]
    assert "**Wrong, and sure of it** (4)" in worst
    assert "**Answered what the documents do not say** (2)" in worst
    assert worst.index("`q9`") < worst.index("`q7`")
    assert "| \\*nothing\\* &lt;of> it (confidence 0.39)" in worst
    assert "cited: a.pdf, p. 9: words" in worst


def test_plots_show_what_there_is_to_show(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    write_report(tmp_path / "page.md", header(), results(30), drawn=True)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "page-depth.png", "page-exit.png", "page-length.png", "page-metrics.png",
        "page-speed.png", "page.md",
    ]  # fmt: skip
    assert all(path.stat().st_size > 5000 for path in tmp_path.glob("*.png"))
    alone = [result(id=str(number), seconds=1.0) for number in range(3)]
    drawn = plots.write_plots(alone, tmp_path, "alone")
    assert [path.name for _title, path in drawn] == ["alone-metrics.png", "alone-speed.png"]


def test_plots_without_matplotlib_are_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match="plots need matplotlib") as raised:
        plots.require_matplotlib()
    assert "longread[bench]" in raised.value.hint


def test_a_report_without_matplotlib_has_no_plots(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    write_report(tmp_path / "page.md", header(), results(30), drawn=True)
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]
    text = (tmp_path / "page.md").read_text()
    assert "## Results" in text
    assert "![" not in text


def test_nothing_but_failures_still_makes_a_page() -> None:
    failed = [result(status="error", answer=None, error="broke", chunks=0)]
    page = markdown(header(), failed)
    assert "**Failed** (1)" in page
    assert "error: broke" in page
    assert len(all_tables(failed)) == 1
