from __future__ import annotations

import pytest

from longread.display.phrasing import (
    clean,
    clean_block,
    document_names,
    duration,
    merged_pages,
    pages,
    percent,
    place,
    retrieved_places,
    shorten,
    title_of,
)
from longread.reading.step import ChunkRef, Quote, Retrieval, Retrieved
from tests.display.script import document, run_info


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("title\x1b]0;owned\x07", "title]0;owned"),
        ("c1 \x9b2J", "c1 2J"),
        ("bidi \u202etxt.exe\u2066", "bidi txt.exe"),
        ("back\x08space\x00 \x7f", "backspace"),
        ("one\r\ntwo\u2028three\tfour", "one two three four"),
        ("non\xa0breaking", "non breaking"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("private \ue000", "private \ufffd"),
        ("soft\xadhyphen", "softhyphen"),
        ("می\u200cخواهم 中文 [bold]x[/bold]", "می\u200cخواهم 中文 [bold]x[/bold]"),
    ],
)
def test_clean_leaves_nothing_a_terminal_acts_on(hostile: str, safe: str) -> None:
    assert clean(hostile) == safe


def test_clean_block_keeps_lines() -> None:
    assert clean_block("- one\r\n\x1b[2J- two  \n") == "- one\n[2J- two"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0.04, "0.0 s"),
        (0.94, "0.9 s"),
        (9.97, "10 s"),
        (38.2, "38 s"),
        (59.7, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3599.8, "1 h 00 min"),
        (3725, "1 h 02 min"),
    ],
)
def test_duration(seconds: float, written: str) -> None:
    assert duration(seconds) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [(0, "0 %"), (0.27, "27 %"), (1999 / 2000, "99 %"), (1 / 2000, "<1 %"), (1, "100 %")],
)
def test_percent_says_all_or_nothing_only_when_it_is(share: float, written: str) -> None:
    assert percent(share) == written


@pytest.mark.parametrize(
    ("first", "last", "label", "written"),
    [
        (12, None, None, "p. 12"),
        (12, 12, "12", "p. 12"),
        (12, None, "xii", "p. 12 (xii)"),
        (31, 33, "29", "p. 31–33"),
        (None, None, "xii", "p. xii"),
        (None, None, None, ""),
    ],
)
def test_pages(first: int | None, last: int | None, label: str | None, written: str) -> None:
    assert pages(first, last, label) == written


def test_place_without_pages_is_section_or_line() -> None:
    chunk = ChunkRef(0, 0, "a.epub", None, None, None, "Chapter 2\x1b[0m", 100)
    assert place(chunk) == "§ Chapter 2[0m"
    assert place(Quote(0, "a.txt", 0, 1, "x", line=1120)) == "line 1,120"
    assert place(Quote(0, "a.md", 0, 1, "x", section="Use", line=7)) == "§ Use, line 7"
    assert place(Quote(0, "a.txt", 0, 1, "x")) == ""


def test_merged_pages_joins_what_touches() -> None:
    assert merged_pages([(88, None), (12, 13), (14, 14), (None, None)]) == "p. 12–14, 88"
    assert merged_pages([(None, None)]) == ""


def test_retrieved_places_keep_documents_apart() -> None:
    passages = (Retrieved(1, 1, 3, None, 2.0, 9), Retrieved(0, 0, 12, None, 1.0, 2))
    assert (
        retrieved_places(Retrieval("q", passages), ["a.pdf", "b.pdf"]) == "a.pdf p. 12; b.pdf p. 3"
    )
    assert retrieved_places(Retrieval("q", passages[1:]), ["a.pdf"]) == "p. 12"


def test_documents_that_share_a_name_show_their_path() -> None:
    documents = (document("2021/report.pdf"), document("2022/report.pdf"), document("x/a\x1b.txt"))
    names = document_names(run_info(3, documents))
    assert names == ["2021/report.pdf", "2022/report.pdf", "a.txt"]
    assert title_of(names) == "2021/report.pdf and 2 more"
    assert title_of(names[1:]) == "2022/report.pdf and a.txt"


def test_shorten_marks_what_is_missing() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abcd efg", 6) == "abcd…"
