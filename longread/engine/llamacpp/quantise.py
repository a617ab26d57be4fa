"""Quantisation of a GGUF file into another number format, by llama.cpp."""

from __future__ import annotations

import ctypes
from pathlib import Path

import llama_cpp.llama_cpp as llama

from longread.documents.workers import available_cores
from longread.engine.gguf_types import FILE_TYPE_NUMBERS
from longread.engine.llamacpp import library
from longread.errors import ModelError

# The formats used here.
FORMATS = ("Q4_0", "Q8_0", "BF16")


def requantise(source: Path, target: Path, number_format: str) -> None:
    """Write `source` to `target` in `number_format` (Q4_0, Q8_0 or BF16).

    Raises ModelError when llama.cpp cannot, a full disk included.
    """
    library.start()
    library.forget_log()
    parameters = llama.llama_model_quantize_default_params()
    parameters.ftype = FILE_TYPE_NUMBERS[number_format]
    parameters.allow_requantize = True
    parameters.nthread = available_cores()
    failed = library.apart(
        llama.llama_model_quantize,
        str(source).encode(),
        str(target).encode(),
        ctypes.byref(parameters),
    )
    if failed:
        raise ModelError(
            f"{source.name} could not be converted to {number_format}: {library.last_reason()}",
            "is the disk full?",
        )
