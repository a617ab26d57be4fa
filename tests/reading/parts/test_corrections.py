"""What the corrections of a document make of an answer, without a model where form tells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from longread.documents import Document
from longread.engine import Engine
from longread.engine.llamacpp import LlamaCppEngine
from longread.reading.corpus import Corpus
from longread.reading.judges.trained import PROTOCOL, TrainedJudge
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.parts.corrections import Corrections
from longread.reading.state import Outcome, ReadingState
from tests.reading.errata_documents import CORRECTED, UNCHANGED, Errata
from tests.scripted import ScriptedEngine

CHIMNEY = next(case for case in CORRECTED if case.name == "chimney")
BELL = next(case for case in CORRECTED if case.name == "bell")
SLIP = next(case for case in CORRECTED if case.name == "canal-slip")


def reader(reply: str, sure: float = 0.95) -> ScriptedEngine:
    return ScriptedEngine(
        replies=lambda _prompt: reply, choices=lambda _prompt: sure, protocol=PROTOCOL
    )


def begun(
    case: Errata, document: Document, engine: Engine, *, everything: bool = False
) -> tuple[Corrections, ReadingState, Outcome]:
    """What was found, its place 0.9 likely, before corrections are looked up."""
    corpus = Corpus([document], chunk_tokens=200, passage_tokens=60, count=engine.count)
    memory = Memory(500, engine.count)
    state = ReadingState(engine, corpus, case.question, memory, ReadingOptions(), everything)
    start = document.text.index(case.found)
    quote = replace(corpus.quote(0, start, start + len(case.found), 0.9), answer=case.wrong)
    found = Outcome(case.wrong, (quote,), 0.9, answer_confidence=0.9)
    return Corrections(TrainedJudge(engine)), state, found


def outcome_of(
    case: Errata, folder: Path, engine: ScriptedEngine, *, everything: bool = False
) -> Outcome:
    """What becomes of the answer, which was 0.8 sure."""
    corrections, state, found = begun(case, case.document(folder), engine, everything=everything)
    return corrections.applied(state, found, 0.8)


@pytest.mark.parametrize("case", CORRECTED, ids=lambda case: case.name)
def test_what_holds_in_the_end_is_given(case: Errata, tmp_path: Path) -> None:
    outcome = outcome_of(case, tmp_path, reader(case.right))
    assert outcome.text == case.right
    first, second = outcome.citations
    assert case.corrected_by in first.text
    assert second.text == case.found
    assert first.verified
    assert outcome.remark.startswith(f"the document corrects itself: {case.right}")


@pytest.mark.parametrize("case", UNCHANGED, ids=lambda case: case.name)
def test_what_is_not_about_the_answer_changes_nothing(case: Errata, tmp_path: Path) -> None:
    engine = reader("999")
    outcome = outcome_of(case, tmp_path, engine)
    assert outcome.text == case.wrong
    assert outcome.remark == ""
    assert engine.prompts == []


def test_where_form_tells_no_model_is_asked(tmp_path: Path) -> None:
    engine = reader("999")
    assert outcome_of(SLIP, tmp_path, engine).confidence == 0.8
    assert engine.prompts == []


def test_what_the_judge_does_not_read_in_a_correction_is_not_taken(tmp_path: Path) -> None:
    outcome = outcome_of(CHIMNEY, tmp_path, reader("61 metres", sure=0.2))
    assert (outcome.text, outcome.remark) == ("54 metres", "")


@pytest.mark.parametrize("reply", ["54 metres", "very high", "72 metres", ""])
def test_a_reply_that_cannot_be_what_holds_is_not_taken(reply: str, tmp_path: Path) -> None:
    """The wrong value again, none of its kind, or one that the correction does not say."""
    assert outcome_of(CHIMNEY, tmp_path, reader(reply)).text == "54 metres"


def test_a_judge_that_takes_the_wrong_value_reads_on_without_its_clause(tmp_path: Path) -> None:
    engine = reader("")
    engine.replies = lambda prompt: "John Hale" if "not by John" in prompt else "Thomas Pike"
    assert outcome_of(BELL, tmp_path, engine).text == "Thomas Pike"
    assert len(engine.asked("reader")) == 4


def test_what_a_list_of_errata_quotes_from_the_print_does_not_hold(tmp_path: Path) -> None:
    """The answer was found in the erratum itself, and is the value that it corrects."""
    found = "Table 2 gives 3 May 1951 as the day on which the bridge was opened."
    slip = (
        f"Errata\n\nPage 1. {found} That was the day of the inspection. The mayor cut the ribbon "
        "on 9 May 1951."
    )
    case = Errata(
        "bridge",
        ("The bridges of Hale\n\nTable 2: the upper bridge, 3 May 1951.", slip),
        "On which day was the bridge opened?",
        found,
        "3 May 1951",
        "9 May 1951",
    )
    engine = reader("")
    engine.replies = lambda prompt: "3 May 1951" if "gives 3 May" in prompt else "9 May 1951"
    outcome = outcome_of(case, tmp_path, engine)
    assert outcome.text == case.right
    assert outcome.citations[0].text.endswith("on 9 May 1951.")
    # The value that holds, found there, stays.
    right = replace(case, found="The mayor cut the ribbon on 9 May 1951.", wrong="9 May 1951")
    assert outcome_of(right, tmp_path, reader("3 May 1951")).text == "9 May 1951"


def test_lists_are_left_as_they_are(tmp_path: Path) -> None:
    assert outcome_of(SLIP, tmp_path, reader("999"), everything=True).text == "412"


def test_an_answer_is_looked_at_once(tmp_path: Path) -> None:
    engine = reader("61 metres")
    document = CHIMNEY.document(tmp_path)
    corrections, state, found = begun(CHIMNEY, document, engine)
    first = corrections.applied(state, found, 0.8)
    asked = len(engine.prompts)
    assert corrections.applied(state, found, 0.8) is first
    assert len(engine.prompts) == asked


@pytest.mark.model
def test_the_bundled_model_reads_what_form_does_not_tell(
    engine: LlamaCppEngine, tmp_path: Path
) -> None:
    for case in CORRECTED:
        # Of these two, whose form does not tell, it says no to the correction.
        unread = case.name in {"faerberei", "ferry"}
        document = case.document(tmp_path)
        corrections, state, found = begun(case, document, engine)
        outcome = corrections.applied(state, found, 0.8)
        assert outcome.text == (case.wrong if unread else case.right), case.name
    for case in UNCHANGED:
        corrections, state, found = begun(case, case.document(tmp_path), engine)
        assert corrections.applied(state, found, 0.8).text == case.wrong, case.name
