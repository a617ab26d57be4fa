"""The command line: parse, call, exit code. No logic; nothing heavy is imported to show help."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from longread.cli.ask.command import ask
from longread.cli.complete import DocumentsCommand, show_help
from longread.cli.errors import Root
from longread.cli.inspect_search import inspect, search
from longread.cli.process import mend_streams, settle_stderr
from longread.version import __version__


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"longread {__version__}")
        raise typer.Exit


def _root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    del version
    show_help(context)


def application(word: str = "") -> typer.Typer:
    """All commands; of a call whose first `word` is one that reads documents, that one alone: what
    the others need takes as long to load as a folder's index."""
    app = typer.Typer(
        cls=Root,
        help="Ask a question of a document too long for any model, on your own machine, offline."
        '\n\nFor example: longread ask report.pdf "What did the new building cost?"',
        pretty_exceptions_enable=False,
        # Plain help is read by grep and less as well, and comes in half the time.
        rich_markup_mode=None,
    )
    app.callback(invoke_without_command=True)(_root)
    reading = (ask, inspect, search)
    alone = [each for each in reading if each.__name__ == word]
    for each in alone or reading:
        app.command(cls=DocumentsCommand)(each)
    if alone:
        return app
    from longread.cli import batch, cache, config, models
    from longread.cli.bench import command as bench
    from longread.cli.doctor import doctor
    from longread.cli.mcp import mcp

    app.command(cls=DocumentsCommand)(mcp)
    app.command()(config.config)
    app.command()(doctor)
    app.add_typer(batch.app, name="batch")
    app.add_typer(models.app, name="models")
    app.add_typer(bench.app, name="bench")
    app.add_typer(cache.app, name="cache")
    return app


def main() -> None:
    """The entry point of the `longread` command."""
    # What thousands of documents are made of is no garbage: looked for at the usual rate it takes
    # a tenth of a folder's search.
    gc.set_threshold(50_000)
    mend_streams()
    try:
        application(*sys.argv[1:2])(sys.argv[1:], prog_name="longread")
    finally:
        settle_stderr()
