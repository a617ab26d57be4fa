"""Which pieces are read, and in what order."""

from __future__ import annotations

from longread.documents.chunks import Piece
from longread.errors import UsageError
from longread.reading.corpus import Corpus
from longread.reading.names import ORDERS
from longread.reading.options import ReadingOptions


class ChunksInOrder:
    """All chunks: as they stand, or those with the best tile by BM25 first.

    By relevance the chunks without any match follow in document order, so that nothing
    is left out; evidence comes early, which is where an exit gate pays.
    """

    def pieces(self, corpus: Corpus, question: str, options: ReadingOptions) -> list[Piece]:
        if options.order not in ORDERS:
            raise UsageError(
                f"there is no order called {options.order}.", f"orders are: {', '.join(ORDERS)}"
            )
        if options.order == "document":
            return list(corpus.chunks)
        best = [0.0] * len(corpus.chunks)
        for hit in corpus.tile_index.search(question, len(corpus.all_tiles)):
            chunk = corpus.chunk_of(corpus.all_tiles[hit.unit])
            best[chunk] = max(best[chunk], hit.score)
        return sorted(corpus.chunks, key=lambda chunk: (-best[chunk.index], chunk.index))

    def whole(self, corpus: Corpus) -> list[Piece]:
        return corpus.chunks


class BestUnits:
    """The top-k units of the whole document by BM25 (`rag`), as many as the notes can hold."""

    def pieces(self, corpus: Corpus, question: str, options: ReadingOptions) -> list[Piece]:
        hits = corpus.index.search(question, options.top_k or 6)
        room = options.memory_tokens
        chosen = []
        for hit in hits:
            unit = corpus.units[hit.unit]
            room -= corpus.count(corpus.headed(unit)) + 2
            if room < 0:
                break
            chosen.append(unit)
        return chosen

    def whole(self, corpus: Corpus) -> list[Piece]:
        return corpus.units


class HeadAndTail:
    """The first and the last chunks, as many as the notes can hold (`truncate`)."""

    def pieces(self, corpus: Corpus, question: str, options: ReadingOptions) -> list[Piece]:
        del question
        chunks = corpus.chunks
        room = options.memory_tokens
        head, tail = 0, len(chunks)
        chosen: list[Piece] = []
        while head < tail:
            from_head = head <= len(chunks) - tail
            piece = chunks[head] if from_head else chunks[tail - 1]
            room -= corpus.count(corpus.headed(piece)) + 2
            if room < 0:
                break
            chosen.append(piece)
            head, tail = (head + 1, tail) if from_head else (head, tail - 1)
        return sorted(chosen, key=lambda piece: piece.index)

    def whole(self, corpus: Corpus) -> list[Piece]:
        return corpus.chunks
