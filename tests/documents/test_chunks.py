"""Cutting: every sentence in exactly one span, none torn, no span over its size."""

from __future__ import annotations

import json
import math
import random
from itertools import pairwise
from pathlib import Path

import pytest

from longread.documents import load
from longread.documents.chunks import Span, cut, estimate_tokens
from longread.documents.model import Document, Section
from longread.documents.sentences import sentences
from longread.engine.llamacpp import LlamaCppEngine


def words(text: str) -> int:
    return len(text.split())


def document(text: str, sections: tuple[int, ...] = ()) -> Document:
    headings = tuple(Section(f"Part {number}", start) for number, start in enumerate(sections))
    return Document("book.txt", "00", "Book", "text", text, sections=headings)


def prose(seed: int, count: int, longest: int = 20) -> str:
    chance = random.Random(seed)
    parts = []
    for _ in range(count):
        length = chance.randint(1, longest)
        parts.append(" ".join(["Word", *["word"] * (length - 1)]) + ".")
        parts.append(chance.choice([" ", " ", "\n\n"]))
    return "".join(parts)


def assert_each_sentence_once(source: Document, spans: list[Span]) -> None:
    """No sentence torn or lost; without overlap, none twice."""
    starts = {start for start, _end in sentences(source.text)}
    ends = {end for _start, end in sentences(source.text)}
    assert all(span.start in starts and span.end in ends for span in spans)
    for before, after in pairwise(spans):
        assert source.text[before.end : after.start].strip() == ""
        assert before.end <= after.start
    assert source.text[: spans[0].start].strip() == ""
    assert source.text[spans[-1].end :].strip() == ""


@pytest.mark.parametrize("seed", range(20))
def test_pieces_hold_each_sentence_once_and_keep_their_size(seed: int) -> None:
    source = document(prose(seed, 200))
    size = random.Random(seed).randint(20, 90)
    spans = cut(source, size, count=words)
    assert_each_sentence_once(source, spans)
    for span in spans:
        assert words(source.text[span.start : span.end]) == span.tokens <= size
    assert [span.index for span in spans] == list(range(len(spans)))
    for before, after in pairwise(spans):
        first = next(s for s in sentences(source.text) if s[0] == after.start)
        assert before.tokens + words(source.text[slice(*first)]) > size, "not filled"


@pytest.mark.parametrize("seed", range(20))
def test_even_pieces_are_as_few_as_fit_and_about_as_large(seed: int) -> None:
    source = document(prose(seed, 60, longest=9))
    size = 60
    spans = cut(source, size, count=words, even=True)
    assert_each_sentence_once(source, spans)
    sizes = [span.tokens for span in spans]
    assert len(spans) == math.ceil(sum(sizes) / size - 0.25)
    assert len(spans) <= len(cut(source, size, count=words))
    assert max(sizes) <= 1.25 * size
    assert max(sizes) - min(sizes) <= 2 * 9


def test_an_even_piece_is_never_larger_by_more_than_a_quarter() -> None:
    # One sentence as long as a span: four of them do not come out in fewer than four.
    source = document(" ".join(["One " + "one " * 38 + "end."] * 4 + ["Two words."]))
    spans = cut(source, 40, count=words, even=True)
    assert_each_sentence_once(source, spans)
    assert max(span.tokens for span in spans) <= 50


def test_a_sentence_is_cut_only_when_it_alone_is_too_long() -> None:
    long = " ".join(f"w{number}" for number in range(95)) + "."
    source = document(f"Short one. {long} Short two.")
    spans = cut(source, 30, count=words)
    texts = [source.text[span.start : span.end] for span in spans]
    assert " ".join(texts) == source.text
    assert all(words(text) == span.tokens <= 30 for text, span in zip(texts, spans, strict=True))
    assert all(text == text.strip() for text in texts)
    assert len(spans) == 4


def test_a_word_longer_than_a_piece_is_cut_inside() -> None:
    word = "x" * 1000
    source = document(f"Before it. {word} After it.")
    spans = cut(source, 40, count=len)
    assert all(0 < span.end - span.start <= 40 for span in spans)
    assert "".join(source.text[span.start : span.end] for span in spans).count("x") == 1000


def test_a_section_begins_a_piece_when_the_one_before_is_half_full() -> None:
    body = "Word word word word word. " * 5
    text = f"{body}Heading one. {body}Heading two. {body}"
    starts = (text.index("Heading one"), text.index("Heading two"))
    spans = cut(document(text, starts), 40, count=words)
    assert {span.start for span in spans} >= set(starts)


def test_short_sections_share_a_span() -> None:
    text = "Heading one. Word word. Heading two. Word word."
    spans = cut(document(text, (0, text.index("Heading two"))), 100, count=words)
    assert len(spans) == 1


def test_filled_pieces_take_in_short_sections_while_they_have_room() -> None:
    section = "Heading here. " + "Word word word word word. " * 4
    starts = tuple(range(0, len(section) * 6, len(section)))
    source = document(section * 6, starts)
    # 22 words a section: two are more than half of 70, and three have room.
    assert [span.tokens for span in cut(source, 70, count=words)] == [44, 44, 44]
    filled = cut(source, 70, count=words, filled=True)
    assert [span.tokens for span in filled] == [66, 66]
    assert {span.start for span in filled} <= set(starts)


def test_a_filled_piece_still_ends_before_a_section_that_has_no_room() -> None:
    short, long = "Small one. Word word. ", "Large one. " + "Word word word word. " * 30
    text = short * 6 + long
    source = document(text, tuple(range(0, len(short) * 7, len(short))))
    spans = cut(source, 40, count=words, filled=True)
    assert spans[1].start == len(short) * 6
    assert " ".join(text[span.start : span.end] for span in spans).split() == text.split()


def test_a_span_is_cut_alone_with_offsets_of_the_whole() -> None:
    source = document(prose(3, 100))
    outer = cut(source, 60, count=words)[2]
    inner = cut(source, 20, count=words, span=(outer.start, outer.end), number=4, first_index=7)
    assert (inner[0].start, inner[-1].end) == (outer.start, outer.end)
    assert {span.document for span in inner} == {4}
    assert [span.index for span in inner] == list(range(7, 7 + len(inner)))
    assert all(span.tokens <= 20 for span in inner)


@pytest.mark.parametrize("text", ["", " \n\n\t "])
def test_no_words_no_spans(text: str) -> None:
    assert cut(document(text), 10) == []


def test_without_a_tokenizer_letters_and_ideographs_are_estimated() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("four") == 1
    assert estimate_tokens("漢字かな") == 4
    assert estimate_tokens("漢字 with words") == 2 + 3


@pytest.mark.parametrize(
    "name", ["Blackmore_Lorna_1869.txt", "Dickens_Bleak_1853.txt", "Lytton_Novel_1853.txt"]
)
def test_a_whole_novel(shared_data: Path, name: str) -> None:
    source = load(str(shared_data / "books" / name))
    spans = cut(source, 1000)
    assert all(span.tokens <= 1000 for span in spans)
    for before, after in pairwise(spans):
        assert source.text[before.end : after.start].strip() == ""
    full = sum(span.tokens > 900 for span in spans)
    assert full > 0.8 * len(spans)


@pytest.mark.model
@pytest.mark.parametrize("size", [256, 1024])
def test_sizes_hold_by_the_model_s_own_tokenizer(
    shared_data: Path, engine: LlamaCppEngine, size: int
) -> None:
    source = load(str(shared_data / "books" / "Dickens_Bleak_1853.txt"))
    spans = cut(source, size, count=engine.count, span=(200_000, 500_000))
    over = [
        (span.tokens, real)
        for span in spans
        if (real := engine.count(source.text[span.start : span.end])) > size + 1
    ]
    assert over == []


@pytest.mark.model
def test_chinese_is_cut_at_its_full_stops(shared_data: Path, engine: LlamaCppEngine) -> None:
    lines = (shared_data / "longbench" / "multifieldqa_zh.jsonl").read_text("utf-8").splitlines()
    source = document(json.loads(lines[0])["context"])
    spans = cut(source, 512, count=engine.count)
    texts = [source.text[span.start : span.end] for span in spans]
    assert "".join("".join(texts).split()) == "".join(source.text.split())
    assert all(engine.count(text) <= 512 for text in texts)
    assert sum(text[-1] in "。！？”」）" for text in texts) > 0.5 * len(texts)
