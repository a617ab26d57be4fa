"""BeamSequences grown side by side say what each would say alone, and leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import llama_cpp.llama_cpp as llama
import numpy as np
import pytest

from longread.engine.kv_size import SLOTS
from longread.engine.llamacpp import LlamaCppEngine, log_total
from longread.engine.llamacpp.beam_sequences import BeamSequences
from longread.engine.llamacpp.branches import Branches
from longread.engine.llamacpp.loading import BRANCHES
from longread.errors import ModelError
from tests.engine.test_llamacpp import NOISE, words

pytestmark = pytest.mark.model

BEGUN = "The harbour board met on Monday. The board"


@pytest.fixture
def branches(engine: LlamaCppEngine) -> Iterator[Branches]:
    engine.runtime.forget_all()
    made = Branches(SLOTS, BRANCHES)
    yield made
    made.close()
    for branch in made.sequences:
        assert llama.llama_memory_seq_pos_max(engine.runtime.memory, branch) == -1


def test_each_tail_is_read_behind_its_own_words(engine: LlamaCppEngine, branches: Branches) -> None:
    slot, _reused, first = engine.runtime.prefill(engine.vocabulary.tokenize_prompt(BEGUN))
    one, two, three = (int(token) for token in np.argsort(-first[0])[:3])
    with BeamSequences(branches, engine.runtime, slot) as tails:
        tails.grow([(one,), (two,), (three,)])
        # The second goes on twice, the third not at all.
        grown = [(two, one), (one, three), (two, three)]
        rows = tails.grow(grown)
        assert tails.decoded == 6
    for tail, row in zip(grown, rows, strict=True):
        engine.runtime.forget_all()
        alone = [*engine.vocabulary.tokenize_prompt(BEGUN), *tail]
        logits = engine.runtime.prefill(alone)[2]
        best = int(logits[0].argmax())
        both = np.stack([row, logits[0]])
        found, expected = (both - log_total(both)[:, None])[:, best]
        assert found == pytest.approx(expected, abs=NOISE)


def test_the_prompt_stays_for_the_next_question(engine: LlamaCppEngine, branches: Branches) -> None:
    tokens = engine.vocabulary.tokenize_prompt(BEGUN)
    slot, _reused, first = engine.runtime.prefill(tokens)
    with BeamSequences(branches, engine.runtime, slot) as tails:
        tails.grow([(int(first[0].argmax()),)])
    assert engine.runtime.slots.tokens[slot] == tokens
    assert llama.llama_memory_seq_pos_max(engine.runtime.memory, slot) == len(tokens) - 1


def test_tails_that_no_longer_fit_are_given_up(engine: LlamaCppEngine, branches: Branches) -> None:
    room = engine.runtime.capacity
    tokens = engine.vocabulary.tokenize_prompt(words(2, 3000))[: room - 2]
    slot, _reused, first = engine.runtime.prefill(tokens)
    many = [(int(token),) for token in np.argsort(-first[0])[:4]]
    with (
        BeamSequences(branches, engine.runtime, slot) as tails,
        pytest.raises(ModelError, match="is full"),
    ):
        tails.grow(many)
    assert engine.runtime.slots.tokens[slot] == []
