"""A scripted server, and engines on it that do not wait long."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from longread.engine.http.address import Address
from longread.engine.http.client import Client
from longread.engine.http.llama_server import LlamaServerEngine
from longread.engine.http.openai import OpenAIEngine
from tests.engine.http.scripted_server import Server
from tests.engine.http.scripts import ferry_server

Open = Callable[..., LlamaServerEngine | OpenAIEngine]


@pytest.fixture
def server() -> Iterator[Server]:
    with ferry_server() as running:
        yield running


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LONGREAD_API_KEY", "OPENAI_API_KEY", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries after milliseconds."""
    monkeypatch.setattr(Client, "first_pause", 0.001)


@pytest.fixture
def opened() -> Iterator[Callable[..., LlamaServerEngine | OpenAIEngine]]:
    """Opens an engine on an address; `lines` collects what it has to say."""
    engines: list[LlamaServerEngine | OpenAIEngine] = []

    def begin(
        reference: str, lines: list[str] | None = None, context: int | None = None
    ) -> LlamaServerEngine | OpenAIEngine:
        said: list[str] = [] if lines is None else lines
        address = Address.parse(reference)
        kind = OpenAIEngine if address.api == "openai" else LlamaServerEngine
        client = Client(address, said.append)
        engines.append(kind(client, context=context, report=said.append))
        return engines[-1]

    yield begin
    for engine in engines:
        engine.close()
