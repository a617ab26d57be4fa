"""The strategies that a bench compares, as its commands name them."""

from __future__ import annotations

from typing import Annotated

import typer

from longread.reading.names import strategies

USUAL = "gated,rag,closed-book"


def names() -> list[str]:
    """What can be compared: all strategies, and answering without a document."""
    return [*strategies(), "closed-book"]


def _last_strategy(incomplete: str) -> list[str]:
    """Offers names for the last of several that commas separate."""
    before, comma, begun = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in names() if name.startswith(begun)]


Strategies = Annotated[
    str,
    typer.Option(
        metavar="NAME[,NAME...]",
        help="Strategies to compare: each with the first. closed-book answers without a "
        "document. Settings of a strategy follow its name: gated:gate=choice:exit=no.",
        autocompletion=_last_strategy,
    ),
]
