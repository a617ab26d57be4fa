"""Prompts behind many passages in one batch: each says what it says alone, whoever is beside it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import llama_cpp.llama_cpp as llama
import pytest

from longread.engine.llamacpp import LlamaCppEngine
from longread.engine.llamacpp import streams as module
from longread.engine.llamacpp.runtime import Runtime
from longread.engine.optional import PinnedPrompt
from longread.prefix_cache import BlockStore, PrefixCache

pytest.importorskip("gguf")
from tests.fixtures import make_models

OPTIONS = {"yes": ("yes",), "no": ("no",)}
QUESTIONS = ("\nWho came?", "\nWhen does the ferry sail on Sundays?", "\nHow much?")
WORDS = ("ferry", "crown", "harbour", "light", "oar", "tide", "bell", "rope", "mast", "keel")


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "dense.gguf"
    make_models.dense(path)
    return path


@pytest.fixture
def engine(dense: Path) -> Iterator[LlamaCppEngine]:
    with LlamaCppEngine(dense, context=1024, threads=1) as opened:
        yield opened


def passage(number: int) -> str:
    chance = random.Random(number)
    return f"{number}: " + " ".join(chance.choice(WORDS) for _ in range(8 + number % 5))


def prompts(count: int) -> list[PinnedPrompt]:
    """As many passages, the questions in turn."""
    return [
        PinnedPrompt(passage(n), passage(n) + QUESTIONS[n % 3], f"book {n % 2}")
        for n in range(count)
    ]


def test_the_same_whoever_is_beside(engine: LlamaCppEngine) -> None:
    """Up to the last bits: numbers in full precision are multiplied in other blocks."""
    asked = prompts(11)
    together = engine.choose_many(asked, OPTIONS)
    alone = [engine.choose_many([each], OPTIONS)[0] for each in asked]
    turned = engine.choose_many(asked[::-1], OPTIONS)[::-1]
    for one, other, third in zip(together, alone, turned, strict=True):
        assert one == pytest.approx(other, abs=1e-5)
        assert one == pytest.approx(third, abs=1e-5)
    engine.forget()
    assert engine.choose_many(asked, OPTIONS) == together


def test_near_what_one_prompt_gives_alone(engine: LlamaCppEngine) -> None:
    asked = prompts(9)
    together = engine.choose_many(asked, OPTIONS)
    scores = engine.score_many(
        [PinnedPrompt(passage(n), passage(n)) for n in range(9)],
        [QUESTIONS[n % 3] for n in range(9)],
    )
    for number, each in enumerate(asked):
        engine.pin_prefix(each.prefix)
        assert engine.choose(each.prompt, OPTIONS) == pytest.approx(together[number], abs=1e-3)
        alone = engine.score(each.prefix, QUESTIONS[number % 3])
        assert scores[number] == pytest.approx(alone, abs=1e-2)
    assert engine.score_many([asked[0]], [""]) == [[]]
    assert engine.choose_many([], OPTIONS) == []


def test_calls_of_llama_decode_are_few(
    engine: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = prompts(module._MOST)
    first = engine.choose_many(asked, OPTIONS)
    calls = []
    decode = Runtime.decode

    def counted(runtime: Runtime, slot: int, batch: object) -> None:
        calls.append(slot)
        decode(runtime, slot, batch)

    monkeypatch.setattr(Runtime, "decode", counted)
    before = engine.usage.prefilled
    assert engine.choose_many(asked, OPTIONS) == first
    assert len(calls) == 1
    own = sum(engine.count(each.prompt) - engine.count(each.prefix) for each in asked)
    assert engine.usage.prefilled - before == own


def test_blocks_serve_both_ways(engine: LlamaCppEngine, dense: Path) -> None:
    asked = prompts(10)
    engine.keeper = first = PrefixCache(engine, BlockStore(), model="tiny")
    together = engine.choose_many(asked, OPTIONS)
    assert (first.loaded, first.saved) == (0, 10)
    with LlamaCppEngine(dense, context=1024, threads=1) as later:
        later.keeper = second = PrefixCache(later, BlockStore(), model="tiny")
        assert later.choose_many(asked, OPTIONS) == together
        assert (second.loaded, second.saved) == (10, 0)
        # A block that was made for one at a time is the same.
        later.pin_prefix(asked[3].prefix, source=asked[3].source)
        assert second.loaded == 11
    assert [*first.remarks(), *second.remarks()] == []


def test_what_does_not_fit_beside_is_asked_alone(engine: LlamaCppEngine) -> None:
    long = " ".join(WORDS * 14)
    assert engine.count(long) > module._ROOM
    asked = [*prompts(3), PinnedPrompt(long, f"{long}\nWho?"), PinnedPrompt("a", "other words")]
    found = engine.choose_many(asked, OPTIONS)
    for one, other in zip(engine.choose_many(prompts(3), OPTIONS), found, strict=False):
        assert one == pytest.approx(other, abs=1e-5)
    for place in (3, 4):
        engine.pin_prefix(asked[place].prefix)
        assert found[place] == engine.choose(asked[place].prompt, OPTIONS)


def test_an_interrupted_batch_leaves_nothing_half_done(
    engine: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = prompts(6)
    before = engine.choose_many(asked, OPTIONS)

    def stopped(_context: object, _batch: object) -> int:
        return 2

    with monkeypatch.context() as patch:
        patch.setattr(llama, "llama_decode", stopped)
        with pytest.raises(KeyboardInterrupt):
            engine.choose_many(asked, OPTIONS)
    assert engine.choose_many(asked, OPTIONS) == before


def test_a_state_that_does_not_come_back_is_asked_alone(
    engine: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = prompts(4)
    expected = engine.choose_many(asked, OPTIONS)
    engine.forget()
    monkeypatch.setattr(module.Streams, "restore", lambda *_given: False)
    for found, wanted in zip(engine.choose_many(asked, OPTIONS), expected, strict=True):
        assert found == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize("kind", ["window", "convolving", "recurrent"])
def test_other_memories_are_asked_one_by_one(tmp_path: Path, kind: str) -> None:
    make_models.KINDS[kind](tmp_path / "other.gguf")
    with LlamaCppEngine(tmp_path / "other.gguf", context=1024, threads=1) as other:
        asked = prompts(4)
        found = other.choose_many(asked, OPTIONS)
        for each, chosen in zip(asked, found, strict=True):
            other.pin_prefix(each.prefix)
            assert other.choose(each.prompt, OPTIONS) == chosen


@pytest.mark.model
def test_the_bundled_model_gates_the_same_beside_others(bundled_model: Path) -> None:
    """Its weights are rounded by rows of four: what a row gives must not hang on its neighbours."""
    options = {"yes": (" yes",), "no": (" no",)}
    with LlamaCppEngine(bundled_model, context=1024) as bundled:
        asked = [
            PinnedPrompt(f"{passage(n)}\n\nQuestion:", f"{passage(n)}\n\nQuestion: {q}\nHelps:")
            for n in range(5)
            for q in ("Who rang the bell?", "What does it cost to cross?")
        ]
        together = bundled.choose_many(asked, options)
        assert [bundled.choose_many([each], options)[0] for each in asked[:3]] == together[:3]
        assert bundled.choose_many(asked[::-1], options) == together[::-1]
