"""While workers parse, the model is opened and what is there by then is indexed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from longread.documents import Document
from longread.engine.llamacpp import LlamaCppEngine
from longread.errors import DocumentError, ModelError
from longread.reading.options import ReadingOptions
from longread.retrieval.store import IndexStore
from longread.runs.opening import read_documents
from longread.runs.session import Session

TOWNS = ("Ardal", "Borgund", "Dale", "Eid", "Farsund", "Grimstad", "Hitra", "Inderoy")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight PDFs and a text."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for town in TOWNS:
        with pymupdf.open() as pdf:
            for page in range(1, 4):
                words = f"On page {page} the mayor of {town} was paid {page}00 crowns. " * 12
                pdf.new_page().insert_textbox((72, 72, 520, 700), words)
            pdf.save(folder / f"{town}.pdf")
    (folder / "notes.txt").write_text("Nobody was paid in Jondal.\n" * 30)
    return folder


def test_documents_are_handed_over_while_others_are_parsed(folder: Path) -> None:
    calls: list[str] = []
    arrived: list[Document] = []

    def meanwhile() -> Callable[[Document], None]:
        calls.append("opened")
        return arrived.append

    read = read_documents([str(folder)], meanwhile=meanwhile)
    assert calls == ["opened"]
    assert len({each.path for each in arrived}) == len(arrived) > 0
    assert {each.path: each.text for each in arrived}.items() <= {
        each.path: each.text for each in read
    }.items()
    # Nothing is parsed the second time: nobody waits.
    calls.clear()
    assert read_documents([str(folder)], meanwhile=meanwhile) == read
    assert calls == []


def test_what_fails_meanwhile_ends_the_reading(folder: Path) -> None:
    def meanwhile() -> Callable[[Document], None]:
        raise ModelError("there is no such model.", "another one")

    with pytest.raises(ModelError, match="no such model"):
        read_documents([str(folder)], meanwhile=meanwhile)


def test_one_that_cannot_be_read_is_not_handed_over(folder: Path) -> None:
    (folder / "Ardal.pdf").write_bytes((folder / "Ardal.pdf").read_bytes()[:400])
    arrived: list[Document] = []
    read = read_documents([str(folder)], meanwhile=lambda: arrived.append)
    assert len(read) == 8
    assert not any(isinstance(each, DocumentError) for each in arrived)
    assert str(folder / "Ardal.pdf") not in {each.path for each in arrived}


@pytest.mark.model
def test_a_run_finds_what_was_indexed_ahead(folder: Path, engine: LlamaCppEngine) -> None:
    options = ReadingOptions(chunk_tokens=128, passage_tokens=64, memory_tokens=128)
    store = IndexStore()
    session = Session([], engine, index=store)
    read = read_documents([str(folder)], meanwhile=lambda: session.index_ahead(options))
    ahead = session.index_ahead(options)
    for document in read:
        ahead(document)
    session.turn_to(read)
    corpus = session.run("Who was paid?", options).corpus
    anew = Session(read, engine).run("Who was paid?", options).corpus
    assert len(corpus._kept) == len(read)
    assert corpus.chunks == anew.chunks
    assert corpus.passages == anew.passages
    assert corpus.index.scores("mayor of Dale") == anew.index.scores("mayor of Dale")
    # It was written for the next run, too.
    assert len(IndexStore().cuts(corpus._keys.values())) == len(read)
