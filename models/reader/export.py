"""Export a trained adapter: checkpoint → GGUF adapter that the package ships.

    python export.py build/checkpoint.pt ../../longread/models/adapters/….reader.gguf

The file is a LoRA adapter as llama.cpp knows it (matrices `….lora_a`, `….lora_b`), in
Q8_0: rank 32 in 10.4 MB. Rounding the adapter to Q8_0 moves the merged weights by less
than a hundredth of what rounding them to Q4_0 does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gguf
import torch

PROTOCOL = "reader/1"


def export(checkpoint: Path, target: Path, plain_type: bool = False) -> None:
    """Write the adapter of `checkpoint` to `target`."""
    matrices = torch.load(checkpoint, weights_only=True)["adapter"]
    rank = next(iter(matrices.values())).shape[0]
    writer = gguf.GGUFWriter(target, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 2.0 * rank)
    writer.add_string("general.name", "SmolLM2-135M-Instruct reader")
    writer.add_string("general.license", "cc-by-sa-4.0")
    writer.add_string("longread.protocol", PROTOCOL)
    kind = gguf.GGMLQuantizationType.F16 if plain_type else gguf.GGMLQuantizationType.Q8_0
    for name, matrix in matrices.items():
        values = gguf.quants.quantize(matrix.float().numpy(), kind)
        writer.add_tensor(name, values, raw_dtype=kind)
    target.parent.mkdir(parents=True, exist_ok=True)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, rank {rank}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--f16", action="store_true", help="keep the matrices in f16")
    given = parser.parse_args()
    export(given.checkpoint, given.target, given.f16)
