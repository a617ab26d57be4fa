"""The Python API with a scripted engine: what the command line can do, and asyncio."""

from __future__ import annotations

import asyncio
import warnings
from pathlib import Path
from threading import Event, Thread, current_thread
from typing import Any

import pytest

import longread
from longread.errors import DocumentError, UsageError
from longread.models import store
from longread.models.store import ResolvedModel
from longread.runs import opening
from tests.reading.conftest import FACT, QUESTION
from tests.scripted import ScriptedEngine, page

OPTIONS: dict[str, Any] = {
    "model": "scripted", "gate": "likelihood", "chunk_tokens": 80, "passage_tokens": 40,
    "memory_tokens": 120, "blocks": False,
}  # fmt: skip
SCHEMA = {"properties": {"sunk": {"type": "integer", "description": QUESTION}}}


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[ScriptedEngine]:
    """All that were opened."""
    opened: list[ScriptedEngine] = []

    def begin(*_: object) -> ScriptedEngine:
        opened.append(ScriptedEngine(scores=lambda prompt: -1.0 if FACT in prompt else -3.0))
        return opened[-1]

    resolved = ResolvedModel(Path("scripted.gguf"), "scripted", "named")
    monkeypatch.setattr(store, "resolve", lambda _name: resolved)
    monkeypatch.setattr(opening, "open_engine", begin)
    return opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "filings"
    folder.mkdir()
    (folder / "a.txt").write_text("\n\n".join([page(1), page(2, FACT)]), "utf-8")
    (folder / "b.txt").write_text(page(3), "utf-8")
    (folder / "c.txt").write_bytes(b"")
    return folder


def test_fields_of_documents(engines: list[ScriptedEngine], folder: Path) -> None:
    fields = longread.ask_fields(folder / "a.txt", SCHEMA, **OPTIONS)
    assert fields["sunk"].value == 1931
    assert fields["sunk"].citation is not None
    assert FACT in fields["sunk"].citation.text
    values = [
        {name: field.value for name, field in reply.fields.items()}
        for reply in longread.ask_each(folder, schema=SCHEMA, **OPTIONS)
    ]
    assert values == [{"sunk": 1931}, {"sunk": None}, {}]
    assert all(engine.closed for engine in engines)


@pytest.mark.parametrize("schema", [{"a": "colour"}, {}, {"properties": {"a": 1}}, "nowhere.json"])
def test_what_is_no_schema(schema: Any, folder: Path) -> None:
    with pytest.raises(UsageError):
        longread.ask_fields(folder, schema, **OPTIONS)
    with pytest.raises(UsageError, match="its own questions"):
        next(longread.ask_each(folder, "Who?", schema=SCHEMA))


def test_a_batch_goes_on_and_gives_its_lines(
    engines: list[ScriptedEngine], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longread.runs.batch.run.file_digest", lambda _path: "0" * 64)
    out = tmp_path / "answers"
    first = longread.batch(folder, QUESTION, out=out, shard="1/1", **OPTIONS)
    assert (first.done, first.answered, first.not_found, first.failed) == (3, 1, 1, 1)
    again = longread.batch(folder, QUESTION, out=out, **OPTIONS)
    assert again == first == longread.batch_status(out)
    assert len(engines) == 1
    lines = list(longread.batch_records(out))
    assert [line["status"] for line in lines] == ["answered", "not_found", "error"]
    longread.batch(folder, out=out, schema=SCHEMA, **OPTIONS)
    fields = list(longread.batch_records(out))
    assert [line["values"]["sunk"] for line in fields] == [1931, None, None]
    with pytest.raises(UsageError, match="no questions"):
        longread.batch(folder, out=out)


def test_search_and_inspect_need_no_model(folder: Path) -> None:
    hits = longread.search(folder / "a.txt", "ferry 1931")
    assert (hits[0].rank, hits[0].document) == (1, str(folder / "a.txt"))
    (record,) = longread.inspect(folder / "a.txt", passage_tokens=40)
    assert record["format"] == "text"
    assert len(record["passages"]) > 1


def test_warnings_point_at_the_call(engines: list[ScriptedEngine], folder: Path) -> None:
    calls = (
        lambda: longread.ask(folder, QUESTION, **OPTIONS),
        lambda: longread.ask_all(folder, [QUESTION], **OPTIONS),
        lambda: list(longread.read(folder, QUESTION, **OPTIONS)),
        lambda: longread.search(folder, "ferry"),
    )
    for call in calls:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            call()
        assert {Path(each.filename) for each in caught} == {Path(__file__)}
    assert len(engines) == 3


def test_async_calls_give_the_same(engines: list[ScriptedEngine], folder: Path) -> None:
    text = folder / "a.txt"

    async def all_of_them() -> None:
        answer, hits, fields, looked = await asyncio.gather(
            longread.aask(text, QUESTION, **OPTIONS),
            longread.asearch(text, "ferry 1931"),
            longread.aask_fields(text, SCHEMA, **OPTIONS),
            longread.ainspect(text),
        )
        assert answer.answer == longread.ask(text, QUESTION, **OPTIONS).answer
        assert hits == longread.search(text, "ferry 1931")
        assert fields["sunk"].value == 1931
        assert looked == longread.inspect(text)
        replies = [each async for each in longread.aask_each(folder, QUESTION, **OPTIONS)]
        assert [bool(each.error) for each in replies] == [False, False, True]
        steps = [each async for each in longread.aread(text, QUESTION, **OPTIONS)]
        assert [step.index for step in steps] == list(range(1, len(steps) + 1))
        with pytest.raises(DocumentError):
            await longread.aask(folder / "none.txt", QUESTION, **OPTIONS)

    asyncio.run(all_of_them())
    assert all(engine.closed for engine in engines)


def test_a_cancelled_task_stops_reading_and_closes_the_model(
    engines: list[ScriptedEngine], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its thread, and the loop goes on meanwhile."""
    begun, threads = Event(), set[Thread]()

    def begin(*_: object) -> ScriptedEngine:
        def score(_prompt: str) -> float:
            begun.set()
            threads.add(current_thread())
            return -3.0

        engines.append(ScriptedEngine(scores=score))
        return engines[-1]

    monkeypatch.setattr(opening, "open_engine", begin)
    (folder / "long.txt").write_text("\n\n".join(page(number) for number in range(300)), "utf-8")

    async def cancelled() -> None:
        task = asyncio.create_task(
            longread.aask(folder / "long.txt", QUESTION, exit=False, **OPTIONS)
        )
        while not begun.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert engines[0].closed
    assert 0 < len(engines[0].prompts) < 300
    assert len(threads) == 1
