from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from longread.display.events import EventLog
from longread.errors import ExitCode, UsageError
from longread.reading.step import Gate
from longread.runs.ahead import GatedAhead
from tests.display.script import answer, reading, run_info
from tests.schemas import answer_schema

INFO = run_info()
STEPS = list(reading(INFO, 5))


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_event_is_on_disk_as_soon_as_it_is_known(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with EventLog(path, pytest.fail) as log:
        log.begin([INFO])
        assert [event["event"] for event in read(path)] == ["begin"]
        for number, made in enumerate(STEPS, start=1):
            log.step(0, made)
            assert len(read(path)) == 1 + number
        log.end(0, answer(INFO, STEPS))
    events = read(path)
    assert {event["schema"] for event in events} == {"longread.event/2"}
    assert all(event["time"].endswith("+00:00") for event in events)
    begin, step, end = events[0], events[4], events[-1]
    assert begin["question"] == INFO.question
    assert begin["model"]["name"] == "Qwen3-1.7B-Q8_0"
    assert step["event"] == "step"
    assert step["index"] == 4
    assert step["update"]["open"] is True
    assert step["retrieval"]["passages"][0]["page"] == 1
    assert step["added"][0]["text"].startswith("We are")
    assert end["event"] == "answer"
    jsonschema.Draft202012Validator(answer_schema()).validate(end["answer"])


def test_what_is_gated_ahead_comes_before_the_run(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with EventLog(path, pytest.fail) as log:
        log.ahead(GatedAhead("reports/a.pdf", 3, 41, 200, 0.25))
        log.begin([INFO])
        log.gated(0, "reports/b.pdf", None)
    first, second, third = read(path)
    assert first["event"] == "ahead"
    assert (first["document"], first["page"], first["seconds"]) == ("reports/a.pdf", 3, 0.25)
    assert (first["parsed"], first["documents"]) == (41, 200)
    assert second["event"] == "begin"
    assert (third["event"], third["document"], third["page"]) == ("gated", "reports/b.pdf", None)


def test_a_second_run_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    for _ in range(2):
        with EventLog(path, pytest.fail) as log:
            log.begin([INFO])
    assert len(read(path)) == 2


def test_a_gate_that_is_not_a_number_does_not_break_the_line(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with EventLog(path, pytest.fail) as log:
        log.step(0, replace(STEPS[0], update=Gate(float("nan"), 1 / 3, "likelihood")))
    update = read(path)[0]["update"]
    assert update["probability"] is None
    assert update["threshold"] == 0.333333


def test_a_log_that_cannot_be_opened_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write events") as caught:
        EventLog(tmp_path / "no-such-folder" / "run.jsonl", pytest.fail)
    assert caught.value.hint
    assert caught.value.exit_code == ExitCode.USAGE


def test_a_full_disk_is_told_once_and_the_run_goes_on() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("/dev/full, a disk that is always full, is not on this system")
    told: list[str] = []
    with EventLog(full, told.append) as log:
        log.begin([INFO])
        for made in STEPS:
            log.step(0, made)
        log.end(0, answer(INFO, STEPS))
    assert len(told) == 1
    assert told[0].startswith("no more events in /dev/full")
    assert "No space left" in told[0]
