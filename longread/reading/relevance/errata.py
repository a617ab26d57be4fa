"""Errata: passages of a document that correct what it says elsewhere, found by words alone.

A correction stands in a list of errata, or says that it is one ("should read"); errata.toml has
the words. Which value is the wrong one and which holds is read off its form, where it has one, and
the place that it is about off its references ("page 12", "clause 7").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from longread.documents.chunks import sentences_and_rows
from longread.documents.model import Document
from longread.documents.sentences import sentences
from longread.documents.table import Table, TableRow
from longread.reading.relevance.errata_forms import (
    NUMBER,
    QUOTES,
    around,
    common_terms,
    form_pattern,
    phrases,
    reference,
    references,
    unreferring,
    value,
    words_of,
)
from longread.reading.relevance.injection import passed_over

# A paragraph is looked at so many characters before and after a cue, one sentence each.
_NEAR = 600
# A list of errata under a line of its own is looked at so far.
_LIST = 6000
# A heading has so few words; what is longer begins a correction itself.
_HEADING = 6
# What holds has at most so many words more than what does not.
_MORE = 2
_COLUMNS = ("wrong", "right", "page")
_APART = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Erratum:
    """A correction, at `start` to `end` of its document; `listed` where it stands among errata.

    `pages` are what it calls the pages that it refers to, `parts` the numbers of tables or clauses.
    `wrong` and `right` are the columns of a table of errata.
    """

    start: int
    end: int
    text: str
    title: str
    listed: bool
    pages: frozenset[str]
    parts: frozenset[str]
    wrong: str = ""
    right: str = ""

    def told(self, wrong: str) -> str:
        """What it says in form to hold instead of a value; empty where it does not.

        A figure is corrected by a figure; words by about as many, and only in what is surely a
        correction: "should be" says more than that.
        """
        if self.wrong:
            return self.right if value(wrong).search(self.wrong) else ""
        if not self.holds(wrong):
            return ""
        found = (form_pattern(form, wrong).search(self.text) for form in phrases()["forms"])
        right = " ".join(next((match["right"] for match in found if match), "").split())
        right = right.strip(QUOTES + " ")
        figure = bool(NUMBER.search(wrong))
        long = len(right.split()) > len(wrong.split()) + _MORE
        if figure != bool(NUMBER.search(right)) or long or not (figure or self.refers):
            return ""
        return right

    @property
    def refers(self) -> bool:
        """Whether it stands in a list of errata, or refers to a place."""
        return bool(self.listed or self.pages or self.parts)

    def holds(self, wrong: str) -> bool:
        """Whether it names a value at all."""
        return bool(value(wrong).search(self.text))

    def denies(self, wrong: str) -> bool:
        """Whether it says "not" of a value."""
        said = "|".join(phrases()["not"])
        return bool(re.search(rf"\b({said})\W{around(wrong)}", self.text, re.IGNORECASE))

    def prints(self, wrong: str) -> bool:
        """Whether it says of a value that it is what stands in print ("Table 11 gives 31")."""
        said = "|".join(phrases()["printed"])
        return bool(re.search(rf"\b({said})\W{around(wrong)}", self.text, re.IGNORECASE))

    def subject(self, wrong: str) -> frozenset[str]:
        """The key terms of what it is about: without references, figures and turns of phrase; where
        it says in form what holds, of that sentence."""
        right = self.told(wrong) if wrong else ""
        text = self.text
        if right and not self.wrong:
            said = (text[start:end] for start, end in sentences(text))
            text = " ".join(each for each in said if value(wrong).search(each))
        found = words_of(f"{self.title} {unreferring(text)}") - common_terms() - words_of(wrong)
        found -= words_of(right) - words_of(self.wrong)
        return frozenset(word for word in found if len(word) > 1)

    @property
    def figures(self) -> list[str]:
        """The figures that it names beside its references."""
        return NUMBER.findall(unreferring(self.text))


def errata(document: Document) -> tuple[Erratum, ...]:
    """The passages of a document that read as corrections, in order."""
    low = document.text.lower()
    if document.by_line or len(low) != len(document.text):
        return ()
    if not any(each in low for kind in ("headings", "cues") for each in phrases()[kind]):
        return ()
    cues = sorted({at for cue in phrases()["cues"] for at in _places(low, cue)})
    rows = {row.start: (table, row) for table in document.tables for row in table.rows}
    lists = list(_lists(document, low))
    found = [item for span in lists for item in _items(document, rows, span, listed=True)]
    reached = -1
    for cue in cues:
        if cue >= reached and not any(start <= cue < end for start, end in lists):
            span = sentence_at(document, cue, around=1)
            reached = span[1]
            found += _items(document, rows, span, listed=False)
    found = [item for item in found if not passed_over(item.text)]
    return tuple(sorted(found, key=lambda item: item.start))


def sentence_at(document: Document, offset: int, around: int = 0) -> tuple[int, int]:
    """The sentence or row at an offset, with so many before and after it in its paragraph."""
    text = document.text
    before = [match.end() for match in _APART.finditer(text, max(0, offset - _NEAR), offset)]
    begin = before[-1] if before else max(0, offset - _NEAR)
    apart = _APART.search(text, offset, offset + _NEAR)
    spans = list(sentences_and_rows(document, begin, apart.start() if apart else offset + _NEAR))
    at = next((place for place, (_, end) in enumerate(spans) if offset < end), 0)
    near = spans[max(0, at - around) : at + around + 1]
    return near[0][0], near[-1][1]


def _lists(document: Document, low: str) -> Iterator[tuple[int, int]]:
    """Where errata are listed: the section of a heading that says so, with those under it; or what
    follows a line that says so, on its page. A longer paragraph stands for itself."""
    sections, reached = document.sections, 0
    heads = re.compile(rf"(\W|\d)*({'|'.join(map(re.escape, phrases()['headings']))})\b")
    found: list[tuple[int, int]] = []
    for number, section in enumerate(sections):
        if section.start >= reached and heads.match(section.title.lower()):
            after = (each.start for each in sections[number + 1 :] if each.level <= section.level)
            reached = next(after, len(low))
            found.append((section.start, reached))
    yield from found
    reached = 0
    for start in document.blocks or (0,):
        known = start < reached or any(first <= start < last for first, last in found)
        if known or not heads.match(low, start, start + _NEAR):
            continue
        apart = _APART.search(low, start)
        reached = apart.start() if apart else len(low)
        if len(low[start:reached].split()) <= _HEADING:
            page = document.page_at(start)
            reached = min(page.end if page else len(low), start + _LIST)
        yield start, reached


def _items(
    document: Document,
    rows: Mapping[int, tuple[Table, TableRow]],
    span: tuple[int, int],
    *,
    listed: bool,
) -> Iterator[Erratum]:
    """The corrections of a span: rows, and sentences up to the next paragraph or reference."""
    text, begins = document.text, reference("pages")
    items: list[tuple[int, int]] = []
    for start, end in sentences_and_rows(document, *span):
        last = items[-1] if items else (start, start)
        joined = start not in rows and last[0] not in rows and not begins.match(text, start)
        if items and joined and not _APART.search(text, last[1], start):
            items[-1] = (last[0], end)
        else:
            items.append((start, end))
    for start, end in items:
        yield _erratum(document, start, end, listed, *rows.get(start, ()))


def _erratum(
    document: Document,
    start: int,
    end: int,
    listed: bool,
    table: Table | None = None,
    row: TableRow | None = None,
) -> Erratum:
    text, section = document.text[start:end], document.section_at(start)
    wrong = right = ""
    pages = references("pages", text)
    if table is not None and row is not None:
        wrong, right, page = (_cell(table, row, f"{name}_heads") for name in _COLUMNS)
        pages = frozenset(re.findall(r"\w+", page)) if wrong and right else pages
    title = section.title if section else ""
    parts = references("parts", text)
    return Erratum(start, end, text, title, listed, pages, parts, wrong, right if wrong else "")


def _cell(table: Table, row: TableRow, heads: str) -> str:
    """The row's cell under a head of one of these names; empty where there is none."""
    named = (head.strip(" :").lower() in phrases()[heads] for head in table.columns)
    return next((cell for cell, is_it in zip(row.cells, named, strict=True) if is_it), "")


def _places(low: str, cue: str) -> Iterator[int]:
    at = low.find(cue)
    while at >= 0:
        yield at
        at = low.find(cue, at + 1)
