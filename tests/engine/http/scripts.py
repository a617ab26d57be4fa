"""What the scripted server's model says of the book in tests.reading.conftest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.engine.http.scripted_server import Server, serving
from tests.reading.conftest import FACT
from tests.scripted import by_role

NOTE = "The Orvel ferry sank in 1931."


@contextmanager
def ferry_server() -> Iterator[Server]:
    """A server whose model knows when the ferry sank, once it has read it."""
    says = by_role(
        answer="It sank in 1931.",
        relevance=lambda prompt: "Yes." if FACT in prompt else "No.",
        short_answer="in 1931",
        everything="No.",
        compares="direct",
        decompose="direct",
        bridge="direct",
        overwrite=lambda prompt: "Nothing." if "ledger" in prompt and FACT not in prompt else NOTE,
        likelihood="one two three four",
    )
    with serving(
        lambda prompt: str(says(prompt)),
        lambda prompt: 0.8 if FACT in prompt or NOTE in prompt else 0.1,
    ) as running:
        yield running
