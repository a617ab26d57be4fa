"""Every document for itself, with a scripted engine: answers, errors, and what is kept open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import longread
from longread.errors import DocumentError, ExitCode, ModelError, UsageError
from longread.models import store
from longread.models.store import ResolvedModel
from longread.reading.options import ReadingOptions
from longread.runs import opening
from longread.runs.each import EachDocument, worst
from longread.runs.options import DocumentOptions
from longread.runs.session import Session
from tests.reading.conftest import FACT, QUESTION
from tests.scripted import ScriptedEngine, page

SIZES = ReadingOptions(chunk_tokens=80, passage_tokens=40, memory_tokens=120, gate="likelihood")


def telling(prompt: str) -> float:
    return -1.0 if FACT in prompt else -3.0


@pytest.fixture
def folder(tmp_path: Path) -> list[str]:
    """A text with the fact, one that cannot be read, and one without the fact."""
    (tmp_path / "a.txt").write_text("\n\n".join([page(1), page(2, FACT), page(3)]), "utf-8")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "c.txt").write_text("\n\n".join([page(4), page(5)]), "utf-8")
    return [str(tmp_path / name) for name in ("a.txt", "b.pdf", "c.txt")]


def each(engine: ScriptedEngine, *questions: str) -> EachDocument:
    return EachDocument(Session([], engine), questions or (QUESTION,), SIZES, DocumentOptions())


def test_every_document_answers_for_itself_and_one_that_cannot_be_read_is_a_result(
    folder: list[str],
) -> None:
    engine = ScriptedEngine(scores=telling)
    first, broken, last = each(engine).answers(folder)
    assert [reply.path for reply in (first, broken, last)] == folder
    (answer,) = first.answers
    assert (answer.answer, answer.status) == (FACT, "answered")
    assert [document.path for document in answer.info.documents] == folder[:1]
    assert (broken.answers, last.answers[0].status) == ((), "not_found")
    assert isinstance(broken.error, DocumentError)
    codes = [reply.exit_code for reply in (first, broken, last)]
    assert codes == [ExitCode.ANSWERED, ExitCode.DOCUMENT, ExitCode.NOT_FOUND]
    assert worst(codes) == ExitCode.DOCUMENT
    assert worst([ExitCode.ANSWERED, ExitCode.NOT_FOUND]) == ExitCode.NOT_FOUND
    assert worst([ExitCode.USAGE]) == ExitCode.DOCUMENT


def test_several_questions_in_their_order_one_asked_twice(folder: list[str]) -> None:
    engine = ScriptedEngine(scores=telling)
    (reply,) = each(engine, "Who kept it?", QUESTION, "Who kept it?").answers(folder[:1])
    assert [answer.question for answer in reply.answers] == [
        "Who kept it?", QUESTION, "Who kept it?",
    ]  # fmt: skip


def test_a_fault_in_one_document_does_not_cost_the_others(folder: list[str]) -> None:
    calls = iter([RuntimeError("a fault")])
    engine = ScriptedEngine(scores=lambda prompt: next(calls, telling(prompt)))  # type: ignore[arg-type, return-value]
    first, last = each(engine).answers([folder[0], folder[2]])
    assert isinstance(first.error, ModelError)
    assert "RuntimeError: a fault" in first.error.message
    assert last.error is None


def test_a_model_that_fails_every_time_ends_it(folder: list[str]) -> None:
    engine = ScriptedEngine(scores=lambda _prompt: ModelError("the server is gone."))  # type: ignore[arg-type, return-value]
    replies = each(engine).answers([folder[0], folder[2]] * 3)
    assert [next(replies).exit_code, next(replies).exit_code] == [ExitCode.MODEL] * 2
    with pytest.raises(ModelError, match="server is gone"):
        next(replies)


def test_options_that_do_not_fit_the_engine_fail_before_a_document_is_read() -> None:
    with pytest.raises(UsageError, match="too small for chunks"):
        each(ScriptedEngine(context=300))


def test_a_document_that_was_interrupted_goes_on(folder: list[str]) -> None:
    """The journal is dropped when the answers were taken, not before."""

    def stopping(_path: str, share: float) -> None:
        if share:
            raise KeyboardInterrupt

    def reading(progress: Callable[[str, float], None] | None = None) -> EachDocument:
        engine = ScriptedEngine(scores=telling)
        return EachDocument(
            Session([], engine), [QUESTION], SIZES, DocumentOptions(), progress=progress
        )

    with pytest.raises(KeyboardInterrupt):
        list(reading(stopping).answers(folder[2:]))
    replies = reading().answers(folder[2:])
    assert next(replies).answers[0].info.resumed == 1
    # Not taken yet: it would go on once more.
    del replies
    assert [reply.answers[0].info.resumed > 0 for reply in reading().answers(folder[2:])] == [True]
    assert [reply.answers[0].info.resumed for reply in reading().answers(folder[2:])] == [0]


def test_the_python_call(folder: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ScriptedEngine(scores=telling)
    resolved = ResolvedModel(Path("scripted.gguf"), "scripted", "named")
    monkeypatch.setattr(store, "resolve", lambda _name: resolved)
    monkeypatch.setattr(opening, "open_engine", lambda *_: engine)
    monkeypatch.setattr(opening, "open_reader", lambda *_: None)
    sizes: dict[str, Any] = {"chunk_tokens": 80, "passage_tokens": 40, "memory_tokens": 120}
    replies = longread.ask_each(folder, QUESTION, model="scripted", gate="likelihood", **sizes)
    assert [bool(reply.error) for reply in replies] == [False, True, False]
    assert engine.closed
    with pytest.raises(UsageError, match="no option called colour"):
        next(longread.ask_each(folder, QUESTION, colour="red"))
    with pytest.raises(UsageError, match="no questions"):
        next(longread.ask_each(folder, []))
