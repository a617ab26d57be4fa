"""LoRA merging: a low-rank adapter into a GGUF model, in the format that reads fastest.

For each adapted matrix: dequantise, add (alpha / rank) · B · A, quantise anew. The reader
was trained on weights rounded in just this way (models/reader), so the file made here is
the one that its figures were measured on. An adapter applied at run time would cost a
third of the prefill.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longread.engine.gguf_types import FILE_TYPE_NUMBERS
from longread.errors import ModelError

# What a merged file says of itself: the reading protocol its model was trained on.
PROTOCOL_KEY = "longread.protocol"
_ALPHA = "adapter.lora.alpha"


def merge(base: Path, adapter: Path, target: Path, number_format: str = "Q4_0") -> None:
    """Write `base` with `adapter` merged in to `target`; matrices in `number_format`.

    Raises ModelError when the files do not belong together or the gguf package is missing,
    OSError when `target` cannot be written.
    """
    gguf = _gguf()
    source, learned = gguf.GGUFReader(base), gguf.GGUFReader(adapter)
    thin = {tensor.name: tensor for tensor in learned.tensors}
    alpha = learned.fields.get(_ALPHA)
    protocol = learned.fields.get(PROTOCOL_KEY)
    if alpha is None or protocol is None or not thin:
        raise ModelError(f"{adapter.name} is not a reader's adapter.")
    scale = float(alpha.contents())
    wanted = gguf.GGMLQuantizationType[number_format]
    writer = gguf.GGUFWriter(target, str(source.fields["general.architecture"].contents()))
    _copy_fields(gguf, source, writer)
    writer.add_file_type(FILE_TYPE_NUMBERS[number_format])
    writer.add_string(PROTOCOL_KEY, str(protocol.contents()))
    matched = 0
    for tensor in source.tensors:
        down = thin.get(f"{tensor.name}.lora_a")
        up = thin.get(f"{tensor.name}.lora_b")
        if down is None or up is None:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
            continue
        matched += 2
        merged = _plain(gguf, tensor)
        first, second = _plain(gguf, down), _plain(gguf, up)
        if first.shape[1] != merged.shape[1] or second.shape[0] != merged.shape[0]:
            raise ModelError(f"{adapter.name} was made for another model than {base.name}.")
        merged += (second @ first) * np.float32(scale / first.shape[0])
        writer.add_tensor(tensor.name, gguf.quants.quantize(merged, wanted), raw_dtype=wanted)
    if matched != len(thin):
        raise ModelError(f"{adapter.name} was made for another model than {base.name}.")
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def _gguf() -> Any:
    try:
        import gguf
    except ImportError as error:
        raise ModelError(
            "the reader's adapter needs the gguf package.", "pip install 'longread[bundled]'"
        ) from error
    return gguf


def _plain(gguf: Any, tensor: Any) -> NDArray[np.float32]:
    values: NDArray[np.float32] = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
    return np.array(values, dtype=np.float32)


def _copy_fields(gguf: Any, source: Any, writer: Any) -> None:
    """Every field of the base file, but those that the writer sets itself."""
    own = ("general.architecture", "general.file_type")
    for name, field in source.fields.items():
        if name.startswith("GGUF.") or name in own:
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, sub_type=inner)
