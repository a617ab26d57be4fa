"""The models longread offers, read from catalogue.toml: name, licence, size, memory, source.

Knows nothing of what is installed and never touches the network.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

GIB = 1024**3
BUNDLED = "bundled"

# Share of the machine's memory a model may take: the rest is for the system and the document.
MEMORY_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model on offer.

    `size_bytes` is the file's size, `context` its longest context in tokens,
    `memory_gib` what it needs at 8,192 tokens of context. `repository` is empty for the bundled
    model.
    """

    name: str
    title: str
    parameters: int
    license: str
    repository: str
    file: str
    quantisation: str
    size_bytes: int
    context: int
    memory_gib: float
    languages: tuple[str, ...]
    revision: str = "main"
    recommended: bool = False
    notes: str = ""

    @property
    def memory_bytes(self) -> int:
        """Memory it needs at 8,192 tokens of context, in bytes."""
        return int(self.memory_gib * GIB)

    def fits(self, memory_bytes: int) -> bool:
        """Whether a machine with `memory_bytes` of memory can run it and still do other things."""
        return self.memory_bytes <= memory_bytes * MEMORY_SHARE


@cache
def entries() -> tuple[CatalogueEntry, ...]:
    """Every entry, smallest first."""
    text = resources.files("longread.models").joinpath("catalogue.toml").read_text("utf-8")
    models = tomllib.loads(text)["model"]
    read = [CatalogueEntry(**{**model, "languages": tuple(model["languages"])}) for model in models]
    return tuple(sorted(read, key=lambda entry: entry.parameters))


def find(name: str) -> CatalogueEntry | None:
    """The entry called `name`, in any case; None if there is none."""
    wanted = name.casefold()
    return next((entry for entry in entries() if entry.name == wanted), None)


def best_for(
    memory_bytes: int, offered: Iterable[CatalogueEntry] | None = None
) -> CatalogueEntry | None:
    """The largest recommended entry that fits `memory_bytes`; None if none does."""
    candidates = entries() if offered is None else offered
    fitting = [entry for entry in candidates if entry.recommended and entry.fits(memory_bytes)]
    return max(fitting, key=lambda entry: entry.parameters, default=None)
