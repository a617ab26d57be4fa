"""Addresses of servers, and what must not stand in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from longread.engine.http import Address, is_address
from longread.errors import ModelError, UsageError
from longread.models import store


@pytest.mark.parametrize(
    ("written", "place", "shown"),
    [
        ("http://localhost:8080", "localhost:8080", "http://localhost:8080"),
        ("http://gpu.example:8080/", "gpu.example:8080", "http://gpu.example:8080"),
        ("https://gpu.example/llm/", "gpu.example:443", "https://gpu.example:443/llm"),
        ("http://[::1]:8080", "[::1]:8080", "http://[::1]:8080"),
        ("openai:http://box:11434", "box:11434", "openai:http://box:11434/v1"),
        (
            "openai:http://box:8000/v1#Qwen/Qwen3-4B",
            "box:8000",
            "openai:http://box:8000/v1#Qwen/Qwen3-4B",
        ),
    ],
)
def test_an_address_is_shown_as_it_is_meant(written: str, place: str, shown: str) -> None:
    address = Address.parse(written)
    assert (address.place, str(address)) == (place, shown)
    assert Address.parse(shown) == address


@pytest.mark.parametrize(
    "written", ["http://", "openai:localhost:8080", "openai:ftp://box/v1", "http://box:port"]
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(UsageError):
        Address.parse(written)


@pytest.mark.parametrize("written", ["http://me:s3cret@box:80", "openai:https://box/v1?key=s3cret"])
def test_a_key_in_an_address_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        Address.parse(written)
    assert "s3cret" not in caught.value.message + caught.value.hint
    assert "LONGREAD_API_KEY" in caught.value.hint


def test_names_and_files_are_no_addresses() -> None:
    assert not any(map(is_address, ["bundled", "qwen3-4b", "hf:a/b/c.gguf", "./http.gguf"]))
    assert all(map(is_address, ["http://box", "https://box", "openai:http://box/v1"]))


def test_a_server_resolves_without_being_asked() -> None:
    model = store.resolve("http://nowhere.invalid:1")
    assert (model.address, model.path) == ("http://nowhere.invalid:1", Path())
    with pytest.raises(ModelError, match="is a server"):
        store.set_default("http://nowhere.invalid:1")


def test_the_key_is_longreads_own_before_openais(monkeypatch: pytest.MonkeyPatch) -> None:
    own, openai = Address.parse("http://box"), Address.parse("openai:http://box")
    assert (own.key(), openai.key()) == ("", "")
    monkeypatch.setenv("OPENAI_API_KEY", "theirs")
    assert (own.key(), openai.key()) == ("", "theirs")
    monkeypatch.setenv("LONGREAD_API_KEY", " ours\n")
    assert (own.key(), openai.key()) == ("ours", "ours")
    monkeypatch.setenv("LONGREAD_API_KEY", "s3\ncret")
    with pytest.raises(ModelError) as caught:
        own.key()
    assert "cret" not in caught.value.message + caught.value.hint
