"""Tagged files that say glyphs in other words, and fonts that call a hyphen a soft one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from longread.documents import load

Made = Callable[[str], str]
_SOFT = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Soft def /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange
1 beginbfrange <20> <2C> <0020> endbfrange
1 beginbfchar <2D> <00AD> endbfchar
1 beginbfrange <2E> <7A> <002E> endbfrange
endcmap CMapName currentdict /CMap defineresource pop end end"""


@pytest.fixture
def read(tmp_path: Path) -> Made:
    """What is read of a page with this content, in a font that calls its hyphen a soft one."""

    def read_page(content: str) -> str:
        file = tmp_path / "page.pdf"
        with pymupdf.open() as made:
            page = made.new_page()
            page.insert_text((72, 72), "Measures of the harbour office")
            (font,) = page.get_fonts()
            unicode = made.get_new_xref()
            made.update_object(unicode, "<<>>")
            made.update_stream(unicode, _SOFT)
            made.xref_set_key(font[0], "ToUnicode", f"{unicode} 0 R")
            stream = made.get_new_xref()
            made.update_object(stream, "<<>>")
            text = f"BT /{font[4]} 11 Tf 1 0 0 1 72 700 Tm {content} ET"
            made.update_stream(stream, text.encode("latin-1"))
            contents = f"[{page.get_contents()[0]} 0 R {stream} 0 R]"
            made.xref_set_key(page.xref, "Contents", contents)
            made.save(file)
        return load(str(file)).text.partition("\n")[2].strip()

    return read_page


def test_glyphs_are_read_and_not_what_a_tag_says_for_them(read: Made) -> None:
    text = read(
        "(Claims: ) Tj /Span <</ActualText (less than or equal to)>> BDC (< 1) Tj EMC (3,142) Tj"
    )
    assert text == "Claims: < 13,142"


def test_what_a_tag_says_nothing_for_is_read(read: Made) -> None:
    assert read("/Figure <</ActualText ()>> BDC (7.67 in May) Tj EMC") == "7.67 in May"


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("SS-2541-03", "SS-2541-03"),  # a code
        ("FY 2013-FY 2017", "FY 2013-FY 2017"),
        ("har-bour", "harbour"),
    ],
)
def test_a_soft_hyphen_at_a_figure_is_a_hyphen(read: Made, printed: str, text: str) -> None:
    assert read(f"({printed}) Tj") == text
