"""Sentences read alone: one answers what is asked of it, and not what its neighbours say."""

from __future__ import annotations

from random import Random
from types import ModuleType
from typing import Any

CONTEXT = "The mill was built in 1820. A storm broke its sails. Ida Voss mended them with oak."
PARAGRAPH: dict[str, Any] = {
    "context": CONTEXT,
    "qas": [
        {"question": question, "answers": [{"text": text, "answer_start": CONTEXT.index(text)}]}
        for question, text in (
            ("When was the mill built?", "1820"),
            ("What broke the sails of the mill?", "A storm"),
            ("Who mended the sails?", "Ida Voss"),
            ("With what were the sails mended?", "oak"),
        )
    ],
}


def put(title: str, text: str) -> str:
    return f"{title}\n{text}"


def test_a_sentence_answers_its_own_questions_alone(alone: ModuleType) -> None:
    article = {"title": "Old_Mill", "paragraphs": [PARAGRAPH]}
    made = list(alone.of_articles([article], 30, put, Random(1)))
    assert len(made) == 30
    assert len({lesson.passage for lesson in made}) == 3
    for lesson in made:
        assert lesson.passage.startswith("Old Mill\n")
        assert {each.helps for each in lesson.asked} == {"yes", "no"}
        for asked in lesson.asked:
            gold = next(q for q in PARAGRAPH["qas"] if q["question"] == asked.question)
            assert (asked.helps == "yes") == (gold["answers"][0]["text"] in lesson.passage)


def test_a_fact_alone_refuses_what_the_one_beside_it_says(
    alone: ModuleType, strays: ModuleType
) -> None:
    said = set()
    for lesson in alone.told_alone(["A town"], strays.reworded(3, 200), put, Random(2)):
        body = lesson.passage.partition("\n")[2]
        assert lesson.asked
        answered = sum(asked.helps == "yes" for asked in lesson.asked)
        assert len(lesson.asked) - answered <= max(1, answered)
        for asked in lesson.asked:
            said.add(asked.helps)
            if asked.helps == "yes":
                assert asked.answer in " ".join(body.split())
    assert said == {"yes", "no"}
