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
from longread.reading.calibrate import gate
from longread.reading.calibrate.gate import Contest, fitted, log_loss, shares
from longread.reading.calibrate.needles import facts
from longread.reading.calibrate.register import register
from longread.reading.judges.trained import PROTOCOL
from longread.reading.relevance.calibration import PlaceWeights
from longread.reading.relevance.calibration import calibration as weights_of
from tests.scripted import ScriptedEngine


def test_probes_hide_every_kind_of_fact_at_every_depth() -> None:
    asked = list(calibrate.probes())
    assert len(asked) == len(facts()) * len(calibrate.DEPTHS) // 2
    depths = Counter(
        sum(probe.places[probe.gold][0] / len(probe.text) > edge for edge in (0.2, 0.5, 0.8))
        for probe in asked
    )
    assert set(depths.values()) == {len(facts()) // 2}
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
    assert result.probes == len(facts()) * len(calibrate.DEPTHS) // 2
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

    def contests(knows: float) -> list[Contest]:
        made = []
        for _question in range(18):
            gold = int(draw.integers(20))
            for place in range(20):
                evidence = knows * (3.0 if place == gold else -3.0) + draw.normal(0, 0.5)
                features = np.array([[evidence, *draw.uniform(0, 1, 3), 1.0]])
                made.append(Contest(features, 0 if place == gold else -1))
        return made

    knowing, guessing = fitted(contests(1.0), usual), fitted(contests(0.0), usual)
    assert knowing[0] > guessing[0] + 0.5
    gold = [float(shares(each, knowing)[0]) for each in contests(1.0) if each.right == 0]
    assert min(gold) > 0.5
    assert abs(guessing[4] - usual[4]) < 4


def test_candidates_stand_against_one_another_and_against_none() -> None:
    """What is likelier in one place than in another wins, and where none is likely, none."""
    draw = np.random.default_rng(1)
    made = []
    for number in range(40):
        right = number % 3 - 1
        told = [[3.0 if place == right else -1.0, 1.0] for place in range(2)]
        made.append(Contest(np.array(told) + draw.normal(0, 0.3, (2, 2)) * [1, 0], right))
    weights = fitted(made, np.array([0.0, 0.0]), none=0.23)
    for each in made:
        found = shares(each, weights, 0.23)
        assert (int(found.argmax()) == each.right) if each.right >= 0 else found.sum() < 0.5
    assert log_loss(made, weights, 0.23) < log_loss(made, np.array([0.0, 0.0]), 0.23)


@pytest.mark.parametrize("seed", range(12))
def test_weights_that_are_sure_of_what_is_wrong_do_not_go_astray(seed: int) -> None:
    """Whole steps of Newton's method end far from where they began, at a higher loss."""
    draw = np.random.default_rng(seed)
    usual = np.array([1.3, 1.8, 2.2, -5.0])
    made = []
    for _question in range(7):
        said = np.c_[draw.normal(0.5, 2, (3, 3)), np.ones(3)]
        made.append(Contest(said, int(draw.integers(-1, 3))))
    weights = fitted(made, usual, none=0.23)
    assert log_loss(made, weights, 0.23) < log_loss(made, usual, 0.23)
    assert np.abs(weights - usual).max() < 10


@pytest.mark.parametrize(("knows", "kept"), [(0.0, False), (1.0, True)])
def test_a_fit_that_is_no_better_on_other_questions_is_not_kept(knows: float, kept: bool) -> None:
    """Noise is fitted well, and says nothing of the half that it was not fitted on."""
    draw = np.random.default_rng(3)
    usual = PlaceWeights(0.2, 0.0, 0.0, 0.0, 0.0, -1.0)
    made = []
    for number in range(24):
        right = number % 2 - 1
        said = draw.normal(0, 1, (1, 6)) + knows * (3.0 if right == 0 else -3.0)
        said[:, 5] = 1.0
        made.append(Contest(said, right))
    found = gate._fit_contests("place", made, usual, 0.23)
    weights = list(found.table["place"].values())
    assert (weights != list(usual.weights)) is kept
    assert (found.measured["place log loss"] < found.measured["place log loss before"]) is kept


def knowing(**changes: Any) -> ScriptedEngine:
    """A model that knows which entry of the register says what, and what it says."""
    document, asked = register("\n\n".join(each["text"].strip() for each in calibrate._classics()))
    told = {
        each.question: (document.text[each.start :].partition(". ")[0], each.answers[0])
        for each in asked
        if each.answers
    }

    def sees(prompt: str) -> str:
        found = (reply for question, (words, reply) in told.items()
                 if question in prompt and words in prompt)  # fmt: skip
        return next(found, "")

    return scripted(
        parameters=2_000_000_000,
        choices=lambda prompt: 0.9 if sees(prompt) else 0.1,
        replies=lambda prompt: sees(prompt) or "I do not know",
        capabilities=frozenset({"generate", "choose", "score", "attention", "branches"}),
        **changes,
    )


def test_a_model_that_follows_instructions_gets_all_weights_of_its_own() -> None:
    engine = knowing()
    reader = ScriptedEngine(choices=lambda _prompt: 0.3, protocol=PROTOCOL)
    seen: list[tuple[int, int]] = []
    result = calibrate.calibrate(engine, "me", lambda *parts: seen.append(parts), reader)
    assert [done for done, _all in seen] == list(range(1, seen[0][1] + 1))
    assert set(result.calibration.gate) == {"likelihood", "choice"}
    tables = result.calibration.gate["choice"]
    assert set(tables) == {"threshold", "answer", "place", "notes"}
    assert set(tables["answer"]) == {"evidence", "match", "coverage", "named", "read_bias"}
    assert set(tables["place"]) == {"answers", "words", "reader", "alone", "unsaid", "bias"}
    measured = result.calibration.measured
    for name in ("place", "notes"):
        assert measured[f"choice {name} answered right"] == 1.0
        assert measured[f"choice {name} refused"] == 1.0
        assert measured[f"choice {name} log loss"] < 0.5
    # Every passage is asked all questions in one batch.
    assert max(engine.together) == len(register("x. " * 40)[1])
    assert reader.asked("reader")


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
    asked = list(islice(calibrate.probes(seed=5), 3, None, 10))
    looked = [calibrate.look(engine, probe) for probe in asked]
    for each in looked:
        gaps = calibrate.gap(each.extra, each.gold)
        assert sum(gaps[layer, head] for layer, head in known.heads) > 0.0
