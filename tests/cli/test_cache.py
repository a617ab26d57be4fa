"""`longread cache`: what is kept, how to be rid of it, and how much it may be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from longread.cli import application
from longread.documents import load
from longread.prefix_cache import BlockStore
from tests.cli.conftest import TALE, run
from tests.prefix_cache.test_store import STATE, save


def call(*arguments: str) -> Any:
    return CliRunner().invoke(application(), ["cache", *arguments])


@pytest.fixture
def filled(longread_home: Path) -> int:
    """Three blocks of two documents, and a parsed text; the size of a block."""
    store = BlockStore()
    size = save(store, 1).stat().st_size
    save(store, 2)
    save(store, 3, document="another")
    load(TALE)
    return size


def test_info_says_what_is_kept(filled: int, longread_home: Path) -> None:
    text = call("info").stdout
    assert f"{3 * filled / 1000:.1f} kB of 4.0 GB: 3 passages of 2 documents" in text
    assert "1 parsed text\n" in text
    assert str(longread_home) in text
    found = json.loads(call("info", "--json").stdout)
    assert found["blocks"] == {
        "number": 3,
        "documents": 2,
        "bytes": 3 * filled,
        "limit": 4_000_000_000,
    }
    assert found["documents"]["number"] == 1


def test_info_of_nothing() -> None:
    assert "0 bytes of 4.0 GB: 0 passages of 0 documents" in call("info").stdout


@pytest.mark.parametrize(
    ("what", "blocks", "texts"), [("all", 0, 0), ("blocks", 0, 1), ("documents", 3, 0)]
)
def test_clear(filled: int, what: str, blocks: int, texts: int) -> None:
    assert call("clear", what).stdout.endswith("freed\n")
    found = json.loads(call("info", "--json").stdout)
    assert (found["blocks"]["number"], found["documents"]["number"]) == (blocks, texts)


def test_clear_of_something_else_is_refused(filled: int) -> None:
    done = run("cache", "clear", "models")
    assert done.trouble()[0] == "there is nothing called models in the cache."


def test_a_lower_limit_deletes_what_is_over_it(filled: int) -> None:
    assert call("limit").stdout == "4.0 GB\n"
    done = call("limit", "0.15MB")
    assert done.stdout == "150.0 kB\n"
    assert done.stderr == f"{filled / 1000:.1f} kB freed\n"
    assert call("limit").stdout == "150.0 kB\n"
    assert BlockStore().holdings().blocks == 2
    assert len(STATE) < filled


@pytest.mark.parametrize("size", ["much", "-3GB", "8 parsecs", ""])
def test_a_size_that_is_none(size: str) -> None:
    assert call("limit", "--", size).exit_code == 2
