"""The training model's projections: what is merged is the weight and the adapter, once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch; reading does not")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "reader"))
from model import Projection, q4_0  # noqa: E402


@pytest.mark.parametrize("compute", ["float32", "bfloat16"])
def test_merging_again_changes_nothing(compute: str) -> None:
    weight = torch.randn(64, 32, generator=torch.Generator().manual_seed(0))
    projection = Projection(weight.clone(), rank=4, alpha=8.0, compute=getattr(torch, compute))
    torch.nn.init.normal_(projection.up)
    projection.merge(fake_quantise=False)
    once = projection.merged.clone()
    projection.merge(fake_quantise=False)
    assert torch.equal(projection.merged, once)
    assert torch.equal(projection.weight, weight)
    assert not torch.equal(once.float(), weight)


def test_rounding_to_q4_0_is_a_fixed_point() -> None:
    weight = torch.randn(8, 64, generator=torch.Generator().manual_seed(1))
    rounded = q4_0(weight)
    assert torch.allclose(q4_0(rounded), rounded, atol=1e-3)
    assert 0 < (rounded - weight).abs().max() < weight.abs().max() / 6
