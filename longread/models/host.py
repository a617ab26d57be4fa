"""The machine that longread runs on, and whether it has anything else to do."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from longread.documents.workers import available_cores
from longread.models import machine

_GIB = 2**30
# Instruction sets that decide how fast llama.cpp is on a CPU, by their names in /proc/cpuinfo.
_TELLING = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_int8", "asimddp", "i8mm", "sve")


@dataclass(frozen=True, slots=True)
class Host:
    """Processor with the instruction sets that matter, cores this process may use, memory in
    bytes (of the container, where one sets a limit), system and versions."""

    processor: str
    instructions: tuple[str, ...]
    cores: int
    memory: int
    system: str
    python: str
    llama_cpp_python: str

    @property
    def line(self) -> str:
        """All of it in one line."""
        sets = f" ({', '.join(self.instructions)})" if self.instructions else ""
        return (
            f"{self.processor}{sets}, {self.cores} cores, {self.memory / _GIB:.0f} GiB, "
            f"{self.system}, Python {self.python}, llama-cpp-python {self.llama_cpp_python}"
        )

    def record(self) -> dict[str, Any]:
        """The host as JSON-ready values."""
        return {**asdict(self), "instructions": list(self.instructions)}


def host() -> Host:
    """The machine this process runs on."""
    name, flags = _processor()
    return Host(
        processor=" ".join(name.split()),
        instructions=tuple(each for each in _TELLING if each in flags),
        cores=available_cores(),
        memory=machine.memory().total,
        system=platform.system(),
        python=platform.python_version(),
        llama_cpp_python=_version("llama-cpp-python"),
    )


def load_average() -> float | None:
    """Processes that wanted to run, on average over the last minute; None where not counted."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows has none
        return None


def busy(load: float | None) -> str:
    """A warning when other processes load the machine, or nothing.

    The load average counts the whole machine, so all its cores are what it is held against.
    """
    cores = os.cpu_count() or 1
    if load is None or load <= cores / 2:
        return ""
    return (
        f"the machine is busy (load average {load:.1f} on {cores} cores): "
        "what is measured now is too slow"
    )


def _processor() -> tuple[str, frozenset[str]]:
    """The processor's name, and its instruction sets where the system lists them."""
    name = platform.processor() or platform.machine()
    if sys.platform == "darwin":
        command = ("sysctl", "-n", "machdep.cpu.brand_string")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout.strip() or name, frozenset()
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return name, frozenset()
    pairs = (line.partition(":") for line in lines)
    facts = {key.strip(): value.strip() for key, _colon, value in pairs}
    flags = facts.get("flags") or facts.get("Features") or ""
    return facts.get("model name") or name, frozenset(flags.split())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
