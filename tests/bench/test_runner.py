"""A bench from questions to a result file, stopped and gone on with, with a scripted engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from longread.bench.counting_engine import CountingEngine
from longread.bench.records import Evidence, Question, Result
from longread.bench.results import Header, read_results
from longread.bench.runner import Bench, Watcher, run_bench, sample
from longread.documents.model import Document
from longread.errors import Interrupted, UsageError
from longread.reading.judges.trained import PROTOCOL as READER
from tests.bench.conftest import BOOK, asked, scripted, strategy
from tests.reading.conftest import FACT
from tests.scripted import ScriptedEngine, interrupting, page, paged

Make = Callable[..., Bench]


class Notes(Watcher):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.begun: list[tuple[int, int]] = []
        self.results: list[Result] = []
        self.fractions: list[float] = []
        self.messages: list[str] = []

    def begin(self, done: int, total: int) -> None:
        self.begun.append((done, total))

    def run(self, question: Question, strategy: str, fraction: float) -> None:
        self.fractions.append(fraction)

    def result(self, result: Result) -> None:
        self.results.append(result)

    def message(self, line: str) -> None:
        self.messages.append(line)


def test_every_strategy_answers_every_question(bench: Make, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    questions = [asked("a"), asked("b")]
    results = run_bench(questions, bench("gated", "rag", "closed-book"), out)
    assert [(each.id, each.strategy) for each in results] == [
        (name, strategy) for name in "ab" for strategy in ("gated", "rag", "closed-book")
    ]
    assert not any(each.error for each in results)
    # The fact on page 7 is looked up before the first chunk is read.
    gated, rag, closed = results[:3]
    assert (gated.status, gated.answer, gated.evidence_step) == ("answered", FACT, 1)
    assert gated.citations[0].page == 7
    assert FACT in gated.ranked[0].text
    assert gated.exit_step == 1
    assert gated.calls > 0
    assert gated.prefilled > 0
    assert rag.ranked[0].page == 7
    assert (gated.selected, rag.selected) == (False, True)
    assert (closed.answer, closed.chunks, closed.calls) == ("In 1931.", 0, 1)
    assert closed.generated == 2


def test_the_file_is_the_results(bench: Make, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out.jsonl"
    results = run_bench([asked()], bench("gated", "rag"), out)
    header, found = read_results(out)
    assert found == results
    assert (header.title, header.model["name"]) == ("annals", "scripted")
    assert list(header.options) == ["gated", "rag"]
    assert header.machine
    assert len(out.read_text("ascii").splitlines()) == 3


def test_every_run_starts_cold(bench: Make, tmp_path: Path) -> None:
    engine = scripted()
    run_bench([asked("a"), asked("b")], bench("gated", "rag", engine=engine), tmp_path / "o")
    assert engine.forgotten == 4


def test_an_engine_that_counts_is_the_engine_in_all_else() -> None:
    engine = scripted()
    counting = CountingEngine(engine)
    counting.keeper = keeper = object()
    assert engine.keeper is keeper
    assert counting.info is engine.info
    assert counting.count("two words") == engine.count("two words")
    counting.score("A ferry.", " Who?")
    assert counting.calls == 1
    counting.start_cold()
    assert (counting.calls, engine.forgotten) == (0, 1)


def test_a_stopped_bench_goes_on(bench: Make, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    questions = [asked("a"), asked("b")]
    engine = scripted()
    assert callable(engine.scores)
    engine.scores = interrupting(engine.scores, 30)
    with pytest.raises(Interrupted) as stopped:
        run_bench(questions, bench("gated", "rag", engine=engine), out)
    _header, kept = read_results(out)
    assert 0 < len(kept) < 4
    assert f"{len(kept)} of 4 results" in stopped.value.message
    notes = Notes()
    results = run_bench(questions, bench("gated", "rag"), out, watcher=notes)
    assert notes.begun == [(len(kept), 4)]
    assert len(notes.results) == 4 - len(kept)
    assert results[: len(kept)] == kept
    assert all(each.status == "answered" for each in results)
    assert notes.fractions[-1] <= 1.0


def test_a_torn_line_is_measured_again(bench: Make, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    whole = run_bench([asked("a"), asked("b")], bench("rag"), out)
    out.write_bytes(out.read_bytes()[:-40])
    notes = Notes()
    again = run_bench([asked("a"), asked("b")], bench("rag"), out, watcher=notes)
    assert [each.id for each in notes.results] == ["b"]
    assert [replace(each, seconds=0) for each in again] == [
        replace(each, seconds=0) for each in whole
    ]
    assert len(read_results(out)[1]) == 2


def test_strategies_and_questions_can_be_added(bench: Make, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run_bench([asked("a")], bench("rag"), out)
    notes = Notes()
    run_bench([asked("a"), asked("b")], bench("gated", "rag"), out, watcher=notes)
    assert [(each.id, each.strategy) for each in notes.results] == [
        ("a", "gated"), ("b", "gated"), ("b", "rag"),
    ]  # fmt: skip
    header, results = read_results(out)
    assert set(header.options) == {"gated", "rag"}
    assert len(results) == 4


def test_another_benchs_file_is_not_gone_on_with(bench: Make, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run_bench([asked()], bench("rag"), out)
    with pytest.raises(UsageError, match="rag had memory_tokens 120 and has 100"):
        run_bench([asked()], bench("rag", memory_tokens=100), out)
    larger = scripted()
    larger.info = replace(larger.info, parameters=7)
    with pytest.raises(UsageError, match="the model was parameters"):
        run_bench([asked()], bench("rag", engine=larger), out)
    with pytest.raises(UsageError, match="another question under the id ferry"):
        run_bench([asked(question="Who?")], bench("rag"), out)
    other = tmp_path / "book.txt"
    other.write_text("It was a dark night.\n")
    with pytest.raises(UsageError, match="not a result file"):
        run_bench([asked()], bench("rag"), other)
    assert other.read_text() == "It was a dark night.\n"
    fresh = run_bench([asked()], bench("rag", memory_tokens=100), out, fresh=True)
    assert read_results(out)[1] == fresh


def test_a_question_that_fails_is_recorded_and_tried_again(bench: Make, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    questions = [asked("a", document="gone.pdf"), asked("b")]
    lost, found = run_bench(questions, bench("rag"), out)
    assert (lost.status, lost.error, lost.answer) == ("error", "gone.pdf does not exist.", None)
    assert found.status == "answered"
    notes = Notes()
    run_bench(questions, bench("rag"), out, watcher=notes)
    assert [each.id for each in notes.results] == ["a"]
    assert len(read_results(out)[1]) == 2


def test_a_fault_of_one_run_does_not_stop_the_bench(bench: Make, tmp_path: Path) -> None:
    engine = scripted()
    engine.replies = [ValueError("a word\ntoo many"), FACT]
    first, second = run_bench([asked("a"), asked("b")], bench("rag", engine=engine), tmp_path / "o")
    assert first.error == "ValueError: a word too many"
    assert second.answer == FACT


def test_options_that_do_not_fit_stop_the_bench(bench: Make, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="too small for chunks"):
        run_bench([asked()], bench("gated", chunk_tokens=9000), tmp_path / "o")


def test_questions_of_the_same_id_are_refused(bench: Make, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2 questions have the id a"):
        run_bench([asked("a"), asked("b"), asked("a")], bench("rag"), tmp_path / "o")


def test_evidence_by_its_words(bench: Make, tmp_path: Path) -> None:
    words = asked("words", evidence=(Evidence(BOOK, text="ferry sank in\n1931"),))
    gone = asked("gone", evidence=(Evidence(BOOK, text="nowhere to be read"),))
    notes = Notes()
    found, lost = run_bench([words, gone], bench("gated"), tmp_path / "o", watcher=notes)
    assert found.evidence_step == 1
    assert lost.evidence_step is None
    assert notes.messages == ["gone: 1 of 1 pieces of evidence not found in the documents"]


def test_evidence_that_was_not_read_has_no_step(bench: Make, tmp_path: Path) -> None:
    (short,) = run_bench([asked()], bench("gated", max_chunks=2, exit=False), tmp_path / "o")
    assert (short.chunks_read, short.exit_reason) == (2, "budget")
    # The background looks at BM25's best passages before the first chunk is read.
    assert short.evidence_step in (None, 1, 2)
    (rag,) = run_bench([asked()], bench("rag", top_k=3), tmp_path / "r")
    assert rag.evidence_step == 1


def test_places_are_ranked_by_what_the_run_thought_of_them(tmp_path: Path) -> None:
    pages = [page(number, *([FACT] if number == 3 else [])) for number in range(1, 5)]
    document = paged(*pages)
    bench = Bench(
        scripted(),
        {"gated": strategy("gated", exit=False), "memagent": strategy("memagent")},
        load_document=lambda _path: document,
    )
    gated, memagent = run_bench([asked()], bench, tmp_path / "o")
    assert FACT in gated.ranked[0].text
    assert len({(each.page, each.text) for each in gated.ranked}) == len(gated.ranked)
    assert {each.page for each in gated.ranked} == {1, 2, 3, 4}
    assert memagent.ranked[0].text == memagent.citations[0].text


def test_a_place_that_was_gated_and_not_read_is_ranked(tmp_path: Path) -> None:
    pages = [page(number, *([FACT] if number == 10 else [])) for number in range(1, 13)]
    engine = ScriptedEngine(
        choices=lambda prompt: 0.05 if FACT in prompt else 0.001, protocol=READER
    )
    bench = Bench(
        engine,
        {"gated": strategy("gated", max_chunks=1)},
        load_document=lambda _path: paged(*pages),
    )
    (found,) = run_bench([asked()], bench, tmp_path / "o")
    assert (found.chunks_read, found.answer) == (1, None)
    assert FACT in found.ranked[0].text
    assert found.ranked[0].page == 10


def test_a_sample_grows_with_its_limit() -> None:
    questions = [asked(str(number)) for number in range(20)]
    few, more = sample(questions, 5, 1), sample(questions, 9, 1)
    assert [each.id for each in few] == sorted((each.id for each in few), key=int)
    assert {each.id for each in few} < {each.id for each in more}
    assert sample(questions, 5, 2) != few
    assert sample(questions, None, 1) == sample(questions, 99, 1) == questions


def test_a_result_file_that_is_damaged_in_the_middle(bench: Make, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run_bench([asked("a"), asked("b")], bench("rag"), out)
    lines = out.read_text().splitlines()
    out.write_text("\n".join([lines[0], lines[1][:50], lines[2]]))
    with pytest.raises(UsageError, match=r"line 2 of out\.jsonl is not a result"):
        read_results(out)


def test_a_header_survives_the_file(bench: Make) -> None:
    made = bench("gated")
    header = Header.of(made.engine.info, made.strategies, facts={"threads": 2}, title="x")
    record = json.loads(json.dumps(header.record()))
    assert record.pop("schema") == "longread.bench/1"
    assert Header(**record) == header
    assert not header.difference(header)


def test_documents_are_parsed_once(book: Document, tmp_path: Path) -> None:
    loaded: list[str] = []

    def load(path: str) -> Document:
        loaded.append(path)
        return book

    bench = Bench(scripted(), {"rag": strategy("rag")}, load_document=load)
    questions = [asked("a"), asked("b", document="other.pdf"), asked("c")]
    run_bench(questions, bench, tmp_path / "o")
    assert loaded == [BOOK, "other.pdf"]
