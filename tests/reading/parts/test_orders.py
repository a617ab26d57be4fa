"""Document ranking: which of several documents is read first."""

from __future__ import annotations

import pytest

from longread.documents.model import Document
from longread.reading.corpus import Corpus
from longread.reading.judges import Judges
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.judges.trained import PROTOCOL, TrainedJudge
from longread.reading.options import ReadingOptions
from longread.reading.parts.orders import ChunksInOrder, ranked_documents
from longread.runs.fitting import order_of
from longread.runs.session import Session
from tests.scripted import ScriptedEngine

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
    ("options", "documents", "questions", "cascade", "order"),
    [
        (ReadingOptions(), 3, 1, False, "ranked"),
        (ReadingOptions(), 1, 1, False, "relevance"),
        (ReadingOptions(), 3, 2, True, "document"),
        (ReadingOptions(order="relevance"), 3, 1, False, "relevance"),
        (ReadingOptions(order="document"), 1, 1, True, "document"),
        (ReadingOptions(strategy="rag"), 3, 1, True, "document"),
        (ReadingOptions(), 1, 1, True, "relevance"),
        (ReadingOptions(), 3, 1, True, "ranked"),
        # Published protocols read as the document stands.
        (ReadingOptions(strategy="memagent"), 1, 1, True, "document"),
        (ReadingOptions(strategy="infiniretri"), 1, 1, False, "document"),
    ],
)
def test_auto_goes_by_documents_questions_and_strategy(
    options: ReadingOptions, documents: int, questions: int, cascade: bool, order: str
) -> None:
    read = [document(f"{number}.txt", FILLER) for number in range(documents)]
    session = Session(read, ScriptedEngine())
    answering = PromptedJudge(ScriptedEngine())
    reading = TrainedJudge(ScriptedEngine(protocol=PROTOCOL)) if cascade else answering
    session.judges = lambda *_, **__: Judges(reading, answering)  # type: ignore[method-assign]
    assert order_of(session, options, questions) == order
