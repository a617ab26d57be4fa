"""What was measured of a model: its retrieval heads, and the threshold of its gate.

One small JSON file a model, named by the digest of the model's file, in the user's data
folder. Made by `longread models calibrate`. Those of the bundled model ship in the package,
and are found by what the file says of itself: the file that runs is made on each machine
anew, and its last bits need not be the same.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from longread import paths
from longread.errors import ModelError
from longread.models import gguf
from longread.models.digest import file_digest
from longread.models.merge import PROTOCOL_KEY

SCHEMA = "longread.calibration/1"


@dataclass(frozen=True, slots=True)
class Calibration:
    """`heads` are (layer, head) pairs, best first; `shallow` those of the lowest third of layers.

    `gate_threshold` is the likelihood gate's, None for the usual one. `gate` holds what was fitted
    of a judge (`likelihood`, `choice`, `reader`): threshold and tables of weights as in
    reading/relevance/calibration.toml.

    `measured` says what the heads gave on the probe; `fits` is the model's own description
    (`description`), by which a calibration that ships with longread is found.
    """

    model: str
    heads: tuple[tuple[int, int], ...]
    gate_threshold: float | None = None
    measured: dict[str, float] = field(default_factory=dict)
    fits: str = ""
    shallow: tuple[tuple[int, int], ...] = ()
    gate: dict[str, dict[str, Any]] = field(default_factory=dict)


def description(model: Path) -> str:
    """Architecture, name, parameters and protocol as the model's file states them."""
    header = gguf.read_header(model)
    protocol = header.metadata.get(PROTOCOL_KEY, "no protocol")
    return f"{header.architecture} | {header.name} | {header.parameters} | {protocol}"


def of(model: str) -> Calibration | None:
    """The calibration of the model in the file `model`: the user's, or one that ships.

    None where there is none, or where it cannot be read.
    """
    file = Path(model)
    with suppress(OSError):
        stat = file.stat()
        return _known(file, stat.st_size, stat.st_mtime_ns)
    return None


@lru_cache(maxsize=8)
def _known(model: Path, _size: int, _changed: int) -> Calibration | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return _parsed((folder() / f"{file_digest(model)}.json").read_text("utf-8"))
    with suppress(ModelError, OSError):
        wanted = description(model)
        return next((each for each in shipped() if each.fits == wanted), None)
    return None


@cache
def shipped() -> tuple[Calibration, ...]:
    """The calibrations in the package."""
    files = resources.files(__package__).joinpath("calibrations").iterdir()
    return tuple(
        _parsed(file.read_text("utf-8"))
        for file in sorted(files, key=lambda file: file.name)
        if file.name.endswith(".json")
    )


def folder() -> Path:
    """Where the user's calibrations are kept."""
    return paths.data_folder() / "calibrations"


def save(model: Path, calibration: Calibration) -> Path:
    """Keep what was measured of `model` in the user's folder; returns the file."""
    file = folder() / f"{file_digest(model)}.json"
    text = json.dumps({"schema": SCHEMA, **asdict(calibration)}, indent=1, ensure_ascii=False)
    try:
        with paths.write_atomically(file) as part:
            part.write_text(f"{text}\n", "utf-8")
    except OSError as error:
        raise ModelError(
            f"the calibration could not be written to {file.parent}: {error.strerror or error}.",
            "is the disk full?",
        ) from error
    _known.cache_clear()
    return file


def _parsed(text: str) -> Calibration:
    record = json.loads(text)
    if record.pop("schema") != SCHEMA:
        raise ValueError("another version")
    heads, shallow = _pairs(record.pop("heads")), _pairs(record.pop("shallow", []))
    return Calibration(heads=heads, shallow=shallow, **record)


def _pairs(given: object) -> tuple[tuple[int, int], ...]:
    if not isinstance(given, list):
        raise TypeError("heads are a list")
    return tuple((int(layer), int(head)) for layer, head in given)
