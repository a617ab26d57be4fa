"""Which questions need the whole document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from longread.documents.model import Document
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.judges.questions import (
    may_follow_up,
    offers_a_choice,
    wants_everything,
    without_instructions,
)
from longread.reading.judges.trained import PROTOCOL
from longread.reading.step import Answer
from longread.runs.session import Session
from tests.display.script import answer, run_info, step
from tests.scripted import ScriptedEngine


@pytest.mark.parametrize(
    "question",
    [
        "List all subsidiaries.",
        "Name every ship that sank.",
        "What are all of the risks?",
        "Summarize the report",
        "Summarise chapter 3.",
        "Compare 2021 with 2022.",
        "Nenne alle Schiffe.",
        "Quels sont tous les navires ?",
    ],
)
def test_everything(question: str) -> None:
    assert wants_everything(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who chaired the board?",
        "How many goals were met?",
        "When was the wall built?",
        "What is on the shopping list?",
        "Who is Wallace?",
    ],
)
def test_one_thing(question: str) -> None:
    assert not wants_everything(question)


SIXTY = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "everything.jsonl")
    .read_text("utf-8")
    .splitlines()
]


def test_the_rule_sorts_sixty_questions_in_six_languages() -> None:
    """The rule is what there is without a model, and where a model is unsure."""
    assert len(SIXTY) == 60
    assert sum(each["everything"] for each in SIXTY) == 30
    wrong = [
        each["question"]
        for each in SIXTY
        if wants_everything(each["question"]) != each["everything"]
    ]
    assert len(wrong) <= 3, wrong


def test_a_prompted_judge_decides_once_and_the_rule_where_it_is_unsure() -> None:
    engine = ScriptedEngine(choices=lambda p: 0.95 if "directors" in p else 0.5)
    judge = PromptedJudge(engine)
    assert judge.wants_everything("Tell me about the directors.")
    assert judge.wants_everything("Tell me about the directors.")
    assert len(engine.asked("everything")) == 1
    assert judge.wants_everything("List all ships.")
    assert not judge.wants_everything("When did it sink?")


@pytest.mark.parametrize(
    "question",
    [
        "Who is older, Pike or Roach?",
        "Wer ist älter, Pike oder Roach?",
        "是派克还是罗奇？",
        "When did it sink, 1911 or 1931?",
    ],
)
def test_a_choice(question: str) -> None:
    assert offers_a_choice(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who chaired the Orvel board?",
        "Where is O'Hare?",
        "Wer?",
        "For how long could no ship enter or leave?",
    ],
)
def test_no_choice(question: str) -> None:
    assert not offers_a_choice(question)


@pytest.mark.parametrize(
    "question",
    ["And in the year before?", "Who was she?", "Und wann?", "What about 2014?", "那么去年呢？"],
)
def test_a_follow_up_leans_on_the_question_before(question: str) -> None:
    assert may_follow_up(question)


@pytest.mark.parametrize(
    "question", ["Who is the harbour master?", "What was the materiality of the audit in 2024?"]
)
def test_a_question_that_stands_alone_is_no_follow_up(question: str) -> None:
    assert not may_follow_up(question)


def test_a_follow_up_is_asked_so_that_it_stands_alone(book: Document) -> None:
    rewritten = "When did the Orvel ferry sink the year before?"
    engine = ScriptedEngine(replies=lambda _prompt: f'"{rewritten}"\n', protocol="")
    session = Session((book,), engine)
    session._judges["auto"] = PromptedJudge(engine)
    last = answered("When did the Orvel ferry sink?")
    assert session.standalone("And the year before?", last) == rewritten
    assert session.standalone("Who owned the Orvel ferry?", last) == "Who owned the Orvel ferry?"
    (asked,) = engine.asked("standalone")
    assert last.question in asked
    assert "in 1931" in asked


def test_with_the_reader_alone_the_words_before_are_added(book: Document) -> None:
    session = Session((book,), ScriptedEngine(protocol=PROTOCOL))
    last = answered("When did the Orvel ferry sink?")
    assert session.standalone("And why?", last) == "And why? (When did the Orvel ferry sink?)"


def answered(question: str) -> Answer:
    info = run_info()
    return answer(info, [step(info, 1)], question=question, answer="in 1931")


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("Answer in USD millions. What is the budget?", "What is the budget?"),
        ("What is the rate? Please answer in one word.", "What is the rate?"),
        (
            "Assume that you are an analyst. Answer the following question by using the balance "
            "sheet: what is net PPNE for 3M? Answer in USD billions.",
            "What is net PPNE for 3M?",
        ),
        (
            "Using the cash flow statement, how much did Block generate in FY2020?",
            "How much did Block generate in FY2020?",
        ),
        # What it is about, and what a term means, stays.
        *[
            (same, same)
            for same in (
                "In March the ship hit the mole. Who was the pilot?",
                "What is net working capital? Define it as current assets less liabilities.",
                "Based on population alone, what is the city's ranking?",
                "State the rate.",
                "Who was the pilot? Give his rank? Answer briefly.",
                "Wie hoch ist der Satz? Der Satz gilt ab Mai.",
            )
        ],
    ],
)
def test_what_says_how_to_answer_is_no_part_of_the_question(question: str, bare: str) -> None:
    assert without_instructions(question) == bare
