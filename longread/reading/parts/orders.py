"""Reading order: which chunks or passages are read, by document order or by BM25."""

from __future__ import annotations

from longread.documents.chunks import Span
from longread.errors import UsageError
from longread.reading.corpus import Corpus
from longread.reading.names import ORDERS
from longread.reading.options import ReadingOptions

# Passages that count for their document: one may match by chance, a long document holds many.
_BEST = 3


class ChunksInOrder:
    """All chunks: as they stand, document after document by rank, or by their best passage.

    By relevance the chunks without any match follow in document order, so that nothing
    is left out; evidence comes early, which is where an exit gate pays.
    """

    def spans(self, corpus: Corpus, question: str, options: ReadingOptions) -> list[Span]:
        if options.order not in ORDERS:
            raise UsageError(
                f"there is no order called {options.order}.", f"orders are: {', '.join(ORDERS)}"
            )
        if options.order in ("auto", "document"):
            return list(corpus.chunks)
        if options.order == "ranked":
            ranks = {each: rank for rank, each in enumerate(ranked_documents(corpus, question))}
            return sorted(corpus.chunks, key=lambda chunk: (ranks[chunk.document], chunk.index))
        best = [0.0] * len(corpus.chunks)
        for hit in corpus.index.search(question, len(corpus.passages)):
            chunk = corpus.chunk_of(corpus.passages[hit.place])
            best[chunk] = max(best[chunk], hit.score)
        return sorted(corpus.chunks, key=lambda chunk: (-best[chunk.index], chunk.index))

    def whole(self, corpus: Corpus) -> list[Span]:
        return corpus.chunks


def ranked_documents(corpus: Corpus, question: str) -> list[int]:
    """Document ranking: the sum of two BM25 scores, each by its own maximum.

    One is that of a document's best passages together, the other that of its title, file name
    and beginning. What neither finds stays in the order it came.
    """
    passages: list[list[float]] = [[] for _ in corpus.documents]
    for hit in corpus.index.search(question, len(corpus.passages)):
        passages[corpus.passages[hit.place].document].append(hit.score)
    best = [sum(sorted(scores)[-_BEST:]) for scores in passages]
    named = [0.0] * len(corpus.documents)
    for hit in corpus.beginnings.search(question, len(named)):
        named[hit.place] = hit.score
    most = max(best, default=0.0) or 1.0, max(named, default=0.0) or 1.0
    promise = [ours / most[0] + its / most[1] for ours, its in zip(best, named, strict=True)]
    return sorted(range(len(promise)), key=lambda number: (-promise[number], number))


class BestPassages:
    """The top-k passages of the whole document by BM25 (`rag`), as many as the notes can hold."""

    def spans(self, corpus: Corpus, question: str, options: ReadingOptions) -> list[Span]:
        hits = corpus.index.search(question, options.top_k or 6)
        room = options.memory_tokens
        chosen = []
        for hit in hits:
            passage = corpus.passages[hit.place]
            room -= corpus.count(corpus.headed(passage)) + 2
            if room < 0:
                break
            chosen.append(passage)
        return chosen

    def whole(self, corpus: Corpus) -> list[Span]:
        return corpus.passages


class HeadAndTail:
    """The first and the last chunks, as many as the notes can hold (`truncate`)."""

    def spans(self, corpus: Corpus, question: str, options: ReadingOptions) -> list[Span]:
        chunks = corpus.chunks
        room = options.memory_tokens
        head, tail = 0, len(chunks)
        chosen: list[Span] = []
        while head < tail:
            from_head = head <= len(chunks) - tail
            chunk = chunks[head] if from_head else chunks[tail - 1]
            room -= corpus.count(corpus.headed(chunk)) + 2
            if room < 0:
                break
            chosen.append(chunk)
            head, tail = (head + 1, tail) if from_head else (head, tail - 1)
        return sorted(chosen, key=lambda chunk: chunk.index)

    def whole(self, corpus: Corpus) -> list[Span]:
        return corpus.chunks
