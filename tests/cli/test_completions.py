"""The completion scripts: never stale, and working in the shells that are here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from longread.cli.options import TABLE
from longread.reading import names
from longread.reading.judges import probe
from longread.reading.parts import orders

COMPLETIONS = Path(__file__).resolve().parents[2] / "completions"


@pytest.fixture
def shell_environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which `longread` is this very package."""
    program = tmp_path / "bin" / "longread"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m longread "$@"\n')
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}


def shell(name: str, *arguments: str, environment: dict[str, str]) -> list[str]:
    """The lines that `name` prints; skips where that shell is not installed."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [name, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=COMPLETIONS.parent,
    )
    return done.stdout.split()


def bash(words: str, environment: dict[str, str]) -> list[str]:
    """What bash offers at TAB after `words`, the last of which is still being typed."""
    typed = words.split(" ")
    quoted = " ".join(f"'{word}'" for word in typed)
    code = (
        f"source completions/longread.bash; COMP_WORDS=({quoted}); COMP_CWORD={len(typed) - 1}; "
        '_longread_completion longread; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    return shell("bash", "--norc", "-c", code, environment=environment)


@pytest.mark.skipif(sys.platform == "win32", reason="compares scripts made on POSIX systems")
def test_the_scripts_are_what_the_program_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, COMPLETIONS / "generate.py", tmp_path], check=True)
    written = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir() if path.is_file()}
    assert len(written) == 4
    for name, text in written.items():
        assert (COMPLETIONS / name).read_text("utf-8") == text, (
            f"completions/{name} is stale: python completions/generate.py"
        )


def test_names_offered_are_the_names_there_are() -> None:
    # By the modules' own names for them: a list of another's must not come to stand there.
    assert TABLE["strategy"].allowed == names.strategies()
    assert TABLE["order"].choices == vars(orders)["ORDERS"]
    assert TABLE["gate"].choices == vars(probe)["GATES"]


def test_bash_offers_commands(shell_environment: dict[str, str]) -> None:
    assert bash("longread as", shell_environment) == ["ask"]


def test_bash_offers_options_and_their_values(shell_environment: dict[str, str]) -> None:
    assert bash("longread ask --str", shell_environment) == ["--strategy"]
    offered = bash("longread ask --strategy ", shell_environment)
    assert offered == list(names.STRATEGIES)
    assert bash("longread ask --strategy g", shell_environment) == ["gated", "gru-mem"]


def test_bash_offers_model_names(shell_environment: dict[str, str]) -> None:
    assert "qwen3-4b" in bash("longread models pull qwen", shell_environment)
    assert "qwen3-4b" in bash("longread ask --model qwen3", shell_environment)


def test_bash_offers_what_can_be_read_and_leaves_the_rest_to_its_own_completion(
    shell_environment: dict[str, str], tmp_path: Path
) -> None:
    for name in ("report.epub", "report.exe", "annual.pdf", "two words.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "folder").mkdir()
    assert bash(f"longread ask {tmp_path}/rep", shell_environment) == [f"{tmp_path}/report.epub"]
    assert bash(f"longread search {tmp_path}/an", shell_environment) == [f"{tmp_path}/annual.pdf"]
    # A folder, a name that needs quotes, a file with another ending, and one that is not there.
    for begun in ("fol", "tw", "report.exe", "nothing"):
        assert bash(f"longread ask {tmp_path}/{begun}", shell_environment) == []
    assert "-o default" in (COMPLETIONS / "longread.bash").read_text()


def test_fish_offers_commands_and_values(shell_environment: dict[str, str]) -> None:
    code = "source completions/longread.fish; complete --do-complete '{}'"
    offered = shell(
        "fish", "--no-config", "-c", code.format("longread as"), environment=shell_environment
    )
    assert offered[0] == "ask"
    offered = shell(
        "fish",
        "--no-config",
        "-c",
        code.format("longread ask --strategy me"),
        environment=shell_environment,
    )
    assert offered == ["memagent"]


def test_zsh_offers_commands_the_first_time(shell_environment: dict[str, str]) -> None:
    """Found through fpath, as a package would install it, and asked once."""
    code = (
        "fpath=($PWD/completions $fpath); autoload -Uz compinit; compinit -u -D; "
        # What zsh's own _arguments would show.
        "_arguments() { print -rl -- $@ }; "
        "words=(longread as); CURRENT=2; autoload -Uz _longread; _longread"
    )
    offered = shell("zsh", "-f", "-c", code, environment=shell_environment)
    assert any(word.startswith(':(("ask"') for word in offered)
