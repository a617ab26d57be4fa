"""Shell completion, and how usage lines are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from typer.core import TyperCommand


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


def beginning_with(names: Callable[[], Sequence[Any]]) -> Callable[[str], list[str]]:
    """A completion that offers those of `names` that go on from what was typed."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in map(str, names()) if word.startswith(incomplete)]

    return complete


def model_names(incomplete: str) -> list[str]:
    """A completion that offers the names of the catalogue and of what is installed."""
    from longread.models import catalogue, store

    names = {entry.name for entry in catalogue.entries()}
    names |= {model.name for model in store.installed()}
    return sorted(name for name in names if name.startswith(incomplete))
