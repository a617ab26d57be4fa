"""Settings: option over environment over config file over default, and no wrong value passes."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from longread.cli import application
from longread.cli.options import TABLE
from longread.errors import UsageError
from longread.options import variable
from longread.reading.options import ReadingOptions
from longread.runs.options import ModelOptions


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in TABLE.settings:
        monkeypatch.delenv(variable(setting.name), raising=False)


@pytest.fixture
def config(longread_home: Path) -> Path:
    path = longread_home / "config" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def shown(*arguments: str) -> Any:
    result = CliRunner().invoke(application(), ["config", *arguments])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout) if "--json" in arguments else result.stdout


def refused(**options: Any) -> str:
    with pytest.raises(UsageError) as caught:
        TABLE.in_force(options)
    return f"{caught.value.message} | {caught.value.hint}"


def test_option_over_environment_over_config_over_default(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def now(**options: Any) -> tuple[Any, str]:
        found = TABLE.in_force(options)["patience"]
        return found.value, found.origin

    assert now() == (None, "default")
    config.write_text("patience = 2\n")
    assert now() == (2, str(config))
    monkeypatch.setenv("LONGREAD_PATIENCE", "3")
    assert now() == (3, "LONGREAD_PATIENCE")
    assert now(patience=4) == (4, "option")
    assert now(patience=None) == (3, "LONGREAD_PATIENCE")


def test_defaults_are_the_readings_own() -> None:
    found = TABLE.in_force()
    for options in (ReadingOptions(), ModelOptions()):
        for field in fields(options):
            if field.name in found:
                assert found[field.name].value == getattr(options, field.name), field.name


def test_config_lists_every_setting_and_where_it_comes_from(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text('strategy = "RAG"\nocr = true\n')
    monkeypatch.setenv("LONGREAD_QUIET", "yes")
    record = shown("--json")
    assert record["config_file"] == str(config)
    assert set(record["settings"]) == {setting.name for setting in TABLE.settings}
    assert record["settings"]["strategy"] == {"value": "rag", "origin": str(config)}
    assert record["settings"]["quiet"] == {"value": True, "origin": "LONGREAD_QUIET"}
    assert record["settings"]["order"] == {"value": "auto", "origin": "default"}
    lines = {line.split()[0]: line.split() for line in shown().splitlines()}
    assert lines["strategy"] == ["strategy", "rag", str(config)]
    assert lines["chunk_tokens"] == ["chunk_tokens", "unset", "default"]
    assert lines["ocr"] == ["ocr", "true", str(config)]


def test_the_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGREAD_PASSWORD", "sesame")
    assert "sesame" not in shown() + json.dumps(shown("--json"))
    assert shown("--json")["settings"]["password"]["origin"] == "LONGREAD_PASSWORD"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("patiense = 2", "unknown setting patiense", "did you mean patience?"),
        ("top-k = 2", "unknown setting top-k", "did you mean top_k?"),
        ("colour = 2", "unknown setting colour", "longread config lists"),
        ("patience = ", "cannot be read", "it is TOML"),
        ("patience = 0", "must be at least 1", "open exit gates"),
        ("patience = 1.5", "is not a whole number", "open exit gates"),
        ("patience = true", "is not a whole number", "open exit gates"),
        ('ocr = "perhaps"', "neither true nor false", "Tesseract"),
        ("gate_threshold = 7", "between 0 and 1", "update gate"),
        ("gate_threshold = nan", "between 0 and 1", "update gate"),
        ("max_seconds = inf", "must be above 0", "seconds"),
        ('strategy = "fast"', "is not one of gated", "how the document is read"),
        ("threads = 4096", "at most 512", "cores"),
        ("gpu_layers = -1", "auto or a number", "GPU"),
    ],
)
def test_a_config_file_that_cannot_be_followed(
    config: Path, text: str, message: str, hint: str
) -> None:
    config.write_text(f"{text}\n")
    said = refused()
    assert message in said.split(" | ")[0]
    assert str(config) in said
    assert hint in said.split(" | ")[1]


def test_a_config_file_named_but_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGREAD_CONFIG", str(tmp_path / "no.toml"))
    assert "no.toml does not exist" in refused()


def test_a_variable_that_cannot_be_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGREAD_TOP_K", "many")
    assert "LONGREAD_TOP_K (many) is not a whole number" in refused()
    monkeypatch.setenv("LONGREAD_TOP_K", "")
    assert TABLE.in_force()["top_k"].value is None


def test_an_option_that_cannot_be_followed() -> None:
    assert refused(exit_threshold=1.5).startswith("--exit-threshold (1.5) must be between 0 and 1")
    assert refused(gpu_layers="many").startswith("--gpu-layers (many) must be auto or a number")


def test_flags_have_a_way_back(config: Path) -> None:
    """What the config file turns on, an option must be able to turn off."""
    config.write_text("ocr = true\nexit = false\n")
    found = TABLE.in_force({"ocr": False, "exit": True})
    assert (found["ocr"].value, found["exit"].value) == (False, True)
