"""The probe finds the heads that look at the needle, and where the gate should open."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

import numpy as np
import pytest

from longread.engine.llamacpp import LlamaCppEngine
from longread.errors import ModelError
from longread.models import calibration
from longread.reading import calibrate
from longread.reading.calibrate.needles import facts
from tests.scripted import ScriptedEngine


def test_probes_hide_every_kind_of_fact_at_every_depth() -> None:
    asked = list(calibrate.probes())
    assert len(asked) == len(facts()) * len(calibrate.DEPTHS)
    depths = Counter(
        sum(probe.places[probe.gold][0] / len(probe.text) > edge for edge in (0.2, 0.5, 0.8))
        for probe in asked
    )
    assert set(depths.values()) == {len(facts())}
    assert asked == list(calibrate.probes())
    assert len({probe.question for probe in asked}) == len(asked)


def scripted(**changes: Any) -> ScriptedEngine:
    """An engine one of whose heads sees the needles of the probe."""
    sentences = {
        probe.question: probe.text[slice(*probe.places[probe.gold])] for probe in calibrate.probes()
    }

    def looks(prompt: str) -> str:
        return next((words for asked, words in sentences.items() if asked in prompt), "")

    values: dict[str, Any] = {
        "looks": looks,
        "scores": lambda prompt: -3.0 - float(np.sin(len(prompt))) / 9,
        **changes,
    }
    return ScriptedEngine(**values)


def test_the_head_that_looks_at_the_needle_is_found() -> None:
    seen: list[tuple[int, int]] = []
    result = calibrate.calibrate(scripted(), "me", lambda done, every: seen.append((done, every)))
    assert result.calibration.heads[0] == (3, 1)
    # The head that sees is in layer 3 of 6: nothing above it is needed, nothing below it sees.
    assert max(layer for layer, _head in result.calibration.heads) == 3
    assert {layer for layer, _head in result.calibration.shallow} <= {0, 1}
    assert result.calibration.fits == "me"
    assert result.probes == len(facts()) * len(calibrate.DEPTHS)
    assert [done for done, _all in seen] == list(range(1, seen[0][1] + 1))
    by_name = {row.name: row for row in result.rows}
    assert by_name["best single head"].first == 1.0
    assert by_name["shallow heads"].first < 0.5
    threshold = result.calibration.gate_threshold
    assert threshold is not None
    assert 0.0 < threshold < 1.0


def test_an_engine_without_attention_cannot_be_calibrated() -> None:
    with pytest.raises(ModelError, match="does not show its attention"):
        calibrate.calibrate(scripted(capabilities=frozenset({"score"})))


@pytest.mark.model
def test_the_heads_that_ship_find_needles(engine: LlamaCppEngine) -> None:
    known = calibration.of(engine.info.file)
    assert known is not None
    asked = list(islice(calibrate.probes(seed=5), 3, None, 25))
    looked = [calibrate.look(engine, probe) for probe in asked]
    for each in looked:
        gaps = calibrate.gap(each.extra, each.gold)
        assert sum(gaps[layer, head] for layer, head in known.heads) > 0.0
