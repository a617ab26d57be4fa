"""Repetition detection: generated text that goes round in a circle, seen early.

A small model that repeats itself for long repeats itself until its budget ends, and what it
wrote is thrown away. The bundled model, told to rewrite its notes, says "no, no, no, …" to
some chunks (benchmarks/LOG.md#2026-11-28-the-third-training-run-circles-filled-chunks).
"""

from __future__ import annotations

from collections.abc import Hashable

# The longest round in tokens: a long sentence.
_LONGEST = 64
# Rounds after the first that must be the same to the token, and tokens that these must have
# together: a row of dots or dashes, or a table's empty cells, may go on for some while.
_ROUNDS, _TOKENS = 3, 96


class RepetitionDetector:
    """Watches a text grow, a token at a time."""

    def __init__(self) -> None:
        self._tokens: list[Hashable] = []
        # For each length of a round, how many of the last tokens are those one round before.
        self._same = [0] * (_LONGEST + 1)

    def closed(self, token: Hashable) -> bool:
        """Take the next token; whether the text goes round in a circle by now."""
        found = False
        for length in range(1, min(_LONGEST, len(self._tokens)) + 1):
            same = self._same[length] + 1 if self._tokens[-length] == token else 0
            self._same[length] = same
            found = found or same >= max(_ROUNDS * length, _TOKENS)
        self._tokens.append(token)
        return found


def without_circle(text: str) -> str:
    """A text that goes round in a circle, up to the end of its first round."""
    for length in range(1, len(text) // (_ROUNDS + 1) + 1):
        circle, rounds = text[-length:], 1
        while text.endswith(circle * (rounds + 1)):
            rounds += 1
        if rounds > _ROUNDS and rounds * length >= _TOKENS:
            return text[: len(text) - (rounds - 1) * length]
    return text
