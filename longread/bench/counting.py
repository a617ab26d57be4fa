"""An engine that counts what is asked of another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from longread.engine import Engine, Generation, Message, Usage


class CountingEngine:
    """Passes every call on; `calls` counts those that run the model, since the last cold start.

    Whatever else the engine has (an adapter, a runtime) is reached through it as well.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.info = engine.info
        self.usage = engine.usage
        self.capabilities = engine.capabilities
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def start_cold(self) -> Usage:
        """Forget all that is held for reuse, count from 0, and return the usage until now."""
        self._engine.forget()
        self.calls = 0
        return replace(self.usage)

    def tokenize(self, text: str) -> list[int]:
        return self._engine.tokenize(text)

    def count(self, text: str) -> int:
        return self._engine.count(text)

    def escape_special_tokens(self, text: str) -> str:
        return self._engine.escape_special_tokens(text)

    def render(self, messages: Sequence[Message], **variables: object) -> str:
        return self._engine.render(messages, **variables)

    def generate(
        self,
        prompt: str,
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        temperature: float = 0.0,
        on_text: Callable[[str], None] | None = None,
    ) -> Generation:
        self.calls += 1
        return self._engine.generate(
            prompt, max_tokens=max_tokens, stop=stop, temperature=temperature, on_text=on_text
        )

    def choose(self, prompt: str, options: Mapping[str, Sequence[str]]) -> dict[str, float]:
        self.calls += 1
        return self._engine.choose(prompt, options)

    def score(self, prompt: str, continuation: str) -> list[float]:
        self.calls += 1
        return self._engine.score(prompt, continuation)

    def forget(self) -> None:
        self._engine.forget()

    def close(self) -> None:
        self._engine.close()
