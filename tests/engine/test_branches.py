"""Prompts decoded side by side say what they say one by one, and leave nothing behind."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

import llama_cpp.llama_cpp as llama
import pytest

from longread.engine.kv_size import SLOTS
from longread.engine.llamacpp import LlamaCppEngine
from longread.engine.llamacpp.loading import BRANCHES
from longread.errors import ModelError
from tests.engine.test_llamacpp import NOISE, words

pytestmark = pytest.mark.model

CODES = (8164, 3057, 9921)
BOATS = ("ferry", "barge", "tug")


@pytest.fixture(autouse=True)
def fresh(engine: LlamaCppEngine) -> Iterator[None]:
    """Every test begins and ends with nothing but slots in the cache."""
    engine.runtime.forget_all()
    engine.usage.prefilled = engine.usage.reused = engine.usage.generated = 0
    yield
    memory = engine.runtime.memory
    for branch in range(SLOTS, SLOTS + BRANCHES):
        assert llama.llama_memory_seq_pos_max(memory, branch) == -1
    for slot, tokens in enumerate(engine.runtime.slots.tokens):
        assert llama.llama_memory_seq_pos_max(memory, slot) == len(tokens) - 1


def passage(length: int = 60) -> str:
    """A text that holds a code for each boat."""
    told = [
        f"The secret code of the {boat} is {code}. Remember: {code}."
        for boat, code in zip(BOATS, CODES, strict=True)
    ]
    return " ".join(told) + " " + words(3, length)


def asked(text: str) -> list[str]:
    return [f"{text} The secret code of the {boat} is" for boat in BOATS]


def test_each_branch_sees_its_own_words_and_the_common_ones(engine: LlamaCppEngine) -> None:
    prompts = [prompt for prompt in asked(passage()) for _code in CODES]
    codes = [f" {code}" for _prompt in BOATS for code in CODES]
    together = engine.score_all(prompts, codes)
    for prompt, code, scores in list(zip(prompts, codes, together, strict=True))[::4]:
        engine.runtime.forget_all()
        # Flash attention sums in another order for another batch: see the noise there.
        assert sum(scores) == pytest.approx(sum(engine.score(prompt, code)), abs=NOISE)
    rows = [together[first : first + 3] for first in range(0, 9, 3)]
    for own, row in enumerate(rows):
        totals = [sum(scores) for scores in row]
        assert totals.index(max(totals)) == own


def test_choices_are_those_of_one_prompt_at_a_time(engine: LlamaCppEngine) -> None:
    options = {str(code): (f"{str(code)[0]}",) for code in CODES}
    prompts = [f"{prompt} " for prompt in asked(passage())]
    together = engine.choose_all(prompts, options)
    for prompt, chosen in zip(prompts, together, strict=True):
        engine.runtime.forget_all()
        assert chosen == pytest.approx(engine.choose(prompt, options), abs=0.02)
        assert sum(chosen.values()) == pytest.approx(1.0)


def test_the_passage_is_decoded_once_and_kept(engine: LlamaCppEngine) -> None:
    prompts = asked(passage())
    engine.score_all(prompts, [" 1"] * 3)
    length = engine.count(passage())
    assert length < engine.usage.prefilled < length + 30
    engine.usage.prefilled = 0
    engine.score_all(prompts, [" 1"] * 3)
    assert engine.usage.prefilled < 30
    assert engine.usage.reused >= length


def test_the_same_prompt_twice_is_decoded_once(engine: LlamaCppEngine) -> None:
    prompt = asked(passage())[0]
    first, second = engine.score_all([prompt, prompt], [" 8164", " 8164"])
    assert first == second
    assert engine.usage.prefilled == engine.count(f"{prompt} 8164") - 1


def test_more_prompts_than_fit_side_by_side(engine: LlamaCppEngine) -> None:
    """In groups: more than there are sequences, or than a context of 2,048 tokens holds."""
    many = BRANCHES + 3
    scores = engine.score_all([asked(passage(5))[0]] * many, [" 8164"] * many)
    assert len(scores) == many
    apart = [f"{words(seed, 800)} The code is" for seed in range(2)] + ["The code is"]
    assert sum(map(engine.count, apart)) > engine.runtime.capacity
    together = engine.score_all(apart, [" 8164"] * 3)
    for prompt, score in zip(apart, together, strict=True):
        assert sum(score) == pytest.approx(sum(engine.score(prompt, " 8164")), abs=NOISE)
    assert engine.score_all([], []) == []
    assert engine.score_all([apart[0]], [""]) == [[]]


def test_a_branch_that_does_not_fit_is_refused(engine: LlamaCppEngine) -> None:
    with pytest.raises(ModelError, match="does not fit"):
        engine.score_all([words(1, 3000), words(2, 10)], [" a", " b"])


@pytest.mark.skipif(sys.platform == "win32", reason="needs setitimer")
def test_an_interrupt_leaves_no_branch(engine: LlamaCppEngine) -> None:
    prompts = asked(passage(400))
    handler = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(KeyboardInterrupt):
            engine.score_all(prompts, [" 8164"] * 3)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
    assert max(engine.score_all(asked(passage(5))[:1], [" 8164"])[0]) < 0
