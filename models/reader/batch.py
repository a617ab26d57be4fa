"""Batches of trees: tokens without padding, and where attention finds them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import torch
from model import Layout
from protocol import Tree

# Tokens of a batch: large enough for the matrix kernels, small enough for many steps.
BATCH_TOKENS = 1900
_POOL = 48


def batches(trees: Sequence[Tree], rng: random.Random) -> Iterator[list[Tree]]:
    """Trees in batches of like lengths: pools of some 50 in the given order, sorted inside."""
    for start in range(0, len(trees), _POOL):
        pool = sorted(trees[start : start + _POOL], key=lambda tree: len(tree.passage))
        made: list[list[Tree]] = [[]]
        for tree in pool:
            if made[-1] and sum(each.size for each in made[-1]) + tree.size > BATCH_TOKENS:
                made.append([])
            made[-1].append(tree)
        rng.shuffle(made)
        yield from made


def layout(trees: Sequence[Tree], group: int, compute: torch.dtype) -> Layout:
    """The layout of a batch (see `Layout`); `group` is query heads a key-value head."""
    p = max(len(tree.passage) for tree in trees)
    n = max(len(tree.branches) for tree in trees)
    length = max((len(branch) for tree in trees for branch in tree.branches), default=1)
    count = sum(tree.size for tree in trees)
    tokens: list[int] = []
    positions: list[int] = []
    passage_there = torch.full((len(trees), p), count)
    branch_there = torch.full((len(trees), n, length), count)
    passage_back = torch.full((count,), len(trees) * p)
    branch_back = torch.full((count,), len(trees) * n * length)
    mask = torch.zeros(len(trees), n, 1, length, p + length)
    mask[..., p:] = torch.full((length, length), float("-inf")).triu(1)
    for row, tree in enumerate(trees):
        size = len(tree.passage)
        here = torch.arange(len(tokens), len(tokens) + size)
        passage_there[row, :size] = here
        passage_back[here] = row * p + torch.arange(size)
        tokens += tree.passage
        positions += range(size)
        mask[row, :, :, :, size:p] = float("-inf")
        for column, branch in enumerate(tree.branches):
            here = torch.arange(len(tokens), len(tokens) + len(branch))
            branch_there[row, column, : len(branch)] = here
            branch_back[here] = (row * n + column) * length + torch.arange(len(branch))
            tokens += branch
            positions += range(size, size + len(branch))
    passages = len(trees) * p
    together = torch.where(passage_back < passages, passage_back, passages + branch_back)
    mask = mask.repeat(1, 1, 1, group, 1).view(-1, 1, group * length, p + length)
    return Layout(
        tokens=torch.tensor(tokens),
        positions=torch.tensor(positions),
        passages=(len(trees), p),
        branches=(len(trees), n, length),
        passage_there=passage_there.flatten(),
        passage_back=passage_back,
        branch_there=branch_there.flatten(),
        branch_back=branch_back,
        together_there=together,
        together_back=torch.cat([passage_there.flatten(), branch_there.flatten()]),
        mask=mask.to(compute),
    )


def targets(trees: Sequence[Tree]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Which tokens predict, what they should predict, and how much each weighs."""
    sources: list[int] = []
    wanted: list[int] = []
    weights: list[float] = []
    begin = 0
    for tree in trees:
        begin += len(tree.passage)
        for branch, weight in zip(tree.branches, tree.weights, strict=True):
            for place in range(1, len(branch)):
                if weight[place]:
                    sources.append(begin + place - 1)
                    wanted.append(branch[place])
                    weights.append(weight[place])
            begin += len(branch)
    return torch.tensor(sources), torch.tensor(wanted), torch.tensor(weights)
