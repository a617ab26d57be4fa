"""The command line: parse, call, exit code. No logic; nothing heavy is imported to show help."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from longread.cli import batch, cache, config, inspect_search, models
from longread.cli.ask.command import ask
from longread.cli.bench import command as bench
from longread.cli.complete import DocumentsCommand
from longread.cli.doctor import doctor
from longread.cli.errors import Root
from longread.cli.mcp import mcp
from longread.cli.process import mend_streams, settle_stderr
from longread.errors import ExitCode
from longread.version import __version__

app = typer.Typer(
    cls=Root,
    help="Ask a question of a document too long for any model, on your own machine, offline.",
    pretty_exceptions_enable=False,
    # Plain help is read by grep and less as well, and comes in half the time.
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"longread {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    del version
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(ExitCode.USAGE)


for _command in (ask, inspect_search.inspect, inspect_search.search, mcp):
    app.command(cls=DocumentsCommand)(_command)
app.command()(config.config)
app.command()(doctor)
app.add_typer(batch.app, name="batch")
app.add_typer(models.app, name="models")
app.add_typer(bench.app, name="bench")
app.add_typer(cache.app, name="cache")


def main() -> None:
    """The entry point of the `longread` command."""
    mend_streams()
    try:
        app(sys.argv[1:], prog_name="longread")
    finally:
        settle_stderr()
