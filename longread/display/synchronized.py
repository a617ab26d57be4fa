"""A terminal stream whose every write is shown at once, where the terminal knows how."""

from __future__ import annotations

import io
from typing import TextIO

# DEC private mode 2026: hold the screen still until the write is over. Terminals that do
# not know it ignore it.
_HOLD, _SHOW = "\x1b[?2026h", "\x1b[?2026l"


class Synchronized(io.TextIOBase):
    """Passes everything on to `stream`, each write between hold and show."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding

    def write(self, text: str) -> int:
        return self._stream.write(f"{_HOLD}{text}{_SHOW}")

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()
