"""Beam search: the likeliest continuations of a prompt.

Every step decodes a token more of each open beam (beam_sequences.py). A beam that ends its
turn leaves; one that can no longer be among the best is given up; the search stops when none
is left.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Pruned: an open beam this many nats (a factor of 400) below the best ended one.
_HOPELESS = 6.0


@dataclass(frozen=True, slots=True)
class Beam:
    """Tokens and the natural log of their probability, the turn's end included if `ended`."""

    log_probability: float
    tokens: tuple[int, ...]
    ended: bool = False


# Tails of the prompt to the log-probabilities of what follows each, (tails, vocabulary). Asked
# first for the empty tail, then for tails of the last call with a token more.
Decode = Callable[[Sequence[tuple[int, ...]]], NDArray[np.float32]]


def search(
    decode: Decode, ends_turn: Callable[[int], bool], *, width: int, longest: int
) -> list[Beam]:
    """At most `width` ended beams, likeliest first; the best open one where none ends in time.

    `longest` is in tokens. The same prompt gives the same beams.
    """
    open_beams = [Beam(0.0, ())]
    ended: dict[tuple[int, ...], Beam] = {}
    best: list[Beam] = []
    for _ in range(longest + 1):
        grown = _grown(open_beams, decode([beam.tokens for beam in open_beams]), width)
        for beam in grown:
            if ends_turn(beam.tokens[-1]):
                _enter(ended, beam)
        best = sorted(ended.values(), key=lambda beam: -beam.log_probability)[:width]
        least = _least(best, width)
        going_on = [beam for beam in grown if not ends_turn(beam.tokens[-1])][:width]
        open_beams = [beam for beam in going_on if beam.log_probability > least]
        if not open_beams:
            return best
    return best or open_beams[:1]


def _least(best: Sequence[Beam], width: int) -> float:
    """What an open beam must exceed to be worth going on with: it only ever gets less likely."""
    if not best:
        return -math.inf
    last = best[-1].log_probability if len(best) == width else -math.inf
    return max(last, best[0].log_probability - _HOPELESS)


def _enter(ended: dict[tuple[int, ...], Beam], beam: Beam) -> None:
    """Put a beam among the ended. Where a turn can end in several ways they count together."""
    tokens, reached = beam.tokens[:-1], beam.log_probability
    if tokens in ended:
        reached = float(np.logaddexp(reached, ended[tokens].log_probability))
    ended[tokens] = Beam(reached, tokens, ended=True)


def _grown(beams: Sequence[Beam], scores: NDArray[np.float32], width: int) -> list[Beam]:
    """Each beam with its `width` likeliest next tokens, all together likeliest first."""
    grown = [
        Beam(beam.log_probability + float(row[token]), (*beam.tokens, int(token)))
        for beam, row in zip(beams, scores, strict=True)
        for token in np.argpartition(row, -width)[-width:]
    ]
    return sorted(grown, key=lambda beam: -beam.log_probability)[: 2 * width]
