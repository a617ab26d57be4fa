"""Text, Markdown, HTML, EPUB and FB2."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from longread.documents import load
from longread.errors import DocumentError

FIXTURES = Path(__file__).parents[1] / "fixtures"


def write(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def test_text_keeps_its_lines() -> None:
    document = load(str(FIXTURES / "tale.txt"))
    assert document.kind == "text"
    assert document.title == "tale"
    at = document.text.index("All nineteen")
    location = document.locate(at)
    assert (location.page, location.line, location.section) == (None, 10, "CHAPTER II")


@pytest.mark.parametrize(
    ("data", "warned"),
    [
        ("Öl und Käse".encode(), False),
        (b"\xef\xbb\xbf" + "Öl und Käse".encode(), False),
        ("Öl und Käse".encode("utf-16"), False),
        ("Öl und Käse, gut und billig".encode("utf-16-le"), False),
        ("Öl und Käse".encode("utf-16-be"), False),
        ("Öl und Käse".encode("cp1252"), True),
    ],
)
def test_encodings(tmp_path: Path, data: bytes, warned: bool) -> None:
    document = load(write(tmp_path, "a.txt", data))
    assert document.text.startswith("Öl und Käse")
    assert bool(document.warnings) == warned


def test_text_is_normalised(tmp_path: Path) -> None:
    data = "caf\u0065\u0301\u00a0\ufb01n\u200b\r\nzweite".encode()
    assert load(write(tmp_path, "a.txt", data)).text == "café fin\nzweite"


def test_paragraphs_of_a_text_without_blank_lines(tmp_path: Path) -> None:
    paragraph = (
        "The road went on and on between the hills and no one came by it.\n" * 4 + "Then rain.\n"
    )
    document = load(write(tmp_path, "a.txt", (paragraph * 40).encode()))
    assert len(document.blocks) == 40


def test_markdown_headings_become_sections() -> None:
    document = load(str(FIXTURES / "log.md"))
    assert document.kind == "markdown"
    assert document.title == "Aurora, a log"
    assert [(s.title, s.level) for s in document.sections] == [("Outward", 1), ("Homeward", 2)]
    assert document.locate(document.text.index("All nineteen")).section == "Homeward"


def test_markdown_stays_as_it_is_written(tmp_path: Path) -> None:
    text = (
        "# Tariffs\n\n| Class | Price |\n|---|---:|\n| Dinghy | 12 |\n\n"
        "```python\n# not a heading\nfee = 99  # <b>old</b>\n```\n\nSee [the rules](rules.md)."
    )
    document = load(write(tmp_path, "a.md", text.encode()))
    assert document.text == text
    assert [section.title for section in document.sections] == ["Tariffs"]


def test_html_leaves_out_what_a_browser_hides() -> None:
    document = load(str(FIXTURES / "page.html"))
    assert document.kind == "html"
    assert document.title == "Aurora"
    assert document.text == (
        "The Aurora\n\nShe left Bergen in March 1911.\n\nStores\n\nItem | kg\nCoal | 48,000"
    )
    assert [(s.title, s.level) for s in document.sections] == [("The Aurora", 1), ("Stores", 2)]


def test_html_without_head_and_body_ends(tmp_path: Path) -> None:
    data = b"<html><head><title>T</title><p>One<p>Two<br>lines<ul><li>a<li>b</ul>"
    document = load(write(tmp_path, "a.html", data))
    assert document.text == "One\n\nTwo\nlines\n\n• a\n\n• b"


def test_html_in_its_declared_encoding(tmp_path: Path) -> None:
    data = '<html><meta charset="koi8-r"><p>Корабль</p></html>'.encode("koi8-r")
    assert load(write(tmp_path, "a.html", data)).text == "Корабль"


def test_epub_follows_the_spine_and_the_contents() -> None:
    document = load(str(FIXTURES / "book.epub"))
    assert document.kind == "epub"
    assert document.title == "Aurora"
    assert document.text.index("left Bergen") < document.text.index("came home")
    assert [section.title for section in document.sections] == ["Outward", "Homeward"]
    location = document.locate(document.text.index("came home"))
    assert (location.page, location.section) == (None, "Homeward")
    assert "Coal | 48,000" in document.text.splitlines()


def test_epub_under_copy_protection_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "drm.epub"
    path.write_bytes((FIXTURES / "book.epub").read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "META-INF/encryption.xml",
            '<e><CipherReference URI="OPS/one.xhtml"/></e>',
        )
    with pytest.raises(DocumentError, match="copy protection"):
        load(str(path))


def test_epub_with_obfuscated_fonts_is_read(tmp_path: Path) -> None:
    path = tmp_path / "fonts.epub"
    path.write_bytes((FIXTURES / "book.epub").read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("OPS/plain.otf", b"no font")
        archive.writestr(
            "META-INF/encryption.xml",
            '<e><EncryptedData><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/>'
            '<CipherReference URI="OPS/plain.otf"/></EncryptedData></e>',
        )
    assert load(str(path)).text == load(str(FIXTURES / "book.epub")).text


def test_fb2_also_inside_a_zip(tmp_path: Path) -> None:
    data = (FIXTURES / "book.fb2").read_bytes()
    path = tmp_path / "book.fb2.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("book.fb2", data)
    for source in (str(FIXTURES / "book.fb2"), str(path)):
        document = load(source)
        assert (document.kind, document.title) == ("fb2", "Аврора")
        assert [section.title for section in document.sections] == ["Глава 1", "Глава 2"]


def test_fb2_with_entity_declarations_is_refused(tmp_path: Path) -> None:
    data = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><FictionBook>&a;</FictionBook>'
    with pytest.raises(DocumentError, match="damaged"):
        load(write(tmp_path, "a.fb2", data))
