"""PPTX by way of python-pptx: a slide is a page; its tables, charts and notes belong to it."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from longread.documents.archive import DAMAGE, Archive
from longread.documents.compiler import Compiler
from longread.documents.grid import Cell, Grid
from longread.documents.markup import PAGE, Heading, Markup
from longread.documents.number_formats import formatted
from longread.documents.superscripts import Superscripts
from longread.documents.text import Read
from longread.documents.xml_tree import Element, child, clean, tag, text_of

# Number formats of dates, text in quotes and brackets aside ("mmm yyyy", "d.m.").
_DATE, _QUOTED = re.compile(r"[dmy]", re.IGNORECASE), re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_FIRST_DAY = datetime.date(1899, 12, 30)


def read_slides(data: bytes, name: str, _encoding: str | None = None) -> Read:
    """All slides in order, hidden ones as well, which a warning names."""
    from pptx import Presentation

    archive = Archive(data, name)
    try:
        deck = Presentation(io.BytesIO(data))
        slides = list(deck.slides)
    except (*DAMAGE, AttributeError) as error:
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
            markup.add_table(_table(shape.table))
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


def _table(table: Any) -> Grid:
    """A table; its heads are the rows that its first one reaches down to or is divided in."""
    rows = [[cell for cell in row.cells if not cell.is_spanned] for row in table.rows]
    heads = max((cell.span_height for cell in rows[0]), default=1) if rows else 1
    if rows and any(cell.span_width > 1 for cell in rows[0]):
        heads = max(heads, 2)
    return _grid(
        [
            Cell(clean(cell.text), cell.span_height, cell.span_width, head=number < heads)
            for cell in row
        ]
        for number, row in enumerate(rows)
    )


def _chart(chart: Any, markup: Markup) -> None:
    """A chart's figures as a table: categories down, series across; of points a table a series."""
    if chart.has_title and chart.chart_title.has_text_frame:
        markup.blocks += _paragraphs(chart.chart_title.text_frame, Superscripts())
    for plot in chart.plots:
        series = list(plot.series)
        columns = [_figures(each, each.values) for each in series]
        categories = [" ".join(labels) for labels in plot.categories.flattened_labels]
        code = _code(plot._element, "c:ser/c:cat")
        if _DATE.search(_QUOTED.sub("", code)):
            categories = list(map(_day, categories))
        if categories:
            _add(markup, ["", *(each.name for each in series)], [categories, *columns])
            continue
        for each, column in zip(series, columns, strict=True):
            across = each._element.xpath("c:xVal//c:pt/c:v")
            _add(markup, ["", each.name], [[clean(x.text or "") for x in across], column])


def _add(markup: Markup, heads: list[str], columns: list[list[str]]) -> None:
    rows = [heads, *map(list, zip_longest(*columns, fillvalue=""))]
    markup.add_table(
        _grid([Cell(clean(cell), head=not n) for cell in row] for n, row in enumerate(rows))
    )


def _figures(series: Any, values: Iterable[float | None]) -> list[str]:
    """The figures of a series as the chart shows them: 0.12 as 12%."""
    code = _code(series._element, "c:val") or _code(series._element, "c:yVal")
    return ["" if v is None else formatted(v, code) or f"{v:.15g}" for v in values]


def _code(element: Any, place: str) -> str:
    """The number format of figures that a chart keeps there."""
    return next((each.text or "" for each in element.xpath(f"{place}//c:formatCode")), "")


def _day(category: str) -> str:
    """A date that is counted in days since 1899, year first."""
    try:
        return (_FIRST_DAY + datetime.timedelta(days=float(category))).isoformat()
    except (ValueError, OverflowError):
        return category


def _grid(rows: Iterable[Iterable[Cell]]) -> Grid:
    grid = Grid()
    for row in rows:
        grid.open_row()
        for cell in row:
            grid.add(cell)
    grid.close()
    return grid
