"""Name the machine a benchmark ran on, in one line."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path


def machine() -> str:
    """Processor, cores, memory, system and the versions that matter."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    flags = ""
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        name = next((x.split(": ", 1)[1] for x in lines if x.startswith("model name")), name)
        found = next((x for x in lines if x.startswith("flags")), "")
        flags = ", ".join(f for f in ("avx2", "avx512f", "avx512_bf16", "amx_int8") if f in found)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{name.strip()} ({flags}), {cores} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, llama-cpp-python {version('llama-cpp-python')}"
    )


def table(rows: list[dict[str, object]]) -> str:
    """Rows as a Markdown table; the first row's keys are the columns."""
    head = list(rows[0])
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(str(row[key]) for key in head) + " |" for row in rows]
    return "\n".join(lines)
