"""Glyphs that a font says are two characters."""

from __future__ import annotations

from pathlib import Path

import pymupdf

from longread.documents import load

_CMAP = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Spaced def /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange
1 beginbfchar <2E> <0020002E> endbfchar
1 beginbfrange <30> <39> <0030> endbfrange
1 beginbfrange <41> <7A> <0041> endbfrange
1 beginbfchar <20> <0020> endbfchar
endcmap CMapName currentdict /CMap defineresource pop end end"""


def test_a_full_stop_that_the_font_calls_a_space_and_a_stop(tmp_path: Path) -> None:
    file = tmp_path / "scores.pdf"
    with pymupdf.open() as made:
        page = made.new_page()
        page.insert_text((72, 100), "The score was 4.32 in May. It rose.", fontname="helv")
        (font,) = page.get_fonts()
        unicode = made.get_new_xref()
        made.update_object(unicode, "<<>>")
        made.update_stream(unicode, _CMAP)
        made.xref_set_key(font[0], "ToUnicode", f"{unicode} 0 R")
        made.save(file)
    with pymupdf.open(file) as told:
        assert "4 .32" in told[0].get_text()
    assert load(str(file)).text == "The score was 4.32 in May. It rose."


def test_a_space_that_was_typed_stays(tmp_path: Path) -> None:
    file = tmp_path / "points.pdf"
    with pymupdf.open() as made:
        made.new_page().insert_text((72, 100), "The score fell by .01 points.")
        made.save(file)
    assert load(str(file)).text == "The score fell by .01 points."


def _drawn(file: Path, words: bytes) -> str:
    """The text of a page whose content stream draws `words`."""
    with pymupdf.open() as made:
        page = made.new_page()
        page.insert_text((72, 100), "x", fontname="helv")
        (content,) = page.get_contents()
        made.update_stream(content, b"BT /helv 10 Tf 72 700 Td " + words + b" TJ ET")
        made.save(file)
    return load(str(file)).text


def test_a_last_letter_that_is_moved_back_over_a_space_is_its_words(tmp_path: Path) -> None:
    words = b"[(Consolidated Balance Shee ) 150 (t and Flow ) 150 (s)]"
    assert _drawn(tmp_path / "moved.pdf", words) == "Consolidated Balance Sheet and Flows"


def test_a_lone_letter_behind_a_space_like_others_stays(tmp_path: Path) -> None:
    assert _drawn(tmp_path / "lone.pdf", b"[(The rate r of growth)]") == "The rate r of growth"
    assert _drawn(tmp_path / "one.pdf", b"[(phase s)]") == "phase s"
