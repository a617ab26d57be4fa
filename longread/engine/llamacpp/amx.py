"""Keep llama.cpp off a CPU's AMX unit where the installed build crashes on it.

Measured: llama.cpp built by GCC 12 (Debian 12's compiler, so what `pip install` gives
there) dies with SIGILL at its first AMX tile load for every quantised type AMX serves
(Q4_0, Q4_1, Q8_0, K-quants), although AMX itself works on that machine. A crash cannot be
caught, so a child process tries the model once, and the verdict is kept.

llama.cpp has no switch for AMX alone; turning all repacking off costs a third of the
prefill (benchmarks/LOG.md#2026-11-21-engine). But it asks the kernel for leave to use the tiles,
and Linux refuses while an alternate signal stack stands that is too small for them. Then
llama.cpp takes its next best path.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from llama_cpp._ctypes_extensions import load_shared_library
from llama_cpp._ggml import libggml, libggml_base_path

from longread import paths
from longread.errors import ModelError

# Large enough for the AVX-512 signal frame (about 3.5 KB), too small for AMX (about 11 KB).
_SMALL_STACK = 8192
_PROBE_SECONDS = 120


class _SignalStack(ctypes.Structure):
    _fields_ = (("sp", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t))


# ggml chooses its CPU paths once a process, with the first model that is loaded.
_refused: list[Path] = []
_allowed: list[Path] = []


def guard(model: Path) -> bool:
    """Make it safe to load `model` in this process; True when AMX had to be kept out.

    Raises ModelError when it is too late for that: an earlier model, of a type that AMX
    does not serve, was loaded with it.
    """
    if not _cpu_has_amx() or os.environ.get("_LONGREAD_AMX_PROBE"):
        return False
    if _refused:
        return True
    if not _crashes(model):
        return False
    if _allowed:
        raise ModelError(
            f"{model.name} cannot be loaded after {_allowed[0].name}: "
            "llama.cpp would crash on this CPU's AMX unit.",
            "load it first, or in a process of its own",
        )
    _refuse_tiles()
    _refused.append(model)
    return True


def loaded(model: Path) -> None:
    """Tell the guard that `model` was loaded: what ggml chose for it stands from now on."""
    if not _refused:
        _allowed.append(model)


def verdict() -> str:
    """What became of the AMX unit in this process, once a model was loaded."""
    if not _cpu_has_amx():
        return "none in this processor"
    return "kept out: llama.cpp crashes on it here" if _refused else "left to llama.cpp"


def _cpu_has_amx() -> bool:
    with suppress(OSError):
        return sys.platform == "linux" and "amx_int8" in Path("/proc/cpuinfo").read_text()
    return False


def _crashes(model: Path) -> bool:
    """Whether a child that decodes with `model` dies of a signal; asked once a file and build."""
    built = next(libggml_base_path.glob("libggml-cpu.so*"), libggml_base_path).stat()
    file = model.stat()
    key = f"{built.st_size} {built.st_mtime_ns} {model.resolve()} {file.st_size} {file.st_mtime_ns}"
    name = hashlib.sha256(key.encode()).hexdigest()[:16]
    verdict = paths.cache_folder() / "engine" / f"amx-{name}"
    with suppress(OSError):
        return verdict.read_text() == "crashes"
    crashes = _try_in_a_child(model)
    if crashes is not None:
        with suppress(OSError), paths.write_atomically(verdict) as part:
            part.write_text("crashes" if crashes else "works")
    return bool(crashes)


def _try_in_a_child(model: Path) -> bool | None:
    """Whether the child dies of a signal; None where it takes too long to tell.

    A large model on a cold disk may: it is loaded as if it worked, and asked again next time.
    """
    code = (
        "import sys; from pathlib import Path; from longread.engine.llamacpp import LlamaCppEngine;"
        "LlamaCppEngine(Path(sys.argv[1]), context=256).score('one two three four', ' five')"
    )
    try:
        child = subprocess.run(
            [sys.executable, "-c", code, str(model)],
            env={**os.environ, "_LONGREAD_AMX_PROBE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return child.returncode < 0


def _refuse_tiles() -> None:
    """Have llama.cpp choose its CPU paths now, while the kernel refuses the tiles."""
    libc = ctypes.CDLL(None)
    memory = ctypes.create_string_buffer(_SMALL_STACK)
    small = _SignalStack(ctypes.addressof(memory), 0, _SMALL_STACK)
    before = _SignalStack()
    libc.sigaltstack(ctypes.byref(small), ctypes.byref(before))
    # The refusal makes ggml write a line to the C library's stderr, past every callback.
    stderr = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        _choose_cpu_paths()
    finally:
        libc.fflush(None)
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(null)
        libc.sigaltstack(ctypes.byref(before), None)


def _choose_cpu_paths() -> None:
    """Call ggml's once-a-process list of CPU buffer types (AMX, repacking)."""
    base = load_shared_library("ggml-base", libggml_base_path)
    libggml.ggml_backend_dev_by_type.restype = ctypes.c_void_p
    base.ggml_backend_dev_backend_reg.restype = ctypes.c_void_p
    base.ggml_backend_reg_get_proc_address.restype = ctypes.c_void_p
    cpu = ctypes.c_void_p(libggml.ggml_backend_dev_by_type(0))
    registry = ctypes.c_void_p(base.ggml_backend_dev_backend_reg(cpu))
    address = base.ggml_backend_reg_get_proc_address(registry, b"ggml_backend_dev_get_extra_bufts")
    if address:
        ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(address)(cpu)
