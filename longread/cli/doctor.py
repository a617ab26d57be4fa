"""`longread doctor`: what is installed, what is wrong with it, and what to do about it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli.complete import model_names
from longread.cli.options import TABLE, AsJson
from longread.cli.process import keep_logs_quiet, terminal_width
from longread.errors import ExitCode, UsageError
from longread.options import shown
from longread.runs.options import ModelOptions

if TYPE_CHECKING:
    from longread.runs.doctor import Check


def doctor(
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", help="Read the page with this one.", autocompletion=model_names
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Say what is installed, what is wrong, and how fast it reads.

    One page is read to measure it. Nothing is sent over the network. Exit codes: 0 it reads,
    2 the settings cannot be understood, 4 nothing can be read.
    """
    keep_logs_quiet()
    checks: list[Check] = []
    for check in _checks(model):
        checks.append(check)
        if not as_json:
            _show(check)
    if as_json:
        record = {"schema": "longread.doctor/1", "checks": [asdict(check) for check in checks]}
        typer.echo(json.dumps(record, indent=2, ensure_ascii=False))
    fatal = [check for check in checks if check.fatal]
    if not fatal:
        return ExitCode.ANSWERED
    return ExitCode.USAGE if fatal[0].name == "settings" else ExitCode.MODEL


def _checks(model: str | None) -> Iterator[Check]:
    """The settings first: with those that are in force the model is opened."""
    from longread.runs.doctor import Check, examine

    try:
        in_force = TABLE.in_force({"model": model} if model else None)
        options = TABLE.build(ModelOptions, {"model": model} if model else None)
    except UsageError as error:
        yield Check("settings", "", error.message, error.hint, fatal=True)
        options = ModelOptions(model=model)
    else:
        set_ = [
            f"{name}={'…' if found.setting.secret else shown(found.value)} ({found.origin})"
            for name, found in in_force.items()
            if found.origin != "default"
        ]
        yield Check("settings", ", ".join(set_) or "defaults")
    yield from examine(options)


def _show(check: Check) -> None:
    from longread.display.phrasing import clean, filled

    mark = "!" if check.trouble else " "
    indent = " " * 13
    lines = [f"{mark} {check.name:<10} {clean(check.found or check.trouble)}"]
    if check.found and check.trouble:
        lines.append(f"{indent}{clean(check.trouble)}")
    if check.hint:
        lines.append(f"{indent}hint: {clean(check.hint)}")
    for line in lines:
        typer.echo("\n".join(filled(line, terminal_width(sys.stdout), indent)))
