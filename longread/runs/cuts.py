"""The documents of a session cut into chunks and passages: each way once, kept in the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from longread.documents import Document
from longread.engine import Engine
from longread.engine.http import is_address
from longread.reading.corpus import Corpus
from longread.retrieval.store import IndexStore
from longread.runs.fitting import Cutting


class Cuts:
    """Corpora by how they are cut. How documents are cut is kept in `index`, where there is one;
    `digest` names the model file whose tokens are counted."""

    def __init__(self, index: IndexStore | None, digest: Callable[[Engine], str]) -> None:
        self._index = index
        self._digest = digest
        self._corpora: dict[tuple[int, int, bool, str], Corpus] = {}

    def clear(self) -> None:
        """Other documents from now on."""
        self._corpora.clear()

    def corpus(self, documents: Sequence[Document], way: Cutting) -> Corpus:
        """The documents cut like this; cut and indexed once, however many runs ask."""
        key = (*way[:3], way[3].info.name)
        if key not in self._corpora:
            self._corpora[key] = self._cut(documents, way)
        return self._corpora[key]

    def ahead(self, document: Document, way: Cutting) -> Corpus:
        """A document alone cut as `corpus` cuts it, and kept in the index for that."""
        corpus = self._cut([document], way)
        if self._index is not None:
            self._index.keep(corpus.cuts(), soon=True)
        return corpus

    def _cut(self, documents: Sequence[Document], way: Cutting) -> Corpus:
        chunk_tokens, passage_tokens, filled, engine = way
        # A server may count otherwise tomorrow.
        tokenizer = "" if is_address(engine.info.file) else self._digest(engine)
        return Corpus(
            documents,
            chunk_tokens=chunk_tokens,
            passage_tokens=passage_tokens,
            count=engine.count,
            filled=filled,
            store=self._index if tokenizer else None,
            counted_by=tokenizer,
        )
