"""Signals on one scale, and the small arithmetic under them."""

from __future__ import annotations

import math

import pytest

from longread.reading.judges.likelihood import LikelihoodJudge
from longread.reading.judges.probe import choice_auc, gate_signal
from longread.reading.prompts import probe_pairs
from longread.reading.relevance.calibration import calibration, logit, sigmoid
from longread.reading.relevance.match import Match, best_matching, evenly, lexical_match
from longread.retrieval import Index
from tests.scripted import ScriptedEngine


def test_sigmoid_and_logit_undo_one_another_and_never_overflow() -> None:
    for value in (-9.0, -1.0, 0.0, 0.5, 9.0):
        assert logit(sigmoid(value)) == pytest.approx(value)
    assert (sigmoid(-1e6), sigmoid(1e6)) == (0.0, 1.0)
    assert math.isfinite(logit(0.0))
    assert math.isfinite(logit(1.0))


def test_likelihood_is_measured_against_an_empty_passage_once() -> None:
    engine = ScriptedEngine(scores=lambda prompt: -1.0 if "ferry" in prompt else -2.5)
    judge = LikelihoodJudge(engine)

    def gain(passage: str) -> float:
        asked = judge.ask(passage, "Which boat?")
        scores = engine.score(asked.prompt, asked.continuation)
        return logit(judge.relevance(scores, "Which boat?").answers)

    assert [gain("a ferry"), gain("a house")] == pytest.approx([1.5, 0.0])
    gain("a ferry")
    assert len(engine.prompts) == 4


def test_matches_are_shares() -> None:
    index = Index(["orvel ferry sank", "orvel town", "clerk ledger"])
    matches = lexical_match(index, "orvel ferry")
    assert matches[0].relative == 1.0
    assert 0 < matches[1].relative < 1
    assert matches[2] == Match(0.0, 0.0)
    assert all(0 <= match.absolute <= 1 for match in matches)


def test_a_question_of_strange_words_only_matches_nothing() -> None:
    index = Index(["orvel ferry sank", "orvel town"])
    assert lexical_match(index, "zebra") == [Match(0.0, 0.0)] * 2
    assert lexical_match(index, "") == [Match(0.0, 0.0)] * 2


def test_a_unit_without_the_name_that_is_asked_for_matches_less() -> None:
    index = Index(
        ["a ticket for the ferry at Orvel costs ten", "from Kestrel one paid six", "rain"]
    )
    other, right, neither = lexical_match(
        index, "What does a ticket for the ferry at Kestrel cost?"
    )
    assert (other.relative, right.named) == (1.0, 1.0)
    assert other.named == neither.named < 0.6


def test_a_name_that_the_document_lacks_is_missed_nowhere() -> None:
    index = Index(["orvel ferry sank", "orvel town"])
    assert {match.named for match in lexical_match(index, "When did the ferry reach Selby?")} == {
        1.0
    }


def test_a_name_that_every_unit_has_weighs_little() -> None:
    index = Index([*["Orvel harbour"] * 30, "the harbour alone"])
    assert lexical_match(index, "Who kept the harbour of Orvel?")[-1].named > 0.95


def test_units_that_may_be_meant_as_well_are_counted() -> None:
    index = Index(["the ferry of Orvel", "Orvel again", "rain", "a ferry at Kestrel", "wind"])
    matches = lexical_match(index, "Name all the captains at Orvel.")
    assert [match.alike for match in matches] == [2, 2, 5, 5, 5]
    assert {match.alike for match in lexical_match(index, "Name all the captains.")} == {5}


def test_a_place_of_a_list_counts_less_the_more_may_be_meant() -> None:
    """Of a company's filing every page names the company."""
    few, many = Match(0.5, 0.2, 1.0, 3), Match(0.5, 0.2, 1.0, 400)
    everything, one = calibration("reader").everything, calibration("reader").answer
    assert everything.probability(0.0, few) > 0.3 > everything.probability(0.0, many)
    assert one.probability(0.0, few) == one.probability(0.0, many)
    # Asked for one answer, the place that BM25 likes half as well as the best is not it.
    assert one.probability(0.0, few) < 0.1


def test_an_answer_on_a_list_takes_its_tile_and_its_sentence() -> None:
    entry = calibration("reader").entry
    assert entry is not None
    belongs = entry.probability
    assert belongs(0.9, 0.9) > belongs(0.1, 0.9) > belongs(0.1, 0.3)
    assert belongs(0.9, 0.9) > 0.9
    assert belongs(0.1, 0.3) < 0.3


@pytest.mark.parametrize("signal", ["likelihood", "reader", "choice"])
def test_evidence_grows_with_every_signal(signal: str) -> None:
    weights = calibration(signal).answer
    low, high = Match(0.2, 0.1, 0.5), Match(0.9, 0.4, 1.0)
    assert weights.probability(0.0, low) < weights.probability(3.0, low)
    assert weights.probability(1.0, low) < weights.probability(1.0, high)
    assert 0 < weights.unread_odds(low) < weights.unread_odds(high)


def test_even_places_are_spread_and_within() -> None:
    assert evenly(3, 12) == [0, 1, 2]
    assert evenly(0, 12) == []
    places = evenly(100, 12)
    assert len(places) == 12
    assert min(places) > 0
    assert max(places) < 99


def knowing(parameters: int = 1_000_000_000) -> ScriptedEngine:
    pairs = probe_pairs()

    def knows(prompt: str) -> float:
        return 0.9 if any(p in prompt and q in prompt for p, q in pairs) else 0.2

    return ScriptedEngine(choices=knows, parameters=parameters)


def test_a_model_that_can_tell_gates_by_choice_and_is_asked_once() -> None:
    engine = knowing()
    assert choice_auc(engine) == 1.0
    assert gate_signal(engine, "auto") == "choice"
    asked = len(engine.prompts)
    assert gate_signal(engine, "auto") == "choice"
    assert len(engine.prompts) == asked


def test_a_coin_toss_gates_by_likelihood() -> None:
    engine = ScriptedEngine(choices=lambda _prompt: 0.5, parameters=1_000_000_000)
    assert choice_auc(engine) == 0.5
    assert gate_signal(engine, "auto") == "likelihood"


def test_a_small_model_is_not_probed_and_a_request_is_obeyed() -> None:
    engine = knowing(parameters=135_000_000)
    assert gate_signal(engine, "auto") == "likelihood"
    assert gate_signal(engine, "choice") == "choice"
    assert engine.prompts == []


def test_english_moves_what_is_looked_up_but_no_match() -> None:
    texts = ["the cash flow of the year", "the reader of the notes"] * 30
    texts += ["the auditor signed the report"] * 3
    question = "Dear reader, please answer with care: what was the cash flow?"
    plain, index = Index(texts), Index(texts, background=True)
    matches, before = lexical_match(index, question), lexical_match(plain, question)
    assert matches == before
    assert [match.alike for match in matches] == [match.alike for match in before]
    assert [match.score for match in matches] == index.scores(question) != plain.scores(question)
    best = [hit.place for hit in index.search(question, 5)]
    assert best_matching(matches, 5) == best
