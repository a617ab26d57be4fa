"""What `longread models calibrate` does: open the model, run the probe, keep the result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import typer

from longread.bench.calibrate import Result, calibrate
from longread.errors import Interrupted
from longread.models import calibration, store
from longread.runs.options import ModelOptions
from longread.runs.session import open_engine

# The longest probe has 700 tokens; the likelihood gate's units 256.
_CONTEXT = 2048


def calibrate_model(name: str | None, options: ModelOptions) -> tuple[Result, Path]:
    """The calibration of a model (None: of the one that would answer), and where it is kept.

    Raises ModelError, UsageError, and Interrupted at Ctrl-C: then nothing is kept.
    """
    resolved = store.on_this_machine(name) if name else store.resolve_default()
    probed = replace(options, model=name, context=_CONTEXT)
    engine = open_engine(resolved, probed, lambda line: typer.echo(line, err=True))
    file = Path(engine.info.file)
    try:
        with _progress(engine.info.name) as progress:
            result = calibrate(engine, calibration.description(file), progress)
    except KeyboardInterrupt:
        raise Interrupted("the calibration was stopped; nothing was kept.") from None
    finally:
        engine.close()
    return result, calibration.save(file, result.calibration)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, else a line at every fourth."""
    if not sys.stderr.isatty():
        yield lambda done, total: _line(name, done, total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress("{task.description}", *columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _line(name: str, done: int, total: int) -> None:
    if done * 4 // total > (done - 1) * 4 // total:
        typer.echo(f"{name}: {done} of {total}", err=True)
