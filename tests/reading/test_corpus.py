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
def test_the_tiles_under_a_unit_hold_all_of_it(chunk_tokens: int, unit_tokens: int) -> None:
    books = [paged(*(page(number) for number in range(n, n + 9))) for n in (1, 40)]
    corpus = made(*books, chunk_tokens=chunk_tokens, unit_tokens=unit_tokens)
    for unit in corpus.units:
        tiles = corpus.tiles_under(unit)
        assert {tile.document for tile in tiles} == {unit.document}
        assert tiles[0].start <= unit.start
        assert tiles[-1].end >= unit.end
        assert all(tile.start < unit.end for tile in tiles)
        assert all(tile.end > unit.start for tile in tiles)


def test_a_tile_is_found_by_its_own_words_alone() -> None:
    """What stands at a tile's end is no match of the next, though a unit reaches over both."""
    corpus = made(paged(*(page(number) for number in range(9))))
    for tile in corpus.all_tiles:
        last = corpus.text(tile).split()[-1]
        found = {hit.unit for hit in corpus.tile_index.search(last, 1000)}
        holding = {each.index for each in corpus.all_tiles if last in corpus.text(each).split()}
        assert tile.index in holding
        assert holding <= found
        assert all(
            last.strip(".").casefold() in corpus.headed(corpus.all_tiles[place]).casefold()
            for place in found
        )


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
