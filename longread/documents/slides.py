"""PPTX by way of python-pptx: a slide is a page; its tables, charts and notes belong to it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from longread.documents.archive import Archive
from longread.documents.compiler import Compiler
from longread.documents.grid import Cell, Grid
from longread.documents.markup import PAGE, Heading, Markup
from longread.documents.superscripts import Superscripts
from longread.documents.text import Read
from longread.documents.xml_tree import Element, child, clean, tag, text_of


def read_slides(data: bytes, name: str, _encoding: str | None = None) -> Read:
    """All slides in order, hidden ones as well, which a warning names."""
    from pptx import Presentation

    archive = Archive(data, name)
    try:
        deck = Presentation(io.BytesIO(data))
        slides = list(deck.slides)
    except (KeyError, ValueError, AttributeError) as error:
        raise archive.damaged() from error
    compiler = Compiler()
    hidden = []
    for number, slide in enumerate(slides, 1):
        compiler.mark(f"slide {number}")
        compiler.add(_slide(slide))
        if slide._element.get("show") == "0":
            hidden.append(str(number))
    warnings = archive.unread("chart")
    if hidden:
        warnings.append(f"hidden, and read: slide {', '.join(hidden)}")
    title = clean(deck.core_properties.title or "")
    first = compiler.sections[0].title if compiler.sections else ""
    return compiler.read(title or first, tuple(compiler.sections), warnings)


def _slide(slide: Any) -> Markup:
    markup, superscripts = Markup(pages=[""]), Superscripts()
    markup.blocks.append(PAGE)
    title = slide.shapes.title
    heading = clean(title.text_frame.text) if title is not None else ""
    if heading:
        markup.headings.append(Heading(heading, 1, 1))
        markup.blocks.append(heading)
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if getattr(shape, "has_table", False) and shape.has_table:
            markup.add_table(_grid([[cell.text for cell in row.cells] for row in shape.table.rows]))
        elif getattr(shape, "has_chart", False) and shape.has_chart:
            _chart(shape.chart, markup)
        elif shape.has_text_frame:
            markup.blocks += _paragraphs(shape.text_frame, superscripts)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = _paragraphs(slide.notes_slide.notes_text_frame, superscripts)
        markup.blocks += [f"Notes: {notes[0]}", *notes[1:]] if notes else []
    return markup


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    """Shapes in the order they were made, those of groups as well."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _paragraphs(frame: Any, superscripts: Superscripts) -> list[str]:
    return list(filter(None, (_text(each._p, superscripts) for each in frame.paragraphs)))


def _text(paragraph: Element, superscripts: Superscripts) -> str:
    parts: list[str] = []
    runs = [part for part in paragraph if tag(part) in ("r", "fld", "br")]
    for run, after in zip(runs, [*runs[1:], None], strict=True):
        words = " " if tag(run) == "br" else "".join(text_of(t) for t in run if tag(t) == "t")
        properties = child(run, "rPr")
        if properties is not None and int(properties.get("baseline") or 0) > 0:
            following = text_of(after) if after is not None else ""
            words = superscripts.read("".join(parts[-4:]), clean(words), following)
        parts.append(words)
    return clean("".join(parts))


def _chart(chart: Any, markup: Markup) -> None:
    """A chart's figures as a table: categories down, series across."""
    if chart.has_title and chart.chart_title.has_text_frame:
        markup.blocks += _paragraphs(chart.chart_title.text_frame, Superscripts())
    for plot in chart.plots:
        series = list(plot.series)
        rows = [["", *(each.name for each in series)]]
        columns = [list(each.values) for each in series]
        for index, category in enumerate(plot.categories):
            values = (column[index] if index < len(column) else None for column in columns)
            rows.append([str(category), *("" if v is None else f"{v:.15g}" for v in values)])
        markup.add_table(_grid(rows))


def _grid(rows: list[list[str]]) -> Grid:
    grid = Grid()
    for number, row in enumerate(rows):
        grid.open_row()
        for cell in row:
            grid.add(Cell(clean(cell), head=number == 0))
    grid.close()
    return grid
