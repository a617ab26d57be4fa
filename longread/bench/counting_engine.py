"""Engine wrapper that counts the calls of another engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from longread.engine import Engine, Usage

_RUN_THE_MODEL = (
    *("generate", "continuations"),
    *("choose", "choose_all", "choose_many"),
    *("score", "score_all", "score_many"),
)


class CountingEngine:
    """A proxy of an engine, all that it has and takes included.

    `calls` counts those that run the model, since the last cold start.
    """

    _engine: Engine

    def __init__(self, engine: Engine) -> None:
        self.__dict__.update(_engine=engine, calls=0)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._engine, name)
        return self._counted(found) if name in _RUN_THE_MODEL else found

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._engine, name, value)

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*values: Any, **named: Any) -> Any:
            self.__dict__["calls"] += 1
            return method(*values, **named)

        return call

    def start_cold(self) -> Usage:
        """Forget all that is held for reuse, count from 0, and return the usage until now."""
        self._engine.forget()
        self.__dict__["calls"] = 0
        return replace(self._engine.usage)
