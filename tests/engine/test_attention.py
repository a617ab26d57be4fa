"""Attention weights of the bundled model: real, at the right places, and errors that say why."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from longread.engine.llamacpp import LlamaCppEngine, attention
from longread.engine.llamacpp.vocabulary import Vocabulary
from longread.errors import ModelError

pytestmark = pytest.mark.model

FACT = "A return ticket for the Orvel ferry costs 7.40 crowns for adults."
FILLER = "The clerk wrote the ledger in blue ink, and nobody asked him why. "
PROMPT = f"{FILLER * 6}{FACT} {FILLER * 6}"
QUERY = "\n\nQuestion: What does a return ticket for the Orvel ferry cost?\nAnswer:"


@pytest.fixture(autouse=True)
def fresh(engine: LlamaCppEngine) -> None:
    engine.forget()


def received(engine: LlamaCppEngine, words: str, prompt: str = PROMPT) -> NDArray[np.float32]:
    """(layers, heads): the share of the query's attention that `words` get."""
    found = engine.attention_by_head(prompt, QUERY)
    start = prompt.index(words)
    inside = [start <= begin < start + len(words) for begin, _end in found.spans]
    share: NDArray[np.float32] = found.weights[:, :, inside].sum(axis=2)
    return share


def test_rows_are_shares_and_see_nothing_that_comes_later(engine: LlamaCppEngine) -> None:
    found = engine.attention(PROMPT, QUERY, heads=[(14, 3), (21, 8)])
    rows, known = found.weights.shape[0], found.prompt_tokens
    assert rows == engine.count(QUERY)
    assert len(found.spans) == known + rows
    np.testing.assert_allclose(found.weights.sum(axis=1), 2.0, atol=1e-3)
    assert not np.triu(found.weights[:, known:], 1).any()
    assert np.diag(found.weights[:, known:]).all()


def test_spans_are_the_prompt_and_the_query_piece_by_piece(engine: LlamaCppEngine) -> None:
    prompt, query = "Ünïcödé 漢字 and 🦀: “x”", " then\n\nwhat?"
    spans = engine.attention(prompt, query).spans
    assert "".join((prompt + query)[start:end] for start, end in spans) == prompt + query


def test_some_heads_look_at_the_answer_and_move_with_it(engine: LlamaCppEngine) -> None:
    shares = received(engine, FACT)
    assert shares.max() > 0.2
    layer, head = np.unravel_index(shares.argmax(), shares.shape)
    moved = f"{FILLER * 2}{FACT} {FILLER * 9}"
    assert received(engine, FACT, moved)[layer, head] > 0.1
    stranger = received(engine, FILLER)
    assert stranger[layer, head] < shares[layer, head] / 4


def test_named_heads_are_the_sum_of_the_heads_one_by_one(engine: LlamaCppEngine) -> None:
    heads = [(3, 1), (12, 0), (12, 7)]
    single = engine.attention_by_head(PROMPT, QUERY)
    found = engine.attention(PROMPT, QUERY, heads=heads)
    mean = found.weights[:, : found.prompt_tokens].mean(axis=0)
    expected = sum(single.weights[layer, head] for layer, head in heads)
    np.testing.assert_allclose(mean, expected, atol=0.02)
    largest = engine.attention_by_head(PROMPT, QUERY, pooling="max").weights
    assert (largest >= single.weights - 1e-3).all()


def test_without_heads_the_last_layer_is_summed(engine: LlamaCppEngine) -> None:
    last = engine.attention_by_head(PROMPT, QUERY).weights[-1]
    found = engine.attention(PROMPT, QUERY)
    np.testing.assert_allclose(found.weights.sum(axis=1), float(len(last)), atol=1e-2)
    mean = found.weights[:, : found.prompt_tokens].mean(axis=0)
    np.testing.assert_allclose(mean, last.sum(axis=0), atol=0.02)


def test_a_second_query_costs_its_own_tokens_and_sees_the_same(engine: LlamaCppEngine) -> None:
    """Also after a shallower read: what stands above it was not computed then."""
    fresh = engine.attention(PROMPT, QUERY)
    engine.attention("Something else entirely, of other words. ", QUERY, heads=[(2, 0)])
    engine.attention(PROMPT, QUERY, heads=[(2, 0)])
    again = engine.attention(PROMPT, QUERY)
    np.testing.assert_allclose(again.weights, fresh.weights, atol=0.02)
    before = engine.usage.prefilled
    engine.attention(PROMPT, "\n\nWho wrote?")
    assert engine.usage.prefilled - before < 10


def test_a_prompt_that_begins_alike_costs_what_differs_and_is_seen_the_same(
    engine: LlamaCppEngine,
) -> None:
    heads = [(8, 0), (14, 3)]
    beginning = FILLER * 2
    engine.attention(f"{beginning}{FILLER * 12}", QUERY, heads=heads)
    before = engine.usage.reused
    again = engine.attention(f"{beginning}{FACT} {FILLER}", QUERY, heads=heads)
    shared = engine.count(beginning) - 1
    assert engine.usage.reused - before >= shared
    engine.forget()
    alone = engine.attention(f"{beginning}{FACT} {FILLER}", QUERY, heads=heads)
    assert engine.usage.reused - before < 2 * shared
    np.testing.assert_allclose(again.weights, alone.weights, atol=0.02)


def test_prompts_and_queries_longer_than_a_batch(engine: LlamaCppEngine) -> None:
    chance = random.Random(1)
    prompt = " ".join(f"{chance.choice(FILLER.split())} {chance.randrange(99)}" for _ in range(125))
    found = engine.attention_by_head(prompt, f"\n\nRepeat: {prompt}", pooling="max")
    width = engine.count(prompt)
    assert width > 512
    assert found.weights.shape == (30, 9, width)
    # Tokens are looked at by their copies, in some head, in both batches.
    looked = found.weights.max(axis=(0, 1))
    assert np.median(looked[:200]) > 0.3
    assert np.median(looked[-200:]) > 0.3


def test_what_is_too_long_or_not_readable_is_said_in_one_line(
    engine: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match="does not fit"):
        engine.attention(FILLER * 300, QUERY)
    engine.attention(PROMPT, QUERY)
    monkeypatch.setattr(attention, "_FLOAT32", 99)
    with pytest.raises(ModelError, match="attention cannot be read: a softmax of shape") as caught:
        engine.attention(PROMPT, QUERY)
    assert "--strategy" in caught.value.hint
    monkeypatch.undo()
    monkeypatch.setattr(attention, "_TENSOR", b"another_name-")
    with pytest.raises(ModelError, match="shows no softmax"):
        engine.attention(PROMPT, QUERY)
    monkeypatch.undo()
    assert engine.attention(PROMPT, QUERY).weights.any()


def test_scores_are_untouched_by_attention(engine: LlamaCppEngine) -> None:
    before = engine.score(PROMPT, " He paid 7.40")
    engine.attention(PROMPT, QUERY)
    assert engine.score(PROMPT, " He paid 7.40") == pytest.approx(before, abs=0.3)


def test_tokens_that_the_text_does_not_show_have_empty_spans(engine: LlamaCppEngine) -> None:
    vocabulary: Vocabulary = engine.vocabulary
    tokens = [vocabulary.bos_id, *engine.tokenize(" a b")]
    assert vocabulary.spans("a b", tokens) == ((0, 0), (0, 1), (1, 3))
