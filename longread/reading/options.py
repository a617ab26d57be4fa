"""What a user can set about the reading: each field is an option, declared here alone."""

from __future__ import annotations

from dataclasses import dataclass

from longread.options import option, positive, probability
from longread.reading.names import GATES, HEADS, ORDERS, STRATEGIES, strategies

_ASK = ("ask", "batch", "mcp")
_RUNS = (*_ASK, "qa", "multihop", "needle")

# Tokens of a chunk that is gated: it is read passage by passage, so its size sets only how often
# the exit gate is asked.
GATED_CHUNK = 1024


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """Sizes in tokens, thresholds as probabilities, limits in seconds and chunks.

    None means: decided for the model and the machine. `exit` None leaves early exit on,
    except for questions that ask for all or a count of something.
    """

    strategy: str = option(
        "gated",
        f"How the document is read: gated (default), {', '.join(STRATEGIES[1:])}.",
        _ASK,
        choices=strategies,
    )
    order: str = option(
        "auto",
        "Chunks as they stand (document), documents most promising first (ranked), or chunks most "
        "promising first (relevance); for one question auto ranks several documents, and reads one "
        "by relevance.",
        _ASK,
        choices=ORDERS,
    )
    gate: str = option(
        "auto",
        f"What the update gate goes by: auto (default), {', '.join(GATES[1:])}.",
        _ASK,
        choices=GATES,
    )
    chunk_tokens: int | None = option(
        None,
        "Tokens of a chunk: what one step reads (default: the strategy's).",
        (*_RUNS, "inspect"),
    )
    passage_tokens: int = option(
        256,
        "Tokens of a passage: what is matched, gated, cached and cited (256).",
        (*_RUNS, "throughput", "inspect", "search"),
        formerly=("unit_tokens",),
    )
    memory_tokens: int = option(1024, "Tokens of memory (1024).", _RUNS)
    answer_tokens: int = option(256, "Tokens of the answer at most (256).", _ASK)
    top_k: int | None = option(
        None, "Passages that a retrieval brings back (default: the strategy's).", _ASK
    )
    exit: bool | None = option(
        None,
        "Stop as soon as enough is known (default, unless the question asks for all there is), "
        "or read to the end.",
        _ASK,
        flags="--exit/--no-exit",
    )
    patience: int | None = option(None, "Open exit gates in a row before stopping.", _ASK)
    gate_threshold: float | None = option(
        None,
        "Probability that opens the update gate (default: the model's calibration, 0.2).",
        _ASK,
        parse=probability,
    )
    exit_threshold: float = option(
        0.9, "Probability that opens the exit gate (0.9).", _ASK, parse=probability
    )
    min_confidence: float = option(
        0.0,
        "Give no answer that is less likely right than this: the document does not say (0).",
        _ASK,
        parse=probability,
    )
    max_seconds: float | None = option(
        None, "Stop reading after so many seconds, and answer.", _RUNS, parse=positive
    )
    max_chunks: int | None = option(None, "Stop reading after so many chunks, and answer.", _RUNS)
    heads: str = option(
        "auto",
        "infiniretri: the model's calibrated heads (auto, the default), those of its lowest "
        "layers (shallow: faster, less exact), or last-layer.",
        _ASK,
        choices=HEADS,
    )
    phrase_tokens: int | None = option(None, "infiniretri: tokens of the phrase window (8).", _ASK)
    kept_tokens: int | None = option(
        None, "infiniretri: tokens whose sentences are kept (100; last-layer 300).", _ASK
    )
    blocks: bool = option(
        True,
        "Keep what was read on disk for the next question (default), or not.",
        _ASK,
        flags="--blocks/--no-blocks",
    )
    compress: int = option(
        1,
        "Blocks on disk hold every token (1, the default), or every 2nd or 4th.",
        _ASK,
        choices=(1, 2, 4),
    )
