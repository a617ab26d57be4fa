"""Text segmentation: a document cut into spans of a wanted number of tokens, at sentences.

Chunks (what one step reads) and passages (what is matched, gated, cached and cited) are the
same thing at two sizes. Whoever cuts brings the model's own token counter; without a
model `estimate_tokens` stands in.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from longread.documents.formats import BY_KIND
from longread.documents.model import Document
from longread.documents.sentences import sentences

# A span that is at least this full ends early where a section begins, so that a heading
# stands at the head of what it names.
_FULL_ENOUGH = 0.5
# Spans of even size may be larger by this: a chunk of 1,024 tokens is then four passages of about
# 256 and not five of 206, and every passage costs a question (benchmarks/LOG.md, 2026-11-21).
_SLACK = 1.25

_DENSE = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Span:
    """A span of document number `document`; `index` counts spans of the run from 0."""

    index: int
    document: int
    start: int
    end: int
    tokens: int


class _Sentence(NamedTuple):
    start: int
    end: int
    tokens: int
    opens_section: bool


def estimate_tokens(text: str) -> int:
    """Tokens of `text` without a tokenizer: one a CJK character, one for four others.

    Within 15 % of SmolLM2's and Qwen's counts on English prose; tables cost more tokens
    than it says.
    """
    dense = 0 if text.isascii() else len(_DENSE.findall(text))
    return dense + (len(text) - dense + 3) // 4


def cut(
    document: Document,
    tokens: int,
    *,
    count: Callable[[str], int] = estimate_tokens,
    number: int = 0,
    first_index: int = 0,
    span: tuple[int, int] | None = None,
    even: bool = False,
    filled: bool = False,
) -> list[Span]:
    """Cut `document` (its number in the run is `number`) into spans of at most `tokens` tokens.

    Sizes are sums over sentences; a tokenizer that merges over a seam may make it one more.
    A sentence is cut only when it alone is longer than a span. `span` limits the cut to a part of
    the text. `even` makes as few spans as `tokens` allows and all about as large; to come out even
    one may be a quarter larger than `tokens`. `filled` ends a span before a section only where the
    whole section has no room: of short sections it makes fewer and fuller spans.
    """
    measured = list(_measured(document, tokens, count, span))
    sections = _section_tokens(measured)
    rest = sum(sentence.tokens for sentence in measured)
    spans: list[Span] = []
    held: list[_Sentence] = []
    size = 0  # of what is held

    def close() -> None:
        index = first_index + len(spans)
        spans.append(Span(index, number, held[0].start, held[-1].end, size))

    for sentence, section in zip(measured, sections, strict=True):
        if even:
            wanted = rest / max(1, math.ceil(rest / tokens - (_SLACK - 1)))
            full = size + sentence.tokens / 2 > wanted or size + sentence.tokens > _SLACK * tokens
        else:
            full = size + sentence.tokens > tokens
        ends_early = sentence.opens_section and size >= _FULL_ENOUGH * tokens
        if filled:
            ends_early = ends_early and size + section > tokens
        if held and (full or ends_early):
            close()
            rest -= size
            held, size = [], 0
        held.append(sentence)
        size += sentence.tokens
    if held:
        close()
    return spans


def _section_tokens(measured: list[_Sentence]) -> list[int]:
    """For every sentence the tokens from it to the end of its section."""
    sizes: list[int] = []
    rest = 0
    for sentence in reversed(measured):
        rest += sentence.tokens
        sizes.append(rest)
        if sentence.opens_section:
            rest = 0
    return sizes[::-1]


def _measured(
    document: Document, tokens: int, count: Callable[[str], int], span: tuple[int, int] | None
) -> Iterator[_Sentence]:
    begin, stop = span or (0, len(document.text))
    text = document.text
    section_starts = {section.start for section in document.sections}
    # The blank before a sentence counts with it, as it does where the span is decoded:
    # left out, line and paragraph breaks took a chunk of a report 12 % over its size.
    previous = begin
    for start, end in sentences_and_rows(document, begin, stop):
        length = count(text[previous:end])
        opens = start in section_starts
        if length <= tokens:
            yield _Sentence(start, end, length, opens)
        else:
            for first, last, size in _cut_long(text, start, end, tokens, count):
                yield _Sentence(first, last, size, opens and first == start)
        previous = end


def sentences_and_rows(document: Document, begin: int, stop: int) -> Iterator[tuple[int, int]]:
    """Sentences of the prose and whole rows of the tables between two offsets."""
    position = begin
    for line in document.table_lines(begin, stop):
        yield from _sentence_spans(document, position, line.start)
        position = min(line.end, stop)
        yield max(line.start, begin), position
    yield from _sentence_spans(document, position, stop)


def _sentence_spans(document: Document, begin: int, stop: int) -> Iterator[tuple[int, int]]:
    cuts: Sequence[int] = ()
    if BY_KIND[document.kind].by == "source":
        # Headings and directives stand right above the text.
        blocks = document.blocks
        cuts = blocks[bisect_right(blocks, begin) : bisect_left(blocks, stop)]
    for first, last in pairwise((begin, *cuts, stop)):
        for start, end in sentences(document.text[first:last], by_line=document.by_line):
            yield first + start, first + end


def _cut_long(
    text: str, start: int, end: int, tokens: int, count: Callable[[str], int]
) -> Iterator[tuple[int, int, int]]:
    """Cut one over-long sentence at spaces, or inside a word that alone is too long."""
    first, last, size = start, start, 0
    for word in _WORD.finditer(text, start, end):
        for word_start, word_end in _halved(text, *word.span(), tokens, count):
            length = count(text[last:word_end])
            if size and size + length > tokens:
                yield first, last, size
                first, size = word_start, 0
            last, size = word_end, size + length
    yield first, last, size


def _halved(
    text: str, start: int, end: int, tokens: int, count: Callable[[str], int]
) -> Iterator[tuple[int, int]]:
    """A word, or its halves' halves, none of more than `tokens` tokens."""
    if end - start == 1 or count(text[start:end]) <= tokens:
        yield start, end
        return
    middle = (start + end) // 2
    yield from _halved(text, start, middle, tokens, count)
    yield from _halved(text, middle, end, tokens, count)
