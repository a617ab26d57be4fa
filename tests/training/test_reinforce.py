"""Rewards, advantages and the clipped objective of the reader's reinforcement."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch")
sys.path.insert(0, str(Path(__file__).parents[2] / "models" / "reader"))

import objective  # noqa: E402
import tasks  # noqa: E402

PASSAGES = tuple(f"Title\nSentence {place} is here. Another one." for place in range(5))
TWO_HOPS = tasks.Task("Q?", "1910", PASSAGES, {1: "first fact", 3: "second fact"}, 2, "bridge")
REFUSED = tasks.Task("Q?", None, PASSAGES, {1: "first fact"}, 2, "bridge")


def run(gates: str, answer: str | None = None, known: frozenset[int] = frozenset()) -> tasks.Run:
    names = {"y": "yes", "p": "part", "n": "no"}
    turns = [tasks.Turn(place, names[gate], known) for place, gate in enumerate(gates)]
    return tasks.Run(turns, answer=answer, exit_place=len(gates) - 1 if answer else None)


def test_wanted_gate_depends_on_the_notes() -> None:
    assert tasks.wanted_gate(TWO_HOPS, 0, frozenset()) == "no"
    assert tasks.wanted_gate(TWO_HOPS, 1, frozenset()) == "part"
    assert tasks.wanted_gate(TWO_HOPS, 3, frozenset()) == "part"
    assert tasks.wanted_gate(TWO_HOPS, 3, frozenset({1})) == "yes"
    # The passage with the answer is not there: nothing completes it.
    assert tasks.wanted_gate(REFUSED, 1, frozenset()) == "part"


@pytest.mark.parametrize(
    ("place", "reward"), [(None, 0.0), (1, 0.0), (3, 1.0), (4, 0.6), (5, 0.36)]
)
def test_exit_reward_decays_after_the_last_evidence(place: int | None, reward: float) -> None:
    assert tasks.exit_reward(TWO_HOPS, place) == pytest.approx(reward)


def test_without_an_answer_reading_to_the_end_is_right() -> None:
    assert tasks.exit_reward(REFUSED, None) == 1.0
    assert tasks.exit_reward(REFUSED, 2) == 0.0
    assert tasks.rewards(REFUSED, run("nnnnn")).outcome == 1.0
    assert tasks.rewards(REFUSED, run("nny", "1910")).outcome == 0.0


def test_outcome_is_the_f1_of_the_answer() -> None:
    assert tasks.rewards(TWO_HOPS, run("npny", "1910")).outcome == 1.0
    assert tasks.rewards(TWO_HOPS, run("npny", "in 1910")).outcome == pytest.approx(2 / 3)
    assert tasks.rewards(TWO_HOPS, run("nnnnn")).outcome == 0.0


def test_format_counts_what_was_said() -> None:
    spoiled = run("npny", "1910")
    spoiled.turns[1].verbatim = False
    assert tasks.rewards(TWO_HOPS, spoiled).format == 0.5
    assert tasks.rewards(TWO_HOPS, run("nnnnn")).format == 1.0


def test_normalised_has_mean_zero_and_a_floor_for_the_spread() -> None:
    assert tasks.normalised([1.0, 1.0]) == [0.0, 0.0]
    assert tasks.normalised([0.0, 1.0]) == [-1.0, 1.0]
    assert tasks.normalised([0.99, 1.01]) == pytest.approx([-0.1, 0.1])


def test_advantages_split_run_and_turn() -> None:
    good = tasks.Rewards(1.0, 1.0, 1.0, (1.0, 1.0))
    bad = tasks.Rewards(0.0, 0.0, 1.0, (1.0, 0.0, 1.0))
    first, second = tasks.advantages([good, bad], [[0, 1], [0, 1, 2]])
    assert first == pytest.approx([0.9, 1.0])
    # The turn that nobody else took has no part of its own.
    assert second == pytest.approx([-0.9, -1.0, -0.9])


def test_notes_keep_the_passages_own_sentence() -> None:
    passage = "Head | page 3\nThe mill was built in 1850. It burnt down later."
    assert tasks.sentence_of(passage, "mill built in 1850") == "The mill was built in 1850."
    assert tasks.is_verbatim("burnt  down", passage)
    assert not tasks.is_verbatim("burned down", passage)
    assert not tasks.is_verbatim(" ", passage)
    assert tasks.holds("The mill was built in 1850.", "The mill was built in 1850. More words.")
    assert not tasks.holds("The mill was built in 1850.", "It burnt down later.")


def turn(reply: list[int], old: list[float | None], prompt: list[int]) -> tasks.Turn:
    return tasks.Turn(0, "yes", prompt=prompt, reply=reply, chosen=old)


def test_like_branches_become_one_with_gains_and_losses_apart() -> None:
    prompt = [5, 6, 7]
    runs = [
        tasks.Run([turn([1], [-0.1], prompt)]),
        tasks.Run([turn([1], [-0.1], prompt)]),
        tasks.Run([turn([2, 3, 4], [-2.0, None, -0.5], prompt)]),
    ]
    (tree,) = objective.judged(runs, [[0.5], [-0.2], [1.0]])
    # The prompt's last token stays with the branches: it predicts the gate word.
    assert tree.passage == [5, 6]
    assert tree.branches == [[7, 1], [7, 2, 3, 4]]
    assert tree.gain == [[0.0, 0.5], [0.0, 1.0, 0.0, 1.0]]
    assert tree.loss == [[0.0, -0.2], [0.0, 0.0, 0.0, 0.0]]
    assert objective.flat([tree], "old").tolist() == pytest.approx([-0.1, -2.0, -0.5])
    assert objective.flat([tree], "gate").tolist() == [True, True, False]


def test_branches_without_an_advantage_are_left_out() -> None:
    runs = [tasks.Run([turn([1], [-0.1], [5, 6])]) for _ in range(2)]
    assert objective.judged(runs, [[0.0], [0.0]]) == []


def test_different_notes_share_what_stands_before_them() -> None:
    runs = [
        tasks.Run([turn([1], [-0.1], [5, 6, 8])]),
        tasks.Run([turn([1], [-0.1], [5, 6, 9, 8])]),
    ]
    (tree,) = objective.judged(runs, [[1.0], [-1.0]])
    assert (tree.passage, tree.branches) == ([5, 6], [[8, 1], [9, 8, 1]])


def test_clipping_stops_what_has_moved_far_enough() -> None:
    ratio = torch.tensor([1.0, 2.0, 0.5, 9.0], requires_grad=True)
    gain, loss = torch.tensor([1.0, 1.0, 0.0, 0.0]), torch.tensor([0.0, 0.0, -1.0, -1.0])
    value = objective.clipped(ratio, gain, loss)
    assert value.tolist() == pytest.approx([1.0, 1.28, -0.8, -3.0])
    value.sum().backward()
    assert ratio.grad is not None
    assert ratio.grad.tolist() == [1.0, 0.0, 0.0, 0.0]
