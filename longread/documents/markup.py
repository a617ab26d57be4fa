"""HTML and XHTML: a page's visible text, block by block, its headings, tables and printed pages.

Contract: one block a paragraph, list item, heading or table row; the cells of a row are
separated by " | ", empty ones included; what a browser hides (`display: none`, `hidden`,
scripts) or uses to get around the site is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from longread.documents.encodings import decode
from longread.documents.grid import Cell, Grid
from longread.documents.html_tree import UNSEEN, VOID, events, tags, tree, unseen_by_style
from longread.documents.list_numbers import written
from longread.documents.normalize import tidy, without_soft_hyphens
from longread.documents.superscripts import Superscripts

_HIDDEN = tags(
    "script style nav template noscript svg head iframe object select button annotation "
    "annotation-xml rt rp"
)
_BLOCKS = tags(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr html li main ol p pre section summary table "
    "tbody tfoot thead tr ul"
)
# A table with one of these in a cell lays out the page; so does one without heads that has prose.
_LAYOUT = "table, h1, h2, h3, h4, form, section, article"
_PROSE = "ul, ol, p + p + p + p"
# How the numbers of a list are written, by its type.
_WAYS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
# Stand-ins, until a block is complete, for <br> and for a printed page's beginning: characters
# that Unicode keeps for such use inside a program.
_BREAK, PAGE = "\ufdd0", "\ufdd1"
_STAND_INS = re.compile(f"[{_BREAK}{PAGE}]|&#(?:x0*fdd[01]|0*6497[67]);?", re.IGNORECASE)
_SET_IN = re.compile(r"(?:padding-left|margin-left|text-indent)\s*:\s*(-?\d+(?:\.\d+)?)")


@dataclass(slots=True)
class Heading:
    title: str
    level: int
    block: int


@dataclass(slots=True)
class Markup:
    """A parsed page: blocks of text, which of them are headings or rows, and where ids point.

    `pages` are the labels of the printed pages that begin in it, one for each PAGE in its blocks.
    """

    title: str = ""
    blocks: list[str] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    grids: list[Grid] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    hidden: int = 0

    def add_table(self, grid: Grid) -> None:
        """Append a table's rows as blocks."""
        grid.block = len(self.blocks)
        if grid.rows:
            self.grids.append(grid)
        for row in grid.texts():
            self.rows.add(len(self.blocks))
            self.blocks.append(row)


class _Table(NamedTuple):
    """An open table whose rows are rows, and the blocks that it began at."""

    node: int
    grid: Grid


class _Reader:
    """Walks a page's tree and fills a Markup."""

    def __init__(self, page: LexborHTMLParser, pages: Mapping[str, str]) -> None:
        self.markup = Markup()
        self._pages = dict(pages)
        self._unseen = unseen_by_style(page)
        self._superscripts = Superscripts()
        self._parts: list[str] = []
        self._heading: str | None = None
        self._preformatted = 0
        self._table: _Table | None = None
        self._late: list[str] = []
        self._indent = 0.0
        # The number of an item, until its text comes, and by list the last one's.
        self._number = ""
        self._counts: dict[int, int] = {}

    def read(self, root: LexborNode) -> Markup:
        walk = events(root)
        if "" in self._pages:
            self._begin_page(self._pages[""])
        skip: bool | None = None
        try:
            while True:
                event, node = walk.send(skip)
                skip = None
                if event == "text":
                    self._parts.append(node.text_content or "")
                elif event == "start":
                    skip = self._start(node)
                else:
                    self._end(node)
        except StopIteration:
            self._flush()
        return self.markup

    def _start(self, node: LexborNode) -> bool:
        """Open an element; True where it is done with, and what is in it is not to be read."""
        tag, values = node.tag or "", node.attributes
        if self._is_hidden(tag, node, values):
            return True
        if tag in _BLOCKS and self._table is None:
            self._flush()
        elif tag in _BLOCKS or tag == "br":
            self._parts.append("\n" if self._preformatted and self._table is None else _BREAK)
        name = values.get("id") or (values.get("name") if tag == "a" else None)
        label = self._pages.pop(name, None) if name else None
        if name:
            self.markup.anchors.setdefault(name, len(self.markup.blocks))
        if _is_page_break(values):
            return self._page_break(node, values)
        if label is not None:
            self._begin_page(label)
        if tag == "sup" or (tag == "a" and _is_note(values)):
            self._superscript(node, values)
            return True
        return self._open(tag, node, values)

    def _is_hidden(self, tag: str, node: LexborNode, values: dict[str, str | None]) -> bool:
        if tag in _HIDDEN or "hidden" in values or values.get("aria-hidden") == "true":
            return True
        if node.mem_id in self._unseen or UNSEEN.search(values.get("style") or ""):
            self.markup.hidden += bool(tag not in VOID and node.text().strip())
            return True
        return False

    def _open(self, tag: str, node: LexborNode, values: dict[str, str | None]) -> bool:
        if tag in _HEADINGS and self._table is None:
            self._heading = tag
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "table" and self._table is None and _holds_data(node):
            self._table = _Table(node.mem_id, Grid())
        elif tag == "tr" and self._table is not None:
            self._parts.clear()
            self._table.grid.open_row()
        elif tag in ("td", "th"):
            self._parts.append(" ")
            if self._table is not None:
                self._parts.clear()
                self._indent = _indent(node, values)
            else:
                self._flush()
        elif tag == "li":
            self._item(node, values)
        elif tag == "img" and (values.get("alt") or "").strip():
            self._parts.append(f" {values['alt']} ")
        elif tag in ("msup", "mfrac", "msqrt"):
            self._parts.append(_formula(node))
            return True
        return False

    def _item(self, node: LexborNode, values: dict[str, str | None]) -> None:
        """Begin an item of a list with its bullet or number."""
        above = node.parent
        style = above.attributes.get("style") if above is not None else None
        if above is None or above.tag != "ol" or "list-style" in (style or ""):
            self._parts.append("• ")
            return
        count = self._counts.get(above.mem_id, _count(above.attributes.get("start"), 1) - 1) + 1
        count = self._counts[above.mem_id] = _count(values.get("value"), count)
        number = f"{written(count, _WAYS.get(above.attributes.get('type') or '', ''))}. "
        if self._table is None:
            self._number = number
        else:
            self._parts.append(number)

    def _end(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if self._table is not None:
            self._end_in_table(tag, node)
            return
        if tag in _BLOCKS or tag in ("td", "th"):
            self._flush()
        if tag == "li":
            self._number = ""
        elif tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)
        elif tag == self._heading:
            self._heading = None

    def _end_in_table(self, tag: str, node: LexborNode) -> None:
        assert self._table is not None
        if tag in ("td", "th"):
            values = node.attributes
            self._table.grid.add(
                Cell(
                    _line("".join(self._parts).replace(_BREAK, " ")),
                    _span(values.get("rowspan")),
                    _span(values.get("colspan")),
                    tag == "th",
                    self._indent,
                )
            )
            self._parts.clear()
        elif tag == "caption":
            self._flush()
        elif tag == "thead":
            self._table.grid.close_head()
        elif node.mem_id == self._table.node:
            self._close_table(self._table.grid)
        elif tag in _BLOCKS:
            self._parts.append(" ")

    def _close_table(self, grid: Grid) -> None:
        self._table = None
        self._parts[:] = self._late
        self._late.clear()
        grid.close()
        self.markup.add_table(grid)

    def _page_break(self, node: LexborNode, values: dict[str, str | None]) -> bool:
        label = values.get("title") or values.get("aria-label") or node.text()
        label = re.sub(r"^(?:page|seite|p\.)\s+", "", _line(label), flags=re.IGNORECASE).strip(" .")
        self._begin_page(label)
        # One that is not empty holds the number alone, or, with tags left open, the page itself.
        return len(node.text()) <= len(label) + 12

    def _begin_page(self, label: str) -> None:
        self.markup.pages.append(label)
        # A page that begins in a table begins below it: its rows are what they are.
        (self._parts if self._table is None else self._late).append(PAGE)

    def _superscript(self, node: LexborNode, values: dict[str, str | None]) -> None:
        parent = node.parent
        linked = _is_link(node) or (parent is not None and _is_link(parent))
        linked = linked or any(map(_is_link, node.css("a")))
        following = node.next.text() if node.next is not None else ""
        before = "".join(self._parts[-4:]).rstrip(_BREAK)
        mark = _line(node.text())
        self._parts.append(self._superscripts.read(before, mark, following, linked=linked))

    def _flush(self) -> None:
        raw = "".join(self._parts)
        self._parts.clear()
        if self._preformatted:
            raw = raw.replace(_BREAK, "\n")
            text = "\n".join(line.rstrip() for line in _clean(raw).split("\n") if line.strip())
        else:
            text = "\n".join(filter(None, map(_line, raw.split(_BREAK))))
        if self._heading:
            text = _line(text)
        if not text or text == "•":
            return
        if text.strip(PAGE):
            text, self._number = self._number + text, ""
        if self._heading and text.strip(PAGE):
            self.markup.headings.append(
                Heading(
                    text.replace(PAGE, "").strip(),
                    _HEADINGS[self._heading],
                    len(self.markup.blocks),
                )
            )
        self.markup.blocks.append(text)


def _holds_data(table: LexborNode) -> bool:
    """Is this a table of values, or the grid that the page itself is laid out on?"""
    if table.attributes.get("role") in ("presentation", "none"):
        return False
    inner = _LAYOUT if table.css_first("th") else f"{_LAYOUT}, {_PROSE}"
    return not any(cell.css_first(inner) for cell in table.css("td"))


def _kinds(values: dict[str, str | None]) -> list[str]:
    """What an ebook says that an element is."""
    if not values:
        return []
    return f"{values.get('epub:type') or ''} {values.get('role') or ''}".split()


def _is_note(values: dict[str, str | None]) -> bool:
    return not {"noteref", "doc-noteref"}.isdisjoint(_kinds(values))


def _is_link(node: LexborNode) -> bool:
    values = node.attributes
    return (node.tag == "a" and "href" in values) or _is_note(values)


def _is_page_break(values: dict[str, str | None]) -> bool:
    return not {"pagebreak", "doc-pagebreak"}.isdisjoint(_kinds(values))


def _formula(node: LexborNode) -> str:
    """MathML whose parts, joined, would be another number: "x^2", "1/2", "√3"."""
    parts = [_line(part.text()) for part in node.iter()]
    if node.tag == "msqrt":
        return f"√{''.join(parts)}"
    if len(parts) != 2:
        return " ".join(parts)
    first, second = (part if len(part) < 2 or part.isalnum() else f"({part})" for part in parts)
    return f"{first}^{second}" if node.tag == "msup" else f"{first}/{second}"


def _indent(cell: LexborNode, values: dict[str, str | None]) -> float:
    """How far a cell's text is set in: by blanks that do not break, or by its style."""
    inner = cell.child
    styles = [values.get("style") or ""]
    if inner is not None and inner.tag in ("p", "div", "span"):
        styles.append(inner.attributes.get("style") or "")
    found = [float(each) for style in styles for each in _SET_IN.findall(style)]
    text = cell.text()
    blanks = len(text) - len(text.lstrip()) if text.lstrip(" \n\t")[:1] == "\xa0" else 0
    return sum(found) + blanks


def _span(value: str | None) -> int:
    found = re.match(r"\s*(\d{1,4})", value or "")
    return int(found[1]) if found else 1


def _count(value: str | None, otherwise: int) -> int:
    found = re.match(r"\s*(-?\d{1,9})", value or "")
    return int(found[1]) if found else otherwise


def _clean(text: str) -> str:
    return tidy(without_soft_hyphens(text))


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def parse(source: str, pages: Mapping[str, str] | None = None) -> Markup:
    """The visible blocks of an HTML or XHTML page.

    `pages` names the printed pages that begin at ids (or, at "", with the file), where a book
    lists them apart; those that the page itself marks go by their marks.
    """
    page = tree(_STAND_INS.sub("", source))
    if page.root is None:
        return Markup()
    markup = _Reader(page, pages or {}).read(page.root)
    title = page.css_first("title")
    markup.title = _line(title.text()) if title is not None else ""
    return markup


def declared_encoding(data: bytes) -> str | None:
    """What a `meta charset` or an XML declaration near the start says."""
    match = _DECLARED.search(data[:2048])
    return match[1].decode("ascii") if match else None


def decode_markup(
    data: bytes, name: str, encoding: str | None = None
) -> tuple[str, tuple[str, ...]]:
    return decode(data, name, declared_encoding(data), encoding)
