"""An engine that says what the test has written for it, and documents to read with it.

Each kind of call has a script of its own: a list that is used up from the front, or a
function of the prompt. A used-up script fails the test. An exception in a script is raised.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from longread.documents.model import Document, Page
from longread.engine import Generation, Message, ModelInfo, Usage
from longread.engine.optional import Attention, HeadAttention, Pooling, StateKeeper

# Words that only one prompt file has.
_ROLES = {
    "relevance": "Does the passage say",
    "short_answer": "\n\nAnswer in a few words.",
    "step": "Copy the one sentence",
    "look_for": "does not give the whole answer",
    "standalone": "Rewrite the new question",
    "plan": "Write three searches",
    "decompose": "You break questions about",
    "bridge": "You look at questions about",
    "compares": "You reply rows if",
    "table_query": "You write one SQLite query",
    "everything": "Does the question ask for a complete list",
    "overwrite": "Write the updated memory",
    "think": "reply with the one word STOP",
    "turn": "<next> and </next>",
    "answer": "Answer in one or two",
    "closed_book": "There is no document",
    "reader": "\nHelps:",
}

Reply = str | Generation | BaseException
# The probability of yes, or those of several options; what is left is no's.
Choice = float | dict[str, float]


def role(prompt: str) -> str:
    """Which prompt file a prompt was made from."""
    return next((name for name, words in _ROLES.items() if words in prompt), "likelihood")


@dataclass
class ScriptedEngine:
    """An `Engine` without a model; a token is a word. `prompts` holds (call, prompt)."""

    replies: list[Reply] | Callable[[str], Reply] = field(default_factory=list)
    choices: list[Choice] | Callable[[str], Choice] = field(default_factory=list)
    scores: list[float] | Callable[[str], float] = field(default_factory=list)
    # The words that the query at the prompt's end looks at; without any it looks everywhere.
    looks: list[str] | Callable[[str], str] = field(default_factory=list)
    context: int = 4000
    parameters: int = 100_000_000
    protocol: str = ""
    prompts: list[tuple[str, str]] = field(default_factory=list)
    budgets: list[int] = field(default_factory=list)
    capabilities: frozenset[str] = frozenset({"generate", "choose", "score", "attention"})
    # How many prompts each batch of branches had.
    together: list[int] = field(default_factory=list)
    closed: bool = False
    forgotten: int = 0
    keeper: StateKeeper | None = None
    storable_tokens: int | None = None
    layout: str = "scripted"

    def __post_init__(self) -> None:
        self.usage = Usage()
        self.info = ModelInfo(
            "scripted", "scripted.gguf", "CPU", self.context, self.parameters, self.protocol, 6
        )

    def tokenize(self, text: str) -> list[int]:
        return list(range(len(text.split())))

    def count(self, text: str) -> int:
        return len(text.split())

    def escape_special_tokens(self, text: str) -> str:
        return text.replace("<|", "<\u200b|")

    def render(self, messages: Sequence[Message], **variables: object) -> str:
        assert variables == {"enable_thinking": False}
        return "".join(f"[{each['role']}] {each['content']}\n" for each in messages) + "[reply] "

    def generate(
        self,
        prompt: str,
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> Generation:
        self.budgets.append(max_tokens)
        reply: str | Generation = self._next("generate", prompt, self.replies)
        if isinstance(reply, str):
            found = [reply.find(word) for word in stop if word in reply]
            words = re.findall(r"\S+\s*", reply[: min(found)] if found else reply)
            text, finished = "".join(words[:max_tokens]), len(words) <= max_tokens
            reply = Generation(text, min(len(words), max_tokens), finished, -0.5)
        self.usage.generated += reply.tokens
        if on_text is not None:
            on_text(reply.text)
        return reply

    def continuations(self, prompt: str, *, count: int, max_tokens: int) -> list[Generation]:
        """One candidate: what `generate` would say."""
        assert count >= 1
        return [self.generate(prompt, max_tokens=max_tokens)]

    def choose(self, prompt: str, options: Mapping[str, Sequence[str]]) -> dict[str, float]:
        chosen = self._next("choose", prompt, self.choices)
        if isinstance(chosen, float):
            chosen = {"yes": chosen}
        mass = {option: chosen.get(option, 0.0) for option in options}
        return {**mass, "no": 1.0 - sum(mass.values())}

    def choose_all(
        self, prompts: Sequence[str], options: Mapping[str, Sequence[str]]
    ) -> list[dict[str, float]]:
        self.together.append(len(prompts))
        return [self.choose(prompt, options) for prompt in prompts]

    def score_all(self, prompts: Sequence[str], continuations: Sequence[str]) -> list[list[float]]:
        self.together.append(len(prompts))
        return [self.score(*pair) for pair in zip(prompts, continuations, strict=True)]

    def score(self, prompt: str, continuation: str) -> list[float]:
        return [self._next("score", prompt, self.scores)] * self.count(continuation)

    def attention(
        self, prompt: str, query: str, *, heads: Sequence[tuple[int, int | None]] | None = None
    ) -> Attention:
        spans = tuple(match.span() for match in re.finditer(r"\S+", prompt + query))
        known = sum(start < len(prompt) for start, _end in spans)
        seen = self._next("attention", prompt + query, self.looks)
        first = prompt.find(seen) if seen else -1
        within = [first <= start < first + len(seen) for start, _end in spans]
        row = np.array([1.0 if looked else 0.01 for looked in within], dtype=np.float32)
        rows = np.tile(row / row.sum() * len(heads or (1,)), (len(spans) - known, 1))
        return Attention(rows, known, spans)

    def attention_by_head(
        self, prompt: str, query: str, *, pooling: Pooling = "mean"
    ) -> HeadAttention:
        """Of six layers of two heads, head 1 of layer 3 looks where the script says."""
        del pooling
        found = self.attention(prompt, query)
        known, tokens = found.prompt_tokens, found.weights.shape[1]
        weights = np.full((self.info.layers, 2, known), 1 / tokens, dtype=np.float32)
        weights[3, 1] = found.weights[0, :known]
        return HeadAttention(weights, found.spans[:known])

    def pin_prefix(self, prefix: str, *, source: str = "", whole: bool = False) -> None:
        raise AssertionError("no test scripts a held state")

    def state_bytes(self, tokens: int) -> int:
        return 1000 * tokens

    def forget(self) -> None:
        self.forgotten += 1

    def close(self) -> None:
        self.closed = True

    def asked(self, name: str) -> list[str]:
        """The prompts that were made from prompt file `name`, in order."""
        return [prompt for _call, prompt in self.prompts if role(prompt) == name]

    def _next(self, call: str, prompt: str, script: Any) -> Any:
        self.prompts.append((call, prompt))
        size = self.count(prompt)
        assert size <= self.context, "a prompt larger than the context"
        self.usage.prefilled += size
        if callable(script):
            value = script(prompt)
        else:
            assert script, f"nothing was scripted for this {call}:\n{prompt}"
            value = script.pop(0)
        if isinstance(value, BaseException):
            raise value
        return value


def by_role(**replies: Reply | Callable[[str], Reply]) -> Callable[[str], Reply]:
    """A script that answers each prompt file in its own way."""

    def reply(prompt: str) -> Reply:
        value = replies[role(prompt)]
        return value(prompt) if callable(value) else value

    return reply


def interrupting(script: Callable[[str], Any], call: int) -> Callable[[str], Any]:
    """The script with Ctrl-C at its `call`-th call, counted from 1."""
    calls: Counter[str] = Counter()

    def interrupted(prompt: str) -> Any:
        calls["made"] += 1
        return KeyboardInterrupt() if calls["made"] == call else script(prompt)

    return interrupted


def page(number: int, *facts: str, sentences: int = 8) -> str:
    """A page of sentences that no other page has, with `facts` in the middle."""
    filler = [
        f"Clerk c{number}x{line} wrote ledger l{number}x{line} without any haste."
        for line in range(sentences)
    ]
    return " ".join([*filler[: sentences // 2], *facts, *filler[sentences // 2 :]])


def paged(*texts: str, title: str = "Annals") -> Document:
    """A document with one page a text."""
    whole, pages, start = "\n\n".join(texts), [], 0
    for number, text in enumerate(texts, start=1):
        end = start + len(text)
        pages.append(Page(number, None, start, end))
        start = end + 2
    return Document(f"{title.lower()}.pdf", f"{hash(whole):x}", title, "pdf", whole, tuple(pages))


def looking_at(fact: str) -> Callable[[str], str]:
    """A looks script: a question looks at `fact`, a null query everywhere."""
    return lambda prompt: fact if fact in prompt and "Question: N/A" not in prompt else ""


def as_likely_as(fact: str) -> Callable[[str], float]:
    """A score script: the question is likely after a passage that holds `fact`, only there."""
    return lambda prompt: -1.0 if fact in prompt else -3.0 - 0.01 * math.sin(len(prompt))
