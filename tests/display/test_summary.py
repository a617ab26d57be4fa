"""What a run that found too little says."""

from __future__ import annotations

from longread.display.summary import statistics, verdict
from longread.reading.step import Answer, Exit
from tests.display.script import WORDS, answer, document, quote, reading, run_info


def too_little(**changes: object) -> Answer:
    info = run_info()
    steps = list(reading(info, 5))
    near = quote(info, steps[2], WORDS[0])
    found = {
        "status": "not_found",
        "answer": None,
        "confidence": 0.1,
        "citations": (),
        "closest": near,
    }
    ends = {"exit": Exit(5, "end_of_document")}
    return answer(info, steps, **{**found, **ends, **changes})


def test_a_budget_is_no_verdict_on_the_whole_document() -> None:
    assert " does not say." in verdict(too_little()) or " do not say." in verdict(too_little())
    assert verdict(too_little(exit=Exit(5, "budget"))).startswith("What was read of ")


def test_a_likely_answer_that_was_refused_may_be_right() -> None:
    refused = too_little(confidence=0.9)
    assert " not say it surely enough." in verdict(refused)


def test_the_closest_passage_is_named_with_its_place_and_probability() -> None:
    found = too_little()
    assert found.closest is not None
    rows = dict(statistics(found))
    assert found.closest.text[:20] in rows["closest"]
    assert f"p. {found.closest.page}" in rows["closest"]
    assert f"{found.closest.score:.2f}" in rows["closest"]
    assert "closest" not in dict(statistics(too_little(closest=None)))


def test_it_says_which_documents_were_read_looked_up_in_and_not_read() -> None:
    info = run_info(6, tuple(document(f"{name}.pdf") for name in "abc"))
    made = answer(info, list(reading(info, 2, ())), documents_read=(1,), documents_looked_up=(1, 2))
    rows = dict(statistics(made))
    assert rows["documents"] == "1 of 3 read: b.pdf; looked up in: c.pdf; not read: a.pdf"
