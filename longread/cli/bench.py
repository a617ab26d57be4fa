"""`longread bench`: what strategies answer, cite, leave unread and cost, on the same questions."""

from __future__ import annotations

import typer

from longread.errors import ExitCode

app = typer.Typer(
    help="Measure answers, evidence, early exits and speed on questions.",
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _bench(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(ExitCode.USAGE)
