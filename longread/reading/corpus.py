"""Corpus of a run: its documents as chunks to read and passages to match and gate.

Cutting needs the model's tokenizer, and indexing takes about a second on a long novel,
so both happen on first use.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, cached_property, lru_cache, partial
from itertools import accumulate
from pathlib import Path

import numpy as np

from longread.documents.chunks import Span, cut, sentences_and_rows
from longread.documents.model import Document, Location
from longread.documents.render import for_index, for_model
from longread.documents.sentences import trimmed
from longread.documents.table import Table, TableRow
from longread.reading.relevance.errata import errata
from longread.reading.relevance.injection import without_injections
from longread.reading.step import ChunkRef, DocumentRef, Quote
from longread.retrieval import Index
from longread.retrieval.postings import Postings, joined
from longread.retrieval.store import Cut, IndexStore, cut_key

# Texts whose tokens are remembered: the sentences of three long novels, 17 MB.
_COUNTED = 1 << 16
# Rows of a table that are put before a model together.
_ROWS_SHOWN = 2
# Passages whose rows are remembered for a question: those that are at work.
_ASKED = 64
# Characters of a first page, where a file does not say what a page is.
_FIRST_PAGE = 2500
# Start, end and tokens of a passage, as they are kept.
_SPAN_BYTES = 12


class Corpus:
    """Documents, their chunks in reading order, and the passages that chunks consist of.

    A chunk is what one step reads; a passage is what is matched, gated, cached and cited.
    `chunk_tokens` and `passage_tokens` are sizes by the tokenizer behind `count`; `filled` chunks
    take in short sections as long as they have room (see `cut`). What `store` has of documents
    cut like this is not cut anew; `counted_by` names the tokenizer there.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        *,
        chunk_tokens: int,
        passage_tokens: int,
        count: Callable[[str], int],
        filled: bool = False,
        store: IndexStore | None = None,
        counted_by: str = "",
    ) -> None:
        self.documents = tuple(documents)
        self.chunk_tokens = chunk_tokens
        self.passage_tokens = passage_tokens
        self.filled = filled
        # The same sentences are cut into chunks and into passages.
        self.count = lru_cache(maxsize=_COUNTED)(count)
        # A passage's rows are asked for by its gate, by what a model is shown, and by its answer.
        self.rows_asked = lru_cache(maxsize=_ASKED)(self._rows_asked)
        # By a document's number its passages that read as corrections.
        self.errata = cache(lambda number: errata(self.documents[number]))
        self._store = store
        way = f"{chunk_tokens} {passage_tokens} {filled} {counted_by}"
        self._keys = {
            number: cut_key(document, way)
            for number, document in enumerate(self.documents)
            if document.entry
        }

    @cached_property
    def chunks(self) -> list[Span]:
        """All documents cut into chunks, in order."""
        chunks: list[Span] = []
        for number, document in enumerate(self.documents):
            if number in self._kept:
                chunks += _spans(self._kept[number].chunks, number, len(chunks))
                continue
            chunks += cut(
                document,
                self.chunk_tokens,
                count=self.count,
                number=number,
                first_index=len(chunks),
                filled=self.filled,
            )
        return chunks

    @cached_property
    def passages(self) -> list[Span]:
        """All chunks cut into passages of even size, in order."""
        passages: list[Span] = []
        kept = set[int]()
        for chunk in self.chunks:
            if chunk.document in self._kept:
                if chunk.document not in kept:
                    kept.add(chunk.document)
                    data = self._kept[chunk.document].passages
                    passages += _spans(data, chunk.document, len(passages))
                continue
            passages += cut(
                self.documents[chunk.document],
                self.passage_tokens,
                count=self.count,
                number=chunk.document,
                first_index=len(passages),
                span=(chunk.start, chunk.end),
                even=True,
            )
        return passages

    @cached_property
    def index(self) -> Index:
        """BM25 over all passages under their headers; of tables heads and caption count."""
        if self._store is not None:
            self._store.keep(self.cuts())
        return Index.over(self.postings, background=True)

    @cached_property
    def beginnings(self) -> Index:
        """BM25 over what each document calls itself: title, file name and first page."""
        return Index.over(
            joined(
                self._kept[number].beginning
                if number in self._kept
                else Postings.of([beginning(document)])
                for number, document in enumerate(self.documents)
            )
        )

    def cuts(self) -> dict[bytes, Cut]:
        """What `store` is to keep of the documents that it does not have."""
        missing = {number: key for number, key in self._keys.items() if number not in self._kept}
        if not missing:
            return {}
        chunks, passages = _by_document(self.chunks), _by_document(self.passages)
        cuts = {}
        for number, key in missing.items():
            cuts[key] = Cut(
                _rows(chunks.get(number, ())),
                _rows(passages.get(number, ())),
                self._new_postings[number].to_bytes(),
                Postings.of([beginning(self.documents[number])]).to_bytes(),
            )
        return cuts

    @cached_property
    def _kept(self) -> dict[int, Cut]:
        """By their numbers the documents whose cuts are kept."""
        if self._store is None:
            return {}
        found = self._store.cuts(self._keys.values())
        return {number: found[key] for number, key in self._keys.items() if key in found}

    @cached_property
    def postings(self) -> list[Postings]:
        """The postings of all passages in order, of a document or of several in a row."""
        return joined(
            self._kept[number].postings if number in self._kept else self._new_postings[number]
            for number in range(len(self.documents))
        )

    @cached_property
    def _new_postings(self) -> dict[int, Postings]:
        """By their numbers the postings of documents whose cuts are not kept."""
        passages = _by_document(self.passages) if len(self._kept) < len(self.documents) else {}
        return {
            number: Postings.of(
                f"{self.header(each)}\n{for_index(document, each.start, each.end)}"
                for each in passages.get(number, ())
            )
            for number, document in enumerate(self.documents)
            if number not in self._kept
        }

    @cached_property
    def _chunk_starts(self) -> list[tuple[int, int]]:
        return [(chunk.document, chunk.start) for chunk in self.chunks]

    @cached_property
    def _passage_starts(self) -> list[tuple[int, int]]:
        return [(passage.document, passage.start) for passage in self.passages]

    def passage(self, place: int) -> Span:
        """The passage at a place of the index; the others are not made for it where all documents
        are kept."""
        if "passages" in vars(self) or len(self._kept) < len(self.documents):
            return self.passages[place]
        number = bisect_right(self._first_passages, place) - 1
        index = place - self._first_passages[number]
        (span,) = _spans(self._kept[number].passages, number, place, slice(index, index + 1))
        return span

    @cached_property
    def _first_passages(self) -> list[int]:
        """Of documents that are all kept the place of each one's first passage."""
        sizes = [len(each.passages) // _SPAN_BYTES for each in self._kept.values()]
        return [0, *accumulate(sizes)]

    def chunk_of(self, passage: Span) -> int:
        """The number of the chunk that holds the middle of `passage`."""
        middle = (passage.document, (passage.start + passage.end) // 2)
        return max(0, bisect_right(self._chunk_starts, middle) - 1)

    def passages_of(self, chunk: Span) -> list[Span]:
        """The passages of one chunk, in order."""
        first = bisect_left(self._passage_starts, (chunk.document, chunk.start))
        last = bisect_left(self._passage_starts, (chunk.document, chunk.end))
        return self.passages[first:last]

    def passages_at(self, quote: Quote) -> list[Span]:
        """The passages that a quote stands in, in order."""
        after = bisect_left(self._passage_starts, (quote.document, quote.end))
        first = bisect_right(self._passage_starts, (quote.document, quote.start)) - 1
        return self.passages[max(0, first) : after]

    def text(self, span: Span) -> str:
        """The words of a chunk or passage."""
        return self.documents[span.document].text[span.start : span.end]

    def locate(self, span: Span) -> Location:
        return self.documents[span.document].locate(span.start, span.end)

    def header(self, span: Span) -> str:
        """Title, section and pages in one line, so that "the company" still means something."""
        document = self.documents[span.document]
        place = self.locate(span)
        # What stands in every prompt is nobody's order.
        title = without_injections(document.title) or name_words(document.path)
        parts = [title]
        section = without_injections(place.section or "")
        if section and section != title:
            parts.append(section)
        if place.page is not None:
            last = place.last_page or place.page
            one = last == place.page
            parts.append(f"page {place.page}" if one else f"pages {place.page}-{last}")
        return " | ".join(parts)

    def headed(self, span: Span, question: str = "") -> str:
        """The span's words under its header, as a model may be shown them for a question."""
        return self.under_header(span, self.text(span), question)

    def under_header(self, span: Span, words: str, question: str = "") -> str:
        """Some of the span's words, or some more, under its header: without those that tell whoever
        answers what to say, unless they are asked about."""
        return f"{self.header(span)}\n{without_injections(words, question)}"

    def as_records(self, span: Span, question: str) -> str:
        """The span under its header, tables as records: each cell beside its column's head.

        Where a row matches the question better than any sentence does, the best rows stand alone:
        a model reads few rows better than many, and than a page (benchmarks/LOG.md).
        """
        rows, best = self.rows_asked(span, question)
        if not best:
            shown = partial(_without_injections, question)
            words = for_model(self.documents[span.document], span.start, span.end, shown)
            return self.under_header(span, words, question)
        records: dict[str, list[str]] = {}
        for table, row in map(rows.__getitem__, best):
            header, _, record = self.record(span, table, row, question).partition("\n")
            records.setdefault(header, []).append(record)
        return "\n".join(line for header in records for line in (header, *records[header]))

    def record(self, span: Span, table: Table, row: TableRow, question: str = "") -> str:
        """A row of the span as a record under its own header: a table may stand under a later
        heading than the passage begins with."""
        header = self.header(replace(span, start=row.start, end=row.end))
        return f"{header}\n{table.record(_without_injections(question, row))}"

    def _rows_asked(
        self, span: Span, question: str
    ) -> tuple[list[tuple[Table, TableRow]], list[int]]:
        """The rows of tables in a span, and the places of the best few of them in order: none
        where a sentence matches the question better than any row."""
        document = self.documents[span.document]
        lines = document.table_lines(span.start, span.end)
        rows = [(line.table, line.row) for line in lines if line.row and not line.row.is_subhead]
        text = document.text
        # What stands above a table holds for its rows as well.
        above = {section.start for section in document.sections}
        captions = {table.caption for table, _row in rows}
        prose = [
            text[start:end]
            for start, end in self.sentences(span)
            if not any(row.start < end and start < row.end for _table, row in rows)
            and not (start in above or text[start:end] in captions)
        ]
        index = Index([*(table.words(row) for table, row in rows), *prose])
        best = [hit.place for hit in index.search(question, _ROWS_SHOWN)] if rows else []
        found = best and best[0] < len(rows)
        return rows, sorted(place for place in best if place < len(rows)) if found else []

    def row_of(self, quote: Quote) -> tuple[Table, TableRow] | None:
        """The table and the row that a quote stands in; None outside tables."""
        return self.documents[quote.document].row_at(quote.start)

    def unit_of(self, quote: Quote) -> tuple[str, str]:
        """The unit or scale of the table that a quote stands in ("£000", "in thousands"), and the
        label of its row; both empty outside tables."""
        found = self.row_of(quote)
        return (found[0].unit, found[1].label) if found else ("", "")

    def record_of(self, quote: Quote) -> str:
        """What a quote says: of a table's row with caption, heads and period."""
        found = self.row_of(quote)
        return found[0].words(found[1]) if found else quote.text

    def sentences(self, span: Span) -> list[tuple[int, int]]:
        """Sentences and table rows of the span, as offsets into its document's text."""
        return list(sentences_and_rows(self.documents[span.document], span.start, span.end))

    def units(self, span: Span) -> list[str]:
        """The words of the span's sentences and table rows."""
        text = self.documents[span.document].text
        return [text[start:end] for start, end in self.sentences(span)]

    def quote(self, document: int, start: int, end: int, score: float) -> Quote:
        """The ledger's entry for a span, located and checked against the document."""
        source = self.documents[document]
        start, end = trimmed(source.text, start, end)
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
            place=place.place,
            score=score,
            verified=bool(words) and source.text.find(words, start, end) == start,
        )

    def reference(self, chunk: Span) -> ChunkRef:
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
                document.page_count,
                length,
                document.warnings,
            )
            for document, length in zip(self.documents, lengths, strict=True)
        )


def beginning(document: Document) -> str:
    """What a document calls itself: title, file name, and its first page."""
    end = document.pages[0].end if document.pages else _FIRST_PAGE
    name = name_words(document.path)
    return f"{document.title}\n{name}\n{document.text[: min(end, _FIRST_PAGE)]}"


def name_words(path: str) -> str:
    """The words of a file's name."""
    return re.sub(r"[\W_]+", " ", Path(path).stem)


def _without_injections(question: str, row: TableRow) -> TableRow:
    """A row as a model may be shown it."""
    return replace(row, cells=tuple(without_injections(cell, question) for cell in row.cells))


def _by_document(spans: Sequence[Span]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for span in spans:
        found.setdefault(span.document, []).append(span)
    return found


def _rows(spans: Sequence[Span]) -> bytes:
    """Spans as they are kept: rows of start, end and tokens."""
    return np.array([(each.start, each.end, each.tokens) for each in spans], np.int32).tobytes()


def _spans(data: bytes, document: int, first_index: int, some: slice = slice(None)) -> list[Span]:
    """The spans, or some of them, that were kept as rows."""
    rows = np.frombuffer(data, np.int32).reshape(-1, 3)[some].tolist()
    return [
        Span(index, document, start, end, tokens)
        for index, (start, end, tokens) in enumerate(rows, first_index)
    ]
