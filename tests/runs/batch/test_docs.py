"""docs/batch.md: what it says of other programs is run, where they are here."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reading.conftest import QUESTION
from tests.runs.batch.conftest import ROOT, site

DOCS = ROOT / "docs" / "batch.md"
_BLOCK = re.compile(r"<!-- tested: (\w+) -->\n```\w+\n(.*?)```", re.DOTALL)
BLOCKS = dict(_BLOCK.findall(DOCS.read_text("utf-8")))


@pytest.fixture
def place(tmp_path: Path, texts: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the docs have it, where `longread` is the one with the scripted engine."""
    texts.rename(tmp_path / "filings")
    (tmp_path / "questions.txt").write_text(f"{QUESTION}\nWho kept the ledger?\n", "utf-8")
    program = tmp_path / "bin" / "longread"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{site(tmp_path)}" '
        f'exec "{sys.executable}" -W ignore -m tests.runs.batch.program "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    settings = {"CHUNK_TOKENS": "80", "PASSAGE_TOKENS": "40", "MEMORY_TOKENS": "120"}
    for name, value in {**settings, "GATE": "likelihood", "BLOCKS": "no"}.items():
        monkeypatch.setenv(f"LONGREAD_{name}", value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def need(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


def sh(code: str, **options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", code],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **options},
    )


def require_all(place: Path) -> None:
    """Every document and question is in answers.jsonl, once."""
    lines = [json.loads(line) for line in (place / "answers.jsonl").read_text("utf-8").splitlines()]
    asked = {(line["documents"][0]["path"], line["question"]) for line in lines}
    assert len(lines) == len(asked) == 24


def test_each_is_about_ten_lines() -> None:
    assert set(BLOCKS) == {"parallel", "slurm", "snakemake", "ray"}
    assert all(len(block.splitlines()) <= 14 for block in BLOCKS.values())


def test_gnu_parallel(place: Path) -> None:
    need("parallel")
    done = sh(BLOCKS["parallel"])
    assert done.returncode == 0, done.stderr
    assert re.search(r"left +0\n", done.stdout)
    require_all(place)


def test_a_slurm_array_by_its_variables(place: Path) -> None:
    bounds = {"COUNT": "3", "MIN": "1", "MAX": "3", "STEP": "1"}
    named = {f"SLURM_ARRAY_TASK_{name}": value for name, value in bounds.items()}
    for task in ("1", "2", "3"):
        done = sh(BLOCKS["slurm"], **named, SLURM_ARRAY_TASK_ID=task)
        assert done.returncode == 0, done.stderr
    assert sh("longread batch merge answers > answers.jsonl").returncode == 0
    require_all(place)


def test_snakemake(place: Path) -> None:
    need("snakemake")
    (place / "Snakefile").write_text(BLOCKS["snakemake"], "utf-8")
    done = sh("snakemake --cores 2 --quiet")
    assert done.returncode == 0, done.stderr
    require_all(place)


def test_ray(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("ray is not installed")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    done = sh(BLOCKS["ray"])
    assert done.returncode == 0, done.stderr
    assert re.search(r"left +0\n", done.stdout)
    require_all(place)
