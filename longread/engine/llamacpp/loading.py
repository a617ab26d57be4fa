"""Open a GGUF file: model, context, device; every failure in one line with llama.cpp's reason."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama

from longread.documents.workers import available_cores
from longread.engine.kv_size import SLOTS, Value, kv_bytes_per_token
from longread.engine.llamacpp import amx, devices, library
from longread.engine.llamacpp.runtime import BATCH, Runtime
from longread.errors import ModelError

# What a file with a merged adapter says of itself (longread.models.merge).
_PROTOCOL_KEY = b"longread.protocol"

# Prompts decoded side by side (branches.py). Each is a sequence; where a sequence has a state
# of its own (recurrent models) there are none.
BRANCHES = 28

# Tokens that go through the model at once in the context for questions.
_ASKED_BATCH = 128

# Numbers of the KV cache, llama.cpp's default. In q8_0 it is half as large, and prefill half
# as fast.
KV_TYPE = "f16"


@dataclass(frozen=True, slots=True)
class Opened:
    """A model ready to decode. `template` is its own chat template, empty when it has none.

    `protocol` is the reading protocol that it was trained on, or empty; `offloaded` says
    whether any of it is on a GPU.
    """

    runtime: Runtime
    device: str
    offloaded: bool
    template: str
    parameters: int
    protocol: str
    threads: int
    layers: int


def open_model(
    path: Path, *, context: int | None, gpu_layers: int | None, threads: int | None
) -> Opened:
    """Load the model at `path`.

    `context` in tokens (None: 8,192, or what the model was trained for if less);
    `gpu_layers` None fits as many as go into free GPU memory; `threads` None takes the
    cores that this process may use. Raises ModelError with llama.cpp's own reason.
    """
    if not path.is_file():
        raise ModelError(f"{path.name} is not there.", "longread models list")
    library.start()
    library.forget_log()
    amx.guard(path)
    offload, device = _offload(path, context, gpu_layers)
    parameters = llama.llama_model_default_params()
    parameters.n_gpu_layers = offload
    model = library.apart(llama.llama_model_load_from_file, str(path).encode(), parameters)
    if not model:
        reason = library.last_reason() or "not a GGUF model that llama.cpp knows"
        raise ModelError(
            f"{path.name} could not be loaded: {reason}.",
            "the file may be damaged: longread models pull it again, or longread models list",
        )
    amx.loaded(path)
    try:
        flag = library.AbortFlag()
        count = threads or available_cores()
        opened = _open_context(model, flag, context, count, path)
    except BaseException:
        llama.llama_model_free(model)
        raise
    template = llama.llama_model_chat_template(model, None)
    return Opened(
        Runtime(model, opened, flag, SLOTS),
        device,
        offload > 0,
        template.decode("utf-8", "replace") if template else "",
        int(llama.llama_model_n_params(model)),
        _metadata(model, _PROTOCOL_KEY),
        count,
        int(llama.llama_model_n_layer(model)),
    )


def open_attention(model: Any, *, tokens: int, threads: int, callback: Any) -> Runtime:
    """A second context of a loaded model whose attention weights `callback` is shown.

    One sequence of `tokens` tokens, flash attention off: the fused kernel keeps its weights
    to itself. Raises ModelError when there is no memory for it.
    """
    opened = _second_context(model, tokens, threads, slots=1, n_seq_max=1, cb_eval=callback)
    if opened is None:
        reason = library.last_reason() or "not enough memory for a second context"
        raise ModelError(
            f"this model's attention cannot be read: {reason}.",
            "use another --strategy (gated needs no attention)",
        )
    return opened


def open_query_context(model: Any, *, tokens: int, threads: int) -> Runtime | None:
    """A second context of `tokens` tokens without flash attention, for the questions to a held
    prefix; None when there is no memory for it."""
    # Questions are short, and the scores of a batch are as long as it is: 9 MB for 128 tokens.
    return _second_context(
        model, tokens, threads, slots=SLOTS, n_seq_max=SLOTS + BRANCHES, n_ubatch=_ASKED_BATCH
    )


def open_streams(
    model: Any, *, streams: int, tokens: int, threads: int, flash: bool
) -> Runtime | None:
    """A context whose sequences have `tokens` cells each, for several prefixes side by side;
    None when there is no memory for it. `flash` attention as in the context that reads them."""
    tokens *= streams
    special: dict[str, Any] = {"n_seq_max": streams, "kv_unified": False}
    return _second_context(model, tokens, threads, slots=streams, flash=flash, **special)


def _second_context(
    model: Any, tokens: int, threads: int, *, slots: int, flash: bool = False, **special: Any
) -> Runtime | None:
    """A context of a loaded model with some parameters of its own; None where it cannot be
    opened."""
    library.forget_log()
    flag = library.AbortFlag()
    parameters = _context_parameters(flag, tokens, threads)
    if not flash:
        parameters.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
    for name, value in special.items():
        setattr(parameters, name, value)
    opened = library.apart(llama.llama_init_from_model, model, parameters)
    return Runtime(model, opened, flag, slots, owns_model=False) if opened else None


def kv_bytes(model: Any) -> int:
    """Bytes of keys and values a token takes in f16.

    llama.cpp does not tell of lists: a model whose layers differ takes less than is said here.
    """
    architecture = _metadata(model, b"general.architecture")

    def get(key: str) -> Value:
        text = _metadata(model, f"{architecture}.{key}".encode())
        with suppress(ValueError):
            return int(text)
        return None

    return kv_bytes_per_token(get)


def _metadata(model: Any, key: bytes) -> str:
    """A value of the file's metadata as a string; empty where there is none."""
    buffer = ctypes.create_string_buffer(64)
    length = llama.llama_model_meta_val_str(model, key, buffer, len(buffer))
    return buffer.value.decode("utf-8", "replace") if length > 0 else ""


def _open_context(
    model: Any, flag: library.AbortFlag, context: int | None, threads: int, path: Path
) -> Any:
    if not llama.llama_model_has_decoder(model):
        raise ModelError(
            f"{path.name} is not a text generation model.",
            "longread needs an instruct model: longread models list",
        )
    trained = int(llama.llama_model_n_ctx_train(model))
    parameters = _context_parameters(flag, min(context or 8192, trained), threads)
    recurrent = llama.llama_model_is_recurrent(model) or llama.llama_model_is_hybrid(model)
    parameters.n_seq_max = SLOTS if recurrent else SLOTS + BRANCHES
    opened = library.apart(llama.llama_init_from_model, model, parameters)
    if not opened:
        reason = library.last_reason() or "not enough memory for its context"
        raise ModelError(f"{path.name} could not be started: {reason}.", "use a smaller --context")
    return opened


def _context_parameters(flag: library.AbortFlag, tokens: int, threads: int) -> Any:
    parameters = llama.llama_context_default_params()
    parameters.n_ctx = tokens
    parameters.n_batch = BATCH
    parameters.n_ubatch = BATCH
    parameters.kv_unified = True
    parameters.no_perf = True
    parameters.n_threads = threads
    parameters.n_threads_batch = threads
    parameters.abort_callback = flag.callback
    parameters.abort_callback_data = flag.data
    return parameters


def _offload(path: Path, context: int | None, gpu_layers: int | None) -> tuple[int, str]:
    """Layers to offload and the device's name as shown to the user."""
    found = devices.gpus()
    if not found or gpu_layers == 0:
        return 0, "CPU"
    device = max(found, key=lambda candidate: candidate.free)
    name = device.description or device.name
    if gpu_layers is not None:
        return gpu_layers, name
    shape = model_shape(path)
    if shape is None:
        return 999, name
    layers, kv_bytes_a_token = shape
    size = path.stat().st_size
    fit = devices.layers_that_fit(
        sum(candidate.free for candidate in found),
        size,
        layers,
        kv_bytes_a_token * (context or 8192),
    )
    if fit > layers:
        return 999, name
    return (fit, f"{name} ({fit} of {layers} layers) + CPU") if fit else (0, "CPU")


def model_shape(path: Path) -> tuple[int, int] | None:
    """(layers, KV bytes a token in f16), read from the file's metadata without its weights."""
    parameters = llama.llama_model_default_params()
    parameters.no_alloc = True
    parameters.load_mode = llama.LLAMA_LOAD_MODE_NONE
    parameters.n_gpu_layers = 0
    model = library.apart(llama.llama_model_load_from_file, str(path).encode(), parameters)
    if not model:
        return None
    try:
        return int(llama.llama_model_n_layer(model)), kv_bytes(model)
    finally:
        llama.llama_model_free(model)
