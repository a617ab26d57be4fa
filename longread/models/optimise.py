"""A copy of the bundled model in the number format that this machine reads fastest.

The bundled file is Q4_1, for which llama.cpp has no repacked CPU kernels: it prefills
396 tokens a second where the same weights as Q4_0 reach 986, Q8_0 719 and BF16 713 (two
AVX-512 cores; benchmarks/README.md). Made once, on first use, in the user's cache.
"""

from __future__ import annotations

import os
from pathlib import Path

from longread import paths
from longread.errors import ModelError

# Raised when the recipe changes, so that old copies are made anew.
_RECIPE = 1
NUMBER_FORMAT = "Q4_0"


def optimised(bundled: Path) -> tuple[Path, str]:
    """The optimised copy of the bundled model, made if it is not there yet.

    Returns the file to run and one line for the user, empty when all went well. Where no
    copy can be written (a full or read-only disk) the original is run: slower, the same
    answers.
    """
    original = bundled.stat()
    key = f"{original.st_size:x}-{original.st_mtime_ns:x}-r{_RECIPE}"
    target = paths.cache_folder() / "models" / f"{bundled.stem}.{NUMBER_FORMAT}-{key}.gguf"
    if target.exists():
        return target, ""
    temporary = target.with_suffix(f".{os.getpid()}.part")
    try:
        from longread.engine.llamacpp.quantise import requantise

        target.parent.mkdir(parents=True, exist_ok=True)
        requantise(bundled, temporary, NUMBER_FORMAT)
        temporary.replace(target)
    except (OSError, ModelError) as error:
        temporary.unlink(missing_ok=True)
        reason = error.message if isinstance(error, ModelError) else error.strerror
        return bundled, f"the faster copy of the bundled model could not be written: {reason}"
    return target, ""
