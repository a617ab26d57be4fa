"""What only some engines can do, asked for and never assumed.

`prefix_states(engine)`, `branching(engine)` and `attention_probe(engine)` give the engine under
that protocol, or None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, cast

from longread.engine import Engine, Generation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pooling = Literal["mean", "max"]


@dataclass(frozen=True, slots=True)
class Attention:
    """What a query's tokens look at.

    `weights` has the shape (query tokens, tokens of prompt and query); the first
    `prompt_tokens` columns are the prompt's. A row sums to the number of heads that were
    added up. `spans` gives each token's characters (start, end) in prompt + query; a token
    without text of its own has an empty span.
    """

    weights: NDArray[np.float32]
    prompt_tokens: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class HeadAttention:
    """The attention that each token of a prompt receives from a query, head by head.

    `weights` has the shape (layers, heads, prompt tokens), pooled over the query's tokens;
    layers without attention are 0. `spans` as in `Attention`, in the prompt.
    """

    weights: NDArray[np.float32]
    spans: tuple[tuple[int, int], ...]


# A copied state: opaque bytes in the engine's own format.
State = memoryview


class StateKeeper(Protocol):
    """Where the states of pinned prefixes outlive the engine (longread.prefix_cache).

    `source` says what a prefix was made from (a document's digest); empty: nothing that may
    be kept. `whole` asks for a state in which every token has its place; otherwise, where the
    keeper `prunes`, some of them left. What `load` gives must be byte for byte what `save`
    was given for the same tokens by an engine of the same `layout`; it is valid until the
    next call. Neither raises for a fault of the disk: then nothing was kept. `crowded`: there is
    not room for all, so that it matters what each is worth.
    """

    prunes: bool
    crowded: bool

    def load(self, tokens: Sequence[int], source: str, *, whole: bool) -> State | None: ...

    def save(self, tokens: Sequence[int], source: str, state: State, *, whole: bool) -> None: ...

    def rate(self, tokens: Sequence[int], source: str, worth: float, *, whole: bool) -> None:
        """Say how much a kept state is worth, 0 to 1: what is worth least makes room first."""

    def remark(self, line: str) -> None:
        """Tell the user once what went wrong with a kept state, in one line."""

    def dropped(self, prefix: str, tokens: Sequence[int]) -> Sequence[int]:
        """Positions of `tokens`, those of `prefix`, that leave the state before it is kept."""


@dataclass(frozen=True, slots=True)
class PinnedPrompt:
    """A prompt that goes on after a prefix whose state is kept (`PrefixStates.pin_prefix`)."""

    prefix: str
    prompt: str
    source: str = ""
    whole: bool = False


class PrefixStates(Engine, Protocol):
    """KV states of prefixes: read once, pinned for many questions, kept on disk.

    Capability "states".
    """

    # Where the states of pinned prefixes are kept between runs; None: nowhere.
    keeper: StateKeeper | None

    @property
    def storable_tokens(self) -> int | None:
        """The longest prefix whose state is kept; None where length does not matter.

        A model whose layers see a window of the last tokens copies out that window alone.
        """

    def pin_prefix(self, prefix: str, *, source: str = "", whole: bool = False) -> None:
        """Have the state of `prefix` ready, and nothing else, for prompts that begin with it.

        It is decoded alone or comes from the `keeper`; either way what follows is decoded in
        the same batches over the same cells, so probabilities do not depend on it. `source`
        and `whole` as in `StateKeeper`. Does nothing for a prefix that does not fit.
        """

    def choose_many(
        self, asked: Sequence[PinnedPrompt], options: Mapping[str, Sequence[str]]
    ) -> list[dict[str, float]]:
        """`choose` for prompts behind any number of prefixes: several in one batch.

        As if each prefix had been pinned for its prompt, and a prompt gives the same to the bit
        whoever it is asked beside. What `pin_prefix` pinned before may have to be pinned anew.
        """

    def score_many(
        self, asked: Sequence[PinnedPrompt], continuations: Sequence[str]
    ) -> list[list[float]]:
        """`score` for prompts behind any number of prefixes, as `choose_many`."""

    def rate_prefix(self, prefix: str, worth: float, *, source: str) -> None:
        """Tell the `keeper` how much the state of `prefix` is worth keeping, 0 to 1.

        Its gate's probability, the highest of several questions: where not all fit on disk,
        what opened or nearly did stays.
        """

    def state_bytes(self, tokens: int) -> int:
        """Bytes that the state of a prefix of so many tokens takes; asked before reading begins,
        since it empties the cache once."""

    @property
    def layout(self) -> str:
        """What a copied state depends on beside the model's file: library, device, types."""


class Branching(Engine, Protocol):
    """Several prompts in one batch: what they begin with alike is decoded once.

    Capability "branches".
    """

    def choose_all(
        self, prompts: Sequence[str], options: Mapping[str, Sequence[str]]
    ) -> list[dict[str, float]]:
        """`choose` for several prompts at once: what they begin with alike is decoded once."""

    def score_all(self, prompts: Sequence[str], continuations: Sequence[str]) -> list[list[float]]:
        """`score` for several prompts at once, each with its own continuation."""

    def continuations(self, prompt: str, *, count: int, max_tokens: int) -> list[Generation]:
        """At most `count` likely ways to go on until the model ends its turn, likeliest first.

        At least one; where none ends within `max_tokens`, one that does not.
        """


class AttentionProbe(Engine, Protocol):
    """Attention weights of single heads.

    Capability "attention".
    """

    def attention(
        self, prompt: str, query: str, *, heads: Sequence[tuple[int, int | None]] | None = None
    ) -> Attention:
        """What the tokens of `query` look at, which stands right after `prompt`.

        Summed over the (layer, head) pairs in `heads`, head None standing for all of its
        layer; over all heads of the last layer when `heads` is None. The prompt's state is
        kept apart from that of the other calls, and reused while prompts share their
        beginning. Raises ModelError where the model's backend does not show its weights.
        """

    def attention_by_head(
        self, prompt: str, query: str, *, pooling: Pooling = "mean"
    ) -> HeadAttention:
        """The attention that the prompt's tokens receive from those of `query`, for each head.

        `pooling` over the query's tokens: their mean, or the largest weight. Otherwise as
        `attention`.
        """


def prefix_states(engine: Engine) -> PrefixStates | None:
    """The engine with pinned prefixes; None where its model's state cannot be shared."""
    return cast(PrefixStates, engine) if "states" in engine.capabilities else None


def branching(engine: Engine) -> Branching | None:
    """The engine with several prompts in one batch; None where it takes one at a time."""
    return cast(Branching, engine) if "branches" in engine.capabilities else None


def choose_each(
    engine: Engine, prompts: Sequence[str], options: Mapping[str, Sequence[str]]
) -> list[dict[str, float]]:
    """`choose` for several prompts: in one batch where the engine can, else one by one."""
    branches = branching(engine) if len(prompts) > 1 else None
    if branches is not None:
        return branches.choose_all(prompts, options)
    return [engine.choose(prompt, options) for prompt in prompts]


def score_each(
    engine: Engine, prompts: Sequence[str], continuations: Sequence[str]
) -> list[list[float]]:
    """`score` for several prompts: in one batch where the engine can, else one by one."""
    branches = branching(engine) if len(prompts) > 1 else None
    if branches is not None:
        return branches.score_all(prompts, continuations)
    return [engine.score(*pair) for pair in zip(prompts, continuations, strict=True)]


def attention_probe(engine: Engine) -> AttentionProbe | None:
    """The engine with its attention weights; None where it does not show them."""
    return cast(AttentionProbe, engine) if "attention" in engine.capabilities else None


def shares(mass: Mapping[str, float]) -> dict[str, float]:
    """Each option's share of the probability of all; equal shares where there is none."""
    total = sum(mass.values())
    if total <= 0.0:
        return {option: 1.0 / len(mass) for option in mass}
    return {option: value / total for option, value in mass.items()}
