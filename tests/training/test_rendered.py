"""Lessons of tables: as longread shows them, with cells that stand there and true refusals."""

from __future__ import annotations

from random import Random
from types import ModuleType


def tokens(text: str) -> int:
    return len(text) // 4


def test_the_same_seed_gives_the_same_tables(rendered: ModuleType) -> None:
    once = list(rendered.shown(3, 6, tokens))
    assert once == list(rendered.shown(3, 12, tokens))[:6]
    assert once != list(rendered.shown(4, 6, tokens))


def test_answers_stand_in_what_is_shown_and_no_question_comes_twice(rendered: ModuleType) -> None:
    for shown in rendered.shown(5, 80, tokens):
        assert shown.asked
        assert tokens(shown.text) <= rendered.LONGEST
        assert len({each.question for each in shown.asked}) == len(shown.asked)
        flat = " ".join(shown.text.split())
        for asked in shown.asked:
            assert asked.answer is None or " ".join(asked.answer.split()) in flat


def test_tables_come_as_they_stand_and_as_records(rendered: ModuleType) -> None:
    texts = [shown.text for shown in rendered.shown(6, 80, tokens)]
    stands = [each for each in texts if " | " in each.split("\n", 1)[1]]
    records = [each for each in texts if "; " in each and each not in stands]
    assert len(stands) > 20
    assert len(records) > 20


def test_a_row_of_another_passage_is_no_answer_of_this_one(rendered: ModuleType) -> None:
    """Of a table that is cut in two, rows of one half are refused by the other."""
    refused = 0
    for seed in range(60):
        rng = Random(seed)
        shown = rendered.table(rng, lambda text: len(text) // 2)
        for asked in shown.asked if shown else ():
            if asked.answer is None:
                refused += 1
                assert asked.sentence == ""
            else:
                assert asked.sentence.split(" | ")[0] in shown.text
    assert refused > 20


def test_a_row_is_asked_for_by_another_name(rendered: ModuleType) -> None:
    asked = "What was Acme's net income in 2019?"
    found = {rendered.in_other_words(Random(n), asked, ["Net income"]) for n in range(20)}
    assert "What was Acme's the bottom line in 2019?" in found
    assert all("net income" not in each for each in found)
    assert rendered.in_other_words(Random(1), asked, ["Sheep"]) == asked


def test_no_table_that_a_benchmark_measures_with(rendered: ModuleType) -> None:
    assert all("harbour dues" not in s.text.casefold() for s in rendered.shown(8, 80, tokens))
