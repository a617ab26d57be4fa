"""A model whose state cannot be cut back: noticed, said in one line, and read without blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from longread.engine.llamacpp import LlamaCppEngine
from longread.prefix_cache import BlockStore
from longread.reading.options import ReadingOptions
from longread.runs.session import Session
from tests.scripted import page, paged

WIDTH, INNER, STATE, RANK = 64, 128, 8, 4


def byte_letters() -> list[str]:
    """The letter that stands for each byte in GPT-2's tokenizer."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + place) for place in range(len(others))]


def write_mamba(path: Path) -> None:
    """A Mamba model of two layers with random weights; its tokens are bytes."""
    gguf = pytest.importorskip("gguf")
    np = pytest.importorskip("numpy")
    writer = gguf.GGUFWriter(path, "mamba")
    tokens = [*byte_letters(), "Ġt", "<|endoftext|>"]
    writer.add_context_length(4096)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_block_count(2)
    writer.add_ssm_conv_kernel(4)
    writer.add_ssm_inner_size(INNER)
    writer.add_ssm_state_size(STATE)
    writer.add_ssm_time_step_rank(RANK)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * (len(tokens) - 1) + [3])
    writer.add_token_merges(["Ġ t"])
    writer.add_eos_token_id(len(tokens) - 1)
    chance = np.random.default_rng(1)

    def add(name: str, *shape: int) -> None:
        writer.add_tensor(name, chance.normal(0, 0.1, shape).astype(np.float32))

    add("token_embd.weight", len(tokens), WIDTH)
    add("output_norm.weight", WIDTH)
    for layer in range(2):
        block = f"blk.{layer}"
        add(f"{block}.attn_norm.weight", WIDTH)
        add(f"{block}.ssm_in.weight", 2 * INNER, WIDTH)
        add(f"{block}.ssm_conv1d.weight", INNER, 4)
        add(f"{block}.ssm_conv1d.bias", INNER)
        add(f"{block}.ssm_x.weight", RANK + 2 * STATE, INNER)
        add(f"{block}.ssm_dt.weight", INNER, RANK)
        add(f"{block}.ssm_dt.bias", INNER)
        add(f"{block}.ssm_a", INNER, STATE)
        add(f"{block}.ssm_d", INNER)
        add(f"{block}.ssm_out.weight", WIDTH, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture
def mamba(tmp_path: Path) -> Iterator[LlamaCppEngine]:
    write_mamba(tmp_path / "mamba.gguf")
    with LlamaCppEngine(tmp_path / "mamba.gguf", context=2048) as engine:
        yield engine


def test_it_has_no_states_to_hold(mamba: LlamaCppEngine) -> None:
    assert "states" not in mamba.capabilities
    assert "score" in mamba.capabilities


def test_reading_goes_on_without_blocks_and_says_so_once(mamba: LlamaCppEngine) -> None:
    reported: list[str] = []
    options = ReadingOptions(
        gate="likelihood", chunk_tokens=200, unit_tokens=200, memory_tokens=100, max_chunks=1
    )
    document = paged(page(1, sentences=2), page(2, sentences=2))
    run = Session([document], mamba).run("Who wrote?", options, report=reported.append)
    (step,) = run.steps()
    assert all(0.0 <= gate <= 1.0 for gate in step.unit_gates)
    assert reported == [
        "this model's state cannot be cut back to a passage: no blocks, every question reads "
        "the document anew"
    ]
    assert mamba.keeper is None
    assert BlockStore().holdings().blocks == 0
