"""Models that are not as they should be: said in one line, and the run goes on with what it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from longread.documents.model import Document
from longread.models import calibration, machine, store
from longread.models.calibration import Calibration
from longread.models.machine import Memory
from longread.models.store import ResolvedModel
from longread.reading.judges.trained import PROTOCOL
from longread.reading.options import ReadingOptions
from longread.runs import opening
from longread.runs.opening import open_reader
from longread.runs.options import ModelOptions
from longread.runs.run import Run
from longread.runs.session import Session
from tests.fixtures import make_models
from tests.reading.conftest import FACT, QUESTION, telling
from tests.scripted import ScriptedEngine, as_likely_as, by_role


@pytest.fixture(scope="module")
def told() -> Document:
    return telling({7: FACT})


def begin(engine: ScriptedEngine, told: Document, **options: Any) -> tuple[Run, list[str]]:
    said: list[str] = []
    run = Session((told,), engine).run(QUESTION, ReadingOptions(**options), report=said.append)
    return run, said


def test_a_model_that_answers_neither_yes_nor_no_gates_by_likelihood(told: Document) -> None:
    engine = ScriptedEngine(
        choices=lambda _prompt: 0.5, scores=as_likely_as(FACT), parameters=900_000_000
    )
    run, said = begin(engine, told, chunk_tokens=80, passage_tokens=40, memory_tokens=120)
    list(run.steps())
    assert run.info.gate == "likelihood"
    assert FACT in str(run.answer().answer)
    assert [line for line in said if "neither yes nor no" in line] == [
        "scripted answers neither yes nor no as it should: it gates by likelihood"
    ]


def test_the_reader_reads_and_answers_for_a_model_that_cannot_judge(told: Document) -> None:
    engine = ScriptedEngine(choices=lambda _prompt: 0.5, parameters=900_000_000)
    reader = ScriptedEngine(
        replies=lambda prompt: "1931" if FACT in prompt else "",
        choices=lambda prompt: 0.95 if FACT in prompt else 0.01,
        protocol=PROTOCOL,
    )
    reader.info = replace(reader.info, name="reader")
    said: list[str] = []
    options = ReadingOptions(chunk_tokens=80, passage_tokens=40, memory_tokens=120)
    session = Session((told,), engine, reader=reader)
    run = session.run(QUESTION, options, report=said.append)
    list(run.steps())
    assert run.answer().answer == "1931"
    assert (run.info.gate, run.info.model.name) == ("reader", "reader")
    assert [line for line in said if "neither yes nor no" in line] == [
        "scripted answers neither yes nor no as it should: "
        "reader reads and answers for it (--reader none: it reads itself)"
    ]
    assert session.judges("likelihood", probed=True).engine is engine


def test_it_refuses_what_its_notes_do_not_say_once_it_is_calibrated(
    told: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its yes tells nothing as it is; what it tells when weighed is in the calibration."""

    def asked() -> str:
        engine = ScriptedEngine(
            choices=lambda _prompt: 0.5, replies=by_role(answer="1931"), parameters=900_000_000
        )
        run, _said = begin(engine, told, strategy="rag", passage_tokens=40)
        list(run.steps())
        return run.answer().status

    assert asked() == "answered"
    notes = {"answers": 1.0, "words": 0.0, "reader": 0.0, "unsaid": 0.0, "bias": -2.0}
    known = Calibration("scripted", (), gate={"choice": {"notes": notes}})
    monkeypatch.setattr(calibration, "of", lambda _file: known)
    assert asked() == "not_found"


def test_a_place_s_answer_in_another_language_gives_way_to_its_sentence(told: Document) -> None:
    engine = ScriptedEngine(
        choices=lambda prompt: 0.95 if FACT in prompt else 0.02,
        replies=by_role(short_answer="渡轮于一九三一年沉没"),
    )
    run, _said = begin(engine, told, gate="choice", passage_tokens=40, memory_tokens=120)
    remarks = [step.remark for step in run.steps()]
    assert run.answer().answer == FACT
    assert "the reply is in another language: the closest sentence is given" in remarks


@pytest.mark.parametrize("strategy", ["gated", "memagent"])
def test_in_a_context_smaller_than_the_memory_both_are_small(told: Document, strategy: str) -> None:
    engine = ScriptedEngine(
        scores=as_likely_as(FACT),
        replies=by_role(
            overwrite=lambda prompt: FACT if FACT in prompt else "Nothing yet.",
            answer="It sank in 1931.",
        ),
        context=1000,
    )
    run, said = begin(engine, told, strategy=strategy)
    list(run.steps())
    assert "1931" in str(run.answer().answer)
    assert "a context of 1,000 tokens is small: a memory of 122 and chunks to match" in said


def test_a_reader_that_does_not_fit_beside_the_model_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_models.dense(tmp_path / "larger.gguf")
    make_models.dense(tmp_path / "reader.gguf")
    monkeypatch.setattr(store, "bundled_path", lambda: tmp_path / "reader.gguf")
    monkeypatch.setattr(
        store, "resolve", lambda name: ResolvedModel(tmp_path / "reader.gguf", name, "named")
    )
    opened: list[str] = []
    monkeypatch.setattr(opening, "open_engine", lambda found, *_: opened.append(found.name))
    monkeypatch.setattr(machine, "memory", lambda: Memory(10**9, 10**9))
    said: list[str] = []
    larger = ResolvedModel(tmp_path / "larger.gguf", "larger", "named")
    assert open_reader(larger, ModelOptions(), said.append) is None
    assert opened == []
    assert said == ["larger and bundled need more memory than there is: larger reads alone"]
