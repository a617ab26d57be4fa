"""One table of options: what is declared once is found wherever options are met."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from longread.cli import application, config
from longread.cli.bench.measure import strategies_of
from longread.cli.options import TABLE, AskOptions, takes_options
from longread.errors import UsageError
from longread.options import Table, option, options_of, shown
from longread.reading import names
from longread.reading.options import ReadingOptions
from longread.runs.options import ModelOptions

README = Path(__file__).resolve().parents[2] / "README.md"


@dataclass(frozen=True, slots=True)
class Extra:
    """Options that longread does not have."""

    paper: str = option(
        "white",
        "The colour of the paper.",
        choices=("white", "ivory"),
        formerly=("sheet",),
        commands=("print",),
    )
    copies: int = option(1, "How many.", short="-c", setting=False, least=1, commands=("print",))
    ink: bool = option(True, "With ink.", flags="--ink/--no-ink", commands=("elsewhere",))


@dataclass(frozen=True, slots=True)
class Everything:
    ask: AskOptions
    extra: Extra


EXTENDED = Table(AskOptions, Extra)


@pytest.fixture
def seen() -> list[Extra]:
    return []


@pytest.fixture
def program(seen: list[Extra]) -> typer.Typer:
    """A command that takes the extra options, beside an argument of its own."""
    app = typer.Typer(rich_markup_mode=None)

    @app.command()
    @takes_options("print", EXTENDED)
    def prints(name: str, options: Extra) -> None:
        """Print."""
        typer.echo(name)
        seen.append(options)

    return app


def call(program: typer.Typer, *arguments: str) -> Any:
    result = CliRunner().invoke(program, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result


def test_an_option_of_the_table_is_one_of_the_command_line(
    program: typer.Typer, seen: list[Extra]
) -> None:
    text = call(program, "--help").stdout
    assert "--paper" in text
    assert "The colour of the paper." in text
    assert "-c, --copies" in text
    # The one is of another command, the other a name of before.
    assert "--ink" not in text
    assert "--sheet" not in text
    assert call(program, "book", "--paper", "IVORY", "-c", "3").stdout == "book\n"
    assert seen == [Extra("ivory", 3, True)]


def test_it_is_a_variable_a_key_and_a_line_of_config(
    program: typer.Typer,
    seen: list[Extra],
    longread_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = longread_home / "config" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('paper = "ivory"\nink = false\n')
    call(program, "book")
    monkeypatch.setenv("LONGREAD_PAPER", "white")
    call(program, "book")
    assert [(each.paper, each.ink) for each in seen] == [("ivory", False), ("white", False)]
    monkeypatch.setattr(config, "TABLE", EXTENDED)
    app = typer.Typer()
    app.command()(config.config)
    lines = [line.split() for line in call(app).stdout.splitlines()]
    assert ["paper", "white", "LONGREAD_PAPER"] in lines
    assert ["ink", "false", str(file)] in lines
    # An option that holds for one call is no setting.
    assert not any(line[0] == "copies" for line in lines)


def test_it_is_a_row_of_the_readme_and_what_the_shell_offers(program: typer.Typer) -> None:
    assert "| `--paper` | white | The colour of the paper. |" in list(EXTENDED.markdown())
    command = typer.main.get_command(program)
    (paper,) = [each for each in command.params if each.name == "paper"]
    offered = paper.shell_complete(typer.Context(command), "i")
    assert [item.value for item in offered] == ["ivory"]


def test_the_name_of_before_is_understood_and_says_so_once(
    program: typer.Typer,
    seen: list[Extra],
    longread_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = call(program, "book", "--sheet", "ivory")
    assert result.stderr == "--sheet is now called --paper\n"
    monkeypatch.setenv("LONGREAD_SHEET", "ivory")
    result = call(program, "book")
    assert result.stderr == "LONGREAD_SHEET is now called LONGREAD_PAPER\n"
    assert call(program, "book", "--paper", "white").stderr == ""
    assert [each.paper for each in seen] == ["ivory", "ivory", "white"]
    assert EXTENDED.read("sheet", "ivory", ":sheet") == ("paper", "ivory")


def test_what_an_option_cannot_be_is_refused_by_its_name(program: typer.Typer) -> None:
    with pytest.raises(UsageError) as raised:
        CliRunner().invoke(program, ["book", "--paper", "red"], catch_exceptions=False)
    assert raised.value.message == "--paper (red) is not one of white, ivory."
    assert raised.value.hint == "the colour of the paper"
    assert CliRunner().invoke(program, ["book", "--copies", "0"]).exit_code == 2


def test_groups_of_groups_are_filled() -> None:
    made = EXTENDED.build(Everything, {"copies": 2, "chunk_tokens": 99, "events": Path("e")})
    assert (made.extra.copies, made.ask.reading.chunk_tokens) == (2, 99)
    assert (made.ask.call.events, made.ask.call.resume) == (Path("e"), True)
    assert [each.name for each in options_of(Everything)][-3:] == ["paper", "copies", "ink"]


def test_a_strategy_that_another_package_adds_is_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    added = EntryPoint("backwards", "somewhere:STRATEGY", names.ENTRY_POINTS)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [added])
    assert TABLE.read("strategy", "Backwards", "--strategy") == ("strategy", "backwards")
    command: Any = typer.main.get_command(application())
    ask = command.commands["ask"]
    (strategy,) = [each for each in ask.params if each.name == "strategy"]
    offered = strategy.shell_complete(typer.Context(ask), "b")
    assert [item.value for item in offered] == ["backwards"]
    assert list(strategies_of("backwards", ReadingOptions())) == ["backwards"]
    with pytest.raises(UsageError, match=r"is not one of gated, .*, backwards"):
        TABLE.read("strategy", "sideways", "--strategy")


def test_no_two_options_share_a_name_or_a_former_one() -> None:
    names = [name for each in options_of(AskOptions) for name in (each.name, *each.formerly)]
    assert len(names) == len(set(names))


def test_every_field_of_the_python_api_is_an_option_with_a_default_it_may_have() -> None:
    for group in (ReadingOptions, ModelOptions):
        made = group()
        for each in options_of(group):
            value = getattr(made, each.name)
            if value is not None:
                assert each.read(value, each.name) == value
                assert each.read(shown(value), each.name) == value


def test_the_readme_holds_the_table() -> None:
    text = README.read_text("utf-8")
    for line in TABLE.markdown():
        assert f"\n{line}\n" in text, "README.md is stale: python docs/make_options.py"


def test_the_readme_is_made_by_its_program(tmp_path: Path) -> None:
    program = README.parent / "docs" / "make_options.py"
    code = f"import runpy; m = runpy.run_path({str(program)!r}); t = m['README'].read_text('utf-8')"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; assert m['with_table'](t) == t"],
        env={**os.environ, "LONGREAD_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
