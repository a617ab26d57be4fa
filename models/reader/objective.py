"""What reinforcement maximises: rollouts as trees of advantages, and PPO's clipped objective."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from batch import layout, targets
from model import Reader
from protocol import Tree
from tasks import Run

CLIP_LOW, CLIP_HIGH = 0.2, 0.28
# A token that the sampler thought far less likely than the trainer does: no gradient.
RATIO_AT_MOST = 3.0


@dataclass
class Judged(Tree):
    """A passage with what rollouts chose after it; a list a branch in each field.

    `gain` and `loss` are the sums of positive and of negative advantages of a token over
    the rollouts that chose it, `old` the sampler's log-probability, `gate` whether it was
    chosen among the three gate words only.
    """

    gain: list[list[float]] = field(default_factory=list)
    loss: list[list[float]] = field(default_factory=list)
    old: list[list[float]] = field(default_factory=list)
    gate: list[list[bool]] = field(default_factory=list)


def judged(runs: Sequence[Run], merits: Sequence[Sequence[float]]) -> list[Judged]:
    """Trees for the update: one a passage, like branches of several rollouts as one."""
    at: dict[int, list[tuple[Any, float]]] = {}
    for run, own in zip(runs, merits, strict=True):
        for turn, merit in zip(run.turns, own, strict=True):
            at.setdefault(turn.place, []).append((turn, merit))
    trees = []
    for members in at.values():
        prompts = [turn.prompt for turn, _merit in members]
        # The last token before the gate word stays in the branch: it predicts the word.
        cut = min(shared_length(prompts), min(map(len, prompts)) - 1)
        tree = Judged(prompts[0][:cut], source="run")
        places: dict[tuple[int, ...], int] = {}
        for turn, merit in members:
            before = turn.prompt[cut:]
            key = (*before, *turn.reply)
            if key not in places:
                places[key] = len(tree.branches)
                _grow(tree, len(before), turn)
            row = places[key]
            for place, old in enumerate(turn.chosen, start=len(before)):
                if old is not None:
                    (tree.gain if merit > 0 else tree.loss)[row][place] += merit
        _prune(tree)
        if tree.branches:
            trees.append(tree)
    return trees


def shared_length(prompts: Sequence[Sequence[int]]) -> int:
    """Number of leading tokens that all prompts share."""
    lowest, highest = min(prompts), max(prompts)
    pairs = zip(lowest, highest, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), len(lowest))


def _grow(tree: Judged, before: int, turn: Any) -> None:
    """Add the branch of a turn, with no advantage yet."""
    length = before + len(turn.reply)
    tree.branches.append([*turn.prompt[-before:], *turn.reply])
    tree.gain.append([0.0] * length)
    tree.loss.append([0.0] * length)
    tree.old.append([0.0] * before + [old or 0.0 for old in turn.chosen])
    tree.gate.append([place == before for place in range(length)])
    tree.weights.append([0.0] * before + [float(old is not None) for old in turn.chosen])


def _prune(tree: Judged) -> None:
    """Leave out branches that no advantage stands on."""
    kept = [
        row
        for row in range(len(tree.branches))
        if max(map(abs, [*tree.gain[row], *tree.loss[row]])) > 1e-6
    ]
    for name in ("branches", "weights", "gain", "loss", "old", "gate"):
        setattr(tree, name, [getattr(tree, name)[row] for row in kept])


def flat(trees: Sequence[Judged], name: str) -> torch.Tensor:
    """A field of the trees, in the order of batch.targets."""
    return torch.tensor(
        [
            value
            for tree in trees
            for values, weights in zip(getattr(tree, name), tree.weights, strict=True)
            for value, weight in list(zip(values, weights, strict=True))[1:]
            if weight
        ]
    )


def clipped(ratio: torch.Tensor, gain: torch.Tensor, loss: torch.Tensor) -> torch.Tensor:
    """PPO's objective a token (arXiv 1707.06347), for summed advantages of either sign."""
    low = ratio.clamp(max=1 + CLIP_HIGH)
    high = ratio.clamp(min=1 - CLIP_LOW).clamp(max=RATIO_AT_MOST)
    return gain * low + loss * high


def objective(
    reader: Reader, trees: Sequence[Judged], words: Sequence[int]
) -> tuple[torch.Tensor, dict[str, float]]:
    """Sum of the clipped objective over a batch, and what can be seen of the ratios."""
    group = reader.shape.heads // reader.shape.kv_heads
    sources, wanted, _weights = targets(trees)
    hidden = reader.hidden(layout(trees, group, reader.compute))
    logits = reader.logits(hidden[sources])
    gate = flat(trees, "gate").bool()
    total = torch.where(gate, logits[:, list(words)].logsumexp(-1), logits.logsumexp(-1))
    own = logits.gather(1, wanted[:, None])[:, 0] - total
    difference = own - flat(trees, "old")
    ratio = difference.exp()
    gain, loss = flat(trees, "gain"), flat(trees, "loss")
    value = clipped(ratio, gain, loss).sum()
    with torch.no_grad():
        stopped = ((gain > 0) & (ratio > 1 + CLIP_HIGH)) | ((loss < 0) & (ratio < 1 - CLIP_LOW))
        seen = {
            "tokens": float(len(ratio)),
            "clipped": float(stopped.sum()),
            "drift": float(difference.abs().sum()),
            "kl": float((ratio - 1 - difference).clamp(max=10).sum()),
        }
    return value, seen
