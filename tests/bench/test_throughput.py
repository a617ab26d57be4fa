"""Throughput: what is counted, what is shown; one tiny real run with the bundled model."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from longread.bench.throughput import Figure, SizeReport, SpeedReport, measure
from longread.bench.workload import beginning, built_in
from longread.cli import application
from longread.display.speed import write_speed
from longread.engine import ModelInfo
from longread.engine.llamacpp import LlamaCppEngine
from longread.errors import ModelError, UsageError
from longread.models.host import Host, busy, host
from longread.prefix_cache.store import folder
from longread.reading.judges.questions import wants_everything
from longread.reading.options import ReadingOptions
from tests.scripted import ScriptedEngine, page, paged

SMALL = ReadingOptions(passage_tokens=64, memory_tokens=200)


def words(text: str) -> int:
    return len(text.split())


def test_a_beginning_ends_with_a_sentence_and_keeps_its_pages() -> None:
    book = paged(*(page(number) for number in range(1, 5)))
    head = beginning(book, 100, words)
    assert 80 <= words(head.text) <= 100
    assert head.text.endswith("haste.")
    assert book.text.startswith(head.text)
    assert [each.number for each in head.pages] == [1, 2]
    assert head.pages[-1].end == len(head.text)
    assert head.title == book.title


def test_a_short_document_is_its_own_beginning() -> None:
    book = paged(page(1), page(2))
    assert beginning(book, 1000, words) is book


def test_a_beginning_is_never_empty() -> None:
    book = paged("one two three four five six seven eight nine ten.")
    assert words(beginning(book, 4, words).text) == 4


def test_the_built_in_prose_is_the_same_every_time() -> None:
    prose = built_in(800, words)
    assert 600 <= words(prose.text) <= 800
    assert prose == built_in(800, words)
    assert all(prose.text[start - 1] == "\n" for start in prose.blocks[1:])


def test_the_machine_is_named() -> None:
    named = host()
    assert named.processor
    assert named.cores >= 1
    assert named.memory > 2**28
    assert named.llama_cpp_python in named.line


@pytest.mark.parametrize(("load", "warned"), [(None, False), (2.0, False), (2.1, True)])
def test_a_busy_machine_is_warned_of(
    load: float | None, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert bool(busy(load)) is warned
    assert "\n" not in busy(load)


def report(*sizes: SizeReport) -> SpeedReport:
    return SpeedReport(
        host=Host("Abacus 3", ("avx2",), 2, 24 * 2**30, "Linux", "3.12.1", "0.3.36"),
        load=0.12,
        model=ModelInfo("tiny", "/models/tiny.gguf", "CPU", 8192, 1000),
        threads=2,
        document="book.pdf",
        tokens=20_000,
        repeats=3,
        opened={"model": 0.5, "document": 0.021},
        sizes=sizes,
    )


def size(chunk: int, **figures: Figure) -> SizeReport:
    return SizeReport(chunk, 256, 20, 80, "likelihood", figures)


def test_the_table_has_a_column_a_chunk_size_and_says_how_far_values_spread() -> None:
    stream = io.StringIO()
    raw, share = Figure("tok/s", (1204.4, 1190.0, 1300.0)), Figure("ratio", (0.9,) * 3)
    write_speed(
        report(
            size(512, prefill_chunk=raw, reading_of_prefill_chunk=share),
            size(1024, prefill_chunk=raw, generation=Figure("tok/s", (61.26, 60.0, 62.0))),
        ),
        stream,
    )
    text = stream.getvalue()
    assert text.splitlines()[:5] == [
        "machine   Abacus 3 (avx2), 2 cores, 24 GiB, Linux, Python 3.12.1, "
        "llama-cpp-python 0.3.36, load average 0.1 at the start",
        "model     tiny, /models/tiny.gguf",
        "runs on   CPU, 2 threads, context 8,192",
        "document  book.pdf, 20,000 tokens; gate likelihood",
        "opened    once for all questions: model 0.50 s, document 0.02 s",
    ]
    rows = [line for line in text.splitlines() if "(" in line or "raw" in line]
    assert any("chunks of 512, passages of 256" in line for line in text.splitlines())
    cells = {line.split("  ")[0]: line.split() for line in rows}
    assert cells["raw prefill, a chunk at a time, tok/s"][-8:] == [
        *("1,204", "(1,190", "to", "1,300)"),
        *("1,204", "(1,190", "to", "1,300)"),
    ]
    assert cells["reading / raw prefill of chunks"][-3:] == ["0.90", "not", "measured"]
    assert "not measured" in next(line for line in rows if line.startswith("generation"))
    assert "61.3 (60.0 to 62.0)" in text
    assert "a passage, first question" not in text


def test_every_value_is_in_the_record() -> None:
    record = report(size(512, reading=Figure("tok/s", (3.0, 1.0, 2.0)))).record()
    assert json.loads(json.dumps(record)) == record
    assert record["sizes"][0]["figures"]["reading"] == {
        "unit": "tok/s",
        "median": 2.0,
        "least": 1.0,
        "most": 3.0,
        "values": [3.0, 1.0, 2.0],
    }


def test_only_the_embedded_engine_has_a_raw_prefill() -> None:
    with pytest.raises(ModelError):
        measure(ScriptedEngine(), paged(page(1)), SMALL, [64], repeats=1, threads=1, opened={})


@pytest.mark.model
def test_a_tiny_run(engine: LlamaCppEngine) -> None:
    said: list[str] = []
    document = replace(built_in(330, engine.count), path="prose.txt")
    done = measure(
        engine,
        document,
        SMALL,
        [128],
        repeats=2,
        threads=1,
        opened={},
        report=said.append,
    )
    assert said == [
        f"chunks of 128: {what}" for what in ("warming up", "repeat 1 of 2", "repeat 2 of 2")
    ]
    (measured,) = done.sizes
    assert done.document == "prose.txt"
    assert 128 < done.tokens <= 330
    assert measured.chunks >= 2
    assert measured.passages >= 4
    figures = measured.figures
    assert all(len(each.values) == 2 for each in figures.values())
    for name in ("prefill_chunk", "prefill_passage", "reading", "generation"):
        assert min(figures[name].values) > 0

    def first(name: str) -> float:
        # Token counts are the same in every repeat.
        assert len(set(figures[name].values)) == 1, name
        return figures[name].values[0]

    # One question more decodes the question and not the passage.
    assert first("passage_first_reused") == 0
    assert first("passage_next_prefilled") < 0.5 * first("passage_first_prefilled")
    assert first("passage_next_reused") > first("passage_next_prefilled")
    # Reading decodes more than the document, and counts the document.
    assert first("document_first_prefilled") > done.tokens
    # The second question finds every passage on the disk, and leaves none there.
    assert first("document_second_prefilled") < done.tokens
    assert first("document_second_reused") > done.tokens
    assert not list(folder().parent.glob("throughput-*"))
    for ratio, above, below in (
        ("reading_of_prefill_chunk", "reading", "prefill_chunk"),
        ("reading_of_prefill_passage", "reading", "prefill_passage"),
        ("document_second_share", "document_second_seconds", "document_first_seconds"),
    ):
        pairs = zip(figures[above].values, figures[below].values, strict=True)
        assert figures[ratio].values == tuple(one / other for one, other in pairs)


@pytest.mark.model
def test_a_chunk_that_the_context_cannot_hold(engine: LlamaCppEngine) -> None:
    with pytest.raises(UsageError, match="too small for chunks of 4,000"):
        measure(engine, paged(page(1)), SMALL, [4000], repeats=1, threads=1, opened={})


def call(*arguments: object) -> Any:
    return CliRunner().invoke(application(), ["bench", "throughput", *map(str, arguments)])


@pytest.mark.model
def test_the_command(
    bundled_model: Path, warm_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del bundled_model  # made ready in the warm home
    monkeypatch.setenv("LONGREAD_HOME", str(warm_home))
    monkeypatch.setattr(os, "getloadavg", lambda: (99.0 * (os.cpu_count() or 1), 0.0, 0.0))
    book, out = tmp_path / "book.txt", tmp_path / "speed.json"
    book.write_text(page(1) + "\n", "utf-8")
    done = call(
        *(book, "--chunk-tokens", 64, "--passage-tokens", 64, "--repeats", 1),
        *("--threads", 1, "--context", 4096, "--json", out),
    )
    assert done.exit_code == 0, done.stderr
    assert "raw prefill, a chunk at a time, tok/s" in done.stdout
    assert done.stderr.startswith("longread: the machine is busy (load average ")
    record = json.loads(out.read_text("utf-8"))
    assert record["schema"] == "longread.throughput/2"
    assert record["document"]["name"] == str(book)
    assert record["threads"] == 1
    assert set(record["opened_once_seconds"]) == {"model", "document"}


def test_what_cannot_be_measured_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    for sizes in ("many", "512,", "-1", "1.5"):
        done = call("--chunk-tokens", sizes)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "--chunk-tokens" in done.stderr
    done = call("--json", tmp_path / "nowhere" / "speed.json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no folder" in done.stderr


def test_the_questions_do_not_ask_for_everything() -> None:
    from longread.bench.throughput import QUESTIONS

    assert not any(map(wants_everything, QUESTIONS))
