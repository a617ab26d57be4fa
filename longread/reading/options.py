"""What a user can set about the reading; every field is an option of `longread ask`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """Sizes in tokens, thresholds as probabilities, limits in seconds and chunks.

    None means: decided for the model and the machine. `exit` None leaves early exit on,
    except for questions that ask for all or a count of something. `heads`, `phrase_tokens`
    and `kept_tokens` are `infiniretri`'s: heads "auto", "shallow" or "last-layer". `blocks`
    keeps what was read on disk, every `compress`-th token of it.
    """

    strategy: str = "gated"
    order: str = "document"
    gate: str = "auto"
    chunk_tokens: int | None = None
    unit_tokens: int = 256
    memory_tokens: int = 1024
    answer_tokens: int = 256
    top_k: int | None = None
    exit: bool | None = None
    patience: int | None = None
    gate_threshold: float | None = None
    exit_threshold: float = 0.9
    max_seconds: float | None = None
    max_chunks: int | None = None
    heads: str = "auto"
    phrase_tokens: int | None = None
    kept_tokens: int | None = None
    blocks: bool = True
    compress: int = 1
