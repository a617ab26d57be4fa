"""A copy of the bundled model that reads: adapter merged in, in the fastest number format.

The bundled file is Q4_1, for which llama.cpp has no repacked CPU kernels: it prefills
396 tokens a second where the same weights as Q4_0 reach 986, Q8_0 719 and BF16 713 (two
AVX-512 cores; benchmarks/README.md). The adapter (models/reader) teaches the model
longread's own protocol. Made once, on first use, in the user's cache.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from longread import paths
from longread.errors import ModelError
from longread.models.digest import file_digest
from longread.models.merge import merge

# Raised when the recipe changes, so that old copies are made anew.
_RECIPE = 2
NUMBER_FORMAT = "Q4_0"


def adapter_path() -> Path | None:
    """The reader's adapter for the bundled model; None where the package has none."""
    path = Path(__file__).parent / "adapters" / "SmolLM2-135M-Instruct.reader.gguf"
    return path if path.is_file() else None


def optimised(bundled: Path, *, adapter: bool = True) -> tuple[Path, str]:
    """The optimised copy of the bundled model, made if it is not there yet.

    Returns the file to run and one line for the user, empty when all went well. Where the
    adapter cannot be merged the plain model is optimised; where no copy can be written (a
    full or read-only disk) the original is run.
    """
    learned = adapter_path() if adapter else None
    note = ""
    if learned is not None:
        try:
            return _cached(bundled, learned), ""
        except (OSError, ModelError) as error:
            note = f"the reader's adapter could not be merged, reading without: {_reason(error)}"
    try:
        return _cached(bundled, None), note
    except (OSError, ModelError) as error:
        reason = _reason(error)
        missing = "" if learned is None else ", and it reads without its adapter"
        return bundled, (
            f"the faster copy of the bundled model could not be written{missing}: {reason}"
        )


def _cached(bundled: Path, adapter: Path | None) -> Path:
    # By what the files hold: installed once more, or into another environment, they are the same.
    sources = [file_digest(file)[:12] for file in (bundled, adapter) if file is not None]
    kind = "reader" if adapter else "plain"
    stem = f"{bundled.stem}.{kind}.{NUMBER_FORMAT}"
    target = paths.cache_folder() / "models" / f"{stem}-{'-'.join(sources)}-r{_RECIPE}.gguf"
    if target.exists():
        return target
    make: Callable[[Path], None]
    if adapter is not None:
        learned = adapter

        def make(file: Path) -> None:
            merge(bundled, learned, file, NUMBER_FORMAT)
    else:
        from longread.engine.llamacpp.quantise import requantise

        def make(file: Path) -> None:
            requantise(bundled, file, NUMBER_FORMAT)

    with paths.write_atomically(target) as part:
        make(part)
    for superseded in target.parent.glob(f"{stem}-*.gguf"):
        # Whoever still reads one keeps it open; where that forbids it, it stays.
        if superseded != target:
            with suppress(OSError):
                superseded.unlink()
    return target


def _reason(error: OSError | ModelError) -> str:
    return error.message if isinstance(error, ModelError) else str(error.strerror or error)
