"""For tests that put a fault into a reader: the worker that parses would not see it."""

from __future__ import annotations

import pytest

from longread.documents import parse


@pytest.fixture
def parsed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "workers_available", lambda: False)
