"""Several questions in one call: where they come from, and what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from longread.errors import UsageError
from longread.runs.questions import Asked, read_questions
from tests.cli.conftest import ANSWER, QUESTION, TALE, run
from tests.schemas import answer_schema

ELSEWHERE = "How many kilograms of flour were bought in Paris?"


def test_questions_of_the_options_come_before_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(
        '{"id": "a", "question": " Who? "}\n\n{"id": 7, "question": "When?", "answers": []}\n'
        "Where is it?\n",
        "utf-8",
    )
    assert read_questions(["What?"], file) == [
        Asked("What?"),
        Asked("Who?", "a"),
        Asked("When?", "7"),
        Asked("Where is it?"),
    ]


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"", "no questions"),
        (b"\n \n", "no questions"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'{"id": "a", "question": ', "line 1 of .* is not JSON"),
        (b'Who?\n{"id": "a"}', "line 2 of .* has no question"),
        (b'{"question": 3}', "has no question"),
        (b'{"id": true, "question": "Who?"}', "neither text nor a whole number"),
        (b'{"id": 1, "question": "A?"}\n{"id": "1", "question": "B?"}', "have the id 1"),
    ],
)
def test_a_file_that_holds_no_questions_is_named(
    tmp_path: Path, content: bytes, trouble: str
) -> None:
    file = tmp_path / "questions"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=trouble):
        read_questions([], file)


def test_a_file_that_is_not_there_and_an_empty_question(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: no such file"):
        read_questions([], tmp_path / "none")
    with pytest.raises(UsageError, match="a question is empty"):
        read_questions(["Who?", " "], None)


def test_a_question_besides_those_of_the_option() -> None:
    message, hint = run("ask", TALE, "Who else?", "-q", QUESTION).trouble()
    assert message == "there is a question besides those of -q and --questions."
    assert "-q" in hint


def test_without_a_question_and_without_a_terminal() -> None:
    message, _hint = run("ask", TALE).trouble()
    assert message == "there is no question."


@pytest.mark.model
@pytest.mark.usefixtures("model")
def test_every_question_has_its_answer(book: Path) -> None:
    done = run("ask", book, "-q", QUESTION, "-q", ELSEWHERE)
    assert done.code == 1
    first, second = done.stdout.split("\n2. ")
    assert first.startswith(f"1. {QUESTION}\nMargit Solheim\n\n  [1] book.pdf, p. 13")
    assert ANSWER in first
    assert second == f"{ELSEWHERE}\n(not found)\n"
    assert "questions: 1 answered, 1 not found" in done.stderr


@pytest.mark.model
@pytest.mark.usefixtures("model")
def test_json_lines_carry_the_ids_and_events_as_well(book: Path, tmp_path: Path) -> None:
    file, events = tmp_path / "questions.jsonl", tmp_path / "events.jsonl"
    file.write_text(f'{{"id": "wine", "question": "{QUESTION}"}}\n{QUESTION}\n', "utf-8")
    done = run("ask", book, "--questions", file, "--json", "--quiet", "--events", events)
    assert (done.code, done.stderr) == (0, "")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    for record in records:
        jsonschema.validate(record, answer_schema())
    assert [record.get("id") for record in records] == ["wine", None]
    assert {record["answer"] for record in records} == {"Margit Solheim"}
    told = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    assert {event["id"] for event in told} == {"wine", "2"}
    assert sum(event["event"] == "answer" for event in told) == 2
