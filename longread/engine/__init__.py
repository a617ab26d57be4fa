"""Language model inference: the protocol that every engine fills.

Contract: an `Engine` turns prompts into tokens, log-probabilities and text. It knows
nothing of documents, memory or gates. Prompts are text already rendered by the model's
own chat template (`render`); special tokens in them are honoured. Every engine reuses
the state of the longest prefix it still holds, so callers put what stays constant first.

What depends on the model and on who runs it stands in protocols of its own (`optional.py`), which
are asked for and never assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a loaded model. `context` is in tokens, `parameters` and `layers` counts.

    `protocol` is the reading protocol that the file says its model was trained on
    (`reader/1`), or empty. Without a `chat_template` it is most likely a base model, which
    goes on with a text and follows no instructions.
    """

    name: str
    file: str
    device: str
    context: int
    parameters: int
    protocol: str = ""
    layers: int = 0
    chat_template: bool = True


@dataclass(slots=True)
class Usage:
    """Running totals since the engine was made: tokens prefilled, reused, generated."""

    prefilled: int = 0
    reused: int = 0
    generated: int = 0


@dataclass(frozen=True, slots=True)
class Generation:
    """Generated text without the stop string.

    `finished` is False when the budget cut it off, or (`looped`) it went round in a circle.
    `log_probability` is the natural log of the probability of all generated tokens.
    """

    text: str
    tokens: int
    finished: bool
    log_probability: float = 0.0
    looped: bool = False

    @property
    def cut_off(self) -> str:
        """Why the text has no end, in words; empty where it has one."""
        if self.finished:
            return ""
        return "it went round in a circle" if self.looped else f"cut off at {self.tokens:,} tokens"


class Engine(Protocol):
    """Prompts to text and probabilities: what every engine can do, a server's as well.

    `capabilities` names what this model and its backend can do: "generate", "choose",
    "score", and the optional protocols' "states", "branches", "attention"; "concurrent" says
    that prompts which begin differently gain by being asked together as well. Raises
    ModelError when what is asked is beyond them.
    """

    info: ModelInfo
    usage: Usage
    capabilities: frozenset[str]

    def tokenize(self, text: str) -> list[int]:
        """Token ids of plain text: no special tokens are added or recognised."""

    def count(self, text: str) -> int:
        """Number of tokens of plain text."""

    def escape_special_tokens(self, text: str) -> str:
        """`text` with the model's control tokens made harmless, for text that is not ours.

        A document that says `<|im_end|>` must not end the user's turn.
        """

    def render(self, messages: Sequence[Message], **variables: object) -> str:
        """Messages through the model's chat template, up to where the reply begins.

        `variables` reach the template (`enable_thinking=False` and the like).
        """

    def generate(
        self,
        prompt: str,
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> Generation:
        """Continue `prompt` until the model ends its turn, a stop string, or `max_tokens`; or
        until it only repeats itself."""

    def choose(self, prompt: str, options: Mapping[str, Sequence[str]]) -> dict[str, float]:
        """Probability of each option as the next word; an option lists its spellings.

        The mass of an option is the summed probability of the first tokens of its
        spellings; the result is normalised over the options and sums to 1.
        """

    def score(self, prompt: str, continuation: str) -> list[float]:
        """Log-probability (natural log) of each token of `continuation` after `prompt`."""

    def forget(self) -> None:
        """Drop all state that is held for reuse: the next prompt is decoded from its start."""

    def close(self) -> None:
        """Give the model's memory back. Safe to call twice."""
