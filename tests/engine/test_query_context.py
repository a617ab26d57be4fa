"""Held prefixes in their own context: who goes there, what comes back, and who is refused."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

import llama_cpp.llama_cpp as llama
import numpy as np
import pytest

from longread.engine.kv_size import SLOTS
from longread.engine.llamacpp import LlamaCppEngine
from longread.engine.llamacpp import query_context as module
from longread.engine.llamacpp.kv_transpose import transpose_v
from longread.engine.llamacpp.loading import BRANCHES, open_query_context
from longread.engine.llamacpp.query_context import QueryContext
from longread.engine.llamacpp.runtime import Runtime
from tests.engine.test_states import PASSAGE, PREFIX, QUESTIONS, YES_NO

pytestmark = pytest.mark.model

PROMPTS = [f"{PREFIX} {question}\n\nHelps:" for question in QUESTIONS]


@pytest.fixture(autouse=True)
def fresh(engine: LlamaCppEngine) -> Iterator[None]:
    engine.forget()
    yield
    engine.forget()


@pytest.fixture
def asking(engine: LlamaCppEngine) -> Runtime:
    """The context for questions, with the prefix in it."""
    engine.pin_prefix(PREFIX)
    assert engine._query_context is not None
    assert engine._query_context.runtime is not None
    return engine._query_context.runtime


def test_a_turned_state_is_nearly_what_the_other_context_makes_itself(
    engine: LlamaCppEngine, asking: Runtime
) -> None:
    """The words of both states are the same but for the noise of two ways to sum."""
    moved = np.frombuffer(bytes(asking.state(0)), np.float16).astype(np.float32)
    tokens = engine.vocabulary.tokenize_prompt(PREFIX)
    asking.forget_all()
    asking.extend(0, tokens, wanted=0)
    own = np.frombuffer(bytes(asking.state(0)), np.float16).astype(np.float32)
    engine.runtime.forget_all()
    engine.runtime.extend(0, tokens, wanted=0)
    unturned = np.frombuffer(bytes(engine.runtime.state(0)), np.float16).astype(np.float32)
    assert own.shape == moved.shape
    sound = np.isfinite(own) & np.isfinite(moved) & np.isfinite(unturned)
    half = len(own) // 2
    keys, values = sound.copy(), sound.copy()
    keys[half:], values[:half] = False, False
    assert sound.mean() > 0.99
    assert np.corrcoef(own[keys], moved[keys])[0, 1] > 0.99
    assert np.corrcoef(own[values], moved[values])[0, 1] > 0.99
    assert np.corrcoef(own[values], unturned[values])[0, 1] < 0.5


def test_gates_are_near_those_of_one_context(engine: LlamaCppEngine, asking: Runtime) -> None:
    moved = [engine.choose(prompt, YES_NO) for prompt in PROMPTS]
    engine.forget()
    one = [engine.choose(prompt, YES_NO) for prompt in PROMPTS]
    for first, second in zip(moved, one, strict=True):
        assert first == pytest.approx(second, abs=0.05)


def test_what_goes_on_after_the_prefix_is_asked_there(
    engine: LlamaCppEngine, asking: Runtime
) -> None:
    before = engine.usage.prefilled
    engine.choose(PROMPTS[0], YES_NO)
    engine.score(PREFIX, f" {QUESTIONS[1]}")
    engine.choose_all(PROMPTS, YES_NO)
    engine.generate(f"{PROMPTS[0]} yes\nAnswer:", max_tokens=4)
    assert not any(engine.runtime.slots.tokens)
    assert engine.usage.prefilled - before < 6 * 24
    for branch in range(SLOTS, SLOTS + BRANCHES):
        assert llama.llama_memory_seq_pos_max(asking.memory, branch) == -1


def test_what_does_not_is_asked_as_ever(engine: LlamaCppEngine, asking: Runtime) -> None:
    held = list(asking.slots.tokens)
    engine.choose(PASSAGE, YES_NO)
    engine.choose_all([PROMPTS[0], PASSAGE], YES_NO)
    assert sum(map(bool, engine.runtime.slots.tokens)) >= 1
    assert asking.slots.tokens == held
    engine.forget()
    assert not any(asking.slots.tokens)
    engine.choose(PROMPTS[0], YES_NO)
    assert not any(asking.slots.tokens)


def test_a_prefix_that_leaves_no_room_stays_in_the_engines_own_context(
    engine: LlamaCppEngine, asking: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = engine.vocabulary.tokenize_prompt(PREFIX)
    monkeypatch.setattr(module, "_QUESTION", asking.capacity - len(tokens) + 1)
    engine.pin_prefix(PREFIX)
    assert not any(asking.slots.tokens)
    assert engine.runtime.slots.tokens[0] == tokens
    used = engine.usage.reused
    engine.choose(PROMPTS[0], YES_NO)
    assert engine.usage.reused - used == len(tokens)


def test_a_prompt_for_which_there_is_no_room_goes_to_the_engines_own_context(
    engine: LlamaCppEngine, asking: Runtime
) -> None:
    tokens = engine.vocabulary.tokenize_prompt(PREFIX)
    assert engine._states.home([tokens], asking.capacity - len(tokens)) is asking
    assert engine._states.home([tokens], asking.capacity - len(tokens) + 1) is engine.runtime


def test_a_model_whose_states_cannot_be_turned_is_refused_once(
    engine: LlamaCppEngine, asking: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here one without flash attention: its V lies by columns already."""
    plain = open_query_context(engine.runtime.model, tokens=1024, threads=1)
    assert plain is not None
    with pytest.raises(ValueError, match="by columns"):
        transpose_v(asking.state(0))
    refused = QueryContext(plain, threads=1)
    try:
        assert refused.place(engine.tokenize(PREFIX)) is None
        assert refused.runtime is None
        monkeypatch.setattr(plain, "extend", None)
        assert refused.place(engine.tokenize(PREFIX)) is None
    finally:
        refused.close()
        plain.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs setitimer")
def test_an_interrupt_leaves_no_branch_and_the_next_gate_is_the_same(
    engine: LlamaCppEngine, asking: Runtime
) -> None:
    before = engine.choose(PROMPTS[0], YES_NO)
    engine.pin_prefix(PREFIX)
    many = [f"{PREFIX} {number} times: {QUESTIONS[0]}\n\nHelps:" for number in range(BRANCHES)]
    handler = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(KeyboardInterrupt):
            engine.choose_all(many, YES_NO)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
    for sequence in range(SLOTS + BRANCHES):
        assert llama.llama_memory_seq_pos_max(asking.memory, sequence) == -1
    engine.pin_prefix(PREFIX)
    assert engine.choose(PROMPTS[0], YES_NO) == before
