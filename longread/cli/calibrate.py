"""What `longread models calibrate` does: open the model, run the probe, keep the result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from longread.cli.process import say
from longread.display.bar import bar
from longread.errors import Interrupted
from longread.models import calibration, store
from longread.reading.calibrate import Result, calibrate
from longread.reading.judges.probe import may_follow_instructions
from longread.runs.opening import open_engine, open_reader
from longread.runs.options import ModelOptions

# The longest probe has 700 tokens, the notes of an answer 1,100.
_CONTEXT = 2048


def calibrate_model(name: str | None, options: ModelOptions) -> tuple[Result, Path]:
    """The calibration of a model (None: of the one that would answer), and where it is kept.

    Raises ModelError, UsageError, and Interrupted at Ctrl-C: then nothing is kept.
    """
    resolved = store.on_this_machine(name) if name else store.resolve_default()
    probed = replace(options, model=name, context=_CONTEXT)
    engine = open_engine(resolved, probed, say)
    reader = open_reader(resolved, probed, say) if may_follow_instructions(engine) else None
    file = Path(engine.info.file)
    try:
        with bar(engine.info.name) as progress:
            result = calibrate(engine, calibration.description(file), progress, reader)
    except KeyboardInterrupt:
        raise Interrupted("the calibration was stopped; nothing was kept.") from None
    finally:
        engine.close()
        if reader is not None:
            reader.close()
    return result, calibration.save(file, result.calibration)
