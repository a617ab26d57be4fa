"""FB2 (FictionBook) bodies: sections, verse, tables and notes as blocks."""

from __future__ import annotations

from longread.documents.grid import Cell, Grid
from longread.documents.markup import Heading, Markup
from longread.documents.superscripts import Superscripts
from longread.documents.xml_tree import Element, clean, squeezed, tag


def read_body(body: Element, markup: Markup) -> None:
    """Append the blocks of one <body>."""
    _section(body, markup, 0, Superscripts())


def _section(element: Element, markup: Markup, level: int, superscripts: Superscripts) -> None:
    for part in element:
        name = tag(part)
        if name in ("section", "epigraph", "cite", "poem", "annotation"):
            _section(part, markup, level + (name == "section"), superscripts)
        elif name == "stanza":
            lines = (_text(line, superscripts) for line in part)
            markup.blocks.append("\n".join(filter(None, lines)))
        elif name == "table":
            _table(part, markup, superscripts)
        elif name not in ("image", "empty-line"):
            _paragraph(part, markup, level, superscripts)


def _paragraph(part: Element, markup: Markup, level: int, superscripts: Superscripts) -> None:
    title = tag(part) == "title"
    if title:
        text = " ".join(filter(None, (_text(line, superscripts) for line in part)))
    else:
        text = _text(part, superscripts)
    if text and title:
        markup.headings.append(Heading(text, max(1, level), len(markup.blocks)))
    if text:
        markup.blocks.append(text)


def _table(table: Element, markup: Markup, superscripts: Superscripts) -> None:
    grid = Grid()
    for row in (part for part in table.iter() if tag(part) == "tr"):
        grid.open_row()
        for cell in row:
            if tag(cell) in ("td", "th"):
                text = _text(cell, superscripts)
                rows, columns = _span(cell.get("rowspan")), _span(cell.get("colspan"))
                grid.add(Cell(text, rows, columns, tag(cell) == "th"))
    grid.close()
    markup.add_table(grid)


def _text(element: Element, superscripts: Superscripts) -> str:
    parts: list[str] = []
    _inline(element, parts, superscripts)
    return clean("".join(parts))


def _inline(element: Element, parts: list[str], superscripts: Superscripts) -> None:
    if isinstance(element.tag, str):
        parts.append(element.text or "")
    for part in element:
        is_note = tag(part) == "a" and part.get("type") == "note"
        if is_note or tag(part) == "sup":
            mark = squeezed(part)
            linked = is_note or any(tag(inner) == "a" for inner in part)
            before = "".join(parts[-4:])
            parts.append(superscripts.read(before, mark, part.tail or "", linked=linked))
        else:
            _inline(part, parts, superscripts)
        parts.append(part.tail or "")


def _span(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 5 else 1
