"""What must stay quick: importing the package and asking for help load nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("llama_cpp", "pymupdf", "numpy", "jinja2")

HELP = """
import sys
from longread.cli import main
sys.argv = ["longread", "--help"]
try:
    main()
except SystemExit as left:
    assert not left.code
"""


@pytest.mark.parametrize("code", ["import longread", HELP], ids=["import", "help"])
def test_nothing_heavy_is_loaded(code: str) -> None:
    tell = f"\nimport sys; print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code + tell], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
