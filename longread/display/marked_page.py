"""A document as an HTML page: its text with the cited quotes marked, linked from the answers.

One file without scripts that asks the network for nothing: for eyes, for paper, and for those who
have no longread. All foreign text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from itertools import pairwise

from longread.display.phrasing import clean, clean_block, pages, place
from longread.documents import Document, Table, TableRow
from longread.documents.model import TableLine
from longread.documents.table import BORDER
from longread.reading.step import Answer, Quote

# Characters of a document that are shown whole; of a longer one so many around each quote.
_WHOLE, _AROUND = 2_000_000, 20_000

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
"""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation: `group` counts the answers from 0, `label` names it in all that is shown."""

    group: int
    label: str
    quote: Quote


def cited_in(answers: Sequence[Answer]) -> dict[int, list[Cited]]:
    """The citations of all answers by the number of their document, the first cited one first."""
    cited: dict[int, list[Cited]] = {}
    for group, answer in enumerate(answers):
        for number, quote in enumerate(answer.citations, start=1):
            label = f"{group + 1}.{number}" if len(answers) > 1 else str(number)
            cited.setdefault(quote.document, []).append(Cited(group, label, quote))
    return cited


def marked_page(
    answers: Sequence[Answer],
    cited: Mapping[int, Sequence[Cited]],
    shown: Mapping[int, tuple[str, Document]],
) -> str:
    """The page: answers with their quotes, then each document of `shown` (number, name)."""
    names = {number: name for number, (name, _document) in shown.items()}
    parts = [
        _HEAD.format(
            title=escape(clean(answers[0].question)),
            style=files("longread.display").joinpath("marked_page.css").read_text("utf-8"),
        ),
        "<header>\n",
    ]
    for group, answer in enumerate(answers):
        own = [
            each
            for number in names
            for each in cited.get(number, ())
            if each.group == group
        ]  # fmt: skip
        parts += _answer(answer, own, names)
    parts.append("</header>\n<main>\n")
    for number, (name, document) in shown.items():
        parts += _Article(document, name, cited.get(number, ())).lines()
    parts.append("</main>\n</body>\n</html>\n")
    return "".join(parts)


def _answer(answer: Answer, cited: Sequence[Cited], names: Mapping[int, str]) -> Iterator[str]:
    yield f"<section>\n<h1>{escape(clean(answer.question))}</h1>\n"
    yield f'<p class="answer">{_safe(answer.answer or "not found")}</p>\n<ol>\n'
    for each in cited:
        where = ", ".join(filter(None, (names[each.quote.document], place(each.quote))))
        doubt = "" if each.quote.verified else " (not verified)"
        yield (
            f'<li id="cite-{each.label}"><a href="#quote-{each.label}">[{each.label}] '
            f"{escape(where)}</a> <q>{escape(clean(each.quote.text))}</q>{doubt}</li>\n"
        )
    yield "</ol>\n</section>\n"


class _Article:
    """One document: headings, paragraphs and tables, page by page, with its marks."""

    def __init__(self, document: Document, name: str, cited: Sequence[Cited]) -> None:
        self._document, self._name = document, name
        self._cited = sorted(cited, key=lambda each: each.quote.start)
        self._lines = {
            line.start: line for line in document.table_lines(0, len(document.text))
        }  # fmt: skip
        self._headings = {section.start: section for section in document.sections}
        self._pages = {page.start: page for page in document.pages}
        self._anchored: set[str] = set()
        self._table: Table | None = None

    def lines(self) -> Iterator[str]:
        yield f"<article>\n<h2>{escape(self._name)}</h2>\n"
        for first, last in self._parts():
            if first > 0:
                yield from (self._end_of_table(), '<p class="page">…</p>\n')
            cuts = sorted(
                {first, last}
                | {cut for cut in self._cuts() if first < cut < last}
            )  # fmt: skip
            for start, end in pairwise(cuts):
                yield from self._block(start, end)
        yield f"{self._end_of_table()}</article>\n"

    def _cuts(self) -> Iterator[int]:
        yield from self._document.blocks
        yield from self._headings
        yield from self._pages
        for line in self._lines.values():
            yield from (line.start, line.end)

    def _parts(self) -> list[tuple[int, int]]:
        """What is shown: all, or of a very long document what stands around the quotes."""
        size = len(self._document.text)
        if size <= _WHOLE:
            return [(0, size)]
        starts = self._document.blocks or (0,)
        parts: list[tuple[int, int]] = []
        for each in self._cited:
            first = max((at for at in starts if at <= each.quote.start - _AROUND), default=0)
            last = min((at for at in starts if at >= each.quote.end + _AROUND), default=size)
            if parts and first <= parts[-1][1]:
                parts[-1] = parts[-1][0], max(last, parts[-1][1])
            else:
                parts.append((first, last))
        return parts

    def _block(self, start: int, end: int) -> Iterator[str]:
        page, line = self._pages.get(start), self._lines.get(start)
        if page is not None:
            named = pages(page.number, label=page.label).replace("p.", "page", 1)
            yield f'{self._end_of_table()}<p class="page" id="page-{page.number}">{named}</p>\n'
        if not self._document.text[start:end].strip():
            return
        if line is not None:
            yield from self._table_line(line)
            return
        yield self._end_of_table()
        section = self._headings.get(start)
        tag = "p" if section is None else f"h{min(section.level + 2, 6)}"
        yield f"<{tag}>{self._marked(start, end)}</{tag}>\n"

    def _table_line(self, line: TableLine) -> Iterator[str]:
        if line.table is not self._table:
            yield f"{self._end_of_table()}<table>\n"
            self._table = line.table
        if line.row is not None:
            yield self._row(line.row)
            return
        # A head's line as it stands: a title over all columns, else cells from the right.
        words = self._document.text[line.start : line.end].strip()
        if not words.strip("|-: "):
            return  # the rule below the heads in Markdown
        border = BORDER.strip()
        heads = words.removeprefix(border).removesuffix(border).split(border)
        width = len(line.table.heads)
        span = f' colspan="{width}"' if len(heads) == 1 else ""
        heads = [""] * (width - len(heads) if not span else 0) + heads
        cells = "".join(f"<th{span}>{_safe(head.strip())}</th>" for head in heads)
        yield f"<tr>{cells}</tr>\n"

    def _row(self, row: TableRow) -> str:
        over = [each for each in self._cited if _overlap(each, row.start, row.end)]
        cells = "".join(
            f"<td>{_mark(over[0], _safe(cell)) if over and cell else _safe(cell)}</td>"
            for cell in row.cells
        )
        anchors = "".join(map(self._anchor, over))
        return f"<tr>{cells.replace('<td>', f'<td>{anchors}', 1)}</tr>\n"

    def _end_of_table(self) -> str:
        ended, self._table = self._table is not None, None
        return "</table>\n" if ended else ""

    def _marked(self, start: int, end: int) -> str:
        """The text from `start` to `end`, what is cited of it in marks."""
        over = [each for each in self._cited if _overlap(each, start, end)]
        edges = {edge for each in over for edge in (each.quote.start, each.quote.end)}
        cuts = sorted({start, end} | {edge for edge in edges if start < edge < end})
        parts = []
        for first, last in pairwise(cuts):
            words = _safe(self._document.text[first:last])
            here = [each for each in over if _overlap(each, first, last)]
            parts += [*map(self._anchor, here), _mark(here[0], words) if here else words]
        return "".join(parts).strip("\n")

    def _anchor(self, each: Cited) -> str:
        """Where the link from the answer leads, and the way back; once for each quote."""
        if each.label in self._anchored:
            return ""
        self._anchored.add(each.label)
        return (
            f'<a class="back" id="quote-{each.label}" href="#cite-{each.label}">[{each.label}]</a>'
        )


def _overlap(each: Cited, start: int, end: int) -> bool:
    return each.quote.start < end and start < each.quote.end


def _mark(each: Cited, words: str) -> str:
    return f'<mark class="group-{each.group % 4}">{words}</mark>'


def _safe(text: str) -> str:
    """The text escaped; what a screen would act on is out, line breaks are kept."""
    tail = text[len(text.rstrip()) :]
    return escape(clean_block(text)) + ("\n" if "\n" in tail else tail[:1])
