"""HTML and XHTML: a page's visible text, block by block, and its headings.

Contract: one block a paragraph, list item, heading or table row; table cells are
separated by " | "; what a browser hides or uses to get around the site is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from longread.documents.hygiene import tidy, without_soft_hyphens
from longread.documents.model import Section
from longread.documents.text import Read, decode


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_HIDDEN = _tags(
    "script style nav template noscript svg head iframe object select button annotation "
    "annotation-xml rt rp"
)
_VOID = _tags("area base br col embed hr img input link meta source wbr")
_BLOCKS = _tags(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr html li main ol p pre section summary table "
    "tbody tfoot thead tr ul"
)
# Stand-ins, until a block is complete, for the border of a cell and for <br>.
_CELL, _BREAK = "\x1e", "\x1f"
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)


@dataclass(slots=True)
class Heading:
    title: str
    level: int
    block: int


@dataclass(slots=True)
class Markup:
    """A parsed page: blocks of text, which of them are headings, and where ids point."""

    title: str = ""
    blocks: list[str] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    headings: list[Heading] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.markup = Markup()
        self._parts: list[str] = []
        self._hidden: list[str] = []
        self._heading: str | None = None
        self._title: list[str] | None = None
        self._preformatted = 0
        self._row = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title" and not self.markup.title:
            self._title = []
        if self._hidden[-1:] == ["head"] and tag in _BLOCKS:
            self._hidden.pop()  # </head> and <body> may be left out
        if self._hidden:
            if tag not in _VOID and tag == self._hidden[-1]:
                self._hidden.append(tag)
            return
        values = dict(attrs)
        hidden = tag in _HIDDEN or "hidden" in values or values.get("aria-hidden") == "true"
        if hidden and tag not in _VOID:
            self._hidden.append(tag)
            return
        if tag in _BLOCKS and not (self._row and tag not in ("tr", "table", "tbody")):
            self._flush()
        elif tag in _BLOCKS or tag == "br":
            self._parts.append("\n" if self._preformatted else _BREAK if tag == "br" else " ")
        name = values.get("id") or (values.get("name") if tag == "a" else None)
        if name:
            self.markup.anchors.setdefault(name, len(self.markup.blocks))
        self._open(tag, values)

    def _open(self, tag: str, values: dict[str, str | None]) -> None:
        if tag in _HEADINGS:
            self._heading = tag
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "tr":
            self._row += 1
        elif tag in ("td", "th") and self._parts:
            self._parts.append(_CELL)
        elif tag == "li":
            self._parts.append("• ")
        elif tag == "img" and (values.get("alt") or "").strip():
            self._parts.append(f" {values['alt']} ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            self.markup.title = _line("".join(self._title))
            self._title = None
        if self._hidden:
            if tag in self._hidden:
                del self._hidden[len(self._hidden) - 1 - self._hidden[::-1].index(tag) :]
            return
        if tag in _BLOCKS and not (self._row and tag not in ("tr", "table")):
            self._flush()
        elif tag in _BLOCKS:
            self._parts.append(" ")
        if tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)
        elif tag == "tr":
            self._row = max(0, self._row - 1)
        elif tag == "table" and self._row:
            self._row -= 1
        elif tag == self._heading:
            self._heading = None

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title.append(data)
        elif not self._hidden:
            self._parts.append(data)

    def close(self) -> None:
        super().close()
        self._flush()

    def _flush(self) -> None:
        raw = "".join(self._parts)
        self._parts.clear()
        if self._row:
            cells = (_line(cell) for cell in raw.split(_CELL))
            text = " | ".join(cell for cell in cells if cell)
        elif self._preformatted:
            text = "\n".join(line.rstrip() for line in _clean(raw).split("\n") if line.strip())
        else:
            text = "\n".join(filter(None, map(_line, raw.split(_BREAK))))
        if self._heading:
            text = _line(text)
        if not text or text == "•":
            return
        if self._row and " | " in text:
            self.markup.rows.add(len(self.markup.blocks))
        if self._heading:
            self.markup.headings.append(
                Heading(text, _HEADINGS[self._heading], len(self.markup.blocks))
            )
        self.markup.blocks.append(text)


def _clean(text: str) -> str:
    return tidy(without_soft_hyphens(text))


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def parse(source: str) -> Markup:
    """The visible blocks of an HTML or XHTML page."""
    # An XHTML <script/> or <title/> would swallow the rest of the page in an HTML parser.
    source = re.sub(
        r"<(script|style|title|iframe|object|svg|noscript|template)\b([^<>]*)/>", "", source
    )
    reader = _Reader()
    reader.feed(source)
    reader.close()
    return reader.markup


def declared_encoding(data: bytes) -> str | None:
    """What a `meta charset` or an XML declaration near the start says."""
    match = _DECLARED.search(data[:2048])
    return match[1].decode("ascii") if match else None


def decode_markup(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    return decode(data, name, declared_encoding(data))


class Compiler:
    """Puts the blocks of one or more pages together into one text."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.starts: list[int] = []
        self.sections: list[Section] = []

    def add(self, markup: Markup, base_level: int = 0, headings: bool = True) -> list[int]:
        """Append a page; the offsets at which its blocks start, and its end, come back."""
        offsets = []
        for index, block in enumerate(markup.blocks):
            if self._parts:
                table = index in markup.rows and index - 1 in markup.rows
                self._write("\n" if table else "\n\n")
            offsets.append(self._length)
            self.starts.append(self._length)
            self._write(block)
        if headings:
            self.sections.extend(
                Section(heading.title, offsets[heading.block], heading.level + base_level)
                for heading in markup.headings
            )
        return [*offsets, self._length]

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    @property
    def text(self) -> str:
        return "".join(self._parts)


def read_html(data: bytes, name: str) -> Read:
    """An HTML file as text; headings become sections."""
    source, warnings = decode_markup(data, name)
    markup = parse(source)
    compiler = Compiler()
    compiler.add(markup)
    title = markup.title or (markup.headings[0].title if markup.headings else "")
    return Read(compiler.text, title, tuple(compiler.sections), tuple(compiler.starts), warnings)
