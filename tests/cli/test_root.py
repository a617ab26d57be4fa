"""The command as a whole: help, version, speed, and how what goes wrong is reported."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from longread.cli import application, errors
from longread.errors import ModelError
from longread.version import __version__
from tests.cli.conftest import run

HEAVY = (
    *("llama_cpp", "pymupdf", "matplotlib", "numpy", "rich", "jinja2"),
    *("ssl", "http.client", "tomllib"),
)


COMMANDS = (
    *("ask", "inspect", "search", "mcp", "config", "doctor"),
    *("batch", "models", "bench", "cache"),
)


def call(*arguments: str) -> Any:
    return CliRunner().invoke(application(), arguments)


@pytest.mark.parametrize(
    "statement",
    ["import longread", "longread --help", "longread ask --help", "longread bench --help"],
)
def test_nothing_heavy_is_loaded_to_show_help(statement: str) -> None:
    words = statement.split()
    action = (
        "from longread.cli import main; main()" if words[0] == "longread" else "import longread"
    )
    code = (
        f"import sys, atexit; sys.argv = {words!r}\n"
        f"atexit.register(lambda: print('LOADED', *[m for m in {HEAVY!r} if m in sys.modules]))\n"
        f"{action}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == "LOADED"


def test_version() -> None:
    done = run("--version")
    assert (done.code, done.stdout) == (0, f"longread {__version__}\n")


def test_help_names_every_command() -> None:
    text = call("--help").stdout
    for command in COMMANDS:
        assert f"\n  {command} " in text


@pytest.mark.parametrize("group", [[], ["batch"], ["models"], ["bench"], ["cache"]])
def test_what_a_command_does_is_said_whole_at_80_columns(group: list[str]) -> None:
    listed = CliRunner().invoke(application(), [*group, "--help"], env={"COLUMNS": "80"}).stdout
    assert "..." not in listed.partition("Commands:")[2]


def test_help_of_every_command_is_plain_and_names_its_options() -> None:
    for command in COMMANDS:
        result = call(command, "--help")
        assert result.exit_code == 0
        assert not re.search(r"[^\x00-\x7f]", result.stdout)
    assert 'Usage: root ask [OPTIONS] DOC... ["QUESTION"]' in call("ask", "--help").stdout


@pytest.mark.parametrize("arguments", [[], ["batch"], ["models"], ["bench"], ["cache"]])
def test_a_command_without_a_command_shows_its_help_as_a_usage_error(arguments: list[str]) -> None:
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Commands:" in result.stderr


def test_an_unknown_command() -> None:
    done = run("aks", "book.pdf")
    line, hint = done.trouble()
    assert line.startswith("no such command 'aks'.")
    assert hint == "longread --help"
    assert done.code == 2


def test_a_document_in_place_of_a_command(tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text("text")
    _line, hint = run(book, "What?").trouble()
    assert hint == f'longread ask {book} "your question"'


def test_models_commands_report_like_all_others() -> None:
    done = run("models", "info", "nope")
    assert done.trouble() == (
        "there is no model called nope.",
        "longread models list shows what there is",
    )
    assert done.code == 4


@pytest.fixture
def failing() -> Callable[[BaseException], Any]:
    """A command that raises what it is told to, below the same root."""

    def invoke(error: BaseException) -> Any:
        program = typer.Typer(cls=errors.Root, rich_markup_mode=None)

        @program.command()
        def break_down() -> None:
            raise error

        @program.command()
        def other() -> None: ...

        return CliRunner().invoke(program, ["break-down"])

    return invoke


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (ModelError("it is\nbroken\x1b[31m.", "mend it"), 4, ["it is broken[31m.", "mend it"]),
        (KeyboardInterrupt(), 130, ["interrupted.", "the same command starts it again"]),
        (typer.Abort(), 130, ["stopped."]),
        (MemoryError(), 4, ["out of memory.", "use a smaller model or a smaller --context"]),
        (
            OSError(28, "No space left on device", "/x/y"),
            2,
            ["/x/y: no space left on device.", "is the disk full, or the folder gone?"],
        ),
        (
            ZeroDivisionError("division by zero"),
            4,
            [
                "unexpected trouble: ZeroDivisionError: division by zero",
                "this is a fault in longread; LONGREAD_DEBUG=1 shows where",
            ],
        ),
    ],
)
def test_whatever_goes_wrong_is_one_line_and_a_hint(
    failing: Callable[[BaseException], Any], error: BaseException, code: int, lines: list[str]
) -> None:
    result = failing(error)
    assert result.exit_code == code
    assert result.stdout == ""
    prefixes = ("longread: ", "hint: ")
    assert result.stderr.splitlines() == [
        f"{prefix}{line}" for prefix, line in zip(prefixes, lines, strict=False)
    ]


def test_a_fault_shows_its_traceback_on_request(
    failing: Callable[[BaseException], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONGREAD_DEBUG", "1")
    result = failing(ZeroDivisionError("division by zero"))
    assert "Traceback (most recent call last):" in result.stderr
    assert "in break_down" in result.stderr
