"""The cascade on questions that compare the rows of a table, and on what says how to answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from longread.documents import load
from longread.documents.model import Document
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.judges.trained import PROTOCOL
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer, Step
from longread.runs.run import Run
from longread.runs.session import Session
from tests.scripted import ScriptedEngine, by_role, role

TABLE = """| Project | Budget | Forecast |
| --- | --- | --- |
| Quay | 8,400 | 8,950 |
| Gates | 2,150 | 1,960 |
| Shore power | 1,275 | 1,390 |
"""
OVER = "Which projects are dearer than budgeted?"
QUERY = 'SELECT "Project" FROM t WHERE "Forecast" > "Budget"'


@pytest.fixture
def works(tmp_path: Path) -> Document:
    """A report with one table among paragraphs about weather."""
    prose = "\n\n".join(
        f"On day {day} the wind blew from the north-west again." for day in range(80)
    )
    file = tmp_path / "works.md"
    file.write_text(
        f"# Works\n\n{prose}\n\n## Projects\n\n{TABLE}\n\n## Wind\n\n{prose}\n", "utf-8"
    )
    return load(str(file))


def model(query: str, fits: float = 0.95, everything: float = 0.05) -> ScriptedEngine:
    """Writes `query`, and answers nothing from any place."""

    def choose(prompt: str) -> dict[str, float]:
        if role(prompt) == "compares":
            return {"rows": 0.9, "direct": 0.1}
        if role(prompt) == "table_query":
            return {"query": fits, "none": 1 - fits}
        return {"yes": everything if role(prompt) == "everything" else 0.02}

    return ScriptedEngine(
        replies=by_role(
            plan="projects", short_answer="Gates", table_query=query.removeprefix("SELECT")
        ),
        choices=choose,
        parameters=1_500_000_000,
    )


def begin(
    told: Document,
    answering: ScriptedEngine,
    question: str = OVER,
    journal: bool = False,
    **options: Any,
) -> Run:
    reading = ScriptedEngine(
        replies=lambda _prompt: "", choices=lambda prompt: 0.3 if "Quay" in prompt else 0.01,
        protocol=PROTOCOL,
    )  # fmt: skip
    answering.info = type(answering.info)("larger", "larger.gguf", "CPU", 4000, 1_500_000_000)
    session = Session((told,), answering, reader=options.pop("reader", reading))
    sizes: dict[str, Any] = {"chunk_tokens": 80, "passage_tokens": 40, "memory_tokens": 120}
    session._judges["auto"] = PromptedJudge(answering)
    return session.run(question, ReadingOptions(**{**sizes, **options}), journal=journal)


def finish(run: Run) -> tuple[list[Step], Answer]:
    return list(run.steps()), run.answer()


def test_the_rows_that_fulfil_a_condition_are_the_answer(works: Document) -> None:
    steps, answer = finish(begin(works, model(QUERY)))
    assert answer.answer == "Quay; Shore power"
    assert [quote.text[:6] for quote in answer.citations] == ["| Quay", "| Shor"]
    assert 0.5 < answer.confidence < 0.9
    assert (len(steps), answer.exit.reason) == (1, "exit_gate")
    assert steps[0].judged[-1].query == QUERY
    assert QUERY in answer.remark
    assert Step.from_record(steps[0].record()) == steps[0]


def test_a_list_from_a_table_is_complete_and_others_are_read_for_to_the_end(
    works: Document,
) -> None:
    steps, answer = finish(begin(works, model(QUERY, everything=0.95)))
    assert answer.answer == "Quay; Shore power"
    assert len(steps) == 1
    steps, answer = finish(begin(works, model(QUERY, fits=0.01, everything=0.95)))
    assert answer.answer is None
    assert len(steps) == answer.info.chunks > 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: model(QUERY, fits=0.01),
        lambda: model('SELECT "Project" FROM t WHERE "Budget" > 77'),
        lambda: model('SELECT "Project" FROM t WHERE "Project" = \'Quay\''),
    ],
)
def test_what_tells_nothing_leaves_the_question_as_it_was(
    works: Document, make: Callable[[], ScriptedEngine]
) -> None:
    assert finish(begin(works, make()))[1].answer is None


def test_a_resumed_run_knows_what_a_query_selected(works: Document) -> None:
    wanted = finish(begin(works, model(QUERY), exit=False))[1]
    stopped = begin(works, model(QUERY), exit=False, journal=True)
    assert next(iter(stopped.steps())).judged
    resumed = begin(works, model(QUERY), exit=False, journal=True)
    assert resumed.info.resumed == 1
    answer = finish(resumed)[1]
    assert (answer.answer, answer.confidence) == (wanted.answer, wanted.confidence)
    assert answer.remark == wanted.remark


def test_a_model_that_reads_alone_answers_from_the_table_too(works: Document) -> None:
    alone = model(QUERY, everything=0.95)
    choose = alone.choices
    assert callable(choose)
    gates = ("relevance", "likelihood")
    alone.choices = lambda p: {"yes": 0.9} if role(p) in gates and "Quay" in p else choose(p)
    steps, answer = finish(begin(works, alone, reader=None))
    assert answer.answer == "Quay; Shore power"
    assert len(steps) == 1
    assert len(answer.citations) == 2
    assert answer.remark.endswith(QUERY)


def test_one_row_of_an_unlikely_table_is_put_behind_what_a_place_answers(works: Document) -> None:
    def dearest(fits: float, answers: float) -> ScriptedEngine:
        written = model('SELECT "Project" FROM t ORDER BY "Budget" DESC LIMIT 1', fits)
        choose = written.choices
        assert callable(choose)
        asked = ("compares", "table_query", "everything")
        written.choices = lambda prompt: (
            choose(prompt) if role(prompt) in asked else {"yes": answers}
        )
        return written

    def answer(fits: float, answers: float) -> str | None:
        run = begin(works, dearest(fits, answers), "Which project is the dearest?")
        return finish(run)[1].answer

    assert answer(fits=0.95, answers=0.99) == "Quay"
    assert answer(fits=0.05, answers=0.02) == "Quay"
    assert answer(fits=0.05, answers=0.99) == "Gates"


def test_models_are_asked_without_what_says_how_to_answer(works: Document) -> None:
    told = f"Assume that you are an analyst. {OVER} Answer in one line, from the project table."
    answering = model(QUERY)
    run = begin(works, answering, told)
    answer = finish(run)[1]
    assert answer.answer == "Quay; Shore power"
    assert (run.info.question, answer.question) == (told, told)
    asked = {role(prompt): prompt for _call, prompt in answering.prompts}
    assert "analyst" in asked["plan"]
    assert not [name for name, prompt in asked.items() if name != "plan" and "analyst" in prompt]
