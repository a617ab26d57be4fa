"""docs/python.md: every example is run, with the bundled model."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import model, warm

__all__ = ["model", "warm"]

DOCS = Path(__file__).resolve().parents[2] / "docs" / "python.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", DOCS.read_text("utf-8"), re.DOTALL | re.MULTILINE)
REPORT = (
    "Annual report of the library. The new building cost 4.2 million pounds.",
    "The new building opened on 3 May 2024.",
    "The report was signed by Mara Lund.",
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import pymupdf

    with pymupdf.open() as pdf:
        for text in REPORT:
            pdf.new_page().insert_textbox((72, 72, 520, 700), text, fontsize=11)
        pdf.save(tmp_path / "report.pdf")
    filings = tmp_path / "filings"
    filings.mkdir()
    (filings / "a.txt").write_text("The auditor of the company is Holm & Partners.\n", "utf-8")
    (filings / "b.txt").write_text("The harbour wall was mended in spring.\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.model
@pytest.mark.usefixtures("model", "place")
@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_examples_run(number: int) -> None:
    assert ran(BLOCKS[number]).strip()


@pytest.mark.model
@pytest.mark.usefixtures("model", "place")
def test_what_they_print() -> None:
    fields = next(block for block in BLOCKS if "ask_fields" in block)
    lines = ran(fields).splitlines()
    assert lines[0].startswith("cost 4200000 1")
    assert lines[1].startswith("opened 2024-05-03 2")
    assert lines[2].startswith("filings/a.txt {'auditor': ")
    batch = ran(next(block for block in BLOCKS if "longread.batch(" in block)).splitlines()
    assert batch[0].split()[0] == "2"
    assert batch[-1] == "{'auditor': None}"


def test_every_function_is_told_of() -> None:
    import longread

    text = DOCS.read_text("utf-8")
    assert [name for name in longread.__all__ if f"{name}" not in text and name[0] != "_"] == []
    assert set(longread.__all__) <= set(dir(longread))
