"""From the raw pages of a PDF or XPS file to the text of a Document.

Contract: every character of the text lies in exactly one page's span or in the blank
line between two pages; a paragraph that runs over a page's end is one paragraph.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from longread.documents.assemble import assemble
from longread.documents.headers_footers import drop_running_rows
from longread.documents.layout import reading_order
from longread.documents.layout_types import Line
from longread.documents.line_numbers import drop_line_numbers
from longread.documents.model import Page, Section
from longread.documents.normalize import Joiner
from longread.documents.paragraph_numbers import joined_numbers
from longread.documents.paragraphs import Block, Pitch, Placed, blocks, runs_on
from longread.documents.raw import OutlineEntry, RawFile, RawPage
from longread.documents.ruled import ruled_cells
from longread.documents.sentences import sentences
from longread.documents.table import Table

_NOTE = re.compile(r"(?:\[?(?:\d{1,3}|[*†‡§¹²³]+|[a-z](?=\]))[\].)]?)\s?[A-ZÀ-Þ\"“]")
_LETTERS = re.compile(r"[^\W_]+")
_NOT_A_TITLE = re.compile(
    r"untitled|\.(?:docx?|pdf|indd|qxd|xlsx?|pptx?|tex|dvi|html?|pmd|rtf|wpd)\b"
    r"|^\S*\d\S*$|^[\d\W]+$|^slide 1$",
    re.IGNORECASE,
)
_PRODUCER = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)|powerpoint presentation)\s*-?\s*", re.IGNORECASE
)
# A title is set in type this much larger than the text.
_TITLE_SIZE = 1.2
# Headings that stand on the front page of a thousand documents.
_GENERIC = re.compile(
    r"(?:united states|securities and exchange commission|washington,? d\.?c\.?[ \d]*"
    r"|form \S{1,6}|(?:table of )?contents|index|abstract|confidential|draft|part [ivx]+|page|\W)+",
    re.IGNORECASE,
)
# Rows and captions at the head of a column, in the middle of a paragraph.
_MOST_BETWEEN = 12
# Headings by bold type alone are too many to be a table of contents beyond this.
_HEADINGS_PER_PAGE = 3


@dataclass(slots=True)
class Composed:
    text: str
    pages: tuple[Page, ...]
    sections: tuple[Section, ...]
    blocks: tuple[int, ...]
    tables: tuple[Table, ...]
    title: str


def compose(raw: RawFile) -> Composed:
    """Clean text, spans and sections of the file's pages. Empties `raw.pages` of furniture."""
    for page in raw.pages:
        drop_line_numbers(page)
    printed = drop_running_rows(raw.pages)
    labelled = any(page.label for page in raw.pages)
    labels = [page.label for page in raw.pages] if labelled else printed
    lines = [_lines(page) for page in raw.pages]
    body_size = _body_size(lines)
    joiner = Joiner.of(_printed_lines(lines))
    pitch = Pitch(lines)
    writer = _Writer(joiner)
    found = [
        _whole_over_columns(
            _footnotes_last(
                blocks(page_lines, body_size, pitch, joiner, page.drawn), body_size, joiner
            ),
            joiner,
        )
        for page_lines, page in zip(lines, raw.pages, strict=True)
    ]
    _without_titles(raw.pages, found)
    for page, here, overleaf, label in zip(raw.pages, found, [*found[1:], []], labels, strict=True):
        aside = [Block(text, "aside", body_size, False) for text in page.furniture + page.comments]
        before = writer.placed[-1].block if writer.placed else None
        writer.page(_asides_before_break(here + aside, before, overleaf, body_size), label)
    text = "".join(writer.parts)
    outline = raw.outline if len(raw.outline) >= 3 or len(raw.pages) < 10 else []
    sections = (
        _outlined(outline, writer) if outline else _headed(writer.placed, len(raw.pages), body_size)
    )
    title = sensible_title(raw.title) or _first_heading(writer.placed, body_size)
    starts = tuple(placed.start for placed in writer.placed)
    tables = assemble(writer.placed)
    return Composed(text, tuple(writer.pages), sections, starts, tables, title)


def _without_titles(pages: Sequence[RawPage], found: Sequence[Sequence[Block]]) -> None:
    """A running head that repeats a title or a heading adds nothing to it."""
    if not any(page.furniture for page in pages):
        return
    titles = {_squeeze(block.text) for blocks in found for block in blocks if block.kind != "row"}
    for page in pages:
        page.removed += [text for text in page.furniture if _squeeze(text) in titles]
        page.furniture = [text for text in page.furniture if _squeeze(text) not in titles]


def _lines(page: RawPage) -> list[Line]:
    cells = ruled_cells(joined_numbers(page.segments), page.drawn)
    lines = reading_order(cells, page.right_to_left, page.shapes, page.drawn)
    if page.aside:
        aside = reading_order(page.aside, page.right_to_left)
        for line in aside:
            line.column = -1
        lines.extend(aside)
    return lines


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[round(line.size * 2) / 2] += sum(map(len, line.cells))
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _printed_lines(pages: Sequence[Sequence[Line]]) -> Iterator[str]:
    for lines in pages:
        for line in lines:
            for cell in line.cells:
                yield from cell.split("\n")


def _footnotes_last(found: list[Block], body_size: float, joiner: Joiner) -> list[Block]:
    """Notes below a left-hand column come after the right-hand column."""
    if not found or found[0].column == found[-1].column:
        return found
    body: list[Block] = []
    notes: list[Block] = []
    interrupted = False
    for block in found:
        if _is_footnote(block, body_size):
            notes.append(block)
            interrupted = True
            continue
        if interrupted and body and _goes_on(body[-1], block):
            body[-1].text = joiner.join(body[-1].text, block.text)
        else:
            body.append(block)
        interrupted = False
    return body + notes


def _whole_over_columns(found: list[Block], joiner: Joiner) -> list[Block]:
    """A paragraph that goes on below what heads the next column (a caption, a table) is whole."""
    whole: list[Block] = []
    index = 0
    while index < len(found):
        whole.append(found[index])
        rest = _continued(found, index)
        index += 1
        if rest is not None:
            whole[-1].text = joiner.join(whole[-1].text, found[rest].text)
            whole += found[index:rest]
            index = rest + 1
    return whole


def _continued(found: Sequence[Block], index: int) -> int | None:
    """Where the paragraph at `index`, the last of its column, goes on behind other things."""
    before = found[index]
    following = found[index + 1 : index + 2 + _MOST_BETWEEN]
    if before.kind != "text" or not following or following[0].column == before.column:
        return None
    for number, block in enumerate(following):
        alike = block.kind == "text" and abs(block.size - before.size) < 0.05 * before.size
        if alike and block.bold == before.bold:
            return index + 1 + number if number and _goes_on(before, block) else None
    return None


def _asides_before_break(
    found: list[Block], before: Block | None, overleaf: list[Block], body_size: float
) -> list[Block]:
    """Notes stand before a paragraph that goes on overleaf: all stay whole and on their page."""
    end = len(found)
    while end and (found[end - 1].kind == "aside" or _is_footnote(found[end - 1], body_size)):
        end -= 1
    if end in (0, len(found)) or not overleaf or not _goes_on(found[end - 1], overleaf[0]):
        return found
    last, notes = found[end - 1], found[end:]
    # A page that is one paragraph may itself go on from the page before.
    if end > 1 or before is None or not _goes_on(before, last):
        return [*found[: end - 1], *notes, last]
    begins = sentences(last.text)[-1][0]
    if not begins:
        return found
    head = replace(last, text=last.text[:begins].rstrip())
    return [head, *notes, replace(last, text=last.text[begins:])]


def _goes_on(before: Block, after: Block) -> bool:
    return before.kind == after.kind == "text" and runs_on(before.text, after.text)


def _is_footnote(block: Block, body_size: float) -> bool:
    return (
        block.kind == "text"
        and block.size < 0.92 * body_size
        and _NOTE.match(block.text) is not None
    )


class _Writer:
    """Strings blocks together and keeps count of where everything starts."""

    def __init__(self, joiner: Joiner) -> None:
        self.parts: list[str] = []
        self.pages: list[Page] = []
        self.placed: list[Placed] = []
        self._length = 0
        self._joiner = joiner

    def page(self, found: Sequence[Block], label: str | None) -> None:
        """Append one page."""
        number = len(self.pages) + 1
        start: int | None = None
        for block in found:
            continued = start is None and self._runs_on(block)
            before = self.placed[-1].block if self.placed else None
            if continued:
                self._glue(block.text)
            elif self.parts:
                same_table = (
                    start is not None and before is not None and before.kind == block.kind == "row"
                )
                self._write("\n" if same_table else "\n\n")
            if start is None:
                start = self._length
            if not continued:
                self.placed.append(Placed(block, self._length, number))
            self._write(block.text)
        self.pages.append(
            Page(number, label, self._length if start is None else start, self._length)
        )

    def _runs_on(self, block: Block) -> bool:
        before = self.placed[-1].block if self.placed else None
        if before is None or not before.kind == block.kind == "text":
            return False
        return runs_on(self.parts[-1], block.text)

    def _glue(self, after: str) -> None:
        head, glue = self._joiner.glue(self.parts[-1], after)
        shorter = len(self.parts[-1]) - len(head)
        if shorter:
            self.parts[-1] = head
            self._length -= shorter
            last = self.pages[-1]
            self.pages[-1] = Page(last.number, last.label, last.start, last.end - shorter)
        self._write(glue)

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self._length += len(text)


def _outlined(outline: Sequence[OutlineEntry], writer: _Writer) -> tuple[Section, ...]:
    """The outline's entries, each at the heading it names, or else at its page's start."""
    by_page: dict[int, list[Placed]] = {}
    for placed in writer.placed:
        by_page.setdefault(placed.page, []).append(placed)
    sections = []
    for entry in outline:
        start = writer.pages[entry.page].start
        wanted = _squeeze(entry.title)
        for placed in by_page.get(entry.page + 1, ()):
            seen = _squeeze(placed.block.text[: 2 * len(entry.title) + 20])
            if wanted and (seen.startswith(wanted) or (len(seen) >= 8 and wanted.endswith(seen))):
                start = placed.start
                break
        sections.append(Section(entry.title, start, entry.level))
    return tuple(sorted(sections, key=lambda section: section.start))


def _squeeze(text: str) -> str:
    return "".join(_LETTERS.findall(text)).casefold()


def _headed(placed: Sequence[Placed], pages: int, body_size: float) -> tuple[Section, ...]:
    """Headings as told by their type, the largest type being level 1."""
    headings = [p for p in placed if p.block.kind == "heading"]
    if len(headings) > _HEADINGS_PER_PAGE * pages + 10:
        headings = [p for p in headings if p.block.size > 1.12 * body_size]
    sizes = sorted({round(p.block.size) for p in headings}, reverse=True)
    level = {size: min(rank, 4) for rank, size in enumerate(sizes, start=1)}
    return tuple(Section(p.block.text, p.start, level[round(p.block.size)]) for p in headings)


def sensible_title(title: str) -> str:
    """A metadata title, or nothing where it is a file's name, a number or a program's default."""
    title = _PRODUCER.sub("", title).strip()
    letters = sum(map(str.isalpha, title))
    if letters < 3 or letters < 0.35 * len(title.replace(" ", "")) or _NOT_A_TITLE.search(title):
        return ""
    return title


def _first_heading(placed: Sequence[Placed], body_size: float) -> str:
    """The largest heading of the first two pages; bold type alone may be an address or a label."""
    early = [
        p.block
        for p in placed
        if p.page <= 2 and p.block.kind == "heading" and p.block.size > _TITLE_SIZE * body_size
    ]
    telling = [block for block in early if not _GENERIC.fullmatch(block.text)]
    return max(telling, key=lambda block: block.size).text if telling else ""
