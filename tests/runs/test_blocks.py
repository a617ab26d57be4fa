"""Read once, ask many: the second question finds what the first one read, or does without."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from longread.documents.model import Document
from longread.engine.llamacpp import LlamaCppEngine
from longread.models.digest import file_digest
from longread.prefix_cache import BlockStore, set_limit
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.judges.trained import PROTOCOL
from longread.reading.options import ReadingOptions
from longread.reading.relevance.calibration import calibration
from longread.runs.session import Session
from tests.cli.conftest import QUESTION, paragraphs
from tests.scripted import ScriptedEngine, page, paged

QUESTIONS = (QUESTION, "What did clerk number three write?")


@pytest.fixture(scope="session")
def chronicle() -> Document:
    return paged(*paragraphs(8), title="Chronicle")


# What opens is read once more and looked up elsewhere, which no block saves.
CLOSED = {"gate_threshold": 1.1}


@pytest.fixture
def clean(engine: LlamaCppEngine) -> Iterator[LlamaCppEngine]:
    engine.forget()
    yield engine
    engine.keeper = None
    engine.forget()


def gates(
    engine: LlamaCppEngine, document: Document, question: str, **options: Any
) -> tuple[list[float], list[str], int]:
    """Every passage's gate, what was reported, and the tokens that were decoded."""
    engine.forget()
    engine.keeper = None
    reported: list[str] = []
    values = {"exit": False, "memory_tokens": 200, "passage_tokens": 64, **options}
    session = Session([document], engine)
    run = session.run(question, ReadingOptions(**values), report=reported.append)
    before = engine.usage.prefilled
    found = [gate for step in run.steps() for gate in step.passage_gates]
    return found, reported, engine.usage.prefilled - before


@pytest.mark.model
def test_the_second_question_has_the_gates_that_a_first_one_has(
    clean: LlamaCppEngine, chronicle: Document
) -> None:
    fresh, _reported, _whole = gates(clean, chronicle, QUESTIONS[1], blocks=False)
    *_closed, whole = gates(clean, chronicle, QUESTIONS[1], blocks=False, **CLOSED)
    assert BlockStore().holdings().blocks == 0
    gates(clean, chronicle, QUESTIONS[0])
    kept = BlockStore().holdings()
    assert kept.blocks >= len(fresh) > 3
    second, reported, _few = gates(clean, chronicle, QUESTIONS[1])
    assert second == pytest.approx(fresh, abs=1e-3)
    *_closed, few = gates(clean, chronicle, QUESTIONS[1], **CLOSED)
    assert few < whole / 4
    assert reported == []
    assert BlockStore().holdings() == kept


@pytest.mark.model
def test_compressed_blocks_take_a_quarter_of_the_disk_and_find_the_place(
    clean: LlamaCppEngine, chronicle: Document
) -> None:
    sizes = {"passage_tokens": 200, "chunk_tokens": 400, "gate_threshold": 1.0}
    whole, _reported, _all = gates(clean, chronicle, QUESTIONS[0], **sizes)
    size = BlockStore().holdings().size
    BlockStore().clear()
    first, reported, _all = gates(clean, chronicle, QUESTIONS[0], compress=4, **sizes)
    again, _reported, _few = gates(clean, chronicle, QUESTIONS[0], compress=4, **sizes)
    assert reported == []
    assert again == pytest.approx(first, abs=1e-3)
    assert first != whole
    assert first.index(max(first)) == whole.index(max(whole))
    assert BlockStore().holdings().size < 0.27 * size


@pytest.mark.model
def test_what_opens_over_a_compressed_block_is_gated_word_for_word(
    clean: LlamaCppEngine, chronicle: Document
) -> None:
    sizes = {"passage_tokens": 200, "chunk_tokens": 400}
    whole, _reported, _all = gates(clean, chronicle, QUESTIONS[0], blocks=False, **sizes)
    found, _reported, _all = gates(clean, chronicle, QUESTIONS[0], compress=4, **sizes)
    # Pruned, none of this document's gates is what it is whole (see the test above).
    opened = [place for place, gate in enumerate(found) if gate >= calibration("reader").threshold]
    assert whole.index(max(whole)) in opened
    for place in opened:
        assert found[place] == pytest.approx(whole[place], abs=1e-3)
    assert len(opened) < len(found)
    # No whole block is kept beside the compressed ones.
    assert BlockStore().holdings().size < 0.4 * len(found) * 200 * 23_040


@pytest.mark.model
@pytest.mark.parametrize("fault", ["truncated", "swapped", "flipped", "unreadable"])
def test_a_block_that_is_not_what_it_should_be_is_read_anew(
    clean: LlamaCppEngine, chronicle: Document, fault: str
) -> None:
    first, _reported, _whole = gates(clean, chronicle, QUESTIONS[0])
    paths = sorted(BlockStore().place.rglob("*.block"))
    contents = [path.read_bytes() for path in paths]
    if fault == "truncated":
        paths[0].write_bytes(contents[0][: len(contents[0]) // 2])
    elif fault == "swapped":
        paths[0].write_bytes(contents[1])
        paths[1].write_bytes(contents[0])
    elif fault == "flipped":
        damaged = bytearray(contents[0])
        damaged[-1000] ^= 4
        paths[0].write_bytes(damaged)
    else:
        paths[0].unlink()
        paths[0].mkdir()
    again, reported, _few = gates(clean, chronicle, QUESTIONS[0])
    assert again == first
    if fault == "unreadable":
        assert reported[0].startswith("blocks cannot be read: ")
        assert all("\n" not in line for line in reported)
    else:
        assert reported == ["a block is damaged or of another version: its passage is read anew"]
        assert [path.read_bytes() for path in paths] == contents


@pytest.mark.model
def test_a_full_cache_is_said_once_and_reading_goes_on(
    clean: LlamaCppEngine, chronicle: Document
) -> None:
    fresh, _reported, _whole = gates(clean, chronicle, QUESTIONS[0], blocks=False)
    set_limit(4_000_000)
    found, reported, _whole = gates(clean, chronicle, QUESTIONS[0])
    assert found == fresh
    assert reported == [
        "blocks for 2 of 6 passages will fit on disk (4 MB of 8 MB): what opened or nearly did "
        "stays",
        "no more blocks are kept: their limit of 0.0 GB is reached (longread cache limit)",
    ]
    assert 0 < BlockStore().holdings().size <= 4_000_000


@pytest.mark.model
def test_a_folder_that_cannot_be_written_is_said_once(
    clean: LlamaCppEngine, chronicle: Document, longread_home: Path
) -> None:
    (longread_home / "cache").mkdir(parents=True, exist_ok=True)
    (longread_home / "cache" / "blocks").write_text("a file stands in the way")
    fresh, _reported, _whole = gates(clean, chronicle, QUESTIONS[0], blocks=False)
    found, reported, _whole = gates(clean, chronicle, QUESTIONS[0])
    assert found == fresh
    assert len(reported) <= 2
    assert "no more blocks are kept: " in reported[-1]


@pytest.mark.model
def test_a_document_behind_a_password_leaves_no_blocks(
    clean: LlamaCppEngine, chronicle: Document
) -> None:
    gates(clean, replace(chronicle, secret=True), QUESTIONS[0], max_chunks=1)
    assert BlockStore().holdings().blocks == 0


def test_an_engine_without_states_is_said_in_one_line() -> None:
    engine = ScriptedEngine(choices=lambda _prompt: 0.1, scores=lambda _prompt: -3.0)
    reported: list[str] = []
    Session([paged(page(1), page(2))], engine).run(
        "When?", ReadingOptions(chunk_tokens=80, memory_tokens=100), report=reported.append
    )
    assert reported == [
        "this engine keeps no states of passages: no blocks, every question reads the document anew"
    ]


def test_each_model_of_a_run_keeps_its_blocks(tmp_path: Path) -> None:
    def with_states(name: str, protocol: str = "") -> ScriptedEngine:
        engine = ScriptedEngine(choices=lambda _prompt: 0.1, scores=lambda _prompt: -3.0)
        file = tmp_path / f"{name}.gguf"
        file.write_text(name)
        engine.info = replace(engine.info, name=name, file=str(file), protocol=protocol)
        engine.capabilities |= {"states"}
        return engine

    small, large = with_states("small", PROTOCOL), with_states("large")
    session = Session([paged(page(1), page(2))], large, blocks=tmp_path, reader=small)
    session._judges["auto"] = PromptedJudge(large)
    sizes: dict[str, Any] = {"chunk_tokens": 80, "memory_tokens": 100}

    def kept(**options: Any) -> list[bool]:
        session.run("When?", ReadingOptions(**sizes, **options))
        return [engine.keeper is not None for engine in (small, large)]

    assert kept() == [True, True]
    assert small.keeper is not large.keeper
    assert kept(gate="choice") == [False, True]
    assert kept(blocks=False) == [False, False]


def test_a_model_file_replaced_under_its_name_has_another_digest(tmp_path: Path) -> None:
    model, other = tmp_path / "model.gguf", tmp_path / "other.gguf"
    model.write_bytes(b"weights" * 1000)
    other.write_bytes(b"weighty" * 1000)
    first = file_digest(model)
    assert file_digest(model) == first
    # Same size, same date, same name: as `cp -p` and some syncing programs leave it.
    stamp = model.stat()
    shutil.copyfile(other, model)
    os.utime(model, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert file_digest(model) == file_digest(other) != first


@pytest.mark.model
def test_where_not_all_fit_each_passage_s_worth_is_told(
    clean: LlamaCppEngine, chronicle: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    rated: list[float] = []

    def rate(_store: BlockStore, _identity: object, worth: float) -> None:
        rated.append(worth)

    monkeypatch.setattr(BlockStore, "rate", rate)
    found, _reported, _whole = gates(clean, chronicle, QUESTIONS[0])
    assert rated == []
    set_limit(4_000_000)
    found, _reported, _whole = gates(clean, chronicle, QUESTIONS[0])
    assert len(rated) >= len(found)
    assert set(found) <= set(rated)
