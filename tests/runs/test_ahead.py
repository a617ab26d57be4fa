"""While workers parse, the model is opened, and what is there by then is indexed and gated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

from longread.documents import Document
from longread.engine.llamacpp import LlamaCppEngine
from longread.errors import DocumentError, ModelError
from longread.reading.judges.trained import PROTOCOL
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer
from longread.retrieval.store import IndexStore
from longread.runs.ahead import GatedAhead, ReadAhead, by_name
from longread.runs.opening import read_documents
from longread.runs.session import Session
from tests.reading.conftest import FACT, QUESTION
from tests.scripted import ScriptedEngine, page, paged

QUESTIONS = ("What was the mayor of Hitra paid on page 2?", "Who was not paid in Jondal?")
TOWNS = ("Ardal", "Borgund", "Dale", "Eid", "Farsund", "Grimstad", "Hitra", "Inderoy")


class Arrivals:
    """Keeps what it is handed, and counts how often there was nothing to do but wait."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.waits = 0

    def arrived(self, document: Document) -> None:
        self.documents.append(document)

    def idle(self) -> bool:
        self.waits += 1
        return False


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
    beside = Arrivals()

    def meanwhile(documents: int) -> Arrivals:
        calls.append(f"{documents} to parse")
        return beside

    read = read_documents([str(folder)], meanwhile=meanwhile)
    assert calls == ["9 to parse"]
    arrived = beside.documents
    assert len({each.path for each in arrived}) == len(arrived) > 0
    assert beside.waits > 0
    assert {each.path: each.text for each in arrived}.items() <= {
        each.path: each.text for each in read
    }.items()
    # Nothing is parsed the second time: nobody waits.
    calls.clear()
    assert read_documents([str(folder)], meanwhile=meanwhile) == read
    assert calls == []


def test_what_fails_meanwhile_ends_the_reading(folder: Path) -> None:
    def meanwhile(_documents: int) -> Arrivals:
        raise ModelError("there is no such model.", "another one")

    with pytest.raises(ModelError, match="no such model"):
        read_documents([str(folder)], meanwhile=meanwhile)


def test_one_that_cannot_be_read_is_not_handed_over(folder: Path) -> None:
    (folder / "Ardal.pdf").write_bytes((folder / "Ardal.pdf").read_bytes()[:400])
    beside = Arrivals()
    read = read_documents([str(folder)], meanwhile=lambda _documents: beside)
    assert len(read) == 8
    assert not any(isinstance(each, DocumentError) for each in beside.documents)
    assert str(folder / "Ardal.pdf") not in {each.path for each in beside.documents}


@pytest.mark.model
def test_a_run_finds_what_was_indexed_ahead(folder: Path, engine: LlamaCppEngine) -> None:
    options = ReadingOptions(chunk_tokens=128, passage_tokens=64, memory_tokens=128)
    store = IndexStore()
    session = Session([], engine, index=store)
    read = read_documents([str(folder)])
    ahead = ReadAhead(session, [], options, len(read))
    for document in read:
        ahead.arrived(document)
    session.turn_to(read)
    corpus = session.run("Who was paid?", options).corpus
    anew = Session(read, engine).run("Who was paid?", options).corpus
    assert len(corpus._kept) == len(read)
    assert corpus.chunks == anew.chunks
    assert corpus.passages == anew.passages
    assert corpus.index.scores("mayor of Dale") == anew.index.scores("mayor of Dale")
    # It was written for the next run, too.
    assert len(IndexStore().cuts(corpus._keys.values())) == len(read)


def test_files_whose_names_promise_most_come_first() -> None:
    files = ["a/minutes.pdf", "b/annual_report-2015.pdf", "c/annual-report-2014.pdf", "d.pdf"]
    assert by_name(files, ["What did the report of 2014 say?"]) == [
        files[2], files[1], files[0], files[3],
    ]  # fmt: skip
    assert by_name(files, []) == files


@pytest.mark.model
@pytest.mark.parametrize("questions", [QUESTIONS[:1], QUESTIONS])
def test_what_was_gated_ahead_is_not_gated_again_and_changes_no_answer(
    folder: Path, engine: LlamaCppEngine, tmp_path: Path, questions: tuple[str, ...]
) -> None:
    options = ReadingOptions(chunk_tokens=128, passage_tokens=64, memory_tokens=128)
    read = read_documents([str(folder)])[5:]
    plain = Session(read, engine, blocks=tmp_path / "plain").run_all(questions, options)
    expected = [each for _number, each in plain.records() if isinstance(each, Answer)]

    session = Session([], engine, blocks=tmp_path / "ahead")
    gated: list[GatedAhead] = []
    ahead = ReadAhead(session, questions, options, len(read), gated.append)
    for document in read:
        ahead.arrived(document)
        while ahead.idle():
            pass
    session.turn_to(read)
    told = [each for each in gated if each.seconds is not None]
    # Each is told of before and after; at the first document the first passage.
    assert gated[0] == replace(gated[1], seconds=None)
    assert (gated[0].document, gated[0].parsed) == (read[0].path, 1)
    assert len({(each.document, each.page) for each in told}) > 1
    # Pages that say the same are asked once.
    assert 0 < len(ahead.replies) <= len(told) * len(questions)
    assert ahead.tokens.prefilled > 0

    together = session.run_all(questions, options)
    found = [each for _number, each in together.records() if isinstance(each, Answer)]
    for mine, other in zip(found, expected, strict=True):
        assert mine.answer == other.answer
        assert mine.confidence == pytest.approx(other.confidence, abs=1e-3)
        assert [each.text for each in mine.citations] == [each.text for each in other.citations]
        assert (mine.exit, mine.chunks_read) == (other.exit, other.chunks_read)
    anew = sum(each.tokens.prefilled for each in expected)
    assert sum(each.tokens.prefilled for each in found) - ahead.tokens.prefilled < anew


def test_a_prompt_that_was_asked_ahead_is_not_asked_again() -> None:
    documents = []
    for place in range(4):
        pages = [page(number, *([FACT] if number == place else [])) for number in (1, 2)]
        made = replace(paged(*pages), path=f"{place}.pdf", sha256=str(place), entry=str(place))
        documents.append(made)
    options = ReadingOptions(chunk_tokens=80, passage_tokens=40, memory_tokens=120)

    def reader() -> ScriptedEngine:
        return ScriptedEngine(
            replies=lambda _prompt: "1931",
            choices=lambda prompt: 0.98 if FACT in prompt else 0.01,
            protocol=PROTOCOL,
            capabilities=frozenset({"generate", "choose", "score", "branches"}),
        )

    (expected,) = answers(Session(documents, reader()), options)
    engine = reader()
    session = Session([], engine)
    ahead = ReadAhead(session, [QUESTION], options, len(documents))
    for document in documents:
        ahead.arrived(document)
        while ahead.idle():
            pass
    asked = {prompt for call, prompt in engine.prompts if call == "choose"}
    assert 0 < len(asked) <= len(ahead.replies)
    engine.prompts.clear()
    session.turn_to(documents)
    (found,) = answers(session, options)
    assert not asked & {prompt for call, prompt in engine.prompts if call == "choose"}
    assert (found.answer, found.citations, found.exit) == (
        expected.answer, expected.citations, expected.exit,
    )  # fmt: skip
    assert found.answer == "1931"
    assert ahead.tokens.prefilled <= found.tokens.prefilled


def answers(session: Session, options: ReadingOptions) -> list[Answer]:
    records = session.run_all([QUESTION], options).records()
    return [each for _number, each in records if isinstance(each, Answer)]
