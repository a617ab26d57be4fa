"""Files that stopped a run once: each is its own trouble, or is read as far as it goes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from longread.documents import load, parse
from longread.documents.headers_footers import roman_value
from longread.errors import DocumentError

PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R"
    b" /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
)
CONTENT = b"<< /Length 44 >>\nstream\nBT /F 12 Tf 20 100 Td (The mast is 19 m.) Tj ET\nendstream"


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    return (
        data
        + b"xref\n0 %d\n0000000000 65535 f \n" % count
        + table
        + b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF" % (count, len(data))
    )


def test_a_cycle_in_the_tree_of_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    tree = b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 >>"
    path.write_bytes(pdf(b"<< /Type /Catalog /Pages 2 0 R >>", tree, PAGE, CONTENT))
    document = load(str(path), use_cache=False)
    assert document.text == "The mast is 19 m."
    assert document.warnings == ("page 2 could not be read",)


def test_a_tree_of_pages_that_is_its_own_child(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(
        pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>")
    )
    with pytest.raises(DocumentError, match=r"a\.pdf"):
        load(str(path), use_cache=False)


@pytest.mark.usefixtures("parsed_here")
@pytest.mark.parametrize("error", [KeyError("x"), RecursionError(), AssertionError("y\nz")])
def test_whatever_a_reader_raises_is_the_trouble_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(parse, "_unpaged", broken)
    (tmp_path / "a.html").write_text("<html><p>x</p></html>")
    with pytest.raises(DocumentError) as caught:
        load(str(tmp_path / "a.html"), use_cache=False)
    assert caught.value.message.startswith("a.html cannot be read as HTML: ")
    assert type(error).__name__ in caught.value.message
    assert "\n" not in caught.value.message


def test_what_does_not_fit_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(parse, "_unpaged", broken)
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(DocumentError, match="needs more memory than there is"):
        load(str(tmp_path / "a.txt"), use_cache=False)


def test_a_dotless_i_is_no_roman_number() -> None:
    assert roman_value("ı") == 0
    assert roman_value("xii") == 12


XHTML = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>'
MANY = 150_000
ENDLESS = {
    "sections of XHTML": ("a.xhtml", f"{XHTML}<p>x</p>" + "<![CDATA[" * (MANY // 9)),
    "quotes of XHTML": ("a.xhtml", f"{XHTML}<p>x</p>" + '<a x="' * (MANY // 6)),
    "comments of a style": ("a.html", f"<html><style>{'/*' * (MANY // 2)}</style><p>x"),
    "media of a style": ("a.html", f"<html><style>{'@a{b{c}' * (MANY // 7)}</style><p>x"),
    "a word with a note": ("a.html", f"<html><p>{'x' * MANY} <sup>2</sup>"),
    "a figure in a table": (
        "a.html",
        f"<html><table><tr><td>a<td>1{'.' * MANY}x<tr><td>b<td>2</table>",
    ),
    "periods in a table": (
        "a.html",
        f"<html><table><tr><td>a<td>{'May 2016 ' * 30}x<tr><td>b<td>2</table>",
    ),
    "blank lines": ("a.txt", "x" + " \n" * MANY),
    "a heading's end": ("a.md", f"# {'#' * MANY}x"),
    "a heading's links": ("a.md", f"# x{'[' * MANY}"),
    "rows of Markdown": ("a.md", "|x\n|-\n" * (MANY // 6)),
    "quotes of CSV": ("a.csv", '"\n' * (MANY // 2) + "x,y\n"),
    "blanks of a log": ("a.log", " " * MANY + "\n" * MANY + "x"),
    "encoded words of a mail": (
        "a.eml",
        f"From: a\nTo: b\nSubject: {'=?utf-8?q?' * (MANY // 10)}\n\nx",
    ),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_nothing_takes_for_ever(tmp_path: Path, name: str) -> None:
    path = tmp_path / ENDLESS[name][0]
    path.write_text(ENDLESS[name][1])
    began = time.process_time()
    assert "x" in load(str(path), use_cache=False).text
    assert time.process_time() - began < 10
