"""Folders of small texts, and `longread batch` on them in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Done
from tests.reading.conftest import FACT, QUESTION
from tests.scripted import page

ROOT = Path(__file__).resolve().parents[3]
OPTIONS = (
    "--chunk-tokens", "80", "--passage-tokens", "40", "--memory-tokens", "120",
    "--gate", "likelihood", "--no-blocks",
)  # fmt: skip

Batch = Callable[..., Done]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "tests.runs.batch.program", "batch", *map(str, arguments)]


def site(folder: Path) -> str:
    """A PYTHONPATH by which every Python has the scripted engine, the workers of a cluster too."""
    place = folder / "site"
    place.mkdir(exist_ok=True)
    (place / "sitecustomize.py").write_text("import tests.runs.batch.program\n", "utf-8")
    return f"{place}{os.pathsep}{ROOT}"


def of_batch(*arguments: object, **options: Any) -> Done:
    """`longread batch`, to its end."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        **options,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.jsonl"
    file.write_text(f'{{"id": "ferry", "question": "{QUESTION}"}}\nWho kept the ledger?\n', "utf-8")
    return file


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Twelve texts, the fact in every other one."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(12):
        facts = (FACT,) if number % 2 else ()
        (folder / f"{number:02}.txt").write_text(page(number, *facts), "utf-8")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "answers"


@pytest.fixture
def batch(texts: Path, questions: Path, out: Path) -> Batch:
    """The batch of all texts; more arguments as for `longread batch`."""

    def call(*arguments: object, documents: object = texts, **options: Any) -> Done:
        asked = ("--questions", questions, "--out", out)
        return of_batch(documents, *asked, *OPTIONS, *arguments, **options)

    return call


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def plain(lines: list[dict[str, Any]]) -> list[str]:
    """Lines without what a clock or an interruption says, in an order of their own."""
    kept = [{**line, "cost": None, "memory": None} for line in lines]
    return sorted(json.dumps(line, sort_keys=True) for line in kept)
