"""Questions that compare the rows of a table: the query of a model, and the quotes it gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longread.documents.model import Document
from longread.reading.corpus import Corpus
from longread.reading.judges import ShortAnswer
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.parts.table_questions import TableQuestions
from longread.reading.state import ReadingState, Scored
from tests.reading.parts.test_relation import PROJECTS
from tests.scripted import ScriptedEngine

OVER = 'SELECT "Row" FROM t WHERE "Awarded" LIKE \'%2024%\''


class Querying(PromptedJudge):
    """Writes one query, whatever it is asked."""

    fitting, written, comparing = 0.9, ShortAnswer(OVER, 0.95), True

    def compares(self, question: str) -> bool:
        return self.comparing

    def fits(self, table: str, question: str) -> float:
        assert "Sandhythe Quay" in table
        return self.fitting

    def query(self, table: str, question: str) -> ShortAnswer:
        return self.written


@pytest.fixture
def state() -> ReadingState:
    lines = [" | ".join(row.cells) for row in PROJECTS.rows]
    starts = [sum(len(line) + 1 for line in lines[:at]) for at in range(len(lines))]
    rows = tuple(
        replace(row, start=start, end=start + len(line))
        for row, start, line in zip(PROJECTS.rows, starts, lines, strict=True)
    )
    text, tables = "\n".join(lines), (replace(PROJECTS, rows=rows),)
    told = Document("works.md", "", "Works", "markdown", text, tables=tables)
    engine = ScriptedEngine()
    corpus = Corpus((told,), chunk_tokens=200, passage_tokens=200, count=engine.count)
    memory = Memory(120, engine.count)
    return ReadingState(engine, corpus, "Which were awarded in 2024?", memory, ReadingOptions())


def asked(**script: object) -> TableQuestions:
    judge = Querying(ScriptedEngine())
    for name, value in script.items():
        setattr(judge, name, value)
    return TableQuestions(judge)


def places(state: ReadingState) -> list[Scored]:
    return [Scored(passage, 0.3) for passage in state.corpus.passages]


def test_the_rows_that_a_query_selects_are_quoted(state: ReadingState) -> None:
    told = asked().told(state, places(state))
    assert told is not None
    assert told.several
    assert [quote.text.partition(" |")[0] for quote in told.quotes] == [
        "Sandhythe Quay",
        "Ice plant",
    ]
    assert [quote.answer for quote in told.quotes] == ["Sandhythe Quay; Ice plant", ""]
    assert all(quote.verified and 0.5 < quote.score < 0.9 for quote in told.quotes)


def test_each_row_has_its_own_answer_where_everything_is_asked_for(state: ReadingState) -> None:
    state.everything = True
    told = asked().told(state, places(state))
    assert told is not None
    assert [quote.answer for quote in told.quotes] == ["Sandhythe Quay", "Ice plant"]


def test_rows_are_counted(state: ReadingState) -> None:
    counting = ShortAnswer(OVER.replace('"Row"', "COUNT(*)"), 0.95)
    told = asked(written=counting).told(state, places(state))
    assert told is not None
    assert not told.several
    assert [quote.answer for quote in told.quotes] == ["2", ""]


@pytest.mark.parametrize(
    "script",
    [
        {"comparing": False},
        {"fitting": 0.01},
        {"written": ShortAnswer(OVER, 0.5)},
        {"written": ShortAnswer("SELECT", 1.0)},
    ],
)
def test_what_compares_nothing_fits_no_table_or_makes_no_sense_tells_nothing(
    state: ReadingState, script: dict[str, object]
) -> None:
    assert asked(**script).told(state, places(state)) is None
