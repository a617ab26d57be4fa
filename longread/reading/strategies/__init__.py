"""Strategies by name. Each file picks parts; the loop is the same for all."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from longread.engine import Engine
from longread.errors import UsageError
from longread.reading.loop import Parts
from longread.reading.names import STRATEGIES
from longread.reading.options import ReadingOptions

NAMES = STRATEGIES
# Those that choose their parts by what the model can gate with; they read small chunks.
BY_GATE = ("gated", "infiniretri", "lychee", "pi-mem")
# Those that generate a new memory from every chunk that they open: the fewer chunks, the better.
REWRITING = ("gru-mem", "infmem", "memagent")


def parts(engine: Engine, options: ReadingOptions, gate: str) -> Parts:
    """The parts of the strategy that `options` names; `gate` is the update gate's signal.

    Raises UsageError for a name that is not a strategy.
    """
    if options.strategy not in NAMES:
        raise UsageError(
            f"there is no strategy called {options.strategy}.",
            f"strategies are: {', '.join(NAMES)}",
        )
    module = import_module(f"{__name__}.{options.strategy.replace('-', '_')}")
    build: Callable[[Engine, ReadingOptions, str], Parts] = module.build
    return build(engine, options, gate)
