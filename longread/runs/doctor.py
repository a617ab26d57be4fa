"""Diagnosis: what this installation has, what it lacks, and how fast it reads.

Every check says what it found; where something is wrong it has a hint, and the others go on.
Nothing here touches the network: a model on a server is named and not asked.
"""

from __future__ import annotations

import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from longread import paths
from longread.errors import DocumentError, LongreadError, reason_of
from longread.models import gguf, machine, optimise, store
from longread.models.digest import file_digest
from longread.models.host import busy, host, load_average
from longread.models.store import InstalledModel
from longread.reading.options import ReadingOptions
from longread.reading.prompts import probe_pairs
from longread.runs.opening import open_engine, read_documents
from longread.runs.options import ModelOptions
from longread.runs.session import Session
from longread.version import __version__

_GB = 10**9
# Less free disk than this and models and blocks soon have no room.
_LEAST_DISK = 2 * _GB
# Instruction sets by their names in the processor's list, and in llama.cpp's.
_SETS = {"avx2": "AVX2", "avx512f": "AVX512", "amx_int8": "AMX_INT8", "asimddp": "DOTPROD"}
_REBUILD = (
    "build it for this processor: pip install --force-reinstall --no-binary llama-cpp-python "
    "llama-cpp-python"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `trouble` says what is wrong, `hint` what to do; both empty where all is well.

    `fatal`: without it nothing can be read.
    """

    name: str
    found: str
    trouble: str = ""
    hint: str = ""
    fatal: bool = False


Found = Iterator[Check]


def examine(options: ModelOptions) -> Found:
    """All checks, each as it ends; the last ones open the model and read a page."""

    def read() -> Found:
        return _reading(options)

    checks: list[Callable[[], Found]] = [
        _python,
        _processor,
        _llama_cpp,
        _models,
        _caches,
        _disk,
        _tesseract,
        read,
    ]
    for check in checks:
        try:
            yield from check()
        except LongreadError as error:
            yield Check(_name(check), "", error.message, error.hint, fatal=True)
        except OSError as error:
            reason = f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")
            yield Check(_name(check), "", reason, "check the folder's rights, and the disk")
        # What is broken may break in any way: a library that does not load, a torn install.
        except Exception as error:
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
            hint = "install it anew: pip install --force-reinstall longread llama-cpp-python"
            yield Check(_name(check), "", reason, hint, fatal=True)


def _name(check: Callable[[], Found]) -> str:
    return check.__name__.strip("_").replace("_", ".")


def _python() -> Found:
    yield Check("longread", __version__)
    bits = 64 if sys.maxsize > 2**32 else 32
    found = f"{platform.python_version()}, {bits} bits, {sys.executable}"
    yield Check(
        "python",
        found,
        *(("too little memory can be addressed", "use a Python of 64 bits") if bits == 32 else ()),
    )


def _processor() -> Found:
    here, memory = host(), machine.memory()
    sets = f" ({', '.join(here.instructions)})" if here.instructions else ""
    load = busy(load_average())
    yield Check(
        "processor",
        f"{here.processor}{sets}, {here.cores} cores",
        *((load, "times below are too long; look again when it is idle") if load else ()),
    )
    yield Check(
        "memory", f"{memory.total / _GB:.1f} GB, {memory.available / _GB:.1f} GB of it free"
    )


def _llama_cpp() -> Found:
    from longread.engine.llamacpp.build import build

    built = build()
    wanted = [_SETS[name] for name in host().instructions if name in _SETS]
    unused = [name for name in wanted if name not in built.features]
    found = f"llama-cpp-python {built.version}: {', '.join(built.features) or 'no CPU features'}"
    # A build without AMX is no slower than one that must be kept off it.
    slow = [name for name in unused if name != "AMX_INT8"]
    trouble = (f"built without {', '.join(slow)}, which this processor has", _REBUILD)
    yield Check("llama.cpp", found, *(trouble if slow else ()))
    if built.gpus:
        for gpu in built.gpus:
            size = f"{gpu.free / _GB:.1f} of {gpu.total / _GB:.1f} GB free"
            yield Check("gpu", f"{gpu.name}, {gpu.description}, {size}")
    elif Path("/proc/driver/nvidia/version").exists() and not built.offloads:
        yield Check(
            "gpu",
            "a graphics card that llama.cpp does not use",
            "llama-cpp-python was built for the CPU alone",
            'CMAKE_ARGS="-DGGML_CUDA=on" ' + _REBUILD.partition(": ")[2],
        )
    else:
        yield Check("gpu", "none")


def _models() -> Found:
    bundled, adapter = store.bundled_path(), optimise.adapter_path()
    if bundled is not None:
        yield Check("model", _file("bundled", bundled))
        if adapter is not None:
            yield Check("adapter", _file("reader, for bundled", adapter))
    for model in store.installed():
        yield _installed(model)


def _installed(model: InstalledModel) -> Check:
    digest = file_digest(model.path)
    whole = f"{model.name}, {_size(model.size)}, sha256 {digest[:12]}"
    if model.sha256 and len(gguf.shards(model.path)) == 1 and digest != model.sha256:
        hint = f"longread models rm {model.name}, then pull it again"
        return Check("model", whole, "damaged: not the file that was pulled", hint)
    try:
        gguf.require_instruct(gguf.read_header(model.path))
    except LongreadError as error:
        return Check(
            "model", whole, error.message, error.hint or f"longread models rm {model.name}"
        )
    return Check("model", whole)


def _file(name: str, path: Path) -> str:
    return f"{name}, {_size(path.stat().st_size)}, sha256 {file_digest(path)[:12]}"


def _caches() -> Found:
    from longread.documents import cache as documents
    from longread.prefix_cache import BlockStore

    blocks = BlockStore()
    held, texts = blocks.holdings(), documents.holdings()
    yield Check(
        "blocks", f"{_size(held.size)} of {_size(blocks.limit)}, {held.documents:,} documents"
    )
    yield Check("texts", f"{_size(texts[1])}, {texts[0]:,} documents")
    runs = list((paths.state_folder() / "runs").glob("*.jsonl"))
    size = sum(file.stat().st_size for file in runs)
    yield Check("runs", f"{_size(size)}, {len(runs):,} that were interrupted")


def _disk() -> Found:
    for name, folder in (("cache", paths.cache_folder()), ("data", paths.data_folder())):
        free = machine.free_disk(folder)
        trouble = _unwritable(folder) or ("nearly full" if free < _LEAST_DISK else "")
        hint = "make room, or set LONGREAD_HOME to a folder on another disk" if trouble else ""
        yield Check("disk", f"{_size(free)} free for {name} in {folder}", trouble, hint)


def _unwritable(folder: Path) -> str:
    """Why nothing can be written where `folder` is or will be; empty where it can."""
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            return ""
    except OSError as error:
        return f"cannot be written to: {reason_of(error)}"


def _tesseract() -> Found:
    from longread.documents.pdf import tesseract_languages

    try:
        yield Check("tesseract", ", ".join(tesseract_languages()))
    except DocumentError as error:
        # Nothing is wrong: only scanned pages need it.
        yield Check("tesseract", f"none; scanned pages need it: {error.hint}")


def _reading(options: ModelOptions) -> Found:
    """A page of the built-in probe, read for one of its questions."""
    resolved = store.resolve(options.model) if options.model else store.resolve_default()
    if resolved.address:
        yield Check("answers", f"{resolved.address}, a server; not asked: doctor uses no network")
        return
    yield Check("answers", f"{resolved.name} ({resolved.origin})", hint=resolved.note)
    lines: list[str] = []
    begun = time.perf_counter()
    engine = open_engine(resolved, options, lines.append)
    opening = time.perf_counter() - begun
    pairs = probe_pairs()
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.txt"
        page.write_text("\n\n".join(passage for passage, _question in pairs), "utf-8")
        documents = read_documents([str(page)])
    with Session(documents, engine) as session:
        run = session.run(pairs[0][1], ReadingOptions(blocks=False, exit=False))
        spent = sum(sum(step.seconds.values()) for step in run.steps())
        answer = run.answer()
    read = answer.tokens.prefilled
    yield Check(
        "read",
        f"opened in {opening:.1f} s; {read:,} tokens in {spent:.1f} s on {engine.info.device}; "
        f"{answer.status.replace('_', ' ')} in {answer.seconds:.1f} s",
        " ".join(lines),
        "check the disk, and longread cache info" if lines else "",
    )
    yield from _amx()


def _amx() -> Found:
    from longread.engine.llamacpp import amx

    yield Check("amx", amx.verdict())


def _size(size: int) -> str:
    return f"{size / _GB:.1f} GB" if size >= _GB else f"{size / 10**6:.1f} MB"
