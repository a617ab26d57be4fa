"""The documents of a run as the reader sees them: chunks to read, units to retrieve.

Cutting needs the model's tokenizer, and indexing takes about a second on a long novel,
so both happen on first use.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

from longread.documents import sentences
from longread.documents.chunks import Piece, cut
from longread.documents.model import Document, Location
from longread.reading.step import ChunkRef, DocumentRef, Quote
from longread.retrieval import Index

# Neighbouring retrieval units share a fifth, so that a fact on a border is whole in one of them.
UNIT_OVERLAP = 0.2
# Texts whose tokens are remembered: the sentences of three long novels, 17 MB.
_COUNTED = 1 << 16


class Corpus:
    """Documents, their chunks in reading order, and their retrieval units.

    `chunk_tokens` and `unit_tokens` are sizes by the tokenizer behind `count`; `filled` chunks
    take in short sections as long as they have room (see `cut`).
    """

    def __init__(
        self,
        documents: Sequence[Document],
        *,
        chunk_tokens: int,
        unit_tokens: int,
        count: Callable[[str], int],
        filled: bool = False,
    ) -> None:
        self.documents = tuple(documents)
        self.chunk_tokens = chunk_tokens
        self.unit_tokens = unit_tokens
        self.filled = filled
        # The same sentences are cut into chunks, tiles and units.
        self.count = lru_cache(maxsize=_COUNTED)(count)

    @cached_property
    def chunks(self) -> list[Piece]:
        """All documents cut into chunks, in order."""
        return self._cut_all(self.chunk_tokens, filled=self.filled)

    @cached_property
    def units(self) -> list[Piece]:
        """All documents cut into overlapping units, for retrieval."""
        return self._cut_all(self.unit_tokens, overlap=UNIT_OVERLAP)

    @cached_property
    def index(self) -> Index:
        """BM25 over all units."""
        return Index([self.headed(unit) for unit in self.units])

    @cached_property
    def _chunk_starts(self) -> list[tuple[int, int]]:
        return [(chunk.document, chunk.start) for chunk in self.chunks]

    def chunk_of(self, piece: Piece) -> int:
        """The number of the chunk that holds the middle of `piece`."""
        middle = (piece.document, (piece.start + piece.end) // 2)
        return max(0, bisect_right(self._chunk_starts, middle) - 1)

    def text(self, piece: Piece) -> str:
        """The piece's words."""
        return self.documents[piece.document].text[piece.start : piece.end]

    @cached_property
    def all_tiles(self) -> list[Piece]:
        """Every chunk cut into units without overlap: what the update gate works on."""
        tiles: list[Piece] = []
        for chunk in self.chunks:
            tiles += cut(
                self.documents[chunk.document],
                self.unit_tokens,
                count=self.count,
                number=chunk.document,
                first_index=len(tiles),
                span=(chunk.start, chunk.end),
                even=True,
            )
        return tiles

    @cached_property
    def tile_index(self) -> Index:
        """BM25 over all tiles: what a gate's own words match."""
        return Index([self.headed(tile) for tile in self.all_tiles])

    @cached_property
    def _tile_starts(self) -> list[tuple[int, int]]:
        return [(tile.document, tile.start) for tile in self.all_tiles]

    def tiles(self, chunk: Piece) -> list[Piece]:
        """The tiles of one chunk, in order."""
        first = bisect_left(self._tile_starts, (chunk.document, chunk.start))
        last = bisect_left(self._tile_starts, (chunk.document, chunk.end))
        return self.all_tiles[first:last]

    def tiles_under(self, unit: Piece) -> list[Piece]:
        """The tiles that a retrieval unit lies over, in order."""
        after = bisect_left(self._tile_starts, (unit.document, unit.end))
        first = bisect_right(self._tile_starts, (unit.document, unit.start)) - 1
        return self.all_tiles[max(0, first) : after]

    def tiles_of(self, quote: Quote) -> list[Piece]:
        """The tiles that a quote stands in, in order."""
        return self.tiles_under(Piece(0, quote.document, quote.start, quote.end, 0))

    def locate(self, piece: Piece) -> Location:
        return self.documents[piece.document].locate(piece.start, piece.end)

    def header(self, piece: Piece) -> str:
        """Title, section and pages in one line, so that "the company" still means something."""
        document = self.documents[piece.document]
        place = self.locate(piece)
        parts = [document.title]
        if place.section and place.section != document.title:
            parts.append(place.section)
        if place.page is not None:
            last = place.last_page or place.page
            one = last == place.page
            parts.append(f"page {place.page}" if one else f"pages {place.page}-{last}")
        return " | ".join(parts)

    def headed(self, piece: Piece) -> str:
        """The piece's words under its header."""
        return self.under_header(piece, self.text(piece))

    def under_header(self, piece: Piece, words: str) -> str:
        """Some of the piece's words, or some more, under its header."""
        return f"{self.header(piece)}\n{words}"

    def sentences(self, piece: Piece) -> list[tuple[int, int]]:
        """Sentence spans of the piece, as offsets into its document's text."""
        by_line = self.documents[piece.document].by_line
        spans = sentences(self.text(piece), by_line=by_line)
        return [(piece.start + start, piece.start + end) for start, end in spans]

    def quote(self, document: int, start: int, end: int, score: float) -> Quote:
        """The ledger's entry for a span, located and checked against the document."""
        source = self.documents[document]
        while start < end and source.text[start].isspace():
            start += 1
        while end > start and source.text[end - 1].isspace():
            end -= 1
        place = source.locate(start, end)
        words = source.text[start:end]
        return Quote(
            document=document,
            path=source.path,
            start=start,
            end=end,
            text=words,
            page=place.page,
            label=place.label,
            section=place.section if place.page is None else None,
            line=place.line,
            score=score,
            verified=bool(words) and source.text.find(words, start, end) == start,
        )

    def reference(self, chunk: Piece) -> ChunkRef:
        """The chunk as steps name it."""
        place = self.locate(chunk)
        return ChunkRef(
            position=chunk.index,
            document=chunk.document,
            path=self.documents[chunk.document].path,
            page=place.page,
            last_page=place.last_page,
            label=place.label,
            section=place.section,
            tokens=chunk.tokens,
        )

    def document_references(self) -> tuple[DocumentRef, ...]:
        """The documents as answers name them, with their length in tokens."""
        lengths = [0] * len(self.documents)
        for chunk in self.chunks:
            lengths[chunk.document] += chunk.tokens
        return tuple(
            DocumentRef(
                document.path,
                document.sha256,
                document.title,
                document.kind,
                len(document.pages),
                length,
                document.warnings,
            )
            for document, length in zip(self.documents, lengths, strict=True)
        )

    def _cut_all(self, tokens: int, *, overlap: float = 0.0, filled: bool = False) -> list[Piece]:
        pieces: list[Piece] = []
        for number, document in enumerate(self.documents):
            pieces += cut(
                document,
                tokens,
                overlap=overlap,
                count=self.count,
                number=number,
                first_index=len(pieces),
                filled=filled,
            )
        return pieces
