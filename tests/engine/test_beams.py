"""Beam search: over a small table of probabilities, and with the bundled model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from longread.engine.llamacpp import LlamaCppEngine, beams

END = 0
Table = Mapping[tuple[int, ...], Mapping[int, float]]
# "1" is the likelier beginning, "2 3" the likeliest whole: what greedy decoding misses.
GARDEN: Table = {
    (): {1: 0.6, 2: 0.4},
    (1,): {3: 0.55, 4: 0.45},
    (1, 3): {END: 1.0},
    (1, 4): {END: 1.0},
    (2,): {3: 1.0},
    (2, 3): {END: 1.0},
}


def search(
    table: Table, width: int, longest: int = 8, seen: list[tuple[int, ...]] | None = None
) -> list[beams.Beam]:
    def decode(tails: Sequence[tuple[int, ...]]) -> NDArray[np.float32]:
        rows = []
        for tail in tails:
            if seen is not None:
                seen.append(tail)
            row = np.full(6, -50.0, dtype=np.float32)
            for token, share in table.get(tail, {END: 1.0}).items():
                row[token] = math.log(share)
            rows.append(row)
        return np.stack(rows)

    return beams.search(decode, lambda token: token == END, width=width, longest=longest)


def test_the_likeliest_whole_comes_first() -> None:
    found = search(GARDEN, 3)
    assert [beam.tokens for beam in found] == [(2, 3), (1, 3), (1, 4)]
    assert [round(math.exp(beam.log_probability), 3) for beam in found] == [0.4, 0.33, 0.27]
    assert all(beam.ended for beam in found)


def test_one_beam_is_greedy() -> None:
    (found,) = search(GARDEN, 1)
    assert found.tokens == (1, 3)


def test_the_best_open_beam_where_none_ends_in_time() -> None:
    endless = {(1,) * length: {1: 0.9, 2: 0.1} for length in range(9)}
    endless |= {(*beam, 2): {1: 1.0} for beam in [(1,) * length for length in range(9)]}
    (found,) = search(endless, 1, longest=4)
    assert found.tokens == (1, 1, 1, 1, 1)
    assert not found.ended


def test_a_hopeless_beam_is_not_followed() -> None:
    seen: list[tuple[int, ...]] = []
    table = {(): {1: 0.999, 2: 0.001}, (1,): {END: 1.0}, (2,): {3: 1.0}}
    found = search(table, 2, seen=seen)
    assert found[0].tokens == (1,)
    assert (2, 3) not in seen


def test_two_ways_to_end_a_turn_count_together() -> None:
    rows = {(): [0.0, 0.9, 0.1], (1,): [0.5, 0.1, 0.4]}

    def decode(tails: Sequence[tuple[int, ...]]) -> NDArray[np.float32]:
        table = [rows.get(tail, [1, 0, 0]) for tail in tails]
        shares: NDArray[np.float32] = np.array(table, dtype=np.float32) + 1e-9
        return np.log(shares)

    found = beams.search(decode, lambda token: token in (0, 2), width=3, longest=2)
    assert [beam.tokens for beam in found[:2]] == [(1,), ()]
    assert math.exp(found[0].log_probability) == pytest.approx(0.9 * 0.9)


PROMPT = (
    "The harbour board met on Monday. Its chair was Ada Quill, a shipwright.\n\n"
    "Question: Who chaired the board?\nHelps: yes\nAnswer:"
)


@pytest.mark.model
def test_of_the_model_the_likeliest_first_and_not_worse_than_greedy(engine: LlamaCppEngine) -> None:
    found = engine.continuations(PROMPT, count=4, max_tokens=24)
    greedy = engine.generate(PROMPT, max_tokens=24)
    likelihoods = [each.log_probability for each in found]
    assert 1 <= len(found) <= 4
    assert likelihoods == sorted(likelihoods, reverse=True)
    assert found[0].log_probability >= greedy.log_probability - 0.2
    assert all(each.finished for each in found)


@pytest.mark.model
def test_continuations_are_scored_as_score_does(engine: LlamaCppEngine) -> None:
    for each in engine.continuations(PROMPT, count=3, max_tokens=24):
        # Without the end of the turn, whose probability is below 1.
        assert sum(engine.score(PROMPT, each.text)) >= each.log_probability - 0.3


@pytest.mark.model
def test_behind_a_held_passage_they_are_the_same(engine: LlamaCppEngine) -> None:
    plain = engine.continuations(PROMPT, count=3, max_tokens=24)
    passage, _, _question = PROMPT.partition("\n\n")
    engine.pin_prefix(passage)
    held = engine.continuations(PROMPT, count=3, max_tokens=24)
    assert held[0].text == plain[0].text
    again = engine.continuations(PROMPT, count=3, max_tokens=24)
    assert [each.text for each in again] == [each.text for each in held]
