"""A terminal stream whose every write is shown at once, where the terminal knows how."""

from __future__ import annotations

from typing import Any, TextIO

# DEC private mode 2026: hold the screen still until the write is over. Terminals that do
# not know it ignore it.
_HOLD, _SHOW = "\x1b[?2026h", "\x1b[?2026l"


class Synchronized:
    """Is `stream` in all but this: each write stands between hold and show."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(f"{_HOLD}{text}{_SHOW}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
