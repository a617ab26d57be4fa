"""Write the completion scripts beside this file: `python completions/generate.py [FOLDER]`.

They are Typer's own. Each asks the installed `longread` at every TAB, so options and
model names are always those of the version that is installed. `tests/cli` fails when a
script here is not what this program writes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPTS = {
    "bash": "longread.bash",
    "zsh": "_longread",
    "fish": "longread.fish",
    "powershell": "longread.ps1",
}

# Found through zsh's fpath, the file itself is the first call's completion function.
_ZSH_FIRST_CALL = '\n\nif [[ "${funcstack[1]}" == _longread ]]; then\n  _longread_completion\nfi'


def script(shell: str) -> str:
    """The completion script for `shell`."""
    shown = subprocess.run(
        [sys.executable, "-m", "longread", "--show-completion", shell],
        # Typer guesses the shell from the parent process unless it is told not to.
        env={**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return shown.stdout.strip() + (_ZSH_FIRST_CALL if shell == "zsh" else "") + "\n"


def main() -> None:
    """Write all four into the folder on the command line, or beside this file."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for shell, name in SCRIPTS.items():
        (folder / name).write_text(script(shell), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
