"""`infiniretri` (arXiv 2502.12962): attention picks sentences, chunk after chunk; no gate, no exit.

The paper's own setting is `--heads last-layer` (with `--phrase-tokens 15` or 8).
"""

from __future__ import annotations

from longread.engine import Engine, attention_probe
from longread.errors import ModelError
from longread.reading.answers import Answerer
from longread.reading.attention import Looker, looking
from longread.reading.gates import NeverExit
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.orders import ChunksInOrder
from longread.reading.retained import (
    AttentionGate,
    KeepAttended,
    ReadRetained,
    WeighRetained,
    WriteRetained,
)
from longread.reading.thinking import NoThought


def build(engine: Engine, options: ReadingOptions, gate: str) -> Parts:
    """Parts around attention; `gate` is the signal that weighs what was retained.

    Raises ModelError for an engine that has no attention to show.
    """
    probe = attention_probe(engine)
    if probe is None:
        raise ModelError(f"{engine.info.name} does not show its attention.", "use --strategy gated")
    looked = AttentionGate(engine, Looker(probe, looking(engine, options)), options.gate_threshold)
    answerers: dict[str, Answerer] = {
        "reader": ReadRetained(engine),
        "choice": WriteRetained(engine),
    }
    return Parts(
        order=ChunksInOrder(),
        thinker=NoThought(),
        gate=looked,
        writer=KeepAttended(),
        exit=NeverExit(),
        answerer=answerers.get(gate) or WeighRetained(engine, looked),
    )
