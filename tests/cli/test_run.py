"""One path for one question and for many, with a scripted engine in the model's place."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from longread.cli.ask import run
from longread.cli.options import TABLE, AskOptions
from longread.display import View
from longread.documents.model import Document
from longread.errors import ExitCode, Interrupted
from longread.reading.options import ReadingOptions
from longread.reading.step import Step
from longread.runs.questions import Asked
from longread.runs.session import Session
from tests.reading.conftest import FACT, QUESTION, telling
from tests.scripted import ScriptedEngine, paged

OTHER = "Who kept the ledger?"
Ask = Callable[..., ExitCode]


class Stopping(View):
    """Presses Ctrl-C while a step is being shown."""

    def __init__(self, at: int) -> None:
        self._left = at

    def step(self, number: int, step: Step) -> None:
        self._left -= 1
        if self._left == 0:
            raise KeyboardInterrupt


class Listening(View):
    """Keeps the messages."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def message(self, line: str) -> None:
        self.said.append(line)


def engine() -> ScriptedEngine:
    return ScriptedEngine(scores=lambda prompt: -1.0 if FACT in prompt else -3.0)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """`longread ask` after its documents and model are there; options as `--events` and so on."""

    def asks(
        *asked: Asked,
        view: View | None = None,
        document: Document | None = None,
        documents: Sequence[Document] = (),
        max_chunks: int | None = None,
        listed: bool = False,
        **given: Any,
    ) -> ExitCode:
        session = Session(documents or [document or telling({7: FACT})], engine())
        monkeypatch.setattr(run, "checked", lambda *_arguments: ([], None))
        monkeypatch.setattr(run, "open_session", lambda *_arguments: nullcontext(session))
        monkeypatch.setattr("longread.display.open_view", lambda **_how: view or View())
        options = TABLE.build(AskOptions, given)
        sizes = ReadingOptions(
            gate="likelihood", chunk_tokens=80, passage_tokens=40, memory_tokens=120, exit=False,
            max_chunks=max_chunks,
        )  # fmt: skip
        return run.answer_questions([], asked, replace(options, reading=sizes), listed=listed)

    return asks


def journals(home: Path) -> list[Path]:
    return list((home / "state" / "runs").glob("*.jsonl"))


@pytest.mark.parametrize("count", [1, 2])
def test_ctrl_c_while_a_step_is_shown_says_that_it_goes_on(
    ask: Ask, longread_home: Path, capsys: pytest.CaptureFixture[str], count: int
) -> None:
    asked = [Asked(QUESTION), Asked(OTHER)][:count]
    with pytest.raises(Interrupted) as raised:
        ask(*asked, view=Stopping(3 * count))
    some = ", 0 of 2 questions done" if count == 2 else ""
    assert raised.value.message == f"interrupted after 3 of 10 chunks{some}."
    assert raised.value.hint == "the same command goes on from there; --fresh starts anew"
    assert len(journals(longread_home)) == count
    view = Listening()
    assert ask(*asked, view=view, listed=count > 1) in (ExitCode.ANSWERED, ExitCode.NOT_FOUND)
    assert "going on after chunk 3 of 10" in view.said
    assert FACT in capsys.readouterr().out
    assert journals(longread_home) == []


def test_without_a_journal_ctrl_c_says_that_it_starts_anew(ask: Ask, longread_home: Path) -> None:
    secret = replace(telling({7: FACT}), secret=True)
    with pytest.raises(Interrupted) as raised:
        ask(Asked(QUESTION), view=Stopping(3), document=secret)
    assert raised.value.hint == "no journal was kept: the same command starts anew"
    assert journals(longread_home) == []


def test_a_question_alone_and_one_of_a_list_differ_in_form_only(
    ask: Ask, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    alone, listed = tmp_path / "alone.jsonl", tmp_path / "listed.jsonl"
    assert ask(Asked(QUESTION), as_json=True, events=alone) is ExitCode.ANSWERED
    first = capsys.readouterr().out
    asked = (Asked(QUESTION, "a"), Asked(QUESTION))
    assert ask(*asked, as_json=True, events=listed, listed=True) is ExitCode.ANSWERED
    lines = capsys.readouterr().out.splitlines()
    assert first.startswith('{\n  "schema"')
    records = [json.loads(first), *map(json.loads, lines)]
    assert [record.pop("id", None) for record in records] == [None, "a", None]
    for record in records:
        del record["cost"]
    assert records[0] == records[1] == records[2]
    events = [json.loads(line) for line in alone.read_text("utf-8").splitlines()]
    assert [event["event"] for event in events] == ["begin", *["step"] * 10, "answer"]
    assert not any("id" in event for event in events)
    twice = [json.loads(line) for line in listed.read_text("utf-8").splitlines()]
    assert [event["id"] for event in twice] == ["a", "2"] * 12


def test_highlight_writes_a_page_of_all_answers(ask: Ask, tmp_path: Path) -> None:
    out, view = tmp_path / "out.html", Listening()
    asked = (Asked(QUESTION), Asked(OTHER))
    ask(*asked, highlight=out, view=view, listed=True)
    assert view.said[-1].startswith(f"{out}: ")
    written = out.read_text("utf-8")
    assert 'href="#quote-1.1"' in written
    assert 'id="quote-1.1"' in written


def test_json_lists_which_documents_were_read(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    others = [paged("Nothing of the kind. " * 40, title=f"Other{number}") for number in range(3)]
    ask(Asked(QUESTION), documents=[*others, telling({7: FACT})], as_json=True, max_chunks=2)
    record = json.loads(capsys.readouterr().out)
    read = {each["path"]: (each["read"], each["looked_up"]) for each in record["documents"]}
    assert read["annals.pdf"][0]
    assert not any(read[f"other{number}.pdf"][0] for number in range(3))
    assert record["reading"]["exit"]["reason"] == "budget"
