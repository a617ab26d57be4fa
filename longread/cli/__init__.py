"""The command line: parse, call, exit code. No logic; nothing heavy is imported to show help."""

from __future__ import annotations

from typing import Annotated

import typer

from longread.cli import ask, config, look, models
from longread.version import __version__

app = typer.Typer(
    name="longread",
    help="Ask a question of a document too long for any model, on your own machine, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"longread {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    del version


app.command(no_args_is_help=True)(ask.ask)
app.command(no_args_is_help=True)(look.inspect)
app.command(no_args_is_help=True)(look.search)
app.command()(config.config)
app.add_typer(models.app, name="models")


def main() -> None:
    """The entry point of the `longread` command."""
    app()
