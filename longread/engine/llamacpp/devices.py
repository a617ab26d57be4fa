"""What the installed llama.cpp can compute on, and how much of a model fits there.

llama-cpp-python binds none of ggml's device calls, so the few needed are declared here.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

from llama_cpp._ctypes_extensions import load_shared_library
from llama_cpp._ggml import libggml, libggml_base_path

from longread.engine.llamacpp import library

# ggml_backend_dev_type: 0 CPU, 1 GPU, 2 integrated GPU, 3 accelerator (BLAS, AMX).
_GPU_TYPES = (1, 2)

# Left free on a GPU: compute buffers, the desktop, and whatever else wakes up during a run.
_HEADROOM = 768 * 2**20


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU as ggml sees it; `free` and `total` are bytes."""

    name: str
    description: str
    free: int
    total: int


def gpus() -> list[Device]:
    """The GPUs that the installed wheel can use; empty for a CPU build."""
    library.start()
    base = load_shared_library("ggml-base", libggml_base_path)
    libggml.ggml_backend_dev_count.restype = ctypes.c_size_t
    libggml.ggml_backend_dev_get.restype = ctypes.c_void_p
    base.ggml_backend_dev_name.restype = ctypes.c_char_p
    base.ggml_backend_dev_description.restype = ctypes.c_char_p
    found = []
    for index in range(libggml.ggml_backend_dev_count()):
        handle = ctypes.c_void_p(libggml.ggml_backend_dev_get(ctypes.c_size_t(index)))
        if base.ggml_backend_dev_type(handle) not in _GPU_TYPES:
            continue
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        base.ggml_backend_dev_memory(handle, ctypes.byref(free), ctypes.byref(total))
        name = (base.ggml_backend_dev_name(handle) or b"GPU").decode()
        description = (base.ggml_backend_dev_description(handle) or b"").decode()
        found.append(Device(name, description, free.value, total.value))
    return found


def layers_that_fit(free: int, model_bytes: int, layers: int, kv_bytes: int) -> int:
    """How many of a model's `layers` (and the output layer) go into `free` bytes of GPU memory.

    Each layer takes its share of the weights and of the KV cache. Returns `layers + 1`
    when everything fits, the way llama.cpp counts the output as one more layer.
    """
    per_layer = (model_bytes + kv_bytes) / (layers + 1)
    fit = int((free - _HEADROOM) / per_layer) if free > _HEADROOM else 0
    return max(0, min(layers + 1, fit))
