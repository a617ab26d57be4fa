"""EPUB and FB2: printed pages, notes, empty cells; hostile books waste little and say why."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from longread.documents import ebook, load
from longread.errors import DocumentError

CONTAINER = (
    '<container><rootfiles><rootfile full-path="OPS/c.opf" media-type="x"/></rootfiles></container>'
)
XHTML = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head><body>{}</body></html>'
)


def epub(folder: Path, *chapters: str, nav: str = "") -> str:
    """An EPUB of these chapters' bodies."""
    path = folder / "a.epub"
    names = [f"c{number}" for number in range(len(chapters))]
    items = "".join(
        f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>'
        for name in names
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in names)
    nav_item = '<item id="n" href="n.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr(
            "OPS/c.opf",
            f"<package><metadata><title>The Light</title></metadata><manifest>{items}{nav_item}"
            f"</manifest><spine>{spine}</spine></package>",
        )
        archive.writestr("OPS/n.xhtml", XHTML.format(nav))
        for name, body in zip(names, chapters, strict=True):
            archive.writestr(f"OPS/{name}.xhtml", XHTML.format(body))
    return str(path)


def test_printed_pages_and_notes(tmp_path: Path) -> None:
    path = epub(
        tmp_path,
        '<p>The keeper was Mirelle<a epub:type="noteref" href="#n1">1</a> Dahlgren. She paid '
        '12<sup>2</sup> crowns, and <span epub:type="pagebreak" id="p12" title="12"/>left.</p>',
        '<p>The boat</p><div role="doc-pagebreak" aria-label="Page 13"/><p>sank.</p>',
    )
    document = load(path, use_cache=False)
    assert document.text == (
        "The keeper was Mirelle[1] Dahlgren. She paid 12[2] crowns, and left.\n\nThe boat\n\nsank."
    )
    assert [(page.number, page.label) for page in document.pages] == [
        (1, None),
        (2, "12"),
        (3, "13"),
    ]
    labels = [document.locate(document.text.index(word)).label for word in ("keeper", "left")]
    assert labels == [None, "12"]
    assert document.locate(document.text.index("boat")).label == "12"
    assert document.locate(document.text.index("sank")).label == "13"


def test_printed_pages_that_the_contents_list(tmp_path: Path) -> None:
    path = epub(
        tmp_path,
        '<p>The keeper <a id="p8"/>left <span epub:type="pagebreak" id="p9" title="9"/>at.</p>',
        "<p>The boat sank.</p>",
        nav='<nav epub:type="page-list"><ol><li><a href="c0.xhtml#p8">8</a></li>'
        '<li><a href="c0.xhtml#p9">9</a></li><li><a href="c1.xhtml">10</a></li></ol></nav>',
    )
    document = load(path, use_cache=False)
    assert document.text == "The keeper left at.\n\nThe boat sank."
    assert [(page.label, document.text[page.start : page.end]) for page in document.pages] == [
        (None, "The keeper"),
        ("8", "left"),
        ("9", "at."),
        ("10", "The boat sank."),
    ]


def test_odd_books_are_read_and_what_is_missing_is_named(tmp_path: Path) -> None:
    """A chapter that is gone, one out of the line, a name with a blank, open elements."""
    items = {"a": "part%20one.xhtml", "b": "gone.xhtml", "c": "notes.xhtml"}
    manifest = "".join(
        f'<item id="{each}" href="{href}" media-type="application/xhtml+xml"/>'
        for each, href in items.items()
    )
    path = tmp_path / "odd.epub"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr(
            "OPS/c.opf",
            f"<package><manifest>{manifest}</manifest><spine><itemref idref='a'/>"
            "<itemref idref='b'/><itemref idref='c' linear='no'/></spine></package>",
        )
        archive.writestr(
            "OPS/part one.xhtml", "<html><body><p>Mirelle & Dahlgren<p>She paid 12 crowns.</body>"
        )
        archive.writestr("OPS/notes.xhtml", XHTML.format("<p>The sails were sold.</p>"))
    document = load(str(path), use_cache=False)
    assert document.text == "Mirelle & Dahlgren\n\nShe paid 12 crowns.\n\nThe sails were sold."
    assert document.warnings == ("a chapter is missing from the file (gone.xhtml)",)


def test_empty_cells_and_hidden_text(tmp_path: Path) -> None:
    path = epub(
        tmp_path,
        "<table><tr><td>A</td><td></td><td>3</td></tr></table>"
        '<p style="display:none">Hidden 9.</p><p>End.</p>',
    )
    assert load(path, use_cache=False).text == "A | | 3\n\nEnd."


def test_a_table_of_contents_nested_without_end(tmp_path: Path) -> None:
    nav = '<nav epub:type="toc">' + "<ol><li>" * 800 + '<a href="c0.xhtml">One</a>'
    path = epub(tmp_path, "<h1>One</h1><p>Text.</p>", nav=nav + "</li></ol>" * 800 + "</nav>")
    document = load(path, use_cache=False)
    assert document.text == "One\n\nText."
    assert [section.title for section in document.sections] == ["One"]


@pytest.mark.usefixtures("parsed_here")
def test_chapters_that_unpack_to_too_much_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = epub(tmp_path, *(f"<p>{'x' * 40_000}</p>" for _ in range(5)))
    assert len(load(path, use_cache=False).text) > 200_000
    monkeypatch.setattr(ebook, "_LARGEST_SUM", 150_000)
    with pytest.raises(DocumentError, match="unpacks to more than any book holds"):
        load(path, use_cache=False)


FB2 = "<FictionBook><body>{}</body></FictionBook>"


def fb2(folder: Path, text: str) -> str:
    path = folder / "a.fb2"
    path.write_text(text, "utf-8")
    return str(path)


def test_fb2_notes_and_empty_cells(tmp_path: Path) -> None:
    body = (
        '<p>The fee is 10<a type="note" href="#n1">1</a> crowns for 20 m<sup>2</sup>.</p>'
        "<table><tr><th>Berth</th><th>Low</th><th>Fee</th></tr>"
        "<tr><td>North</td><td/><td>12</td></tr>"
        '<tr><td colspan="2">South</td><td>9</td></tr></table>'
    )
    assert load(fb2(tmp_path, FB2.format(f"<section>{body}</section>")), use_cache=False).text == (
        "The fee is 10[1] crowns for 20 m^2.\n\nBerth | Low | Fee\nNorth | | 12\nSouth | | 9"
    )


def test_fb2_that_is_no_whole_xml_is_read_with_a_warning(tmp_path: Path) -> None:
    document = load(fb2(tmp_path, FB2.format("<section><p>Fish & chips</p>")), use_cache=False)
    assert document.text.startswith("Fish")
    assert document.warnings == ("the file is damaged and was repaired; parts may be missing",)


def test_the_users_encoding_is_for_books_that_do_not_say_theirs(tmp_path: Path) -> None:
    path = tmp_path / "a.fb2"
    for declaration, written in (("", "cp1251"), ('<?xml version="1.0"?>', "utf-8")):
        path.write_bytes((declaration + FB2.format("<p>Паром отходит.</p>")).encode(written))
        assert load(str(path), encoding="cp1251", use_cache=False).text == "Паром отходит."
    book = epub(tmp_path, "<p>Паром отходит.</p>")
    assert load(book, encoding="cp1251", use_cache=False).text == "Паром отходит."


ENTITIES = "<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(9))


@pytest.mark.parametrize(
    "text",
    [
        FB2.format("<section>" * 1500 + "<p>x</p>" + "</section>" * 1500),
        f"<!DOCTYPE x [{ENTITIES}]>" + FB2.format("<p>&a9;</p>"),
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + FB2.format("<p>&e;</p>"),
    ],
    ids=["deep", "entities", "file"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_hostile_xml_is_refused(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.fb2"
    path.write_bytes(f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding))
    with pytest.raises(DocumentError, match="damaged"):
        load(str(path), use_cache=False)
