"""plugins/llm-longread in llm itself, found by its entry point; a model that repeats its prompt."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import ANSWER, QUESTION, book, model, warm

__all__ = ["book", "model", "warm"]

pytest.importorskip("llm", reason="llm is not here: pip install 'longread[llm]'")

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "llm-longread"
ECHO = """
import llm

class Echo(llm.Model):
    model_id = "echo"

    def execute(self, prompt, stream, response, conversation):
        yield prompt.prompt

@llm.hookimpl
def register_models(register):
    register(Echo())
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Python finds the plugin and the model as if they had been installed."""
    site = tmp_path / "site"
    named = tomllib.loads((PLUGIN / "pyproject.toml").read_text("utf-8"))["project"]
    points = {**named["entry-points"]["llm"], "echo": "llm_echo"}
    info = site / "llm_longread-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: llm-longread\nVersion: 0.1.0\n")
    lines = [f"{name} = {module}" for name, module in points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[llm]", *lines]) + "\n")
    (site / "llm_echo.py").write_text(ECHO)
    root = PLUGIN.parents[1]
    monkeypatch.setenv("PYTHONPATH", f"{site}:{PLUGIN}:{root}")
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path / "llm"))
    monkeypatch.setenv("LONGREAD_BLOCKS", "no")
    return site


def llm(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "llm", *arguments],
        input=stdin, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.usefixtures("site")
def test_llm_lists_it() -> None:
    told = llm("fragments", "loaders")
    assert "longread:" in told.stdout
    assert "bear on the prompt" in told.stdout


@pytest.mark.model
@pytest.mark.usefixtures("site", "model")
def test_the_model_gets_what_opened_with_its_page(book: Path) -> None:
    told = llm("-m", "echo", "--no-stream", "-f", f"longread:{book}", QUESTION)
    assert told.returncode == 0, told.stderr
    assert ANSWER in " ".join(told.stdout.split())
    assert f"{book}, page 13\n" in told.stdout
    assert told.stdout.rstrip().endswith(QUESTION)
    assert "Clerk number 2 wrote" not in told.stdout
    # Piped in, the prompt is not known to a fragment: the question is named.
    piped = llm("-m", "echo", "-f", f"longread:{book}?{QUESTION}", stdin="Who was it?")
    assert ANSWER in " ".join(piped.stdout.split())


@pytest.mark.usefixtures("site")
def test_troubles_are_one_line(tmp_path: Path, book: Path) -> None:
    missing = llm("-m", "echo", "-f", f"longread:{tmp_path / 'none.pdf'}", "Who?")
    assert "none.pdf does not exist. check the name" in missing.stderr
    assert "Traceback" not in missing.stderr
    silent = llm("-m", "echo", "-f", f"longread:{book}", stdin="Who?")
    assert "there is no question" in silent.stderr
