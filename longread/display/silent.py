"""The view that shows nothing (`--quiet`), and the context manager all views share."""

from __future__ import annotations

from typing import Self

from longread.reading.step import Answer, RunInfo, Step


class SilentView:
    """Shows nothing. Other views override what they have something to say about."""

    def begin(self, info: RunInfo) -> None: ...

    def activity(self, stage: str, detail: str = "", fraction: float | None = None) -> None: ...

    def step(self, step: Step) -> None: ...

    def text(self, piece: str) -> None: ...

    def end(self, answer: Answer) -> None: ...

    def message(self, line: str) -> None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
