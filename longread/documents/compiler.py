"""From parsed pages of markup to one text with sections, tables and printed pages."""

from __future__ import annotations

import re

from longread.documents.grid import Grid
from longread.documents.markup import PAGE, Markup, decode_markup, parse
from longread.documents.markup_tables import table_of
from longread.documents.model import Mark, Page, Section
from longread.documents.sentences import trimmed
from longread.documents.table import Table
from longread.documents.text import Read


class Compiler:
    """Puts the blocks of one or more pages together into one text."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._breaks: list[tuple[str, int]] = []
        self._hidden = 0
        self._tables: list[Table] = []
        self._marks: list[Mark] = []
        self.starts: list[int] = []
        self.sections: list[Section] = []

    def add(self, markup: Markup, base_level: int = 0, headings: bool = True) -> list[int]:
        """Append a page; the offsets at which its blocks start, and its end, come back."""
        offsets = []
        labels = iter(markup.pages)
        self._hidden += markup.hidden
        for index, block in enumerate(markup.blocks):
            first, *rest = re.split(rf" ?{PAGE} ?", block)
            if self._parts and block.strip(f"{PAGE} "):
                table = index in markup.rows and index - 1 in markup.rows
                self._write("\n" if table else "\n\n")
            offsets.append(self._length)
            if block.strip(f"{PAGE} "):
                self.starts.append(self._length)
            self._write(first)
            for part in rest:
                self._breaks.append((next(labels, ""), self._length))
                self._write(f" {part}" if first and part else part)
                first = first or part
        for grid in markup.grids:
            self._add_table(grid, markup, offsets)
        if headings:
            self.sections.extend(
                Section(heading.title, offsets[heading.block], heading.level + base_level)
                for heading in markup.headings
            )
        return [*offsets, self._length]

    def _add_table(self, grid: Grid, markup: Markup, offsets: list[int]) -> None:
        first, end = grid.block, grid.block + len(grid.rows)
        rows = zip(offsets[first:end], markup.blocks[first:end], strict=True)
        spans = [(start, start + len(row)) for start, row in rows]
        before = range(max(0, first - 3, *(row + 1 for row in markup.rows if row < first)), first)
        above = [markup.blocks[index].replace(PAGE, "") for index in before]
        table = table_of(grid, spans, above)
        if table is not None:
            self._tables.append(table)

    def _write(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def mark(self, place: str) -> None:
        """What is added from here on stands at a place."""
        self._marks.append(Mark(self._length, place))

    def read(
        self,
        title: str,
        sections: tuple[Section, ...],
        warnings: list[str],
        attachments: tuple[tuple[str, bytes], ...] = (),
    ) -> Read:
        """Everything that was added."""
        if self._hidden:
            parts = "1 part" if self._hidden == 1 else f"{self._hidden} parts"
            warnings = [*warnings, f"{parts} hidden from view (display: none) left out"]
        return Read(
            self.text,
            title,
            sections,
            tuple(self.starts),
            tuple(warnings),
            self._pages(),
            tuple(self._tables),
            tuple(self._marks),
            attachments,
        )

    def _pages(self) -> tuple[Page, ...]:
        """The printed pages, where the file says where they begin."""
        if not self._breaks:
            return ()
        text = self.text
        starts = [
            (label or None, trimmed(text, start, len(text))[0]) for label, start in self._breaks
        ]
        if text[: starts[0][1]].strip():
            starts.insert(0, (None, 0))
        ends = [*(start for _, start in starts[1:]), len(text)]
        return tuple(
            Page(number, label, start, trimmed(text, start, end)[1])
            for number, ((label, start), end) in enumerate(zip(starts, ends, strict=True), start=1)
        )


def read_html(data: bytes, name: str, encoding: str | None = None) -> Read:
    """An HTML file as text; headings become sections."""
    source, warnings = decode_markup(data, name, encoding)
    markup = parse(source)
    compiler = Compiler()
    compiler.add(markup)
    title = markup.title or (markup.headings[0].title if markup.headings else "")
    return compiler.read(title, tuple(compiler.sections), list(warnings))
