"""`longread models calibrate`, with a scripted engine in the model's place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from longread.cli import calibrate as calibrating
from longread.cli import models
from longread.errors import Interrupted
from longread.models import calibration, store
from tests.models.gguf_files import gguf_bytes
from tests.reading.test_calibrate import scripted


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model file whose engine is the scripted one."""
    file = tmp_path / "tiny.gguf"
    file.write_bytes(gguf_bytes(weights=600_000))
    engine = scripted()
    object.__setattr__(engine.info, "file", str(file))
    monkeypatch.setattr(store, "bundled_path", lambda: None)
    monkeypatch.setattr(calibrating, "open_engine", lambda *_arguments: engine)
    return file


def invoke(*arguments: str) -> tuple[int, str, str, BaseException | None]:
    app = typer.Typer()
    app.add_typer(models.app, name="models")
    done = CliRunner().invoke(app, ["models", *arguments])
    return done.exit_code, done.stdout, done.stderr, done.exception


def test_the_table_the_heads_and_where_they_are_kept(model: Path) -> None:
    code, stdout, stderr, _error = invoke("calibrate", str(model))
    assert code == 0
    lines = stdout.splitlines()
    assert lines[0].split("  ")[0] == "READ BY"
    assert any(line.startswith("calibrated heads") and "100%" in line for line in lines)
    assert any(line.startswith("heads (layer.head)  3.1") for line in lines)
    assert "40 of" not in stdout
    assert stderr.splitlines()[0].startswith("scripted: 11 of 44")
    known = calibration.of(str(model))
    assert known is not None
    assert known.heads[0] == (3, 1)
    assert str(calibration.folder()) in stderr


def test_json_is_the_calibration(model: Path) -> None:
    code, stdout, _stderr, _error = invoke("calibrate", str(model), "--json")
    assert code == 0
    record = json.loads(stdout)
    assert record["heads"][0] == [3, 1]
    assert json.loads(Path(record["file"]).read_text("utf-8"))["heads"] == record["heads"]


def test_ctrl_c_keeps_nothing(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(calibrating, "calibrate", interrupted)
    _code, _stdout, _stderr, error = invoke("calibrate", str(model))
    assert isinstance(error, Interrupted)
    assert calibration.of(str(model)) is None
