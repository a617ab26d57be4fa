from __future__ import annotations

import re
from importlib import resources

import pytest

from longread.models import catalogue, store
from longread.models.catalogue import BUNDLED, GIB


def test_names_are_unique_and_can_be_found() -> None:
    names = [entry.name for entry in catalogue.entries()]
    assert len(set(names)) == len(names)
    assert catalogue.find("QWEN3-4B") == catalogue.find("qwen3-4b") is not None
    assert catalogue.find("nothing") is None


def test_every_entry_names_its_source() -> None:
    text = resources.files("longread.models").joinpath("catalogue.toml").read_text("utf-8")
    comments = re.findall(r"((?:^#.*\n)+)\[\[model\]\]", text, re.MULTILINE)
    assert len(comments) == len(catalogue.entries())
    assert all("seen:" in comment for comment in comments)


@pytest.mark.parametrize("entry", catalogue.entries(), ids=lambda entry: entry.name)
def test_entries_hold_together(entry: catalogue.CatalogueEntry) -> None:
    assert entry.file.endswith(".gguf")
    assert entry.repository.count("/") == 1 or entry.name == BUNDLED
    assert entry.quantisation.lower() in entry.file.lower()
    bits = entry.size_bytes * 8 / entry.parameters
    assert 4 < bits < 9.5
    # The file, and half a GiB to work in, and some key-value cache.
    assert entry.size_bytes + GIB // 2 < entry.memory_bytes < entry.size_bytes + 2.1 * GIB


def test_the_bundled_entry_is_the_file_that_is_there() -> None:
    path, entry = store.bundled_path(), catalogue.find(BUNDLED)
    if path is None or entry is None:
        pytest.skip("the bundled model is not installed")
    assert path.stat().st_size == entry.size_bytes


@pytest.mark.parametrize(
    ("gib", "name"),
    [(1, None), (3, "qwen3-0.6b"), (4, "qwen3-0.6b"), (5, "qwen3-1.7b"), (8, "qwen3-4b")],
)
def test_the_best_for_a_machine(gib: int, name: str | None) -> None:
    best = catalogue.best_for(gib * GIB)
    assert (best.name if best else None) == name


def test_only_what_is_offered_is_picked() -> None:
    offered = [entry for entry in catalogue.entries() if entry.parameters < 10**9]
    best = catalogue.best_for(64 * GIB, offered)
    assert best is not None
    assert best.name == "qwen3-0.6b"
    assert catalogue.best_for(64 * GIB, []) is None
