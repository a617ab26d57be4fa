"""What a user can set about the reading: each field is an option, declared here alone."""

from __future__ import annotations

from dataclasses import dataclass

from longread.options import option, positive, probability
from longread.reading.names import GATES, HEADS, ORDERS, STRATEGIES, strategies

_ASK = ("ask", "batch", "mcp")
_RUNS = (*_ASK, "qa", "multihop", "needle")


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """Sizes in tokens, thresholds as probabilities, limits in seconds and chunks.

    None means: decided for the model and the machine. `exit` None leaves early exit on,
    except for questions that ask for all or a count of something.
    """

    strategy: str = option(
        "gated",
        f"How the document is read: gated (default), {', '.join(STRATEGIES[1:])}.",
        choices=strategies,
        commands=_ASK,
    )
    order: str = option(
        "auto",
        "Chunks as they stand (document), documents most promising first (ranked), or chunks most "
        "promising first (relevance); auto ranks several documents for one question.",
        choices=ORDERS,
        commands=_ASK,
    )
    gate: str = option(
        "auto",
        f"What the update gate goes by: auto (default), {', '.join(GATES[1:])}.",
        choices=GATES,
        commands=_ASK,
    )
    chunk_tokens: int | None = option(
        None,
        "Tokens of a chunk: what one step reads (default: the strategy's).",
        commands=(*_RUNS, "inspect"),
    )
    passage_tokens: int = option(
        256,
        "Tokens of a passage: what is matched, gated, cached and cited (256).",
        formerly=("unit_tokens",),
        commands=(*_RUNS, "throughput", "inspect", "search"),
    )
    memory_tokens: int = option(1024, "Tokens of memory (1024).", commands=_RUNS)
    answer_tokens: int = option(256, "Tokens of the answer at most (256).", commands=_ASK)
    top_k: int | None = option(
        None, "Passages that a retrieval brings back (default: the strategy's).", commands=_ASK
    )
    exit: bool | None = option(
        None,
        "Stop as soon as enough is known (default, unless the question asks for all there is), "
        "or read to the end.",
        flags="--exit/--no-exit",
        commands=_ASK,
    )
    patience: int | None = option(None, "Open exit gates in a row before stopping.", commands=_ASK)
    gate_threshold: float | None = option(
        None,
        "Probability that opens the update gate (default: the model's calibration, 0.2).",
        parse=probability,
        commands=_ASK,
    )
    exit_threshold: float = option(
        0.9, "Probability that opens the exit gate (0.9).", parse=probability, commands=_ASK
    )
    max_seconds: float | None = option(
        None, "Stop reading after so many seconds, and answer.", parse=positive, commands=_RUNS
    )
    max_chunks: int | None = option(
        None, "Stop reading after so many chunks, and answer.", commands=_RUNS
    )
    heads: str = option(
        "auto",
        "infiniretri: the model's calibrated heads (auto, the default), those of its lowest "
        "layers (shallow: faster, less exact), or last-layer.",
        choices=HEADS,
        commands=_ASK,
    )
    phrase_tokens: int | None = option(
        None, "infiniretri: tokens of the phrase window (8).", commands=_ASK
    )
    kept_tokens: int | None = option(
        None,
        "infiniretri: tokens whose sentences are kept (100; last-layer 300).",
        commands=_ASK,
    )
    blocks: bool = option(
        True,
        "Keep what was read on disk for the next question (default), or not.",
        flags="--blocks/--no-blocks",
        commands=_ASK,
    )
    compress: int = option(
        1,
        "Blocks on disk hold every token (1, the default), or every 2nd or 4th.",
        choices=(1, 2, 4),
        commands=_ASK,
    )
