"""Every test has its own empty home: no cache, model, setting or journal of the user's is seen."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def longread_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "longread-home"
    monkeypatch.setenv("LONGREAD_HOME", str(home))
    for name in ("LONGREAD_CONFIG", "LONGREAD_DEBUG", "LONGREAD_PASSWORD", "LONGREAD_MODEL"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real documents beside the checkout; tests that need them skip where they are absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real documents (../shared/data) are not here")
    return folder
