"""Characters and line ends."""

from __future__ import annotations

import pytest

from longread.documents.normalize import Joiner, tidy


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("an exam-", "ple of it", "an example of it"),
        ("a well-", "known pair", "a well-known pair"),
        ("the U.S.-", "China talks", "the U.S.-China talks"),
        ("pre-", "and postwar", "pre- and postwar"),
        ("COVID-", "19 cases", "COVID-19 cases"),
        ("Jean-", "Pierre came", "Jean-Pierre came"),
        ("a soft\u00ad", "ened edge", "a softened edge"),
        ("plain", "words", "plain words"),
        ("漢字", "仮名", "漢字仮名"),
        ("한국", "사람", "한국 사람"),
        ("pages 3–", "5", "pages 3–5"),
    ],
)
def test_lines_of_a_paragraph(before: str, after: str, joined: str) -> None:
    joiner = Joiner.of(["They were well-known here."])
    assert joiner.join(before, after) == joined


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("The tow-", "line parted", "The towline parted"),
        ("for Berth-", "holders only", "for Berth-holders only"),
        ("was re-", "established", "was re-established"),
        ("a full-", "time job", "a full-time job"),
        ("the con-", "veyor ran", "the conveyor ran"),
        ("govern-", "ment-to-government", "government-to-government"),
        ("at the har-", "bours", "at the harbours"),
    ],
)
def test_hyphens_in_a_document_that_breaks_words(before: str, after: str, joined: str) -> None:
    lines = ["The harbour has a towline, a berth, a holder and a full-time pilot in the har-"]
    lines += [
        "bour. The government and veyors know the line and the tow. The gov-",
        "ernment pays.",
    ]
    assert Joiner.of(lines).join(before, after) == joined


def test_a_document_that_never_breaks_words_keeps_its_hyphens() -> None:
    joiner = Joiner.of(
        ["A long-term lease, a third-party claim, nonrecurring; a long-", "term one"]
    )
    assert not joiner.hyphenates
    assert joiner.join("a blue-", "collar job") == "a blue-collar job"
    assert joiner.join("a non-", "recurring gain") == "a nonrecurring gain"


def test_halves_of_broken_words_are_no_words() -> None:
    joiner = Joiner.of(["the exam-", "ple and the sam-", "ples of an example and a sample"])
    assert joiner.hyphenates
    assert "exam" not in joiner.words
    assert joiner.join("exam-", "ples") == "examples"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("ﬁnal oﬃce", "final office"),
        ("e\u0301", "é"),
        ("a\u00a0b\u2009c\td", "a b c d"),
        ("a\u200bb\ufeff\x00c", "abc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("\uf0b7 item", "• item"),
        ("broken \ud800 half", "broken \ufffd half"),
    ],
)
def test_tidy(raw: str, clean: str) -> None:
    assert tidy(raw) == clean
