"""Where sentences end."""

from __future__ import annotations

import itertools

import pytest

from longread.documents import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "whole",
    [
        "He paid 3.5 million, i.e. most of it.",
        "See Fig. 3 and No. 5 of the report.",
        "The U.S. Department of State agreed.",
        "J. Smith and Dr. A. B. Jones signed.",
        "Mr. Vholes, e.g. Mrs. Rouncewell, stayed.",
        "It was 5 p.m. on Jan. 3 when they left.",
        "“Stop!” he said.",
        "A sentence that\nruns over two lines.",
        "3. Results of the second year",
    ],
)
def test_these_are_one_sentence(whole: str) -> None:
    assert split(whole) == [whole]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four…", ["One.", "Two!", "Three?", "Four…"]),
        ("He said “no.” Then he left.", ["He said “no.”", "Then he left."]),
        ("It works (really.) Yes.", ["It works (really.)", "Yes."]),
        ("They met in the U.S. The talks failed.", ["They met in the U.S.", "The talks failed."]),
        ("It needs vitamin C. The rest is known.", ["It needs vitamin C.", "The rest is known."]),
        ("Revenue was 3.5. In 2012 it fell.", ["Revenue was 3.5.", "In 2012 it fell."]),
        ("他来了。她走了！真的吗？", ["他来了。", "她走了！", "真的吗？"]),
        ("「そうだ。」と言った。次。", ["「そうだ。」", "と言った。", "次。"]),
        ("هل جاء؟ نعم.", ["هل جاء؟", "نعم."]),
        ("Он ушёл. Она осталась.", ["Он ушёл.", "Она осталась."]),
        ("A heading\n\nAnd text. More", ["A heading", "And text.", "More"]),
        ("Item | kg\nCoal | 48.0\nFish | 9", ["Item | kg", "Coal | 48.0", "Fish | 9"]),
    ],
)
def test_these_are_cut(text: str, parts: list[str]) -> None:
    assert split(text) == parts


def test_a_very_long_list_is_one_line_each() -> None:
    lines = [f"entry number {number} of a long list" for number in range(60)]
    assert split("\n".join(lines)) == lines


def test_spans_hold_everything_but_white_space() -> None:
    text = " One. \n\n\n Two | 2\nThree | 3 \n\nfour. Five… six!  "
    spans = sentences(text)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    held = "".join(text[start:end] for start, end in spans)
    assert "".join(held.split()) == "".join(text.split())


def test_no_text_no_sentences() -> None:
    assert sentences(" \n ") == []
