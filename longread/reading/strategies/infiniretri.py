"""`infiniretri` (arXiv 2502.12962): attention picks sentences, chunk after chunk; no gate, no exit.

The paper's own setting is `--heads last-layer` (with `--phrase-tokens 15` or 8).
"""

from __future__ import annotations

from longread.engine.optional import attention_probe
from longread.errors import ModelError
from longread.reading.judges import Judges
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.parts.infiniretri import AnswerFromRetained, AttentionGate, KeepAttended
from longread.reading.parts.orders import ChunksInOrder
from longread.reading.relevance.attention import AttentionReader, attention_settings
from longread.reading.strategies import Strategy


def build(judges: Judges, options: ReadingOptions) -> Parts:
    """Raises ModelError for an engine that has no attention to show."""
    engine = judges.gate.engine
    probe = attention_probe(engine)
    if probe is None:
        raise ModelError(f"{engine.info.name} does not show its attention.", "use --strategy gated")
    attention = AttentionReader(probe, attention_settings(engine, options))
    return Parts(
        order=ChunksInOrder(),
        gate=AttentionGate(engine, attention, options.gate_threshold),
        writer=KeepAttended(),
        answerer=AnswerFromRetained(judges.answer),
    )


STRATEGY = Strategy("infiniretri", build, judged=True)
