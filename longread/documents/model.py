"""What a document is once it has been read: one text, and a way back from every character.

All offsets are indices into `Document.text` (Python characters, end exclusive). Pages,
blocks and sections are spans of that text, so a quote found at an offset is a quote
found on a page.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property


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
class Location:
    """Where a span of text stands, in the terms a person would use to look it up.

    `page` and `label` are None where the format has no pages; then `section` (EPUB,
    HTML, Markdown) or `line` (text, from 1) says where.
    """

    page: int | None = None
    label: str | None = None
    section: str | None = None
    line: int | None = None
    last_page: int | None = None


@dataclass(frozen=True)
class Document:
    """A document's text with its pages, sections and blocks.

    `pages` is empty for formats without pages. `blocks` are the start offsets of
    paragraphs, headings and table rows: places where a reader would not mind a cut.
    `warnings` are one-line sentences for the user ("page 7 is a scan without text; …").
    `secret` documents needed a password: nothing of their text may be kept on disk.
    """

    path: str
    sha256: str
    title: str
    kind: str
    text: str
    pages: tuple[Page, ...] = ()
    sections: tuple[Section, ...] = ()
    blocks: tuple[int, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    secret: bool = False

    @cached_property
    def _page_starts(self) -> list[int]:
        return [page.start for page in self.pages]

    @cached_property
    def _section_starts(self) -> list[int]:
        return [section.start for section in self.sections]

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        position = self.text.find("\n")
        while position != -1:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def page_at(self, offset: int) -> Page | None:
        """The page that holds the character at `offset`; None where there are no pages."""
        if not self.pages:
            return None
        return self.pages[max(0, bisect_right(self._page_starts, offset) - 1)]

    def section_at(self, offset: int) -> Section | None:
        """The section that `offset` stands in; None before the first heading."""
        index = bisect_right(self._section_starts, offset) - 1
        return self.sections[index] if index >= 0 else None

    def locate(self, start: int, end: int | None = None) -> Location:
        """Where the span from `start` to `end` stands."""
        section = self.section_at(start)
        title = section.title if section else None
        first = self.page_at(start)
        if first is None:
            line = bisect_right(self._line_starts, start) if self.kind == "text" else None
            return Location(section=title, line=line)
        last = self.page_at(max(start, (end or start + 1) - 1)) or first
        return Location(first.number, first.label, title, None, last.number)
