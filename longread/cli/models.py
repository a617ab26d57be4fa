"""`longread models`: list, pull, use, info, calibrate, rm, path.

stdout carries data only (plain columns, or JSON with --json); progress, hints and
questions go to stderr.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from longread.cli.complete import group, model_names
from longread.cli.options import takes_options
from longread.cli.process import say, terminal_width
from longread.errors import Interrupted, ModelError, UsageError
from longread.runs.options import ModelOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longread.models.catalogue import CatalogueEntry
    from longread.models.report import Row
    from longread.models.store import InstalledModel, ResolvedModel

app = group("List, download, choose, calibrate and delete models.")

_HEADS = ("NAME", "SIZE", "NEEDS", "FITS", "HERE", "LICENCE", "NOTES")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of columns.")]
MaybeName = Annotated[
    str | None,
    typer.Argument(help="Without one, the model that would answer.", autocompletion=model_names),
]
Name = Annotated[
    str,
    typer.Argument(
        help="A name from `longread models list`, hf:owner/repository/file.gguf, or a .gguf file.",
        autocompletion=model_names,
    ),
]


@app.command("list")
def list_models(
    only_installed: Annotated[
        bool, typer.Option("--installed", help="Only models on this machine.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the models on offer and those that are here."""
    from longread.display.phrasing import megabytes
    from longread.models import machine, report
    from longread.models.catalogue import GIB

    memory = machine.memory().total
    rows = [row for row in report.rows(memory) if row.installed or not only_installed]
    if as_json:
        _print_json({"memory_bytes": memory, "models": [asdict(row) for row in rows]})
        return
    table = [_HEADS]
    for row in rows:
        needs = f"{row.memory_gib:.1f} GiB" if row.memory_gib else "?"
        fits = {True: "yes", False: "no", None: "?"}[row.fits]
        size = megabytes(row.size_bytes)
        table.append((row.name, size, needs, fits, _here(row), row.license or "?", row.notes))
    for line in _lines(table, terminal_width(sys.stdout)):
        typer.echo(line)
    say(f"this machine: {memory / GIB:.1f} GiB of memory; NEEDS is for 8,192 tokens of context")


@app.command()
def pull(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A catalogue name, or hf:owner/repository/file.gguf, with @revision if need be. "
            "Without one, the best for this machine's memory.",
            autocompletion=model_names,
        ),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Look for a newer version.")] = False,
    as_json: AsJson = False,
) -> None:
    """Download a model. An interrupted download goes on where it stopped."""
    model = pull_with_progress(name or _proposal().name, update=update)
    if as_json:
        _print_json(model.record())
    else:
        typer.echo(str(model.path))


@app.command()
def use(name: Name) -> None:
    """Make a model the one that answers when none is named."""
    from longread.models import store

    model = store.set_default(name)
    say(f"{model.name} answers from now on")


@app.command()
def info(
    name: MaybeName = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read it all and check its sha256 first.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is known of a model."""
    from longread.models import report, store

    facts = report.facts(name)
    if verify:
        store.verify(facts["name"])
        say(f"{facts['name']} is whole: its sha256 is the one it was pulled with")
    if as_json:
        _print_json(facts)
        return
    width = max(map(len, facts))
    for key, value in facts.items():
        if value not in ("", None, []):
            typer.echo(f"{key:<{width}}  {_plain(value)}")


@app.command()
@takes_options("calibrate")
def calibrate(
    name: MaybeName = None,
    *,
    options: ModelOptions,
    as_json: AsJson = False,
) -> None:
    """Fit what a model's answers weigh, and find its retrieval heads.

    `--strategy infiniretri` uses the heads; every gate, answer and refusal of the model the
    weights. A built-in probe decodes about 35,000 tokens: some minutes on a CPU.
    """
    from longread.cli.calibrate import calibrate_model
    from longread.display.phrasing import columns

    result, file = calibrate_model(name, options)
    if as_json:
        _print_json({"file": str(file), **asdict(result.calibration)})
        return
    table = [("READ BY", "NEEDLE FIRST", "AMONG THREE")]
    table += [(row.name, f"{row.first:.0%}", f"{row.among_three:.0%}") for row in result.rows]
    for line in columns(table):
        typer.echo(line)
    best = " ".join(f"{layer}.{head}" for layer, head in result.calibration.heads)
    typer.echo(f"heads (layer.head)  {best}")
    for signal, fitted in result.calibration.gate.items():
        measured = result.calibration.measured
        opened = measured[f"{signal} gate opened"]
        false = measured[f"{signal} gate false openings a question"]
        typer.echo(
            f"gate by {signal:<11} opens at {fitted['threshold']}: for {opened:.0%} of the right "
            f"passages, falsely {false:.2f} times a question"
        )
        for kind in ("place", "notes"):
            if f"{signal} {kind} refused" in measured:
                right, refused, loss, before = (
                    measured[f"{signal} {kind} {what}"]
                    for what in ("answered right", "refused", "log loss", "log loss before")
                )
                stay = "" if loss < before else ": the weights stay as they were"
                typer.echo(
                    f"answers from {kind:<8} {right:.0%} right where there is one, {refused:.0%} "
                    f"refused where there is none; log loss {loss:.2f} ({before:.2f} before){stay}"
                )
    say(f"{result.probes} needles; kept in {file}")


@app.command("rm")
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a model, or an interrupted download."""
    from longread.display.phrasing import megabytes
    from longread.models import store

    if not yes and _can_ask() and not typer.confirm(f"Delete {name}?", err=True):
        raise Interrupted("nothing was deleted.")
    say(f"deleted {name}, {megabytes(store.remove(name))} freed")


@app.command()
def path(
    name: Annotated[
        str | None, typer.Argument(help="Without one, the folder.", autocompletion=model_names)
    ] = None,
) -> None:
    """Print the folder of the models, or one's path."""
    from longread.models import store

    typer.echo(str(store.on_this_machine(name).path if name else store.folder()))


def pull_with_progress(name: str, *, update: bool = False) -> InstalledModel:
    """Pulls a model and shows how far it is on stderr: a bar on a terminal, else plain lines.

    Raises ModelError and UsageError, and Interrupted at Ctrl-C.
    """
    from longread.display.bar import bar
    from longread.models import download

    try:
        with bar(name, in_bytes=True) as on_progress:
            return download.pull(name, on_progress=on_progress, update=update)
    except KeyboardInterrupt:
        raise Interrupted(
            "the download was stopped; what has arrived is kept.",
            f"longread models pull {name} goes on from there",
        ) from None


def chosen_model(reference: str | None) -> ResolvedModel:
    """The model that `reference` names, or the default one; a terminal is offered a download."""
    from longread.models import store

    return store.resolve(reference) if reference else resolve_or_offer()


def resolve_or_offer() -> ResolvedModel:
    """The model that answers when none is named; where there is none, offers to pull the best.

    Only a terminal is asked. Raises ModelError, with the command to run, when there is no
    terminal or the answer is no.
    """
    from longread.models import store

    try:
        return store.resolve_default()
    except ModelError:
        entry = store.proposed()
        if entry is None or not _can_ask():
            raise
        from longread.display.phrasing import megabytes

        size = megabytes(entry.size_bytes)
        question = f"There is no model yet. Download {entry.title} ({size}, {entry.license})?"
        if not typer.confirm(question, default=True, err=True):
            raise
        pull_with_progress(entry.name)
        return store.resolve_default()


def _can_ask() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _proposal() -> CatalogueEntry:
    from longread.models import machine, store
    from longread.models.catalogue import GIB

    entry = store.proposed()
    if entry is None:
        raise UsageError(
            "no model of the catalogue fits this machine's memory.",
            "name one to pull it all the same: longread models list",
        )
    say(f"pulling {entry.name}, the best for {machine.memory().total / GIB:.1f} GiB of memory")
    return entry


def _lines(table: Sequence[Sequence[str]], width: int) -> list[str]:
    """The table; where a terminal is too narrow, licence and notes stand below their row."""
    from longread.display.phrasing import columns, filled

    lines = columns(table)
    if not width or max(map(len, lines)) <= width:
        return lines
    lines = []
    for head, row in zip(columns([row[:-2] for row in table]), table, strict=True):
        beside = "; ".join(cell for cell in row[-2:] if cell)
        lines += [head, *filled(f"  {beside}", width, "  ")]
    return lines


def _here(row: Row) -> str:
    if row.default:
        return "default"
    if row.installed:
        return "yes"
    return f"{100 * row.arrived_bytes // row.size_bytes} %" if row.arrived_bytes else ""


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
