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
from longread.reading.calibrate.gate import Sample, fitted, probabilities
from longread.reading.calibrate.needles import facts
from longread.reading.prompts import probe_pairs
from longread.reading.relevance.calibration import calibration as weights_of
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
    assert set(result.calibration.gate) == {"likelihood"}
    assert 0.0 < result.calibration.gate["likelihood"]["threshold"] < 1.0


def test_weights_follow_the_evidence_and_stay_near_the_usual_ones_without_any() -> None:
    """A judge that knows gets a larger weight than one that says the same of all passages."""
    draw = np.random.default_rng(0)
    usual = np.array([0.7, 3.0, 0.0, 2.2, -5.5])

    def samples(knows: float) -> list[Sample]:
        made = []
        for _question in range(18):
            holds = np.arange(20) == draw.integers(20)
            evidence = knows * np.where(holds, 3.0, -3.0) + draw.normal(0, 0.5, 20)
            shares = draw.uniform(0, 1, (20, 3))
            made.append(Sample(np.column_stack([evidence, shares]), holds))
        return made

    knowing, guessing = fitted(samples(1.0), usual), fitted(samples(0.0), usual)
    assert knowing[0] > guessing[0] + 0.5
    chances = [probabilities(each, knowing) for each in samples(1.0)]
    assert min(float(each.max()) for each in chances) > 0.5
    assert abs(guessing[4] - usual[4]) < 4


def test_a_model_that_can_be_asked_gets_weights_of_its_own() -> None:
    told = {
        probe.question: probe.text[slice(*probe.places[probe.gold])] for probe in calibrate.probes()
    }
    engine = scripted(
        parameters=2_000_000_000,
        choices=lambda prompt: (
            0.9
            if any(question in prompt and words in prompt for question, words in told.items())
            or _pair(prompt)
            else 0.1
        ),
    )
    result = calibrate.calibrate(engine, "me")
    assert set(result.calibration.gate) == {"likelihood", "choice"}
    weights = result.calibration.gate["choice"]["answer"]
    assert set(weights) == {"evidence", "match", "coverage", "named", "read_bias"}
    assert "choice gate opened" in result.calibration.measured


def _pair(prompt: str) -> bool:
    """The twelve built-in pairs that say whether a model can be asked at all."""
    return any(passage in prompt and question in prompt for passage, question in probe_pairs())


def test_fitted_weights_take_the_place_of_the_usual_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = {"choice": {"threshold": 0.3, "answer": {"evidence": 1.5, "read_bias": -4.0}}}
    known = calibration.Calibration("scripted", (), gate=gate)
    monkeypatch.setattr(calibration, "of", lambda _file: known)
    usual, found = weights_of("choice"), weights_of("choice", "some.gguf")
    assert (found.threshold, found.answer.evidence, found.answer.read_bias) == (0.3, 1.5, -4.0)
    assert (found.answer.match, found.lookups) == (usual.answer.match, usual.lookups)
    assert weights_of("likelihood", "some.gguf") == weights_of("likelihood")


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
