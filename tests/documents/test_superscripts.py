"""Superscripts: note marks and exponents, none joined to the figure before it."""

from __future__ import annotations

import pytest

from longread.documents.superscripts import Superscripts, without_note_marks


@pytest.mark.parametrize(
    ("before", "mark", "written"),
    [
        ("it pays 10", "2", "[2]"),
        ("she paid 12", "3", "[3]"),
        ("about 10", "6", "^6"),
        ("3.2 × 10", "2", "^2"),
        ("a cost of 1,810", "6", "[6]"),
        ("10", "−3", "^-3"),
        ("40 m", "2", "^2"),
        ("300 km", "2", "^2"),
        ("45 tonnes", "2", "[2]"),
        ("y = x", "2", "^2"),
        ("e", "-kt", "^(-kt)"),
        ("the keeper", "*", "[*]"),
        ("the keeper", "[4]", "[4]"),
        ("the keeper", "2, 3", "[2, 3]"),
        ("the keeper", "(1)(2)", "[1][2]"),
        ("on the 1", "st", "st"),
        ("XX", "e", "e"),
        ("M", "me", "^(me)"),
        ("revenue 4,120", "a", "[a]"),
        ("Consolidated", "b", "[b]"),
        ("", "7", "[7]"),
        ("10", "", ""),
    ],
)
def test_rules(before: str, mark: str, written: str) -> None:
    assert Superscripts().read(before, mark) == written


def test_a_link_is_a_note_whatever_it_stands_behind() -> None:
    assert Superscripts().read("about 10", "6", linked=True) == "[6]"


def test_a_number_that_follows_the_last_mark_is_the_next_note() -> None:
    superscripts = Superscripts()
    marks = [superscripts.read("The fee is 10", mark) for mark in ("1", "2", "3", "4")]
    assert marks == ["[1]", "[2]", "[3]", "[4]"]
    assert superscripts.read("about 10", "9") == "^9"


def test_fractions_stay_fractions() -> None:
    superscripts = Superscripts()
    assert superscripts.read("3", "1", "⁄2") == " 1"
    assert superscripts.read("about ", "1", "/4") == "1"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("10[2] percent", "10 percent"),
        ("45 tonnes[2, 3].", "45 tonnes."),
        ("Mirelle Dahlgren[*]", "Mirelle Dahlgren"),
        ("10^6 crowns", "10^6 crowns"),
        ("see [2]", "see [2]"),
        ("pump[0]x", "pump[0]x"),
        ("[1911] Bergen", "[1911] Bergen"),
    ],
)
def test_an_answer_has_no_note_marks(text: str, plain: str) -> None:
    assert without_note_marks(text) == plain
