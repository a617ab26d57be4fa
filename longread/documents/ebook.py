"""EPUB and FB2: chapters in reading order, their titles as sections.

Contract: nothing of a book is executed or fetched; XML is read with limits (xml_tree), and so is
what an archive unpacks to, so a hostile file can waste little.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from longread.documents.archive import Archive
from longread.documents.compiler import Compiler
from longread.documents.encodings import decode
from longread.documents.fb2 import read_body
from longread.documents.markup import Markup, declared_encoding, parse
from longread.documents.model import Section
from longread.documents.text import Read
from longread.documents.xml_tree import BadXml, Element, child, squeezed, tag, xml
from longread.errors import DocumentError

# A chapter, and all that is read of a book, unpacks to at most so many bytes: longer than any
# book, and a zip bomb is refused.
_LARGEST = 64 * 1024 * 1024
_LARGEST_SUM = 256 * 1024 * 1024
# What EPUB calls the table of a printed book's pages.
_PAGES = "page-list"
_SPINE_TYPES = ("application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document")


@dataclass(frozen=True, slots=True)
class _Mark:
    """An entry of the table of contents."""

    title: str
    path: str
    anchor: str
    level: int


class _Book(Archive):
    """The zip file of an EPUB; its entries are found whatever the case of their names."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data, name)
        self._unpacked = 0
        self.entries = {entry.lower(): entry for entry in self.names}

    def damaged(self) -> DocumentError:
        return DocumentError(
            f"{self.name} is damaged: it is not a complete EPUB.", "try another copy"
        )

    def bytes_of(self, path: str) -> bytes:
        entry = self.entries[path.lower()]
        size = self._zip.getinfo(entry).file_size
        self._unpacked += size
        if size > _LARGEST or self._unpacked > _LARGEST_SUM:
            raise DocumentError(
                f"{self.name} unpacks to more than any book holds.",
                "a zip bomb, or no book; try another copy",
            )
        return self.read(entry)

    def xml(self, path: str) -> Element:
        try:
            return xml(self.bytes_of(path))
        except (KeyError, BadXml) as error:
            raise self.damaged() from error

    def protected(self) -> bool:
        """Are chapters encrypted (fonts alone do not count)?"""
        try:
            root = xml(self.bytes_of("META-INF/encryption.xml"))
        except (KeyError, BadXml):
            return False
        targets = (e.get("URI") or "" for e in root.iter() if tag(e) == "CipherReference")
        chapters = (".xhtml", ".html", ".htm", ".xml")
        return any(str(target).lower().endswith(chapters) for target in targets)


def read_epub(data: bytes, name: str, encoding: str | None = None) -> Read:
    """An EPUB's chapters in spine order. Raises DocumentError if damaged or under DRM."""
    book = _Book(data, name)
    if book.protected():
        raise DocumentError(f"{name} is under copy protection (DRM).", "use a copy without DRM")
    container = book.xml("META-INF/container.xml")
    rootfile = next((e.get("full-path") for e in container.iter() if tag(e) == "rootfile"), None)
    if not rootfile:
        raise book.damaged()
    package = book.xml(rootfile)
    folder = posixpath.dirname(rootfile)
    manifest = {
        item.get("id", ""): item
        for item in package.iter()
        if tag(item) == "item" and item.get("href")
    }
    marks, pages = _contents(book, package, manifest, folder)
    warnings: list[str] = []
    compiler = Compiler()
    sections: list[Section] = []
    for path in _spine(package, manifest, folder):
        try:
            chapter = book.bytes_of(path)
            # Books are UTF-8, or say what they are; the user's word is for those that do neither.
            declared = encoding or declared_encoding(chapter)
            source, doubts = decode(chapter, f"{name}: {posixpath.basename(path)}", declared)
        except KeyError:
            warnings.append(f"a chapter is missing from the file ({posixpath.basename(path)})")
            continue
        warnings.extend(doubts)
        begins = {page.anchor: page.title for page in pages if page.path == path}
        markup = parse(source, begins)
        here = [mark for mark in marks if mark.path == path]
        offsets = compiler.add(markup, headings=not here)
        sections.extend(_sections(here, markup, offsets))
    title = next((squeezed(e) for e in package.iter() if tag(e) == "title"), "")
    everything = sorted([*sections, *compiler.sections], key=lambda section: section.start)
    return compiler.read(title, tuple(everything), list(dict.fromkeys(warnings)))


def _sections(marks: list[_Mark], markup: Markup, offsets: list[int]) -> Iterator[Section]:
    for mark in marks:
        block = markup.anchors.get(mark.anchor, 0) if mark.anchor else 0
        yield Section(mark.title, offsets[min(block, len(offsets) - 1)], mark.level)


def _join(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href)))


def _spine(package: Element, manifest: dict[str, Element], folder: str) -> Iterator[str]:
    seen: set[str] = set()
    for reference in package.iter():
        if tag(reference) != "itemref":
            continue
        item = manifest.get(reference.get("idref", ""))
        if item is None or item.get("media-type", "") not in _SPINE_TYPES:
            continue
        # The table of contents would only repeat every chapter's title.
        if "nav" in item.get("properties", "").split():
            continue
        path = _join(folder, item.get("href", ""))
        if path not in seen:
            seen.add(path)
            yield path


def _contents(
    book: _Book, package: Element, manifest: dict[str, Element], folder: str
) -> tuple[list[_Mark], list[_Mark]]:
    """The tables of contents and of printed pages: of the EPUB 3 nav document, else of the NCX."""
    nav = next((i for i in manifest.values() if "nav" in i.get("properties", "").split()), None)
    spine = next((e for e in package.iter() if tag(e) == "spine"), None)
    ncx = manifest.get(spine.get("toc", "") if spine is not None else "")
    if ncx is None:
        kind = "application/x-dtbncx+xml"
        ncx = next((i for i in manifest.values() if i.get("media-type") == kind), None)
    marks: list[_Mark] = []
    pages: list[_Mark] = []
    for item in (nav, ncx):
        if item is None:
            continue
        path = _join(folder, item.get("href", ""))
        try:
            root = book.xml(path)
        except DocumentError:
            continue
        here = posixpath.dirname(path)
        if item is nav:
            marks, pages = list(_nav_marks(root, here, "toc")), list(_nav_marks(root, here, _PAGES))
        else:
            marks = marks or list(_ncx_marks(root, here))
            pages = pages or list(_ncx_pages(root, here))
    return marks, pages


def _nav_marks(root: Element, folder: str, wanted: str) -> Iterator[_Mark]:
    navs = [element for element in root.iter() if tag(element) == "nav"]
    kinds = [" ".join(str(v) for k, v in nav.items() if str(k).endswith("type")) for nav in navs]
    chosen = next(
        (nav for nav, kind in zip(navs, kinds, strict=True) if wanted in kind.split()), None
    )
    if chosen is not None:
        yield from _nav_list(chosen, folder, 0)


def _nav_list(element: Element, folder: str, level: int) -> Iterator[_Mark]:
    for part in element:
        if tag(part) == "a" and part.get("href"):
            yield _mark(squeezed(part), part.get("href", ""), folder, level)
        else:
            yield from _nav_list(part, folder, level + (tag(part) == "ol"))


def _ncx_marks(root: Element, folder: str) -> Iterator[_Mark]:
    for element in root.iter():
        if tag(element) == "navMap":
            yield from _ncx_points(element, folder, 1)


def _ncx_pages(root: Element, folder: str) -> Iterator[_Mark]:
    for target in (element for element in root.iter() if tag(element) == "pageTarget"):
        content = child(target, "content")
        if content is not None:
            label = squeezed(child(target, "navLabel")) or target.get("value", "")
            yield _mark(label, content.get("src", ""), folder, 1)


def _ncx_points(element: Element, folder: str, level: int) -> Iterator[_Mark]:
    for point in element:
        if tag(point) != "navPoint":
            continue
        content = child(point, "content")
        if content is not None:
            yield _mark(squeezed(child(point, "navLabel")), content.get("src", ""), folder, level)
        yield from _ncx_points(point, folder, level + 1)


def _mark(title: str, href: str, folder: str, level: int) -> _Mark:
    path, _, anchor = href.partition("#")
    return _Mark(title, _join(folder, path), unquote(anchor), max(1, level))


def read_fb2(data: bytes, name: str, encoding: str | None = None) -> Read:
    """A FictionBook, also inside a zip file. Raises DocumentError if damaged."""
    data = _unzipped(data, name)
    warnings = []
    try:
        root = _whole(data, encoding)
        if root is None:
            root = xml(data, encoding, recover=True)
            warnings.append("the file is damaged and was repaired; parts may be missing")
    except BadXml as error:
        raise DocumentError(
            f"{name} is damaged: it is not complete FB2.", "try another copy"
        ) from error
    markup = Markup(title=next((squeezed(e) for e in root.iter() if tag(e) == "book-title"), ""))
    for body in root:
        if tag(body) == "body":
            read_body(body, markup)
    compiler = Compiler()
    compiler.add(markup)
    return compiler.read(markup.title, tuple(compiler.sections), warnings)


def _whole(data: bytes, encoding: str | None) -> Element | None:
    """The tree of XML without a fault, in its own encoding or in the one that the user names."""
    for each in dict.fromkeys((None, encoding)):
        try:
            return xml(data, each)
        except BadXml:
            continue
    return None


def _unzipped(data: bytes, name: str) -> bytes:
    if not data.startswith(b"PK"):
        return data
    book = _Book(data, name)
    inside = next((entry for entry in book.entries if entry.endswith(".fb2")), None)
    if inside is None:
        raise book.damaged()
    return book.bytes_of(inside)
