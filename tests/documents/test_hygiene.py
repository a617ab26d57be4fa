"""Characters and line ends."""

from __future__ import annotations

import pytest

from longread.documents.hygiene import Joiner, tidy


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
    joiner = Joiner(Joiner.compounds_of("They were well-known here."))
    assert joiner.join(before, after) == joined


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
