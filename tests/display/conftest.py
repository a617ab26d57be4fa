"""A terminal that is not one: it says it is, and keeps what was written to it."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest


class Terminal(io.StringIO):
    """Says it is a UTF-8 terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], Terminal]:
    """Makes a terminal of so many columns and rows."""

    def make(columns: int = 80, rows: int = 24) -> Terminal:
        for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("LINES", str(rows))
        return Terminal()

    return make
