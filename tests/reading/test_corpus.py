"""The corpus: chunks, tiles and units of one text fit together."""

from __future__ import annotations

import pytest

from longread.documents.model import Document, Section
from longread.reading.corpus import Corpus
from tests.scripted import page, paged


def made(*documents: Document, chunk_tokens: int = 80, unit_tokens: int = 30) -> Corpus:
    return Corpus(
        documents,
        chunk_tokens=chunk_tokens,
        unit_tokens=unit_tokens,
        count=lambda text: len(text.split()),
    )


@pytest.mark.parametrize("unit_tokens", [12, 17, 30, 45])
@pytest.mark.parametrize("chunk_tokens", [64, 80, 300])
def test_every_unit_lies_over_exactly_one_tile(chunk_tokens: int, unit_tokens: int) -> None:
    """Otherwise the exit gate would wait for a unit that no tile ever settles."""
    books = [paged(*(page(number) for number in range(n, n + 9))) for n in (1, 40)]
    corpus = made(*books, chunk_tokens=chunk_tokens, unit_tokens=unit_tokens)
    inside = []
    for tile in corpus.all_tiles:
        units = corpus.units_over(tile)
        assert {corpus.units[unit].document for unit in units} == {tile.document}
        inside += [unit for unit in units if unit not in inside]
    assert sorted(inside) == list(range(len(corpus.units)))


def test_tiles_of_the_chunks_are_all_tiles() -> None:
    corpus = made(paged(*(page(number) for number in range(6))))
    tiles = [tile for chunk in corpus.chunks for tile in corpus.tiles(chunk)]
    assert tiles == corpus.all_tiles
    assert [tile.index for tile in tiles] == list(range(len(tiles)))
    for chunk in corpus.chunks:
        inside = corpus.tiles(chunk)
        assert (inside[0].start, inside[-1].end) == (chunk.start, chunk.end)


def test_a_unit_s_chunk_holds_its_middle() -> None:
    corpus = made(paged(*(page(number) for number in range(6))), paged(page(50)))
    for unit in corpus.units:
        chunk = corpus.chunks[corpus.chunk_of(unit)]
        assert chunk.document == unit.document
        assert chunk.start <= (unit.start + unit.end) // 2 <= chunk.end


def test_headers_name_title_section_and_pages() -> None:
    plain = paged("One sentence here.", "Another sentence there.")
    book = Document(
        plain.path, "", "Annals", "pdf", plain.text, plain.pages, (Section("Ships", 20),)
    )
    corpus = made(book)
    whole = corpus.chunks[0]
    assert corpus.header(whole) == "Annals | pages 1-2"
    later = corpus.quote(0, 20, 43, 0.5)
    assert (later.page, later.text) == (2, "Another sentence there.")
    assert made(book, chunk_tokens=4).header(made(book, chunk_tokens=4).chunks[1]) == (
        "Annals | Ships | page 2"
    )


def test_a_quote_is_trimmed_and_checked() -> None:
    corpus = made(paged("One sentence here.  "))
    quote = corpus.quote(0, 3, 20, 0.5)
    assert (quote.start, quote.end, quote.text) == (4, 18, "sentence here.")
    assert quote.verified
    assert not corpus.quote(0, 18, 20, 0.5).verified


def test_a_text_without_pages_is_located_by_line() -> None:
    text = Document("a.txt", "", "A", "text", "One.\nTwo words.\nThree.")
    quote = made(text).quote(0, 5, 15, 0.5)
    assert (quote.page, quote.line, quote.text) == (None, 2, "Two words.")


def test_document_lengths_add_up() -> None:
    corpus = made(paged(page(1), page(2)), paged(page(3)))
    lengths = [reference.tokens for reference in corpus.document_references()]
    assert lengths == [128, 64]
