"""Shell completion, and how usage lines are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from longread.errors import ExitCode

# A path that no shell takes for more than a path.
_PLAIN = re.compile(r"[\w.,:@%+/-]+")


class DocumentsCommand(TyperCommand):
    """A command whose usage line shows its arguments as their metavars stand.

    Typer would write `{DOC... "QUESTION"}...`.
    """

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [
            "[OPTIONS]",
            *(
                parameter.metavar or parameter.name or ""
                for parameter in self.params
                if parameter.param_type_name == "argument"
            ),
        ]


def group(help: str, cls: type[TyperGroup] = TyperGroup) -> typer.Typer:  # noqa: A002
    """Commands under one name, which called by itself shows their help."""
    app = typer.Typer(cls=cls, help=help, rich_markup_mode=None)
    app.callback(invoke_without_command=True)(show_help)
    return app


def show_help(context: typer.Context) -> None:
    """Show the help where no command was named."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(ExitCode.USAGE)


def beginning_with(names: Callable[[], Sequence[Any]]) -> Callable[[str], list[str]]:
    """A completion that offers those of `names` that go on from what was typed."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in map(str, names()) if word.startswith(incomplete)]

    return complete


def document_names(incomplete: str) -> list[str]:
    """A completion that offers the files that can be read.

    Where a folder goes on from what was typed, or a name needs quotes, it is left to the shell,
    which knows how to write those.
    """
    from longread.documents.formats import READABLE

    folder, _, begun = incomplete.rpartition("/")
    before = incomplete[: len(incomplete) - len(begun)]
    try:
        found = [
            each
            for each in Path(folder or before or ".").iterdir()
            if each.name.startswith(begun) and each.name[0] != "."
        ]
    except OSError:
        return []
    names = [f"{before}{each.name}" for each in found if each.name.lower().endswith(READABLE)]
    if any(each.is_dir() for each in found) or not all(map(_PLAIN.fullmatch, names)):
        return []
    return sorted(names)


def model_names(incomplete: str) -> list[str]:
    """A completion that offers the names of the catalogue and of what is installed."""
    from longread.models import catalogue, store

    names = {entry.name for entry in catalogue.entries()}
    names |= {model.name for model in store.installed()}
    return sorted(name for name in names if name.startswith(incomplete))
