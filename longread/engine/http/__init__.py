"""Models that other machines serve: llama-server, and what is OpenAI-compatible.

A server fills the engine's core, and of it what it turns out to know. The documents' passages
leave this machine for the server that the user named, and for no other.
"""

from __future__ import annotations

from collections.abc import Callable

from longread.engine import Engine
from longread.engine.http.address import Address, is_address

__all__ = ["Address", "is_address", "open_server"]


def open_server(
    reference: str,
    *,
    context: int | None = None,
    report: Callable[[str], None] = lambda _line: None,
) -> Engine:
    """The engine on the server at `reference`. Raises UsageError and ModelError.

    `report` gets a line on what the server cannot do, and when it stays away for a while.
    """
    from longread.engine.http.client import Client, understood
    from longread.engine.http.llama_server import LlamaServerEngine
    from longread.engine.http.openai import OpenAIEngine

    address = Address.parse(reference)
    client = Client(address, report)
    with understood(address):
        if address.api == "openai":
            return OpenAIEngine(client, context=context, report=report)
        return LlamaServerEngine(client, context=context, report=report)
