"""ODT and ODP: text, notes, comments, tables; of a presentation each slide is a page.

Deletions that a file keeps track of lie outside its text, so changes count as accepted.
"""

from __future__ import annotations

from longread.documents.archive import Archive
from longread.documents.compiler import Compiler
from longread.documents.grid import Cell, Grid
from longread.documents.markup import PAGE, Heading, Markup
from longread.documents.superscripts import Superscripts
from longread.documents.text import Read
from longread.documents.xml_tree import Element, clean, squeezed, tag

# Not the text: contents and indexes, which repeat it, and what was deleted.
_SKIPPED = frozenset(
    ("tracked-changes", "table-of-content", "alphabetical-index", "illustration-index",
     "table-index", "object-index", "user-index", "bibliography", "forms", "sequence-decls",
     "object", "image", "script", "event-listeners")
)  # fmt: skip
_MOST_REPEATED = 1000


def read_opendocument(data: bytes, name: str, _encoding: str | None = None) -> Read:
    """The text of a document or presentation. Raises DocumentError if damaged."""
    archive = Archive(data, name)
    root = archive.xml("content.xml")
    body = next((each for each in root.iter() if tag(each) == "body"), None)
    if body is None or not len(body):
        raise archive.damaged()
    slides = [each for each in body.iter() if tag(each) == "page"]
    walker = _Walker(_raised(root))
    compiler = Compiler()
    for number, slide in enumerate(slides, 1):
        compiler.mark(f"slide {number}")
        compiler.add(walker.slide(slide))
    if not slides:
        compiler.add(walker.document(body[0]))
    title = ""
    if "meta.xml" in archive.names:
        meta = (squeezed(each) for each in archive.xml("meta.xml").iter() if tag(each) == "title")
        title = next(meta, "")
    title = title or next((section.title for section in compiler.sections), "")
    return compiler.read(title, tuple(compiler.sections), archive.unread("chart"))


def _raised(root: Element) -> frozenset[str]:
    """The names of styles that set text above the line."""
    return frozenset(
        _value(style, "name")
        for style in root.iter()
        if tag(style) == "style"
        for part in style
        if _value(part, "text-position").startswith("super")
    )


def _value(element: Element, name: str) -> str:
    """An attribute, whatever its namespace."""
    found = (str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name)
    return next(found, "")


class _Walker:
    def __init__(self, raised: frozenset[str]) -> None:
        self._raised = raised
        self._markup = Markup()
        self._superscripts = Superscripts()
        self._notes: list[str] = []
        self._comments: list[str] = []
        # Boxes met within a paragraph stand behind it.
        self._boxes: list[Element] = []

    def document(self, body: Element) -> Markup:
        """All of a text, its notes and comments at the end under heads of their own."""
        self._blocks(body)
        markup = self._markup
        for title, texts in (("Notes", self._notes), ("Comments", self._comments)):
            if texts:
                markup.headings.append(Heading(title, 1, len(markup.blocks)))
                markup.blocks += texts
        return markup

    def slide(self, page: Element) -> Markup:
        """One slide, its notes behind it."""
        markup = self._markup = Markup(pages=[""], blocks=[PAGE])
        title = next((each for each in page if _value(each, "class") == "title"), None)
        heading = squeezed(title)
        if heading:
            markup.headings.append(Heading(heading, 1, len(markup.blocks)))
            markup.blocks.append(heading)
        for part in page:
            if part is not title and tag(part) != "notes":
                self._block(part)
        for notes in (part for part in page if tag(part) == "notes"):
            first = len(markup.blocks)
            self._blocks(notes)
            if len(markup.blocks) > first:
                markup.blocks[first] = f"Notes: {markup.blocks[first]}"
        markup.blocks += [f"Comment: {text}" for text in self._comments]
        self._comments.clear()
        return markup

    def _blocks(self, element: Element) -> None:
        for part in element:
            self._block(part)

    def _block(self, part: Element) -> None:
        name, markup = tag(part), self._markup
        if name == "table":
            self._table(part)
        elif name == "annotation":
            self._comment(part)
        elif name in ("p", "h"):
            text = self._text(part)
            level = _value(part, "outline-level")
            if text and name == "h":
                level_number = int(level) if level.isascii() and level.isdigit() else 1
                markup.headings.append(Heading(text, max(1, level_number), len(markup.blocks)))
            if text:
                markup.blocks.append(text)
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                self._blocks(box)
        elif name == "list-item":
            first = len(markup.blocks)
            self._blocks(part)
            if len(markup.blocks) > first and first not in markup.rows:
                markup.blocks[first] = f"• {markup.blocks[first].removeprefix('• ')}"
        elif name not in _SKIPPED:
            self._blocks(part)

    def _text(self, element: Element) -> str:
        parts: list[str] = []
        self._inline(element, parts)
        return clean("".join(parts))

    def _inline(self, element: Element, parts: list[str]) -> None:
        parts.append(element.text or "")
        for part in element:
            self._part(part, parts)
            parts.append(part.tail or "")

    def _part(self, part: Element, parts: list[str]) -> None:
        name = tag(part)
        if name in ("s", "tab", "line-break"):
            parts.append(" ")
        elif name == "note":
            mark = next((squeezed(each) for each in part if tag(each) == "note-citation"), "")
            body = next((each for each in part if tag(each) == "note-body"), None)
            texts = [self._text(each) for each in body] if body is not None else []
            self._notes.append(f"[{mark}] {' '.join(texts)}")
            parts.append(f"[{mark}]")
        elif name == "annotation":
            self._comment(part)
        elif name == "text-box":
            self._boxes.append(part)
        elif name == "span" and _value(part, "style-name") in self._raised:
            mark = squeezed(part)
            parts.append(self._superscripts.read("".join(parts[-4:]), mark, part.tail or ""))
        elif name not in _SKIPPED:
            self._inline(part, parts)

    def _comment(self, element: Element) -> None:
        words = [self._text(part) for part in element if tag(part) in ("p", "list")]
        author = next((squeezed(part) for part in element if tag(part) == "creator"), "")
        self._comments.append(": ".join(filter(None, (author, " ".join(words)))))

    def _table(self, table: Element) -> None:
        grid = Grid()
        inner, self._markup = self._markup, Markup()
        self._rows(table, grid)
        self._markup = inner
        grid.close()
        self._markup.add_table(grid)

    def _rows(self, element: Element, grid: Grid, head: bool = False) -> None:
        for part in element:
            name = tag(part)
            if name in ("table-header-rows", "table-rows", "table-row-group"):
                self._rows(part, grid, head or name == "table-header-rows")
            elif name == "table-row":
                self._row(part, grid, head)

    def _row(self, row: Element, grid: Grid, head: bool) -> None:
        grid.open_row()
        for cell in row:
            if tag(cell) != "table-cell":
                continue
            self._markup.blocks.clear()
            self._blocks(cell)
            text = " ".join(self._markup.blocks)
            rows, columns = (
                _count(cell, "number-rows-spanned"),
                _count(cell, "number-columns-spanned"),
            )
            for _ in range(_count(cell, "number-columns-repeated")):
                grid.add(Cell(text, rows, columns, head))


def _count(cell: Element, name: str) -> int:
    value = _value(cell, name)
    return min(int(value), _MOST_REPEATED) if value.isascii() and value.isdigit() else 1
