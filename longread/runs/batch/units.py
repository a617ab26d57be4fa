"""Which documents a batch reads, and which of them fall to one shard."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longread import paths
from longread.documents import discover, listed
from longread.errors import UsageError
from longread.runs.options import DocumentOptions

_LINES = 'a manifest has lines like {"document": "filings/a.pdf", "id": "a"}'
# What a batch keeps in its folder, a file in each: no document, where that is among the sources.
FOLDERS = ("parts", "locks", "digests", "lists")
ABOUT = "batch.json"
_SHARD = "--shard 3/64 is the third of 64"


@dataclass(frozen=True, slots=True)
class Unit:
    """A document of a batch: its path as it was given, and the id that a manifest gives it."""

    path: str
    id: str | None = None

    @property
    def name(self) -> str:
        """What decides on its shard: the same on all machines."""
        return self.path if self.id is None else self.id


@dataclass(frozen=True, slots=True)
class Shard:
    """The `number`-th (from 1) of `count` parts of a batch.

    A document's shard goes by its name alone: documents that come or go move no other.
    """

    number: int
    count: int

    def holds(self, unit: Unit) -> bool:
        """Whether a document falls to this shard."""
        digest = hashlib.sha256(unit.name.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8]) % self.count == self.number - 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """`3/64`. Raises UsageError."""
        number, slash, count = text.partition("/")
        if not (slash and number.strip().isdecimal() and count.strip().isdecimal()):
            raise UsageError(f"--shard {text} is no shard.", _SHARD)
        if not 1 <= int(number) <= int(count):
            raise UsageError(f"--shard {text}: there is no such part.", _SHARD)
        return cls(int(number), int(count))

    @classmethod
    def of_slurm(cls, environment: Mapping[str, str]) -> Shard | None:
        """The task of a SLURM array; None outside of one.

        Raises UsageError for an array with gaps, whose tasks cannot be told to be all.
        """
        if "SLURM_ARRAY_TASK_ID" not in environment:
            return None
        names = ("ID", "COUNT", "MIN", "MAX", "STEP")
        try:
            task, count, least, most, step = (
                int(environment[f"SLURM_ARRAY_TASK_{name}"]) for name in names
            )
        except (KeyError, ValueError) as error:
            raise UsageError("SLURM's variables name no task of an array.", _SHARD) from error
        if step < 1 or (most - least) // step + 1 != count or (task - least) % step:
            raise UsageError(
                "SLURM's array has gaps: its tasks do not say which parts there are.", _SHARD
            )
        return cls((task - least) // step + 1, count)


def read_units(
    sources: Sequence[str], how: DocumentOptions | None = None, out: Path | None = None
) -> tuple[list[Unit], list[str]]:
    """The documents that `sources` name, each once, and a line on what was left out.

    What the batch in `out` writes is none of them, where it lies in a folder that is read.
    One source alone may be a manifest: JSON Lines with a `document`, relative to the manifest's
    folder, and perhaps an `id`. Raises DocumentError and UsageError.
    """
    if "-" in sources:
        raise UsageError(
            "standard input cannot be read a second time.", "a batch takes files, or a manifest"
        )
    if len(sources) == 1 and (found := _manifest(Path(sources[0]))) is not None:
        return found, []
    files = discover(sources, **(how or DocumentOptions()).discovering())
    own = _own(files, out) if out else set()
    return [Unit(path) for path in files if path not in own], listed(files.left_out)


def _own(files: Sequence[str], out: Path) -> set[str]:
    """Those of `files` that a batch in the folder `out` has written."""
    root = os.path.abspath(out)  # noqa: PTH100 (links stay as they are, and it is fast)
    inside = {path: os.path.abspath(path).removeprefix(f"{root}{os.sep}") for path in files}  # noqa: PTH100
    written = tuple(f"{name}{os.sep}" for name in FOLDERS)
    return {
        path
        for path, name in inside.items()
        if name == ABOUT
        or (name.startswith(written) and name.endswith((".jsonl", ".lock", paths.PART)))
    }


def _manifest(file: Path) -> list[Unit] | None:
    """The units of a manifest; None for what is none, such as a log in JSON Lines."""
    if file.suffix.lower() != ".jsonl" or not file.is_file():
        return None
    with file.open(encoding="utf-8-sig", errors="surrogateescape") as opened:
        lines = [(number, line) for number, line in enumerate(opened, 1) if line.strip()]
    if not lines or not isinstance(_record(lines[0][1]).get("document"), str):
        return None
    units: dict[str, Unit] = {}
    for number, line in lines:
        record = _record(line)
        document, name = record.get("document"), record.get("id")
        if not isinstance(document, str) or not document:
            raise UsageError(f"line {number} of {file} names no document.", _LINES)
        if name is not None and (isinstance(name, bool) or not isinstance(name, str | int)):
            raise UsageError(f"line {number} of {file} has an id that is no name.", _LINES)
        path = str(file.parent / document)
        units.setdefault(path, Unit(path, None if name is None else str(name)))
    return list(units.values())


def _record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
