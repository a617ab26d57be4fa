"""The likeliest ways to go on from a prompt, by beam search.

Every step decodes the open beams as branches of one prompt (branches.py), so what they share
is decoded once. A beam that ends its turn leaves; the search stops when no open beam can still
be among the best.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# An open beam this many nats (a factor of 400) below the best ended one is given up.
_HOPELESS = 6.0


@dataclass(frozen=True, slots=True)
class Beam:
    """Tokens and the natural log of their probability, the turn's end included if `ended`."""

    log_probability: float
    tokens: tuple[int, ...]
    ended: bool = False


# Tails of the prompt to the log-probabilities of what follows each, (vocabulary,).
Decode = Callable[[Sequence[tuple[int, ...]]], Sequence[NDArray[np.float32]]]


def search(
    decode: Decode, ends_turn: Callable[[int], bool], *, width: int, longest: int
) -> list[Beam]:
    """At most `width` ended beams, likeliest first; the best open one where none ends in time.

    `longest` is in tokens. The same prompt gives the same beams.
    """
    open_beams = [Beam(0.0, ())]
    ended: dict[tuple[int, ...], Beam] = {}
    for _ in range(longest + 1):
        grown = _grown(open_beams, decode([beam.tokens for beam in open_beams]), width)
        open_beams = [beam for beam in grown if not ends_turn(beam.tokens[-1])][:width]
        for beam in grown:
            if ends_turn(beam.tokens[-1]):
                _enter(ended, beam)
        best = sorted(ended.values(), key=lambda beam: -beam.log_probability)[:width]
        if best and not _worth_going_on(open_beams, best, width):
            return best
    return sorted(ended.values(), key=lambda beam: -beam.log_probability)[:width] or open_beams[:1]


def _enter(ended: dict[tuple[int, ...], Beam], beam: Beam) -> None:
    """Put a beam among the ended. Where a turn can end in several ways they count together."""
    tokens, reached = beam.tokens[:-1], beam.log_probability
    if tokens in ended:
        reached = float(np.logaddexp(reached, ended[tokens].log_probability))
    ended[tokens] = Beam(reached, tokens, ended=True)


def _grown(beams: Sequence[Beam], scores: Sequence[NDArray[np.float32]], width: int) -> list[Beam]:
    """Each beam with its `width` likeliest next tokens, all together likeliest first."""
    grown = [
        Beam(beam.log_probability + float(row[token]), (*beam.tokens, int(token)))
        for beam, row in zip(beams, scores, strict=True)
        for token in np.argpartition(row, -width)[-width:]
    ]
    return sorted(grown, key=lambda beam: -beam.log_probability)[: 2 * width]


def _worth_going_on(open_beams: Sequence[Beam], best: Sequence[Beam], width: int) -> bool:
    reached = open_beams[0].log_probability if open_beams else -np.inf
    if len(best) == width and reached <= best[-1].log_probability:
        return False
    return reached >= best[0].log_probability - _HOPELESS
