"""Name the machine a benchmark ran on, and print rows as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from longread.models.host import host


def machine() -> str:
    """Processor, cores, memory, system and the versions that matter, in one line."""
    return host().line


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as a Markdown table; the first row's keys are the columns."""
    head = list(rows[0])
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(str(row[key]) for key in head) + " |" for row in rows]
    return "\n".join(lines)
