"""The whole report: front matter in roman numerals, chapters, running heads, outline.

Page numbers stand in the contents and in cross-references, so the book is laid out
until no page number changes any more (three times, as a rule).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pymupdf

from .canvas import LEFT, RIGHT, TOP, Canvas
from .drawings import cover
from .figures import load
from .flow import Flow
from .lines import BLUE, GREY, Line, Setting, break_lines
from .markup import Chapter, chapter, words

AUTHORITY = "Aldmere Harbour Authority"
REPORT = "Annual Report and Accounts 2024"
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
METADATA = {
    "title": f"{AUTHORITY}: {REPORT}",
    "author": AUTHORITY,
    "subject": "Report of an invented harbour, made as an example for longread",
    "producer": "PyMuPDF",
    "creator": "examples/make_report.py",
    "creationDate": "D:20250516090000Z",
    "modDate": "D:20250516090000Z",
}


@dataclass
class Entry:
    """A line of the outline and of the contents page."""

    level: int
    title: str
    page: int


@dataclass
class Book:
    """The report as laid out so far. `front` is the number of pages before page 1."""

    content: Path
    figures_file: Path
    canvases: list[Canvas] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    anchors_before: dict[str, int] = field(default_factory=dict)
    front: int = 0

    def write(self, output: Path) -> int:
        """Lay the report out and save it; returns the number of pages."""
        self.figures = load(self.figures_file)
        chapters = [chapter(path.read_text("utf-8")) for path in sorted(self.content.glob("*.md"))]
        previous = None
        while previous != (self.anchors, self.entries):
            previous = (dict(self.anchors), list(self.entries))
            self._lay_out(chapters)
        document = pymupdf.open()
        for canvas in self.canvases:
            canvas.paint(document)
        self._finish(document)
        document.subset_fonts()
        document.save(output, garbage=4, deflate=True, use_objstms=1, no_new_id=True,
                      reproducible=True)  # fmt: skip
        return len(self.canvases)

    def _lay_out(self, chapters: list[Chapter]) -> None:
        entries, pages = self.entries, {name: self._label(at) for name, at in self.anchors.items()}
        self.anchors_before = self.anchors
        self.canvases, self.anchors, self.entries = [], {}, []
        first = Canvas()
        cover(first, AUTHORITY, "Annual Report 2024", [
            "Report and accounts for the year ended 31 December 2024",
            "Presented under section 42 of the Aldmere Harbour Act 1871",
        ])  # fmt: skip
        self.canvases.append(first)
        front = [part for part in chapters if not part.numbered]
        self._chapter(front[0], pages, "")
        self._contents(entries)
        for part in front[1:]:
            self._chapter(part, pages, "")
        self.front = len(self.canvases)
        numbered = [part for part in chapters if part.numbered]
        for number, part in enumerate(numbered, start=1):
            self._chapter(part, pages, str(number))

    def _label(self, index: int) -> str:
        return ROMAN[index] if index < self.front else str(index - self.front + 1)

    def _page(self, head: str) -> Canvas:
        """A new page with its running head and its foot."""
        canvas = Canvas()
        front = not self.front or len(self.canvases) < self.front
        label = ROMAN[len(self.canvases)] if front else str(len(self.canvases) - self.front + 1)
        if head:
            canvas.text(LEFT, 48, AUTHORITY, "sans", 7.8, GREY)
            canvas.text(RIGHT, 48, head, "sans", 7.8, GREY, "r")
            canvas.rule(LEFT, 55, RIGHT, 55, weight=0.4)
        canvas.text(LEFT, 803, REPORT, "sans", 7.8, GREY)
        canvas.text(RIGHT, 803, label, "sansbold", 8.6, BLUE, "r")
        self.canvases.append(canvas)
        return canvas

    def _chapter(self, part: Chapter, pages: dict[str, str], number: str) -> None:
        canvas = self._page("")
        title = f"{number}  {part.title}" if number else part.title
        self.entries.append(Entry(1, title, len(self.canvases) - 1))
        top = self._opening(canvas, part.title, number)
        flow = Flow(part, self.figures, pages, lambda: self._page(part.title), self._anchored)
        flow.run(canvas, top)

    def _opening(self, canvas: Canvas, title: str, number: str) -> float:
        y = 104.0
        if number:
            canvas.text(LEFT, y - 32, f"Chapter {number}", "sans", 9.4, GREY)
        for line in break_lines(words(title), Setting(RIGHT - LEFT, 25, 30, justify=False,
                                                      hyphenate=False, colour=BLUE)):  # fmt: skip
            canvas.line(LEFT, y, line)
            y += 30
        canvas.rule(LEFT, y - 15, RIGHT, y - 15, weight=1.1, colour=BLUE)
        return y + 14

    def _anchored(self, name: str) -> None:
        page = len(self.canvases) - 1
        if name.startswith("section:"):
            self.entries.append(Entry(2, name.removeprefix("section:"), page))
        elif name not in ("", "heading", "text"):
            self.anchors[name] = page

    def _contents(self, entries: list[Entry]) -> None:
        canvas = self._page("")
        self.entries.append(Entry(1, "Contents", len(self.canvases) - 1))
        y = self._opening(canvas, "Contents", "")
        for entry in entries:
            if entry.level == 1 and entry.title != "Contents":
                y = self._contents_line(canvas, y, entry.title, entry.page, 10.4)
        canvas, y = self._page("Tables"), TOP + 16
        canvas.text(LEFT, y, "Tables", "roman", 17, BLUE)
        y += 26
        for table in self.figures.tables.values():
            page = self.anchors_before.get(f"table:{table.key}", 0)
            y = self._contents_line(canvas, y, f"{table.number}  {table.title}", page, 9.6)

    def _contents_line(self, canvas: Canvas, y: float, title: str, page: int, size: float) -> float:
        number, _, name = title.partition("  ")
        setting = Setting(RIGHT - LEFT - 60, size, size * 1.45, justify=False, hyphenate=False)
        lines: list[Line] = break_lines(words(name or number), setting)
        if name:
            canvas.text(LEFT, y, number, "sansbold", size - 1.4, BLUE)
        for line in lines:
            canvas.line(LEFT + 24, y, line)
            y += line.height
        canvas.text(RIGHT, y - lines[-1].height, self._label(page), "roman", size, align="r")
        return y + size * 0.5

    def _finish(self, document: pymupdf.Document) -> None:
        document.set_metadata(METADATA)
        document.set_page_labels([
            {"startpage": 0, "prefix": "", "style": "r", "firstpagenum": 1},
            {"startpage": self.front, "prefix": "", "style": "D", "firstpagenum": 1},
        ])  # fmt: skip
        outline = [[1, "Cover", 1]]
        outline += [[entry.level, entry.title, entry.page + 1] for entry in self.entries]
        document.set_toc(outline)
