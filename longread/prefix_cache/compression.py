"""KV cache compression: which tokens of a passage stay, by attention when it is repeated.

After KVzip (arXiv 2505.23416): the model is asked to repeat the passage, and a token is
worth the attention it receives while the words are fed to it; no question is needed. KVzip
evicts for each head by itself; llama.cpp drops a position from all layers and heads, so a
token's worth is its largest weight over the repeated words, averaged over all heads. The
largest over all heads, as in the paper, or rarity in the document finds fewer passages
(benchmarks/LOG.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from longread.engine.optional import AttentionProbe

_REPEAT = " Repeat the passage.\n\n"
# Tokens at the very beginning, which attention rests on where it looks for nothing, and at the
# end, where the question begins: without either the model is lost.
_FIRST, _LAST = 4, 4


def least_looked_at(
    engine: AttentionProbe, prefix: str, tokens: Sequence[int], compression: int
) -> list[int]:
    """Positions of `tokens`, those of `prefix`, that are dropped so that one in `compression`
    stays. Costs about two more prefills of the passage.

    Raises ModelError where the model's backend does not show its attention.
    """
    received = engine.attention_by_head(prefix, f"{_REPEAT}{prefix}", pooling="max").weights
    worth = received.mean(axis=(0, 1)).astype(np.float64)
    worth[:_FIRST] = np.inf
    worth[-_LAST:] = np.inf
    kept = max(-(-len(tokens) // compression), _FIRST + _LAST)
    return sorted(np.argsort(-worth, kind="stable")[kept:].tolist())
