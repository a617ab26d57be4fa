"""The whole way, with the bundled model: files in, an answer that can be checked out."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

import longread
from longread.display.json_answer import answer_object, to_json
from longread.documents import load
from longread.engine.llamacpp import LlamaCppEngine
from longread.errors import DocumentError, ModelError, UsageError
from longread.reading.names import STRATEGIES
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer, Step
from longread.runs.session import Session
from tests.cli.conftest import FIXTURES
from tests.display.test_json import validate
from tests.scripted import ScriptedEngine

pytestmark = pytest.mark.model

SIZES = {"chunk_tokens": 400, "passage_tokens": 100, "memory_tokens": 200, "answer_tokens": 40}
QUESTION = "How long is the tunnel under Mount Hestra?"
PAGES = [
    "The valley of the Arle is known for its cider. Farmers press the apples in October and "
    "keep the juice in oak casks until spring. Visitors may taste it at the abbey on Sundays.",
    "Tolland Mills reported lower sales for the year. Management put the fall down to the "
    "fire at its Tessel plant in March. The plant has been rebuilt with a sprinkler system.",
    "The committee met eleven times in the winter. It was chaired by Maud Ferris until June. "
    "Minutes of all meetings are kept at the town hall, where anyone may read them.",
    "The railway reached the coast late. The tunnel under Mount Hestra is 4,317 metres long and "
    "took nine years to dig. Before it was opened, goods went over the pass on mules.",
    "Rainfall in the valley was the highest since measurements began. The reservoir filled by "
    "the end of April. Engineers opened the lower sluice for the first time in nine years.",
    "The old brewery was bought by the council and is rented to a theatre company. Its roof was "
    "renewed with money from the heritage fund. The first play was a comedy about a baker.",
]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import pymupdf

    path = tmp_path_factory.mktemp("books") / "valley.pdf"
    with pymupdf.open() as document:
        for text in PAGES:
            document.new_page().insert_textbox((72, 72, 500, 400), text, fontsize=11)
        document.save(path)
    return path


@pytest.fixture
def home(warm_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where the optimised model is already."""
    monkeypatch.setenv("LONGREAD_HOME", str(warm_home))
    return warm_home


def ask(engine: LlamaCppEngine, book: Path, question: str, **options: Any) -> Answer:
    session = Session([load(str(book))], engine)
    run = session.run(question, ReadingOptions(**{**SIZES, **options}))
    for _step in run.steps():
        pass
    return run.answer()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_gives_an_answer_object_that_keeps_the_contract(
    engine: LlamaCppEngine, book: Path, strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longread.reading.strategies.gru_mem.THINKING_TOKENS", 16)
    sizes = {"chunk_tokens": 130, "memory_tokens": 48, "answer_tokens": 16}
    answer = ask(engine, book, QUESTION, strategy=strategy, max_chunks=2, **sizes)
    validate(answer_object(answer))
    assert to_json(answer_object(answer))
    text = load(str(book)).text
    for quote in answer.citations:
        assert quote.verified
        assert text[quote.start : quote.end] == quote.text
    assert (answer.answer is not None) == (answer.status == "answered")


def test_gated_finds_the_fact_on_its_page(engine: LlamaCppEngine, book: Path) -> None:
    answer = ask(engine, book, QUESTION)
    assert answer.status == "answered"
    assert "4,317" in (answer.answer or "")
    assert answer.citations[0].page == 4
    assert answer.citations[0].verified
    assert answer.confidence > 0.5


@pytest.mark.parametrize(
    "question", ["Who discovered the moons of Jupiter?", "How is a transistor made?"]
)
def test_gated_says_when_the_document_does_not(
    engine: LlamaCppEngine, book: Path, question: str
) -> None:
    answer = ask(engine, book, question)
    assert (answer.status, answer.answer, answer.citations) == ("not_found", None, ())
    assert answer.coverage == 1.0


def test_infiniretri_finds_the_fact_and_says_when_there_is_none(
    engine: LlamaCppEngine, book: Path
) -> None:
    answer = ask(engine, book, QUESTION, strategy="infiniretri")
    assert "4,317" in (answer.answer or "")
    assert answer.citations[0].page == 4
    silent = ask(engine, book, "Who discovered the moons of Jupiter?", strategy="infiniretri")
    assert (silent.status, silent.citations) == ("not_found", ())


def test_rag_finds_the_fact(engine: LlamaCppEngine, book: Path) -> None:
    answer = ask(engine, book, QUESTION, strategy="rag")
    assert 4 in {quote.page for quote in answer.citations}


@pytest.mark.usefixtures("bundled_model")
def test_ask_from_a_notebook(home: Path, book: Path, capfd: pytest.CaptureFixture[str]) -> None:
    answer = longread.ask(book, QUESTION, context=2048, **SIZES)
    assert "4,317" in (answer.answer or "")
    assert answer.info.model.name == "SmolLM2-135M-Instruct"
    assert answer.info.documents[0].path.endswith("valley.pdf")
    assert not (home / "state").exists(), "a notebook keeps no journal"
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("home", "bundled_model")
def test_a_notebook_may_name_pages_and_a_password_and_is_told_what_was_left_out(
    book: Path, tmp_path: Path
) -> None:
    answer = longread.ask(book, QUESTION, context=2048, pages="1-3", **SIZES)
    assert (answer.status, answer.info.documents[0].pages) == ("not_found", 3)
    locked = FIXTURES / "locked.pdf"
    opened = longread.ask(locked, "Who?", context=2048, password="bergen", max_chunks=1, **SIZES)
    assert opened.info.documents[0].path == str(locked)
    assert opened.info.left_out == ()
    with pytest.warns(UserWarning, match=r"left out: .*locked\.pdf"):
        partial = longread.ask([book, locked], QUESTION, context=2048, **SIZES)
    (line,) = partial.info.left_out
    assert "password" in line
    assert answer_object(partial)["left_out"] == [line]


@pytest.mark.usefixtures("home", "bundled_model")
def test_read_gives_the_steps_as_they_happen(book: Path) -> None:
    steps = longread.read([str(book)], QUESTION, context=2048, exit=False, **SIZES)
    assert inspect.isgenerator(steps)
    first = next(steps)
    assert isinstance(first, Step)
    assert first.index == 1
    steps.close()


def test_mistakes_are_longread_s_own_errors(book: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no option called stategy"):
        longread.ask(str(book), QUESTION, stategy="gated")
    with pytest.raises(DocumentError):
        longread.ask(str(tmp_path / "nowhere.pdf"), QUESTION)
    with pytest.raises(ModelError):
        longread.ask(str(book), QUESTION, model="no-such-model")
    with pytest.raises(UsageError, match="empty"):
        Session([], ScriptedEngine()).run("  ", ReadingOptions())


def test_what_does_not_fit_the_context_is_said_before_reading(
    engine: LlamaCppEngine, book: Path
) -> None:
    with pytest.raises(UsageError, match="too small for chunks") as caught:
        ask(engine, book, QUESTION, chunk_tokens=1900)
    assert "--chunk-tokens" in caught.value.hint
    with pytest.raises(UsageError):
        ask(engine, book, QUESTION, memory_tokens=1023)


@pytest.mark.usefixtures("home")
def test_an_answer_from_a_page_has_no_note_mark_and_its_quote_has(tmp_path: Path) -> None:
    path = tmp_path / "bond.html"
    path.write_text("<html><body><p>The bond pays 10<sup>2</sup> percent a year.</p></body></html>")
    answer = longread.ask(str(path), "How much does the bond pay a year?")
    assert answer.answer is not None
    assert "10 percent" in answer.answer
    assert answer.citations[0].text == "The bond pays 10[2] percent a year."
    assert answer.citations[0].verified
