"""Document ranking: which of several documents is read first."""

from __future__ import annotations

import pytest

from longread.documents.model import Document
from longread.reading.corpus import Corpus
from longread.reading.options import ReadingOptions
from longread.reading.parts.orders import ChunksInOrder, ranked_documents
from longread.runs.fitting import order_of

QUESTION = "How high is the mast of the Aurora?"
FILLER = "The crew ate bread and looked at the sea all day long. " * 40


def document(name: str, text: str, title: str = "") -> Document:
    return Document(f"ships/{name}", name, title or name.partition(".")[0], "text", text)


def corpus(*documents: Document) -> Corpus:
    return Corpus(
        documents, chunk_tokens=128, passage_tokens=64, count=lambda text: len(text.split())
    )


def test_the_document_with_the_best_passages_comes_first() -> None:
    read = corpus(
        document("a.txt", f"{FILLER}The kitchen is clean."),
        document("b.txt", f"{FILLER}The mast of the ship is 19 metres high. The mast is pine."),
        document("c.txt", f"{FILLER}Nothing is high here."),
    )
    assert ranked_documents(read, QUESTION)[0] == 1
    spans = ChunksInOrder().spans(read, QUESTION, ReadingOptions(order="ranked"))
    assert sorted(spans, key=lambda span: span.index) == read.chunks
    assert len(read.chunks) > 6
    first = [span.index for span in spans if span.document == 1]
    assert [span.index for span in spans][: len(first)] == first == sorted(first)


@pytest.mark.parametrize(
    "named",
    [
        document("aurora_log.txt", FILLER, "Log"),
        document("x.txt", FILLER, "The Aurora"),
        document("x.txt", f"Log of the Aurora. {FILLER}"),
    ],
)
def test_file_name_title_and_first_page_count(named: Document) -> None:
    others = [document(f"{name}.txt", f"{FILLER}The sea is high.") for name in "abc"]
    assert ranked_documents(corpus(*others, named), "What did the Aurora carry?")[0] == 3


def test_documents_that_nothing_is_known_of_stay_in_order() -> None:
    read = corpus(*(document(f"{name}.txt", FILLER) for name in "cab"))
    assert ranked_documents(read, "xylophone?") == [0, 1, 2]


@pytest.mark.parametrize(
    ("options", "documents", "questions", "order"),
    [
        (ReadingOptions(), 3, 1, "ranked"),
        (ReadingOptions(), 1, 1, "document"),
        (ReadingOptions(), 3, 2, "document"),
        (ReadingOptions(order="relevance"), 3, 1, "relevance"),
        (ReadingOptions(order="document"), 3, 1, "document"),
        (ReadingOptions(strategy="rag"), 3, 1, "document"),
    ],
)
def test_auto_ranks_several_documents_for_one_question(
    options: ReadingOptions, documents: int, questions: int, order: str
) -> None:
    assert order_of(options, documents, questions) == order
