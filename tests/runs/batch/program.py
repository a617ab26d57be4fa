"""`longread` with a scripted engine in the model's place: `python -m tests.runs.batch.program …`.

Worker processes import this file as well. TEST_SLOW, seconds, is what a call of the model takes;
every document that is read is a line of the file TEST_LOG, its process one of TEST_PIDS; one that
holds the word DEADLY ends the process that reads it.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from longread import documents
from longread.cli import batch, main
from longread.documents import Document
from longread.models.store import ResolvedModel
from longread.runs import each, opening
from longread.runs.batch import run
from tests.reading.conftest import FACT
from tests.scripted import ScriptedEngine

SLOW = float(os.environ.get("TEST_SLOW", "0"))


def score(prompt: str) -> float:
    time.sleep(SLOW)
    if "DEADLY" in prompt:
        os.kill(os.getpid(), signal.SIGKILL)
    return -1.0 if FACT in prompt else -3.0


def load(path: str, **how: Any) -> Document:
    if log := os.environ.get("TEST_LOG"):
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{Path(path).name}\n")
    if pids := os.environ.get("TEST_PIDS"):
        with Path(pids).open("a", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")
    return documents.load(path, **how)


def opened(*_: object) -> ScriptedEngine:
    return ScriptedEngine(scores=score)


RESOLVED = ResolvedModel(Path("scripted.gguf"), "scripted", "named")
REPLACED: dict[ModuleType, dict[str, object]] = {
    opening: {"open_engine": opened, "open_reader": lambda *_: None},
    each: {"load": load},
    batch: {"chosen_model": lambda _name: RESOLVED},
    run: {"file_digest": lambda _path: "0" * 64},
}
for module, names in REPLACED.items():
    vars(module).update(names)

if __name__ == "__main__":
    main()
