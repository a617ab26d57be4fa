"""Document model: one text, and a way back from every character to file and page.

All offsets are indices into `Document.text` (Python characters, end exclusive). Pages,
blocks and sections are spans of that text, so a quote found at an offset is a quote
found on a page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from longread.documents.formats import BY_KIND, SHEETS
from longread.documents.table import BORDER, Table, TableRow, cells


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `number` counts from 1, `label` is what is printed on it (`xii`), if known."""

    number: int
    label: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and where it stands; it reaches to the next section's start."""

    title: str
    start: int
    level: int = 1


@dataclass(frozen=True, slots=True)
class Removed:
    """What stands on a page and was left out of the text: `why` is `repeated` or `hidden`."""

    page: int
    text: str
    why: str


class Mark(NamedTuple):
    """From `start` on the text stands at `place`, in the format's own terms: a cell, a time."""

    start: int
    place: str


@dataclass(frozen=True, slots=True)
class Location:
    """Where a span of text stands, in the terms a person would use to look it up.

    `page` and `label` are None where the format has no pages; then `section` (EPUB,
    HTML, Markdown) or `line` (text, from 1) says where. `place` is how the format names it, where
    it does: cells of a sheet, "slide 3", "0:01:02", "orders[3].total".
    """

    page: int | None = None
    label: str | None = None
    section: str | None = None
    line: int | None = None
    last_page: int | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line of the text that a table accounts for: one of its rows, or (no row) of its heads."""

    start: int
    end: int
    table: Table
    row: TableRow | None


@dataclass(frozen=True)
class Document:
    """A document's text with its pages, sections, blocks and tables.

    `pages` is empty for formats without pages. `blocks` are the start offsets of
    paragraphs, headings and table rows: places where a reader would not mind a cut.
    `removed` is what was left out: copies of running heads, page numbers, hidden text.
    `warnings` are one-line sentences for the user ("page 7 is a scan without text; …").
    `secret` documents needed a password: nothing of their text may be kept on disk.
    `marks` are places of the format's own, in order. `attachments` are documents that came
    with this one, as those of a mail do; their `path` begins with its own. `entry` is its name in
    the cache of parsed documents, empty where it is not kept there as it is.
    """

    path: str
    sha256: str
    title: str
    kind: str
    text: str
    pages: tuple[Page, ...] = field(default_factory=tuple)
    sections: tuple[Section, ...] = field(default_factory=tuple)
    blocks: tuple[int, ...] = field(default_factory=tuple)
    tables: tuple[Table, ...] = field(default_factory=tuple)
    removed: tuple[Removed, ...] = field(default_factory=tuple)
    warnings: tuple[str, ...] = ()
    secret: bool = False
    # No defaults of the class: `KeptDocument` has none of these until they are asked for.
    marks: tuple[Mark, ...] = field(default_factory=tuple)
    attachments: tuple[Document, ...] = ()
    entry: str = field(default="", compare=False)

    def with_attachments(self) -> list[Document]:
        """The document, and all that came with it, as documents of their own."""
        within = [inner for each in self.attachments for inner in each.with_attachments()]
        return [replace(self, attachments=()), *within]

    @property
    def page_count(self) -> int:
        """How many pages it has; 0 where the format has none."""
        return len(self.pages)

    @property
    def characters(self) -> int:
        """The length of its text."""
        return len(self.text)

    @property
    def by_line(self) -> bool:
        """Is every line a record (logs, CSV, subtitles), and none the next one's beginning?"""
        return BY_KIND[self.kind].by in ("records", "rows")

    @cached_property
    def _page_starts(self) -> list[int]:
        return [page.start for page in self.pages]

    @cached_property
    def _section_starts(self) -> list[int]:
        return [section.start for section in self.sections]

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def page_at(self, offset: int) -> Page | None:
        """The page that holds the character at `offset`; None where there are no pages."""
        if not self.pages:
            return None
        return self.pages[max(0, bisect_right(self._page_starts, offset) - 1)]

    def section_at(self, offset: int) -> Section | None:
        """The section that `offset` stands in; None before the first heading."""
        index = bisect_right(self._section_starts, offset) - 1
        return self.sections[index] if index >= 0 else None

    @cached_property
    def _table_lines(self) -> tuple[list[int], list[TableLine]]:
        lines = [
            TableLine(start, end, table, None)
            for table in self.tables
            for start, end in table.head_lines
        ]
        lines += [
            TableLine(row.start, row.end, table, row) for table in self.tables for row in table.rows
        ]
        lines.sort(key=lambda line: line.start)
        return [line.start for line in lines], lines

    def table_lines(self, start: int, end: int) -> list[TableLine]:
        """The rows and heads of tables that the span from `start` to `end` touches, in order."""
        starts, lines = self._table_lines
        first = bisect_right(starts, start) - 1
        if first < 0 or lines[first].end <= start:
            first += 1
        return list(takewhile(lambda line: line.start < end, lines[first:]))

    def row_at(self, offset: int) -> tuple[Table, TableRow] | None:
        """The table's row at `offset`, with its table; None in prose and in a table's heads."""
        found = self.table_lines(offset, offset + 1)
        return (found[0].table, found[0].row) if found and found[0].row else None

    def _place(self, start: int, end: int) -> str | None:
        index = bisect_right(self.marks, start, key=lambda mark: mark.start) - 1
        if index < 0:
            return None
        at, place = self.marks[index]
        if self.kind not in SHEETS:
            return place
        # A row's mark is the cell it begins with, and borders stand between the others.
        row = self.text[at : max(end, start + 1)].partition("\n")[0]
        first = row.count(BORDER[1], 0, start - at)
        return cells(place, first, row.count(BORDER[1]))

    def locate(self, start: int, end: int | None = None) -> Location:
        """Where the span from `start` to `end` stands."""
        section = self.section_at(start)
        title = section.title if section else None
        first = self.page_at(start)
        if first is None:
            line = (
                bisect_right(self._line_starts, start)
                if BY_KIND[self.kind].by not in ("", "rows")
                else None
            )
            return Location(section=title, line=line, place=self._place(start, end or start))
        last = self.page_at(max(start, (end or start + 1) - 1)) or first
        place = self._place(start, end or start)
        return Location(first.number, first.label, title, None, last.number, place)
