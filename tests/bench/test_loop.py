"""`benchmarks/loop.py`: what it says of a try, and of what changed since another one."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from longread.bench.records import Result
from longread.display.tables import plain
from tests.bench.scripts import script


@pytest.fixture(scope="module")
def loop() -> ModuleType:
    return script("loop")


def result(identity: str, answer: str | None, **values: Any) -> Result:
    status = "not_found" if answer is None else "answered"
    usual: dict[str, Any] = {"answers": ("42 tonnes",), "confidence": 0.9, "chunks": 4}
    usual.update(values)
    return Result(
        identity, "gated", "How much?", require="any", status=status, answer=answer, **usual
    )


def test_a_try_is_told_by_answers_refusals_and_median_seconds(loop: ModuleType) -> None:
    results = [
        result("a", "42 tonnes", seconds=1.0),
        result("b", "41 tonnes", seconds=2.0),
        result("c", None, answers=(), seconds=90.0),
    ]
    lines = {line.split("  ")[0]: line for line in plain(loop.summary(results))}
    assert "0.500" in lines["gold in answer"]
    assert "1.000" in lines["correct refusals"]
    assert lines["right of those 0.8 sure"].endswith("of 2")
    assert lines["median seconds"].endswith("2.0 [1.0–90.0]")


def test_what_changed_between_two_tags_is_named(
    loop: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [result("a", "41 tonnes"), result("b", "42 tonnes"), result("c", "42 tonnes")]
    after = [result("a", "42 tonnes"), result("b", None), result("c", "42 tonnes")]
    loop.show_change("old", before, "new", after)
    printed = capsys.readouterr().out
    assert "+ gated  a: '41 tonnes' → '42 tonnes'" in printed
    assert "- gated  b: '42 tonnes' → None" in printed
    assert "  c:" not in printed
    assert "gated: right (gold contained, or rightly refused) +0.000" in printed


def test_each_tag_and_model_has_a_file_of_its_own(loop: ModuleType) -> None:
    questions = Path("examples/questions.jsonl")
    places = {
        loop.place(questions, model, tag)
        for model in (None, "small.gguf") for tag in ("old", "new")
    }  # fmt: skip
    assert len(places) == 4
