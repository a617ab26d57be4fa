"""Every kind of model memory through gate, answer, block and second question.

Dense, with a sliding window, hybrid, recurrent: tiny models with random weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from longread.engine.llamacpp import LlamaCppEngine
from longread.engine.llamacpp.loading import kv_bytes
from longread.engine.llamacpp.slots import Placement, Slots
from longread.engine.optional import attention_probe, branching
from longread.errors import ModelError
from longread.models import gguf, store
from longread.prefix_cache import BlockStore, PrefixCache
from longread.reading.judges.probe import gate_signal
from longread.reading.options import ReadingOptions
from longread.runs.opening import open_engine
from longread.runs.options import ModelOptions
from longread.runs.session import Session
from tests.scripted import page, paged

pytest.importorskip("gguf")
from tests.fixtures import make_models

PASSAGE = "The Orvel ferry makes four crossings on weekdays."
LONG = f"{PASSAGE} A return ticket costs 7.40 crowns; children under ten travel free."
QUESTIONS = ("\nWhat does it cost?", "\nWho built the lighthouse?", "\nWhen does it sail?")
OPTIONS = {"yes": ("yes",), "no": ("no",)}
MIXED = ("convolving", "delta_net")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    made = {kind: folder / f"{kind}.gguf" for kind in make_models.KINDS}
    for kind, path in made.items():
        make_models.KINDS[kind](path)
    return made


@pytest.fixture(params=make_models.KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def engine(files: dict[str, Path], kind: str) -> Iterator[LlamaCppEngine]:
    with LlamaCppEngine(files[kind], context=1024, threads=1) as opened:
        yield opened


def keeper(engine: LlamaCppEngine) -> PrefixCache:
    return PrefixCache(engine, BlockStore(), model="tiny")


def questions(engine: LlamaCppEngine) -> int:
    """The tokens of all questions."""
    return sum(map(engine.count, QUESTIONS))


def ask(engine: LlamaCppEngine, passage: str) -> list[object]:
    """Gates, a likelihood and an answer, all behind the pinned passage."""
    found: list[object] = []
    for question in QUESTIONS:
        engine.pin_prefix(passage, source="a book")
        found += [
            engine.choose(passage + question, OPTIONS),
            engine.score(passage, question),
            engine.generate(passage + question, max_tokens=6),
        ]
    return found


def test_capabilities_are_asked_of_the_library(engine: LlamaCppEngine, kind: str) -> None:
    whole = kind == "dense"
    assert engine.runtime.kind.can_cut is whole
    assert (branching(engine) is not None) is whole
    assert (attention_probe(engine) is not None) is (kind != "recurrent")
    assert engine.storable_tokens == (make_models.WINDOW if kind == "window" else None)


def test_a_second_question_costs_its_own_tokens(engine: LlamaCppEngine) -> None:
    engine.pin_prefix(LONG)
    read, last = engine.usage.prefilled, int(not engine.runtime.kind.can_cut)
    assert read == engine.count(LONG) - last
    for question in QUESTIONS:
        engine.pin_prefix(LONG)
        engine.choose(LONG + question, OPTIONS)
    assert engine.usage.prefilled - read == questions(engine) + len(QUESTIONS) * last


def test_a_pinned_passage_says_what_it_says_read_in_one_go(engine: LlamaCppEngine) -> None:
    whole = engine.score(LONG[:9], LONG[9:] + QUESTIONS[0])[-engine.count(QUESTIONS[0]) :]
    alone = engine.choose(LONG + QUESTIONS[1], OPTIONS)
    engine.forget()
    engine.pin_prefix(LONG)
    assert engine.score(LONG, QUESTIONS[0]) == pytest.approx(whole, abs=0.05)
    assert engine.choose(LONG + QUESTIONS[1], OPTIONS) == pytest.approx(alone, abs=0.02)


def test_a_block_gives_the_same_to_the_bit(
    engine: LlamaCppEngine, files: dict[str, Path], kind: str
) -> None:
    engine.keeper = first = keeper(engine)
    fresh = ask(engine, PASSAGE)
    assert (first.loaded, first.saved) == (0, 1)
    with LlamaCppEngine(files[kind], context=1024, threads=1) as later:
        later.keeper = second = keeper(later)
        assert ask(later, PASSAGE) == fresh
        assert (second.loaded, second.saved) == (1, 0)
        # Each of the nine calls may decode the passage's last token again, and no more of it.
        assert later.usage.prefilled <= 3 * questions(engine) + 9
    assert [*first.remarks(), *second.remarks()] == []


@pytest.mark.parametrize("kind", ["window"])
def test_a_window_keeps_no_block_longer_than_itself(engine: LlamaCppEngine) -> None:
    engine.keeper = cache = keeper(engine)
    edge = "x" * make_models.WINDOW
    engine.pin_prefix(edge, source="a book")
    assert cache.saved == 1
    before = engine.usage.prefilled
    ask(engine, LONG)
    assert cache.saved == 1
    # Nor is it read twice for it.
    assert engine.usage.prefilled - before < engine.count(LONG) + 3 * questions(engine)


def test_a_block_that_cannot_be_put_back_is_said_and_read_anew(
    engine: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.keeper = cache = keeper(engine)
    fresh = ask(engine, PASSAGE)
    engine.forget()
    monkeypatch.setattr(type(engine.runtime), "restore", lambda *_a, **_k: False)
    before = engine.usage.prefilled
    engine.pin_prefix(PASSAGE, source="a book")
    read = engine.count(PASSAGE) - int(not engine.runtime.kind.can_cut)
    assert engine.usage.prefilled - before == read
    assert ask(engine, PASSAGE)[0] == pytest.approx(fresh[0], abs=0.02)
    assert cache.remarks() == ["a block could not be put back: its passage is read anew"]
    # The passage was not decoded again for the questions.
    assert engine.usage.prefilled - before <= read + 3 * questions(engine) + 9


@pytest.mark.parametrize("kind", [*MIXED, "recurrent", "window"])
def test_a_fork_leaves_its_source_and_room_is_made(engine: LlamaCppEngine) -> None:
    """Forks until the cache is full: the pinned passage is what stays longest."""
    engine.pin_prefix(LONG)
    first = engine.score(LONG, QUESTIONS[0])
    for number in range(12):
        engine.choose(f"{LONG}{' and so on' * 30} {number}", OPTIONS)
    before = engine.usage.prefilled
    assert engine.score(LONG, QUESTIONS[0]) == pytest.approx(first, abs=1e-3)
    assert engine.usage.prefilled - before < engine.count(LONG)


@pytest.mark.parametrize("kind", MIXED)
def test_attention_of_a_hybrid_is_that_of_the_layers_that_have_any(engine: LlamaCppEngine) -> None:
    probe = attention_probe(engine)
    assert probe is not None
    by_head = probe.attention_by_head(PASSAGE, QUESTIONS[0]).weights
    seen = [layer for layer in range(make_models.LAYERS) if by_head[layer].any()]
    assert seen == ([1, 3] if engine.info.name == "convolving" else [3])


@pytest.mark.parametrize("kind", ["recurrent"])
def test_a_recurrent_model_has_no_attention_to_show(engine: LlamaCppEngine) -> None:
    with pytest.raises(ModelError):
        engine.attention(PASSAGE, QUESTIONS[0])


def test_documents_are_read_asked_and_asked_again(engine: LlamaCppEngine) -> None:
    reported: list[str] = []
    options = ReadingOptions(
        gate="likelihood", chunk_tokens=200, passage_tokens=60, memory_tokens=100, max_chunks=1
    )
    session = Session([paged(page(1, sentences=1), page(2, sentences=1))], engine)
    gates = []
    for _question in range(3):
        engine.forget()
        run = session.run("Who wrote?", options, report=reported.append)
        (step,) = run.steps()
        gates.append(step.passage_gates)
    # What has no question in it is weighed once a session, and moves cells: then all is the same.
    assert gates[1] == gates[2]
    assert gates[0] == pytest.approx(gates[1], rel=1e-3)
    assert all(0.0 <= gate <= 1.0 for gate in gates[0])
    assert reported == []


def test_what_the_disk_will_hold_is_known_before_reading(engine: LlamaCppEngine, kind: str) -> None:
    passages = [f"{number} {PASSAGE[: 20 + 7 * number]}" for number in range(5)]
    lengths = [len(engine._states.held_part(engine.tokenize(text))) for text in passages]
    engine.keeper = cache = keeper(engine)
    ahead = cache.forecast([*lengths, 500])
    for text in passages:
        engine.pin_prefix(text, source="a book")
    held = BlockStore().holdings()
    assert cache.forecast(lengths).size == held.size
    assert cache.forecast(lengths).line == ""
    assert (ahead.passages, ahead.long) == (6, int(kind == "window"))
    small = PrefixCache(engine, BlockStore(limit_bytes=held.size - 1), model="tiny")
    assert small.forecast(lengths).kept == 4
    assert small.forecast(lengths).line.startswith("blocks for 4 of 5 passages will fit on disk")


def test_the_memory_of_a_token_is_what_the_file_says(engine: LlamaCppEngine, kind: str) -> None:
    """A copied state has 12 bytes more for each cell's place, 24 where that has dimensions or
    there are two caches."""
    header = gguf.read_header(Path(engine.info.file))
    per_token = engine.state_bytes(2) - engine.state_bytes(1)
    assert 0 <= per_token - header.cache_bytes_per_token <= 24
    assert (header.cache_bytes_per_token > 0) is (kind != "recurrent")
    # llama.cpp does not tell of lists: there it is as if all layers had attention.
    known = kv_bytes(engine.runtime.model)
    assert known == (1024 if kind == "convolving" else header.cache_bytes_per_token)
    fixed = engine.state_bytes(0)
    assert fixed * 0.7 < header.recurrent_bytes < fixed or header.recurrent_bytes == 0
    assert (header.recurrent_bytes > 0) is (kind in (*MIXED, "recurrent"))


def test_a_model_without_a_chat_template_is_known(tmp_path: Path) -> None:
    make_models.dense(tmp_path / "base.gguf", template="")
    resolved, reported = store.resolve(str(tmp_path / "base.gguf")), list[str]()
    options = ModelOptions(context=256, threads=1)
    engine = open_engine(resolved, options, reported.append)
    assert isinstance(engine, LlamaCppEngine)
    with engine:
        assert gate_signal(engine, "auto") == "likelihood"
        assert reported == [
            "base has no chat template, as base models have none: it gates by likelihood"
        ]
        assert not engine.info.chat_template
        assert "<|im_start|>user" in engine.render([{"role": "user", "content": "?"}])


def test_slots_of_recurrent_layers_are_shared_whole_or_not_at_all() -> None:
    slots = Slots(3, 100, cuttable=False)
    slots.commit(0, [1, 2, 3])
    assert slots.place([1, 2, 3, 4]) == Placement(1, 3, 0, ())
    assert slots.place([1, 2, 9]).shared == 0
    assert slots.place([1, 2, 3]).shared == 0
    slots.copy(0, 1, 3)
    slots.extend(1, [4])
    assert slots.place([1, 2, 3, 4, 5]) == Placement(2, 4, 1, ())


def test_without_room_for_a_fork_its_source_is_gone_on_with() -> None:
    slots = Slots(3, 8, cuttable=False)
    slots.commit(2, [9, 9, 9, 9])
    slots.commit(0, [1, 2, 3])
    assert slots.place([1, 2, 3, 4], room=5) == Placement(0, 3, None, (2,))
    alone = Slots(1, 100, cuttable=False)
    alone.commit(0, [1, 2, 3])
    assert alone.place([1, 2, 3, 4]) == Placement(0, 3, None, ())
