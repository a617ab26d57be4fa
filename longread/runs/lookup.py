"""Inspection and BM25 search of documents: what needs no model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from longread.documents import Document, cache
from longread.documents.chunks import estimate_tokens, sentences_and_rows
from longread.documents.kept import Facts
from longread.reading.corpus import Corpus
from longread.reading.options import GATED_CHUNK, ReadingOptions
from longread.retrieval import Index, query_terms
from longread.retrieval.store import IndexStore
from longread.runs.opening import Indexed, read_documents
from longread.runs.options import DocumentOptions


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that matches a query: its best sentence, and where that stands.

    `rank` counts from 1, `score` is BM25's. Formats without pages have a section or a line.
    """

    rank: int
    score: float
    document: str
    page: int | None
    label: str | None
    section: str | None
    line: int | None
    last_page: int | None
    place: str | None
    text: str


def look(
    sources: Sequence[str],
    documents: DocumentOptions,
    reading: ReadingOptions,
    report: Callable[[str], None],
    progress: Callable[[str, float], None] | None = None,
) -> Corpus:
    """The documents cut up, tokens estimated; `report` gets a line for what was left out.

    `progress` is told which of those that are new is read, and the share that is done. They are
    cut and indexed by the workers that parse them, and not again while they are the same.
    """
    store = IndexStore()
    read = read_documents(
        sources,
        documents,
        report=report,
        progress=progress,
        store=store,
        then=partial(_indexed, reading),
    )
    return cut_up(read, reading, store)


def _indexed(reading: ReadingOptions, document: Document) -> Document | Indexed:
    kept = document.entry and (cache.folder() / document.entry).exists()
    if not kept or document.attachments:
        return document
    return Indexed(Facts.of(document), cut_up([document], reading).cuts())


def cut_up(
    documents: Sequence[Document], reading: ReadingOptions, store: IndexStore | None = None
) -> Corpus:
    """Documents cut into chunks and passages, tokens estimated since no model is there."""
    chunk = reading.chunk_tokens or GATED_CHUNK
    return Corpus(
        documents,
        chunk_tokens=chunk,
        passage_tokens=min(reading.passage_tokens, chunk),
        count=estimate_tokens,
        store=store,
        counted_by="estimate",
    )


def search(corpus: Corpus, query: str, limit: int) -> list[Hit]:
    """The passages that match best, as many as `limit`, each by its best sentence."""
    hits = []
    for rank, hit in enumerate(corpus.index.search(query, limit), 1):
        passage = corpus.passage(hit.place)
        document = corpus.documents[passage.document]
        start, end = _best_sentence(document, passage.start, passage.end, query)
        place, text = document.locate(start, end), _on_one_line(document.text[start:end])
        where = {"document": document.path, "text": text, **asdict(place)}
        hits.append(Hit(rank=rank, score=round(hit.score, 3), **where))
    return hits


def record(corpus: Corpus, number: int) -> dict[str, Any]:
    """What `inspect --json` says of document `number`."""
    document = corpus.documents[number]
    return {
        "path": document.path,
        "sha256": document.sha256,
        "title": document.title,
        "format": document.kind,
        "characters": len(document.text),
        "pages": [asdict(page) for page in document.pages],
        "sections": [asdict(section) for section in document.sections],
        "chunks": [asdict(span) for span in corpus.chunks if span.document == number],
        "passages": [asdict(span) for span in corpus.passages if span.document == number],
        "removed": [asdict(left_out) for left_out in document.removed],
        "warnings": list(document.warnings),
    }


def _best_sentence(document: Document, start: int, end: int, query: str) -> tuple[int, int]:
    """The sentence or table row between two offsets that lacks least of the query."""
    heads = {line.start for line in document.table_lines(start, end) if line.row is None}
    spans = list(sentences_and_rows(document, start, end))
    spans = [span for span in spans if span[0] not in heads] or spans
    index = Index([_words(document, *span) for span in spans])
    lacking = zip(index.missing(query_terms(query)), index.scores(query), spans, strict=True)
    _, score, best = min(lacking, key=lambda found: (found[0], -found[1]))
    return best if score else (start, end)


def _words(document: Document, start: int, end: int) -> str:
    """A sentence's words; those of a row with its heads."""
    found = document.row_at(start)
    return found[0].words(found[1]) if found else document.text[start:end]


def _on_one_line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 240 else f"{words[:239]}…"
