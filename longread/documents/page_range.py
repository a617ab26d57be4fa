"""`--pages 1,4-6,10-`: which pages to read, and a Document cut down to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from longread.documents.model import Document, Mark, Page, Section
from longread.documents.table import Table
from longread.errors import UsageError

_PART = re.compile(r"(\d{1,9})?\s*(-|–|\.\.)?\s*(\d{1,9})?")
_HINT = 'write page numbers counted from 1, such as "3", "10-50", "10-", "-5" or "1,4-6"'


@dataclass(frozen=True, slots=True)
class PageRange:
    """Ranges of page numbers, both ends included; None is an open end."""

    parts: tuple[tuple[int | None, int | None], ...]

    @classmethod
    def parse(cls, text: str) -> PageRange:
        """Read what the user wrote. Raises UsageError with a hint where it makes no sense."""
        parts = []
        shown = text if len(text) <= 40 else f"{text[:39]}…"
        for part in text.split(","):
            match = _PART.fullmatch(part.strip())
            if match is None or not part.strip() or (match[1] is None and match[3] is None):
                raise UsageError(f'"{shown}" is not a range of pages.', _HINT)
            first, last = (int(match[i]) if match[i] else None for i in (1, 3))
            if match[2] is None:
                last = first
            if first == 0 or last == 0:
                raise UsageError(f'"{shown}" asks for page 0; pages count from 1.', _HINT)
            if first is not None and last is not None and first > last:
                raise UsageError(f'"{shown}" runs backwards.', f'write "{last}-{first}"')
            parts.append((first, last))
        return cls(tuple(parts))

    def numbers(self, count: int, name: str) -> list[int]:
        """The page numbers in ascending order, for a document of `count` pages.

        Raises UsageError where a range reaches outside the document.
        """
        chosen: set[int] = set()
        for first, last in self.parts:
            outside = max(first or 1, last or 1)
            if outside > count:
                pages = "1 page" if count == 1 else f"{count} pages"
                raise UsageError(
                    f"{name} has {pages}; there is no page {outside}.",
                    f'ask for pages within 1-{count}; "10-" reads to the end',
                )
            chosen.update(range(first or 1, (last or count) + 1))
        return sorted(chosen)


def restrict(document: Document, pages: PageRange, name: str) -> Document:
    """The document with only these pages in its text; they keep their numbers and labels.

    Raises UsageError for a document without pages, or pages outside it.
    """
    if not document.pages:
        raise UsageError(
            f"{name} has no pages to choose from.",
            "--pages is for PDF, XPS and files that say where pages begin; leave it out here",
        )
    parts: list[str] = []
    kept: list[Page] = []
    sections: list[Section] = []
    blocks: list[int] = []
    marks: list[Mark] = []
    shifts: list[tuple[Page, int]] = []
    length, before = 0, 0
    for number in pages.numbers(len(document.pages), name):
        page = document.pages[number - 1]
        if kept:
            previous = document.pages[before - 1]
            between = document.text[previous.end : page.start] if number == before + 1 else "\n\n"
            parts.append(between)
            length += len(between)
        shift = length - page.start
        shifts.append((page, shift))
        kept.append(replace(page, start=length, end=page.end + shift))
        if number != before + 1:
            running = document.section_at(page.start)
            if running is not None and running.start < page.start:
                sections.append(replace(running, start=length))
            blocks.append(length)
        sections.extend(
            replace(section, start=section.start + shift)
            for section in document.sections
            if _stands_on(section.start, number, document)
        )
        blocks.extend(start + shift for start in document.blocks if page.start <= start < page.end)
        marks.extend(
            Mark(mark.start + shift, mark.place)
            for mark in document.marks
            if page.start <= mark.start < page.end
        )
        parts.append(document.text[page.start : page.end])
        length += page.end - page.start
        before = number
    return replace(
        document,
        text="".join(parts),
        pages=tuple(kept),
        sections=tuple(sections),
        blocks=tuple(sorted(set(blocks))),
        marks=tuple(marks),
        tables=tuple(filter(None, (_restricted(table, shifts) for table in document.tables))),
    )


def _restricted(table: Table, shifts: list[tuple[Page, int]]) -> Table | None:
    """What of the table stands on the pages that are kept, moved as they are."""
    rows = tuple(
        row.moved(shift)
        for page, shift in shifts
        for row in table.rows
        if page.start <= row.start < page.end
    )
    head_lines = tuple(
        (start + shift, end + shift)
        for page, shift in shifts
        for start, end in table.head_lines
        if page.start <= start < page.end
    )
    return replace(table, rows=rows, head_lines=head_lines) if rows else None


def _stands_on(offset: int, number: int, document: Document) -> bool:
    page = document.page_at(offset)
    return page is not None and page.number == number
