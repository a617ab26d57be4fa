"""The training scripts as modules: models/ is no package, its folder joins the path for a while."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = str(Path(__file__).parents[2] / "models" / "reader")
OWN = (
    "alone", "comparisons", "data", "drafts", "generated", "grammar", "hops", "invented", "like",
    "lists", "protocol", "ratios", "recipe", "rendered", "strays", "tables", "tables_money",
    "tables_other",
)  # fmt: skip


def _script(name: str) -> Iterator[ModuleType]:
    sys.path.insert(0, FOLDER)
    # A benchmark of the same name may have been imported before.
    _forget()
    try:
        yield importlib.import_module(name)
    finally:
        sys.path.remove(FOLDER)
        _forget()


def _forget() -> None:
    for own in OWN:
        sys.modules.pop(own, None)


@pytest.fixture(scope="module")
def generated() -> Iterator[ModuleType]:
    yield from _script("generated")


@pytest.fixture(scope="module")
def comparing() -> Iterator[ModuleType]:
    yield from _script("comparisons")


@pytest.fixture(scope="module")
def strays() -> Iterator[ModuleType]:
    yield from _script("strays")


@pytest.fixture(scope="module")
def lists() -> Iterator[ModuleType]:
    yield from _script("lists")


@pytest.fixture(scope="module")
def recipe() -> Iterator[ModuleType]:
    yield from _script("recipe")


@pytest.fixture(scope="module")
def data() -> Iterator[ModuleType]:
    yield from _script("data")


@pytest.fixture(scope="module")
def rendered() -> Iterator[ModuleType]:
    yield from _script("rendered")


@pytest.fixture(scope="module")
def ratios() -> Iterator[ModuleType]:
    yield from _script("ratios")


@pytest.fixture(scope="module")
def like() -> Iterator[ModuleType]:
    yield from _script("like")


@pytest.fixture(scope="module")
def alone() -> Iterator[ModuleType]:
    yield from _script("alone")
