"""The engine as a guest in a process: silent, and out of the way at Ctrl-C."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.model

LOAD_AND_GENERATE = """
import sys
from pathlib import Path
from longread.engine.llamacpp import LlamaCppEngine
from longread.engine.llamacpp.quantise import requantise
with LlamaCppEngine(Path(sys.argv[1]), context=512) as engine:
    engine.generate("Once upon", max_tokens=3)
requantise(Path(sys.argv[1]), Path(sys.argv[2]), "Q4_0")
"""

INTERRUPT = """
import os, signal, sys, threading, time
from pathlib import Path
from longread.engine.llamacpp import LlamaCppEngine
engine = LlamaCppEngine(Path(sys.argv[1]), context=8192)
engine.score("Warm up.", " now")
sent = []
def interrupt():
    sent.append(time.perf_counter())
    os.kill(os.getpid(), signal.SIGINT)
threading.Timer(0.3, interrupt).start()
try:
    engine.score("one two three four " * 1500, " five")
except KeyboardInterrupt:
    print(time.perf_counter() - sent[0])
words = engine.generate("1, 2, 3, 4, 5, 6, 7,", max_tokens=2).text
print(words, sum(len(tokens) for tokens in engine.runtime.slots.tokens))
engine.close()
"""

INTERRUPT_OPENING = """
import logging, os, signal, sys
from pathlib import Path
from longread.engine.llamacpp import LlamaCppEngine
from longread.engine.llamacpp.quantise import requantise
class Once(logging.Handler):
    def emit(self, record):
        if not sent:
            sent.append(record)
            os.kill(os.getpid(), signal.SIGINT)
logger = logging.getLogger("longread.llamacpp")
logger.setLevel(logging.DEBUG)
logger.addHandler(Once())
for open_it in (
    lambda: LlamaCppEngine(Path(sys.argv[1]), context=512),
    lambda: requantise(Path(sys.argv[1]), Path(sys.argv[2]), "Q4_0"),
):
    sent = []
    try:
        open_it()
    except KeyboardInterrupt:
        print("stopped")
"""


def child(code: str, home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "LONGREAD_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_nothing_native_is_written_anywhere(
    bundled_model: Path, warm_home: Path, tmp_path: Path
) -> None:
    done = child(LOAD_AND_GENERATE, warm_home, bundled_model, tmp_path / "again.gguf")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there")
def test_ctrl_c_ends_a_long_prefill_within_a_second_and_the_engine_lives(
    bundled_model: Path, warm_home: Path
) -> None:
    done = child(INTERRUPT, warm_home, bundled_model)
    assert done.stderr == ""
    seconds, after = done.stdout.splitlines()
    assert float(seconds) < 1.0
    assert after.startswith(" 8")
    assert int(after.split()[-1]) < 100


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there")
def test_ctrl_c_while_a_model_is_opened_or_converted_is_not_lost(
    bundled_model: Path, warm_home: Path, tmp_path: Path
) -> None:
    """llama.cpp logs meanwhile: what is raised in the callback of a log never arrives."""
    done = child(INTERRUPT_OPENING, warm_home, bundled_model, tmp_path / "again.gguf")
    assert (done.stdout, done.stderr) == ("stopped\nstopped\n", "")
