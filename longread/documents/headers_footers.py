"""Running heads, footers and page numbers: which rows of a page are not its text.

Contract: a row is taken out only at the very top or bottom of a page, only together with
all rows outside it, and only where other pages carry the same words at the same height
(the whole row, or a part of it beside a title or a page number) or a number there that
counts along with the pages. What it says stays as furniture of the first page that says
it; later copies and page numbers are removed. Rows that stand in a table, its repeated
heads too, are left alone, and so is what stands inside pages as often as at their edges.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from longread.documents.layout_types import Segment
from longread.documents.raw import RawPage
from longread.documents.rows import Row, group_rows

# Margins as a share of the page's height, and rows looked at in each.
_MARGIN = 0.16
_DEPTH = 4
# Rows this far inside a margin (points) tell whether the margin's rows belong to a table.
_BESIDE = 80.0
# A running row stands at the same height on every page, give or take.
_HEIGHT_SLACK = 9.0
# What stands on this share of all pages is furniture even where it looks like a table's row.
_OFTEN = 0.3
# Longer rows are text, not headers.
_LONGEST = 160
# A part of a row that stands on this share of all pages, at just this place, makes the row
# a head: the rest of it is the chapter. Heads of tables recur on less than a tenth of them.
_PART_OFTEN = 0.2
_PLACE_SLACK = 3.0
_LONGEST_REST = 80
# A head stands apart from the text by this much of its own height, a table's head does not.
_HEAD_GAP = 0.7

_NUMBER = re.compile(r"\d+")
_PRINTED = re.compile(r"\b[A-Z]{1,2}-\d{1,4}\b|\b\d{1,4}\b")
_CHAPTER = re.compile(
    r"(?:chapter|part|appendix|annex|exhibit|schedule|section) #|(?:table|figure) [#.\-]+[a-z]?",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?:page|p\.|seite|of|von|[#\-–—|/\[\]\s])+")
_TOKEN, _LETTERED = re.compile(r"\w+"), re.compile(r"(?<!\w)[A-Z]{1,2}-\d{1,4}(?!\w)", re.I)
# The number of a page ("\0" here) with what belongs to it: "Page 3 of 10", "- 3 -". It stands at an
# edge, or as a number of pages: "The keeper of lock 7" says another.
_NUMBERED = "[-–—|\\s]*(?:\\bpage\\s+)?\0(?:\\s*(?:/|of|von|de)\\s*[\\d\0]+)?[-–—|\\s]*"
_AT_EDGE = re.compile(
    rf"^{_NUMBERED}|{_NUMBERED}$|(?=\s*(?:[-–—|]|\bpage\s)){_NUMBERED}", re.IGNORECASE
)
_ROMAN = re.compile(
    r"m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.I | re.ASCII
)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


@dataclass(slots=True)
class _Candidate:
    page: int
    bottom: bool
    depth: int
    height: float
    row: Row
    text: str
    key: str
    values: tuple[int, ...]
    apart: bool = True
    running: bool = False
    counted: int | None = None


def drop_running_rows(pages: Sequence[RawPage]) -> list[str | None]:
    """Take running rows out of the pages' segments; return the printed page numbers.

    Each row is put into its page's `furniture` or, from its second copy on, `removed`.
    """
    candidates = [c for number, page in enumerate(pages) for c in _candidates(number, page)]
    _mark(candidates, len(pages))
    _keep_headings(candidates, pages)
    labels: list[str | None] = [None] * len(pages)
    dropped: dict[int, list[_Candidate]] = defaultdict(list)
    by_margin: dict[tuple[int, bool], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_margin[candidate.page, candidate.bottom].append(candidate)
    for (number, _), margin in by_margin.items():
        for candidate in itertools.takewhile(lambda candidate: candidate.running, margin):
            dropped[number].append(candidate)
            if candidate.counted is not None:
                labels[number] = labels[number] or _label(candidate)
    gone = {id(s) for rows in dropped.values() for row in rows for s in row.row}
    kept = [[s for s in page.segments if id(s) not in gone] for page in pages]
    # Where little but such rows is printed (labels, forms, slides), they are the text.
    if 2 * sum(map(bool, kept)) > sum(bool(page.segments) for page in pages):
        said: set[str] = set()
        for number, (page, segments) in enumerate(zip(pages, kept, strict=True)):
            page.segments = segments
            for candidate in sorted(dropped[number], key=lambda row: row.row[0].y0):
                _put_away(candidate, page, said)
    return _fill(labels)


def _keep_headings(candidates: Sequence[_Candidate], pages: Sequence[RawPage]) -> None:
    """A heading, a period or a unit that many tables have ("Year Ended December 31,") comes first
    on some pages, at one height, and stands inside others at least as often."""
    running = [each for each in candidates if each.running and each.counted is None]
    at_edges = Counter(each.text for each in running)
    near = {id(segment) for each in candidates for segment in each.row}
    inside = Counter(
        segment.text
        for page in (pages if at_edges else ())
        for segment in page.segments
        if segment.text in at_edges and id(segment) not in near
    )
    for each in running:
        each.running = inside[each.text] < at_edges[each.text]


def _put_away(candidate: _Candidate, page: RawPage, said: set[str]) -> None:
    """What a running row says beside the page's number is kept where it is said first."""
    words = candidate.text
    label = _printed(candidate) if candidate.counted is not None else None
    if label:
        words = _without_number(words, label)
    words = " ".join(words.split()).strip()
    bare = not any(map(str.isalnum, words)) or _BARE.fullmatch(_key(words)[0])
    if bare or words in said:
        page.removed.append(candidate.text)
        return
    said.add(words)
    page.furniture.append(words)


def _label(candidate: _Candidate) -> str | None:
    """The page's printed number, where it stands as one: "Fee of berth 7: 1007 crowns" is text."""
    label = _printed(candidate)
    parts = [segment.text for segment in candidate.row]
    alone = label and any(_without_number(part, label) != part for part in parts)
    return label if alone else None


def _without_number(words: str, label: str) -> str:
    """The words without the page's printed number, where it stands as one."""
    pattern = _LETTERED if "-" in label else _TOKEN
    marked = pattern.sub(lambda m: "\0" if m[0].lower() == label.lower() else m[0], words)
    return _AT_EDGE.sub(" ", marked).replace("\0", label)


def _candidates(number: int, page: RawPage) -> list[_Candidate]:
    edge = _MARGIN * page.height
    last = max((s.y0 for s in page.segments), default=0.0)
    low = min(page.height - edge, last - 1)
    near = [s for s in page.segments if s.y1 < edge + _BESIDE or s.y0 > low - _BESIDE]
    rows = group_rows(near)
    found = []
    for bottom in (False, True):
        margin = [r for r in rows if (r[0].y0 > page.height / 2 or r is rows[-1]) == bottom]
        margin = margin[::-1] if bottom else margin
        inwards = margin[:_DEPTH]
        for depth, row in enumerate(inwards):
            if not (row[0].y1 < edge or row[0].y0 > low) or _in_table(margin[depth:]):
                break
            text = " ".join(segment.text for segment in row)
            if len(text) > _LONGEST:
                break
            height = page.height - row[0].y1 if bottom else row[0].y0
            key, values = _key(text)
            apart = depth + 1 == len(inwards) or _apart(row, inwards[depth + 1])
            found.append(_Candidate(number, bottom, depth, height, row, text, key, values, apart))
    return found


def _in_table(rows: Sequence[Row]) -> bool:
    """Is the first of these rows, inwards from the page's edge, a row of a table?

    Then cells of the next rows stand below (or above) its cells, and as close as they do to
    each other. A head of two or more parts stands further off.
    """
    row = rows[0]
    if len(row) < 2:
        return False
    if len(rows) < 3:
        return False
    steps = [abs(b[0].y0 - a[0].y0) for a, b in itertools.pairwise(rows[:4])]
    if steps[0] > 1.6 * min(steps[1:]) or steps[0] > 4 * row[0].size:
        return False
    aligned = [sum(_stands_over(cell, other) for cell in row) for other in rows[1:3]]
    return min(aligned) >= max(2, len(row) - 1)


def _stands_over(cell: Segment, row: Row) -> bool:
    """Does a cell of `row` share an edge or the middle with `cell`, give or take?"""
    slack = 1.2 * cell.size
    return any(
        abs(cell.x0 - other.x0) < slack
        or abs(cell.x1 - other.x1) < slack
        or abs(cell.x0 + cell.x1 - other.x0 - other.x1) < slack
        for other in row
    )


def _apart(row: Row, inner: Row) -> bool:
    gap = max(inner[0].y0 - row[0].y1, row[0].y0 - inner[0].y1)
    return gap > _HEAD_GAP * (row[0].y1 - row[0].y0)


def _key(text: str) -> tuple[str, tuple[int, ...]]:
    """The row without its numbers, and the numbers; a lone roman numeral is a number."""
    words = text.split()
    if len(words) <= 3:
        for position in (0, -1):
            value = roman_value(words[position].strip("-–— "))
            if value:
                words[position] = "#"
                return " ".join(words).casefold(), (value,)
    values = tuple(int(digits) for digits in _NUMBER.findall(text) if len(digits) <= 4)
    key = _NUMBER.sub(lambda match: "#" if len(match[0]) <= 4 else match[0], text)
    key = " ".join(key.split()).casefold()
    # "Chapter 12" counts chapters, even where chapters are a page long.
    return key, () if _CHAPTER.fullmatch(key) else values


def roman_value(word: str) -> int:
    """The value of a roman numeral, 0 for anything else."""
    if not word or not _ROMAN.fullmatch(word):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in word.lower()]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))


def _mark(candidates: list[_Candidate], pages: int) -> None:
    enough = 2 if pages <= 4 else 3
    groups: dict[tuple[bool, str], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.bottom, candidate.key].append(candidate)
    for group in groups.values():
        if len(group) >= enough:
            _mark_group(group, enough, pages)
    _mark_parts(candidates, max(enough, round(_PART_OFTEN * pages)))
    offsets = Counter(c.counted for c in candidates if c.counted is not None)
    heights = {
        round(c.height / 3) + nearby
        for c in candidates
        if c.counted is not None
        for nearby in (-1, 0, 1)
    }
    for candidate in candidates:
        if not candidate.running and candidate.depth == 0 and offsets:
            _mark_alone(candidate, offsets, heights)


def _mark_group(group: list[_Candidate], enough: int, pages: int) -> None:
    usual = median(candidate.height for candidate in group)
    # Pages made from web pages carry their footer right below the last line, at any height.
    follows_text = len(group) >= max(_OFTEN * pages, 3) or _BARE.fullmatch(group[0].key)
    level = [
        c
        for c in group
        if abs(c.height - usual) <= _HEIGHT_SLACK or (follows_text and c.bottom and not c.depth)
    ]
    texts = Counter(candidate.text for candidate in level)
    counting = Counter(
        (position, value - c.page) for c in level for position, value in enumerate(c.values)
    )
    for candidate in level:
        needed = enough if candidate.depth == 0 else enough + 2
        for position, value in enumerate(candidate.values):
            if counting[position, value - candidate.page] >= needed and texts[candidate.text] < max(
                needed, _OFTEN * len(level)
            ):
                candidate.running, candidate.counted = True, value - candidate.page
        # A table's column heads ("2018 2017 2016") recur too, but not on a third of all pages.
        if len(candidate.values) >= 2:
            needed = max(needed, int(_OFTEN * pages))
        if texts[candidate.text] >= needed and candidate.text.strip():
            candidate.running = True


def _mark_parts(candidates: Sequence[_Candidate], needed: int) -> None:
    """Heads of which one part is the same on many pages, and the rest names chapter or page."""
    groups: dict[tuple[bool, str], list[tuple[_Candidate, Segment]]] = defaultdict(list)
    for candidate in candidates:
        if candidate.depth == 0 and len(candidate.row) == 2 and candidate.apart:
            for part in candidate.row:
                if sum(map(str.isalpha, part.text)) >= 3:
                    groups[candidate.bottom, part.text].append((candidate, part))
    for group in groups.values():
        if len(group) < needed:
            continue
        usual = median(candidate.height for candidate, _ in group)
        rests = [
            (candidate, next(s.text for s in candidate.row if s is not part).strip("-–— "))
            for candidate, part in group
            if abs(candidate.height - usual) <= _PLACE_SLACK
        ]
        if len(rests) >= needed:
            _mark_beside(rests)


def _mark_beside(rests: Sequence[tuple[_Candidate, str]]) -> None:
    """Rows that share a part; numbers beside it must count along, words must be a short title."""
    numbers = [
        int(text) if text.isdecimal() and len(text) <= 4 else roman_value(text) for _, text in rests
    ]
    offsets = Counter(n - c.page for n, (c, _) in zip(numbers, rests, strict=True) if n)
    for number, (candidate, text) in zip(numbers, rests, strict=True):
        if candidate.running:
            continue
        if number:
            if offsets[number - candidate.page] >= 2:
                candidate.running, candidate.counted = True, number - candidate.page
        elif len(text) <= _LONGEST_REST and 2 * sum(map(str.isalpha, text)) > len(text):
            candidate.running = True


def _mark_alone(candidate: _Candidate, offsets: Counter[int], heights: set[int]) -> None:
    """A chapter's name that occurs once or twice, beside the page number that was expected."""
    if len(candidate.text) > 80:
        return
    at_edge = candidate.key.startswith("#") or candidate.key.endswith("#")
    near = round(candidate.height / 3) in heights
    if not (at_edge and near):
        return
    for position in {0, len(candidate.values) - 1} if candidate.values else ():
        offset = candidate.values[position] - candidate.page
        # A bare number there ("i") is one even where it counts from elsewhere.
        if candidate.key == "#" or offsets[offset] >= 3:
            candidate.running, candidate.counted = True, offset
            return


def _printed(candidate: _Candidate) -> str | None:
    expected = (candidate.counted or 0) + candidate.page
    for word in _PRINTED.findall(candidate.text):
        if int(word.rpartition("-")[2]) == expected:
            return str(word)
    for word in candidate.text.split():
        stripped = word.strip("-–— ")
        if roman_value(stripped) == expected:
            return stripped
    return None


def _fill(labels: list[str | None]) -> list[str | None]:
    """Numbers for pages that carry none, where the pages on both sides agree on it."""
    known = [(index, label) for index, label in enumerate(labels) if label is not None]
    for (start, before), (end, after) in itertools.pairwise(known):
        if before.isdigit() and after.isdigit() and int(after) - int(before) == end - start:
            for index in range(start + 1, end):
                labels[index] = str(int(before) + index - start)
    return labels
