"""How the installed llama.cpp was built: its version, its CPU paths, and its GPUs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import llama_cpp.llama_cpp as llama

from longread.engine.llamacpp import library
from longread.engine.llamacpp.devices import Device, gpus


@dataclass(frozen=True, slots=True)
class Build:
    """`features` are those that llama.cpp says it was built with (`AVX2`, `AVX512_VNNI`, …);
    `offloads`, whether it could use a GPU."""

    version: str
    features: tuple[str, ...]
    offloads: bool
    gpus: tuple[Device, ...]


def build() -> Build:
    """What is installed here."""
    library.start()
    told = llama.llama_print_system_info().decode("utf-8", "replace")
    pairs = (part.rpartition(":")[2].partition("=") for part in told.split("|"))
    features = tuple(name.strip() for name, _equals, value in pairs if value.strip() == "1")
    offloads = bool(llama.llama_supports_gpu_offload())
    return Build(version("llama-cpp-python"), features, offloads, tuple(gpus()))
