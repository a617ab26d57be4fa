from __future__ import annotations

from pathlib import Path

import pytest

from longread.errors import ModelError
from longread.models import gguf, store
from tests.models.gguf_files import gguf_bytes


def written(folder: Path, data: bytes, name: str = "m.gguf") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_what_a_header_says(tmp_path: Path) -> None:
    data = gguf_bytes(
        weights=96,
        general__file_type=15,
        llama__block_count=2,
        llama__embedding_length=64,
        llama__attention__head_count=4,
        llama__attention__head_count_kv=2,
    )
    header = gguf.read_header(written(tmp_path, data))
    assert (header.architecture, header.name) == ("llama", "Tiny")
    assert (header.version, header.tensors, header.parameters) == (3, 1, 96)
    assert (header.context, header.file_type, header.has_chat_template) == (2048, "Q4_K_M", True)
    assert header.size_bytes == len(data)
    assert header.cache_bytes_per_token == 2 * 2 * (16 + 16) * 2
    assert "tokenizer.ggml.tokens" not in header.metadata


def test_a_header_that_says_too_little_has_no_cache_size(tmp_path: Path) -> None:
    assert gguf.read_header(written(tmp_path, gguf_bytes())).cache_bytes_per_token == 0


@pytest.mark.model
def test_the_bundled_model() -> None:
    path = store.bundled_path()
    if path is None:
        pytest.skip("the bundled model is not installed")
    header = gguf.read_header(path)
    gguf.require_instruct(header)
    assert header.architecture == "llama"
    assert header.parameters == 134_515_008
    assert (header.context, header.file_type) == (8192, "Q4_1")
    assert header.cache_bytes_per_token == 22.5 * 1024


def test_every_truncation_is_noticed(tmp_path: Path) -> None:
    data = gguf_bytes(weights=16)
    for length in range(4, len(data)):
        with pytest.raises(ModelError, match="ends before"):
            gguf.read_header(written(tmp_path, data[:length]))


def test_a_truncated_quantised_tensor_is_noticed(tmp_path: Path) -> None:
    # 64 weights in Q8_0 are two blocks of 34 bytes; 128 bytes are written.
    data = gguf_bytes(weights=64, kind=8, width=2)
    start = len(data) - 128
    assert gguf.read_header(written(tmp_path, data[: start + 68])).parameters == 64
    with pytest.raises(ModelError, match="ends before"):
        gguf.read_header(written(tmp_path, data[: start + 67]))


@pytest.mark.parametrize("data", [b"", b"GG", b"%PDF-1.7 and so on", b"PK\x03\x04"])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ModelError, match=r"m\.gguf is not a GGUF file"):
        gguf.read_header(written(tmp_path, data))


def test_an_unknown_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="version 1 is not supported"):
        gguf.read_header(written(tmp_path, gguf_bytes(version=1)))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read: No such file"):
        gguf.read_header(tmp_path / "none.gguf")


@pytest.mark.parametrize("architecture", ["bert", "nomic-bert", "jina-bert-v2", "gemma-embedding"])
def test_embedding_architectures_are_refused(tmp_path: Path, architecture: str) -> None:
    header = gguf.read_header(written(tmp_path, gguf_bytes(architecture)))
    with pytest.raises(ModelError, match=r"m\.gguf is an embedding model"):
        gguf.require_instruct(header)


def test_pooling_makes_an_embedding_model(tmp_path: Path) -> None:
    header = gguf.read_header(written(tmp_path, gguf_bytes("qwen3", qwen3__pooling_type=3)))
    with pytest.raises(ModelError, match="embedding"):
        gguf.require_instruct(header)
    plain = gguf.read_header(written(tmp_path, gguf_bytes("qwen3", qwen3__pooling_type=0)))
    gguf.require_instruct(plain)


def test_a_vision_part_is_refused(tmp_path: Path) -> None:
    header = gguf.read_header(written(tmp_path, gguf_bytes("clip"), "mmproj.gguf"))
    with pytest.raises(ModelError, match="vision part"):
        gguf.require_instruct(header)


def test_shards_are_counted_together(tmp_path: Path) -> None:
    first = written(tmp_path, gguf_bytes(weights=10), "m-00001-of-00002.gguf")
    second = written(tmp_path, gguf_bytes(weights=20), "m-00002-of-00002.gguf")
    header = gguf.read_header(second)
    assert (header.path, header.parameters) == (first, 30)
    first.unlink()
    with pytest.raises(ModelError, match="00001-of-00002"):
        gguf.read_header(second)
