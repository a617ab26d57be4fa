"""What a chat client may ask for: which documents there are, search, pages, answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from longread.display.json_answer import answer_object
from longread.documents import Document, load
from longread.errors import DocumentError, UsageError
from longread.mcp.folders import Folders
from longread.models.store import ResolvedModel
from longread.reading.corpus import Corpus
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer, Step
from longread.runs import lookup
from longread.runs.opening import read_documents
from longread.runs.options import DocumentOptions, ModelOptions
from longread.runs.session import Session

# Told the share (0 to 1) of a question that is done, and in words what; what it raises ends
# the reading.
Progress = Callable[[float, str], None]

_MOST_LISTED = 500
_MOST_PAGES = 10
# How much of a question is reading the files, if they have to be parsed.
_PARSING = 0.1


class Service:
    """Documents below `folders`, and a model that is opened by the first question.

    Every method raises LongreadError; paths in what it gives are names (see `Folders`). Calls
    may come from several threads: questions wait for each other.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        documents: DocumentOptions,
        reading: ReadingOptions,
        model: ModelOptions,
        resolved: Callable[[], ResolvedModel],
    ) -> None:
        self._folders = Folders(folders, documents)
        self._documents, self._reading, self._model = documents, reading, model
        self._resolved = resolved
        self._session: Session | None = None
        self._asking = threading.Lock()
        self._searched: tuple[tuple[Any, ...], Corpus] | None = None

    def inspect(self, document: str = "") -> dict[str, Any]:
        """A document's title, pages, sections, tables and warnings; of a folder, or without a
        name, the documents there are."""
        found = self._folders.documents()
        if document not in found:
            files = self._folders.below([document] if document else []) if found else []
            listed = [
                {"document": self._folders.named(file), "bytes": Path(file).stat().st_size}
                for file in files[:_MOST_LISTED]
            ]
            return {"documents": listed, "more": max(0, len(files) - _MOST_LISTED)}
        read = self._load(document)
        return {
            "document": document,
            "title": read.title,
            "format": read.kind,
            "pages": len(read.pages),
            "parts": len(self._parts(read)),
            "characters": len(read.text),
            "sections": [
                {"title": section.title, "page": read.locate(section.start).page}
                for section in read.sections
            ],
            "tables": [
                {"caption": table.context, "page": table.rows[0].page if table.rows else None}
                for table in read.tables
            ],
            "warnings": list(read.warnings),
        }

    def search(self, query: str, documents: Sequence[str] = (), limit: int = 10) -> dict[str, Any]:
        """The places that match best, by BM25."""
        if not query.strip():
            raise UsageError("the query is empty.", "words that stand in the document")
        files, left_out = self._folders.below(documents), list[str]()
        stats = [Path(file).stat() for file in files]
        key = (*files, *((stat.st_mtime_ns, stat.st_size) for stat in stats))
        kept = self._searched
        if kept is None or kept[0] != key:
            read = read_documents(files, self._documents, report=left_out.append)
            kept = self._searched = key, lookup.cut_up(self._renamed(read), self._reading)
        hits = lookup.search(kept[1], query, limit)
        return {"hits": [asdict(hit) for hit in hits], "left_out": self._named(left_out)}

    def read_page(
        self, document: str, page: int = 1, last_page: int | None = None
    ) -> dict[str, Any]:
        """The text of some pages, ten at most; a document without pages has parts instead."""
        read = self._load(document)
        parts, last = self._parts(read), last_page or page
        if not 1 <= page <= last <= len(parts):
            raise UsageError(f"{document} has the pages 1 to {len(parts)}.", "count from 1")
        if last - page >= _MOST_PAGES:
            raise UsageError(f"{last - page + 1} pages at once.", f"at most {_MOST_PAGES}")
        pages = [
            {"page": number, "label": label, "text": read.text[start:end]}
            for number, (label, start, end) in enumerate(parts[page - 1 : last], page)
        ]
        return {"document": document, "pages": pages, "of": len(parts)}

    def ask(
        self, question: str, documents: Sequence[str], progress: Progress, waiting: Progress
    ) -> dict[str, Any]:
        """The answer with its citations, as `longread.answer/1`.

        `waiting` is told, again and again, while another question is read for. A question that
        was broken off goes on where it was when it is asked again.
        """
        files, left_out = self._folders.below(documents), list[str]()
        while not self._asking.acquire(timeout=0.2):
            waiting(0.0, "another question is being read for")
        try:
            read = read_documents(
                files,
                self._documents,
                report=left_out.append,
                progress=lambda file, done: progress(
                    _PARSING * done, f"reading {self._folders.named(file)}"
                ),
            )
            session = self._open()
            session.turn_to(self._renamed(read))
            session.left_out = tuple(self._named(left_out))
            return answer_object(self._read(session, question, progress))
        finally:
            self._asking.release()

    def close(self) -> None:
        """Close the model."""
        if self._session is not None:
            self._session.close()

    def _read(self, session: Session, question: str, progress: Progress) -> Answer:
        together = session.run_all([question], self._reading, journal=True)
        (run,) = together.runs
        share = _PARSING
        run.reader.on_stage = lambda stage: progress(share, stage.replace("_", " "))
        for _number, record in together.records():
            if isinstance(record, Step):
                share = _PARSING + (1 - _PARSING) * record.index / record.total
                page = f", page {record.chunk.page}" if record.chunk.page else ""
                place = f"{record.chunk.path}{page}"
                progress(share, f"read {record.index} of {record.total} chunks: {place}")
            else:
                answer = record
        together.close()
        return answer

    def _open(self) -> Session:
        if self._session is None:
            self._session = Session.of_model(self._resolved(), self._model)
        return self._session

    def _load(self, name: str) -> Document:
        path = self._folders.documents().get(name)
        if path is None:
            raise DocumentError(f"there is no document {name!r} here.", "inspect lists them")
        try:
            (document,) = self._renamed([load(str(path), **self._documents.loading())])
        except DocumentError as error:
            raise DocumentError(self._folders.named(error.message), error.hint) from error
        return document

    def _parts(self, document: Document) -> list[tuple[str | None, int, int]]:
        """(label, start, end) of each page, or of each chunk where there are no pages."""
        if document.pages:
            return [(page.label, page.start, page.end) for page in document.pages]
        chunks = lookup.cut_up([document], self._reading).chunks
        return [(None, chunk.start, chunk.end) for chunk in chunks]

    def _renamed(self, documents: Sequence[Document]) -> list[Document]:
        return [replace(each, path=self._folders.named(each.path)) for each in documents]

    def _named(self, lines: Sequence[str]) -> list[str]:
        return [self._folders.named(line) for line in lines]
