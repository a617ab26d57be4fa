"""Attention as a signal of relevance: which words of a passage a question's tokens attend to.

InfiniRetri (arXiv 2502.12962) sums all heads of the last layer. A few retrieval heads carry the
signal, most of them in the upper half of the model (QRHead, arXiv 2506.09944). Attention that any
query gives (to the first token above all) is found with a null query ("N/A") and taken off.
Figures: benchmarks/LOG.md#2026-11-21-attention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longread.engine import Engine
from longread.engine.optional import AttentionProbe
from longread.models import calibration
from longread.reading.options import ReadingOptions
from longread.reading.prompts import prompt

NULL_QUERY = "N/A"
# Widths of the phrase window, and tokens kept: the package's and the paper's for its own
# setting. Calibrated heads point at a phrase, so that a third of the tokens is enough.
PHRASE = 8
KEPT_TOKENS = 100
PAPER_KEPT_TOKENS = 300

Heads = tuple[tuple[int, int | None], ...]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AttentionSettings:
    """How attention is read: which heads, and how many of the best tokens count.

    `heads` None is the paper's setting: all of the last layer, rows weighed by how much
    they look at the question itself. Otherwise rows count alike and the null query's
    attention is taken off.
    """

    heads: Heads | None
    phrase: int = PHRASE
    kept_tokens: int = KEPT_TOKENS


@dataclass(frozen=True, slots=True)
class Attended:
    """For each token of a passage the share of the heads' attention (0 to 1) that goes to
    the phrase around it, and the characters of the passage it stands for."""

    scores: Floats
    spans: tuple[tuple[int, int], ...]


def attention_settings(engine: Engine, options: ReadingOptions) -> AttentionSettings:
    """As the options say: the model's calibrated heads, or without a calibration all heads
    of the middle layers; with `heads` "last-layer" the paper's.

    "shallow" are the calibrated heads of the lowest third of the layers: the others are not
    computed, so reading is about twice as fast, and less exact
    (benchmarks/LOG.md#2026-11-21-fewer-layers-for-attention-even-passages).
    """
    if options.heads == "last-layer":
        kept = options.kept_tokens or PAPER_KEPT_TOKENS
        return AttentionSettings(None, options.phrase_tokens or PHRASE, kept)
    known = calibration.of(engine.info.file)
    heads: Heads = known.heads if known else middle_layers(engine.info.layers)
    if known and known.shallow and options.heads == "shallow":
        heads = known.shallow
    kept = options.kept_tokens or KEPT_TOKENS
    return AttentionSettings(heads, options.phrase_tokens or PHRASE, kept)


def middle_layers(layers: int) -> Heads:
    """All heads of the layers from a third to four fifths of the way up."""
    return tuple((layer, None) for layer in range(layers // 3, max(1, 4 * layers // 5)))


class AttentionReader:
    """Reads what a question looks at, one passage after another.

    In the paper's setting the rows' weights are those of the first passage that is read.
    """

    def __init__(self, engine: AttentionProbe, settings: AttentionSettings) -> None:
        self.settings = settings
        self._engine = engine
        self._rows: Floats | None = None

    def relevance(self, passage: str, question: str) -> Attended:
        """`passage` goes to the model as it is; the question stands after it."""
        settings, asked = self.settings, self._query(question)
        found = self._engine.attention(passage, asked, heads=settings.heads)
        width = found.prompt_tokens
        weights, spans = found.weights[:, :width], found.spans[:width]
        # Every row sums to the number of heads.
        heads = max(1.0, float(found.weights[0].sum()))
        if settings.heads is None:
            if self._rows is None:
                self._rows = found.weights[:, width:].sum(axis=1) ** 2
            rows = self._rows / self._rows.sum()
            return Attended(phrases(rows @ weights / heads, settings.phrase), spans)
        nothing = self._engine.attention(passage, self._query(NULL_QUERY), heads=settings.heads)
        extra = weights.mean(axis=0) - nothing.weights[:, :width].mean(axis=0)
        return Attended(phrases(extra / heads, settings.phrase), spans)

    def prepared(self) -> bool:
        """Whether the rows' weights are known, where they are needed."""
        return self.settings.heads is not None or self._rows is not None

    def _query(self, question: str) -> str:
        return prompt(self._engine, "attention", question=question)


def token_places(
    spans: Sequence[tuple[int, int]], places: Sequence[tuple[int, int]]
) -> NDArray[np.int64]:
    """For each token the number of the place that holds its middle, or -1."""
    if not places:
        return np.full(len(spans), -1, dtype=np.int64)
    # A token often begins with the blank before its word, so its end decides.
    last = np.array([max(start, end - 1) for start, end in spans], dtype=np.int64)
    starts = np.array([start for start, _end in places], dtype=np.int64)
    ends = np.array([end for _start, end in places], dtype=np.int64)
    found = np.searchsorted(starts, last, side="right") - 1
    inside = (found >= 0) & (last < ends[found]) & np.array([s < e for s, e in spans], dtype=bool)
    return np.where(inside, found, -1)


def phrases(scores: Floats, width: int) -> Floats:
    """Each token with its neighbours: a window of ones, `width` tokens wide.

    Token 0 is left out: every model leaves there what it looks at for want of anything
    better (the attention sink), and a window would spread it over the first words.
    """
    scores = scores.astype(np.float64)
    scores[0] = 0.0
    window = np.ones(min(width, len(scores)))
    return np.convolve(scores, window, mode="same").astype(np.float32)
