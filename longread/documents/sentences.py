"""Sentence segmentation: where a text may be cut.

Contract: spans are in order, do not overlap, hold no blank at their ends, and together
hold every character of the text that is not white space.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

# A sentence longer than this that has lines is a table or a list: one line, one sentence.
LONGEST = 1000
# Paragraphs whose sentences are remembered: a document is cut into chunks, and these into passages.
_PARAGRAPHS = 1 << 13

# So many lines that begin alike are records.
_ALIKE = 3
_SHAPES = {ord(digit): "0" for digit in "123456789"}
# Beside letters these begin lines of prose.
_SPEECH = "\"'“”„‚‘’«»‹›(¿¡…"
_BREAK = re.compile(r"\n[ \t]*\n\s*")
_CLOSERS = "\"'”’»›)]}」』】〉》"
# An end in scripts with spaces, or one of the scripts that write without them.
_MARKS = r"(?:\[(?:\d[\d, –-]*|[A-Za-z]|[*†‡§¶#]{1,3})\])*"
# It begins with all marks together, so that the search skips to the next of them at once.
_SPACED, _DENSE = ".!?…؟۔।", "。！？｡．"
_END = re.compile(
    rf"[{_SPACED}{_DENSE}](?:"
    rf"(?<=[{_SPACED}])[{_SPACED}]*[{re.escape(_CLOSERS)}]*{_MARKS}(?=\s)"
    rf"|(?<=[{_DENSE}])[{_DENSE}]*[{re.escape(_CLOSERS)}]*)"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ABBREVIATIONS = _words(
    "e.g i.e etc cf vs viz al ca approx resp incl esp no nos nr vol vols fig figs eq eqs sec secs "
    "ch chap p pp pg para art ed eds rev ver mr mrs ms dr prof st sr jr messrs mme mlle hon gen "
    "col capt lt sgt maj gov sen rep pres supt inc ltd co corp bros dept univ assn est jan feb mar "
    "apr jun jul aug sep sept oct nov dec u.s u.k u.n e.u d.c a.m p.m ph.d m.d b.a m.a z.b d.h u.a "
    "usw bzw bspw vgl ggf abb str sog evtl p.ej sra sres ud uds dra núm pág bd hrsg т.е т.д т.п "
    "т.к г гг им стр рис см"
)
_LONG_WORD = max(map(len, _ABBREVIATIONS)) + 1
# After these a capital letter may begin a new sentence.
_MAY_END = _words(
    "etc inc ltd co corp bros u.s u.k u.n e.u d.c a.m p.m ph.d m.d b.a m.a jr sr al usw г гг т.д"
)
# Looked for in reverse: from the end on it is found at once.
_LAST_WORD = re.compile(r"[\w.’'-]+")
_NEXT = re.compile(r"[\"'“‘«‹(\[{¿¡—–-]*\s*(\S)")
_STARTERS = _words(
    "the a an this that these those it he she they we you i in on at for but and however although "
    "while when if as there our its his her their all no not what who why how after before since "
    "under during with"
)
_WORD = re.compile(r"\W*(\w+)")


def sentences(text: str, *, by_line: bool = False) -> list[tuple[int, int]]:
    """Start and end offsets of the sentences of `text`; `by_line` ends one at each line's end."""
    spans: list[tuple[int, int]] = []
    start = 0
    if by_line:
        for line_start, line_end in _lines(text, 0, len(text)):
            _prose(text, line_start, line_end, spans)
        return spans
    for match in _BREAK.finditer(text):
        spans += [(start + a, start + b) for a, b in _paragraph(text[start : match.start()])]
        start = match.end()
    spans += [(start + a, start + b) for a, b in _paragraph(text[start:])]
    return spans


@lru_cache(maxsize=_PARAGRAPHS)
def _paragraph(text: str) -> list[tuple[int, int]]:
    """Cut one paragraph; rows of tables, lists and logs are cut at their lines."""
    spans: list[tuple[int, int]] = []
    if "\n" in text and (" | " in text or _are_records(text)):
        for line_start, line_end in _lines(text, 0, len(text)):
            _prose(text, line_start, line_end, spans)
    else:
        _prose(text, 0, len(text), spans)
    return spans


def _are_records(paragraph: str) -> bool:
    """Do nearly all lines begin alike, and not with a word: with a time, a number, a bullet?"""
    breaks = paragraph.count("\n")
    if breaks < _ALIKE - 1:
        return False
    # At most one line in five may differ.
    words, at = int(paragraph[0].isalpha()), 0
    while words <= (breaks + 1) // 5:
        at = paragraph.find("\n", at) + 1
        if not at:
            break
        words += paragraph[at : at + 1].isalpha()
    else:
        return False
    heads: Counter[str] = Counter()
    for head, lines in Counter(
        line[:2] for line in paragraph.split("\n") if line and not line.isspace()
    ).items():
        heads[head.translate(_SHAPES)] += lines
    head, lines = heads.most_common(1)[0] if heads else (" ", 0)
    if lines < max(_ALIKE, 0.8 * heads.total()):
        return False
    return not (head[0].isalpha() or head[0].isspace() or head[0] in _SPEECH)


def _prose(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    begin = start
    for match in _END.finditer(text, start, end):
        if match.end() < end and not _really_ends(text, begin, match, end):
            continue
        _append(text, begin, match.end(), spans)
        begin = match.end()
    _append(text, begin, end, spans)


def _really_ends(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    mark = match[0]
    if mark[0] in "。！？｡．":
        return True
    position = match.end() + 1
    if position < end and text[position].isalnum():
        after = text[position]
    else:
        following = _NEXT.match(text, _skip_blank(text, match.end(), end), end)
        after = following[1] if following else ""
    # "Stop!" he said.
    if after.islower():
        return False
    # A word that is longer than all abbreviations.
    before = text[max(begin, match.start() - _LONG_WORD) : match.start()]
    if mark != "." or (len(before) == _LONG_WORD and before.isalpha()):
        return True
    before = text[max(begin, match.start() - 24) : match.start()].removesuffix("\n")
    last = _LAST_WORD.match(before[::-1])
    if last is None:
        return True
    word = last[0][::-1].strip("’'-").lower()
    # "3. Results": a number that opens the line is not a sentence.
    if word.isdigit() and text[begin : match.start()].strip() == last[0][::-1]:
        return False
    return _ends_after(word, after, _next_word(text, match.end(), end))


def _ends_after(word: str, after: str, next_word: str) -> bool:
    """Does the full stop after `word` end a sentence, or belong to the word?"""
    if len(word) == 1 and word.isalpha():
        # An initial ("J. Smith"), unless it is the pronoun or ends a list ("vitamin C. The").
        return word == "i" or next_word in _STARTERS
    if word in _ABBREVIATIONS:
        return word in _MAY_END and not after.isdigit() and next_word in _STARTERS
    return not (len(word) <= 4 and "." in word and word.replace(".", "").isalpha())


def _skip_blank(text: str, position: int, end: int) -> int:
    while position < end and text[position].isspace():
        position += 1
    return position


def _next_word(text: str, position: int, end: int) -> str:
    match = _WORD.match(text, position, end)
    return match[1].lower() if match else ""


def _append(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    lines = [(start, end)]
    if end - start > LONGEST and "\n" in text[start:end]:
        lines = _lines(text, start, end)
    for begin, stop in lines:
        first, last = trimmed(text, begin, stop)
        if first < last:
            spans.append((first, last))


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found = []
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end == -1 else line_end
        found.append((start, line_end))
        start = line_end + 1
    return found


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span of `text` without the white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
