"""What was measured of a model: kept, found again, and never taken for another model's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from longread.errors import ModelError
from longread.models import calibration
from longread.models.calibration import Calibration

MEASURED = Calibration("tiny", ((3, 1), (2, 0)), 0.25, {"probes": 40.0}, "llama | tiny | 7 | none")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"weights of one model")
    return file


def test_what_was_kept_is_found_by_the_file_wherever_it_is(model: Path) -> None:
    assert calibration.of(str(model)) is None
    kept = calibration.save(model, MEASURED)
    assert kept.parent == calibration.folder()
    assert calibration.of(str(model)) == MEASURED
    moved = model.rename(model.with_name("renamed.gguf"))
    assert calibration.of(str(moved)) == MEASURED


def test_a_file_replaced_under_the_same_name_has_no_calibration(model: Path) -> None:
    calibration.save(model, MEASURED)
    model.write_bytes(b"weights of another one")
    assert calibration.of(str(model)) is None


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"schema": "longread.calibration/9"}', '{"schema": "longread.calibration/1"}'],
)
def test_a_damaged_calibration_is_none(model: Path, text: str) -> None:
    kept = calibration.save(model, MEASURED)
    kept.write_text(text, "utf-8")
    assert calibration.of(str(model)) is None


def test_no_file_no_calibration() -> None:
    assert calibration.of("nowhere.gguf") is None


def test_a_folder_that_cannot_be_written_is_said_in_one_line(model: Path) -> None:
    calibration.folder().parent.mkdir(parents=True)
    calibration.folder().write_text("in the way", "utf-8")
    with pytest.raises(ModelError, match="could not be written"):
        calibration.save(model, MEASURED)


def test_those_that_ship_are_sound() -> None:
    for each in calibration.shipped():
        assert len(set(each.heads)) == len(each.heads) > 0
        assert each.fits
        assert max(layer for layer, _head in each.heads) < 30
    assert len({each.fits for each in calibration.shipped()}) == 2


@pytest.mark.model
def test_the_bundled_model_finds_the_calibration_that_ships(bundled_model: Path) -> None:
    found = calibration.of(str(bundled_model))
    assert found is not None
    assert found.fits == calibration.description(bundled_model)
    assert json.loads(json.dumps(found.heads))[0] == list(found.heads[0])
