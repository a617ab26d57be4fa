"""What an answer and a place are worth, on cases where it is known by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from longread.bench import metrics
from longread.bench.metrics import Metric, contains, exact, is_at, token_f1, tokens
from longread.bench.records import Cited, Evidence, Result


def by_name(name: str) -> Metric:
    return next(metric for metric in metrics.METRICS if metric.name == name)


def result(**values: Any) -> Result:
    """A result that answers "in 1931" rightly; `values` change it."""
    usual: dict[str, Any] = {
        "id": "1",
        "strategy": "gated",
        "question": "When did it sink?",
        "answers": ("1931",),
        "require": "any",
        "status": "answered",
        "answer": "in 1931",
        "confidence": 0.9,
        "chunks": 4,
    }
    return Result(**{**usual, **values})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Cat's  hat, (a) RED one!", "cats hat red one"),
        ("The", "the"),
        ("$1,577.00 million", "1577 million"),
        ("8.70 %", "8.7"),
        ("8,7", "8.7"),
        ("U.S. sales.", "us sales"),
        ("(1963–1967)", "1963 1967"),
        ("long-term and/or", "long term and or"),
        ("20–18", "20 18"),
        ("…", ""),
        ("iPhone手机", "iphone 手 机"),
        ("１９３１年", "1931 年"),
        ("Straße", "strasse"),
    ],
)
def test_normalisation(text: str, words: str) -> None:
    assert " ".join(tokens(text)) == words


def test_numbers_that_differ_stay_different() -> None:
    assert exact("8.7", "87") == 0.0
    assert exact("1577.00", "1,577") == 1.0
    assert exact("$1577.00", "157700") == 0.0


def test_token_f1_counts_words_as_often_as_they_stand() -> None:
    assert token_f1("the Orvel ferry", "Orvel ferry") == 1.0
    assert token_f1("ferry ferry", "ferry") == pytest.approx(2 / 3)
    assert token_f1("in the year 1931", "1931") == pytest.approx(0.5)
    assert token_f1("nothing alike", "1931") == 0.0


def test_containment_is_one_way_and_by_whole_words() -> None:
    assert contains("It sank in 1931 off the cape", "in 1931") == 1.0
    assert contains("1931", "in 1931 off the cape") == 0.0
    assert contains("in 19310", "1931") == 0.0
    assert contains("1931, then in", "in 1931") == 0.0
    assert contains("该塔建于一九三一年", "一九三一") == 1.0


@pytest.mark.parametrize("gold", ["", "…", " !? "])
def test_an_empty_gold_never_matches(gold: str) -> None:
    for answer in ("", "anything", "…"):
        assert (exact(answer, gold), token_f1(answer, gold), contains(answer, gold)) == (0, 0, 0)


def test_the_best_gold_counts() -> None:
    one = result(answer="off Point Sable", answers=("1931", "Point Sable"))
    assert metrics.CONTAINED.value(one) == 1.0
    assert metrics.F1.value(one) == pytest.approx(0.8)
    assert metrics.EXACT.value(one) == 0.0


def test_where_all_values_are_wanted_the_share_named_counts() -> None:
    one = result(answer="red and blue", answers=("red", "blue", "green"), require="all")
    assert metrics.CONTAINED.value(one) == pytest.approx(2 / 3)
    assert metrics.EXACT.value(one) == 0.0
    assert metrics.EXACT.value(replace(one, answer="blue, green, red")) == 1.0


def test_a_refused_question_scores_nothing_and_counts_as_a_false_refusal() -> None:
    refused = result(status="not_found", answer=None)
    assert metrics.F1.value(refused) == 0.0
    assert metrics.FALSE_REFUSALS.value(refused) == 1.0
    assert metrics.CORRECT_REFUSALS.value(refused) is None
    assert metrics.FALSE_REFUSALS.value(result()) == 0.0


def test_a_question_without_an_answer_is_there_to_be_refused() -> None:
    answered = result(answers=())
    assert metrics.F1.value(answered) is None
    assert metrics.CORRECT_REFUSALS.value(answered) == 0.0
    assert metrics.CORRECT_REFUSALS.value(replace(answered, status="not_found", answer=None)) == 1


def test_a_failed_run_answers_nothing_and_says_nothing_else() -> None:
    failed = result(status="error", answer=None, error="out of memory")
    assert metrics.F1.value(failed) == 0.0
    others = [metric for metric in metrics.METRICS if metric not in metrics.ANSWER_METRICS[:3]]
    assert {metric.value(failed) for metric in others} == {None}


def test_a_place_is_the_evidence_on_its_page_or_in_its_passage() -> None:
    paged = Evidence("a.pdf", page=3)
    assert is_at(Cited("a.pdf", 3, "anything"), paged)
    assert not is_at(Cited("a.pdf", 4, "anything"), paged)
    assert not is_at(Cited("b.pdf", 3, "anything"), paged)
    passage = Evidence("b.txt", text="The ferry sank\n in 1931 off Point Sable.")
    assert is_at(Cited("b.txt", None, "ferry  sank in 1931"), passage)
    assert is_at(Cited("./b.txt", None, "Before. The ferry sank in 1931 off Point Sable."), passage)
    assert not is_at(Cited("b.txt", None, "the ferry was late"), passage)
    assert not is_at(Cited("b.txt", None, ""), passage)


def test_a_place_that_shares_half_of_the_shorter_text_is_the_evidence() -> None:
    passage = Evidence("b.txt", text="0123456789abcdefghij")
    assert is_at(Cited("b.txt", None, "xxxxx0123456789"), passage)
    assert is_at(Cited("b.txt", None, "abcdefghij-----"), passage)
    assert not is_at(Cited("b.txt", None, "xxxxxxxxxxx01234"), passage)


def places(*pages: int) -> tuple[Cited, ...]:
    return tuple(Cited("a.pdf", page, f"words on {page}") for page in pages)


def test_recall_counts_pages_where_the_evidence_is_a_page() -> None:
    one = result(ranked=places(1, 1, 1, 2, 2, 3), evidence=(Evidence("a.pdf", page=3),))
    assert metrics.recall(2)(one) == 0.0
    assert metrics.recall(3)(one) == 1.0


def test_recall_of_all_evidence_is_stricter() -> None:
    evidence = (Evidence("a.pdf", page=1), Evidence("a.pdf", page=9))
    one = result(ranked=places(1, 2, 3), evidence=evidence)
    assert metrics.recall(5)(one) == 1.0
    assert metrics.recall(5, every=True)(one) == 0.0
    assert by_name("all@10").value(one) == 0.0
    assert by_name("all@10").value(replace(one, evidence=evidence[:1])) is None


def test_what_has_no_document_or_no_evidence_has_no_recall() -> None:
    assert metrics.recall(5)(result(evidence=())) is None
    assert metrics.recall(5)(result(chunks=0, evidence=(Evidence("a.pdf", page=3),))) is None


def test_citations() -> None:
    one = result(citations=places(3, 4), evidence=(Evidence("a.pdf", page=3),))
    precision = by_name("citation_precision").value
    assert (metrics.CITED_RIGHT.value(one), precision(one)) == (1.0, 0.5)
    bare = replace(one, citations=())
    assert (metrics.CITED_RIGHT.value(bare), precision(bare)) == (0.0, None)
    refused = replace(one, status="not_found", answer=None)
    assert (metrics.CITED_RIGHT.value(refused), precision(refused)) == (None, None)


def test_exits_against_the_evidence() -> None:
    evidence = (Evidence("a.pdf", page=3),)
    one = result(exit_step=5, evidence_step=3, exit_reason="exit_gate", evidence=evidence)
    early, after = by_name("left_early").value, by_name("steps_after").value
    assert (early(one), after(one)) == (0.0, 2.0)
    chosen = replace(one, selected=True)
    assert (early(chosen), after(chosen)) == (None, None)
    left = replace(one, exit_step=2, evidence_step=None)
    assert (early(left), after(left)) == (1.0, None)
    assert early(replace(left, exit_reason="end_of_document")) == 0.0


def test_names_are_unlike() -> None:
    names = [metric.name for metric in metrics.METRICS]
    assert len(set(names)) == len(names)
