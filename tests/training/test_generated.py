"""The invented training documents: answers verbatim, refusals true, the same every time."""

from __future__ import annotations

from itertools import islice
from types import ModuleType


def test_the_same_seed_gives_the_same_passages(generated: ModuleType) -> None:
    once = list(generated.passages(3, 20))
    again = list(islice(generated.passages(3, 60), 20))
    assert once == again
    assert once != list(generated.passages(4, 20))


def test_answers_stand_verbatim_in_a_passage_of_the_wanted_size(generated: ModuleType) -> None:
    for passage in generated.passages(5, 400):
        assert 60 <= len(passage.text.split()) <= 240
        assert 4 <= len(passage.questions) <= 7
        assert len({each.question for each in passage.questions}) == len(passage.questions)
        for asked in passage.questions:
            assert asked.question.strip()
            if asked.answer is None:
                assert asked.sentence == ""
            else:
                assert asked.answer in asked.sentence
                assert asked.sentence in passage.text


def test_every_passage_has_questions_of_both_kinds(generated: ModuleType) -> None:
    for passage in generated.passages(6, 400):
        silent = [each for each in passage.questions if each.answer is None]
        orders_only = len(silent) == len(passage.questions)
        assert 1 <= len(silent) <= 3 or orders_only


def test_a_question_is_never_both_answered_and_refused(generated: ModuleType) -> None:
    for family in generated.families():
        for number in range(20):
            rng = generated.Random(f"{family.name} {number}")
            draft = generated.in_prose(rng, family)
            answered = {each.question for each in draft.answerable}
            assert not answered & set(draft.unanswerable), family.name
            shown = "\n".join([*draft.blocks, *answered, *draft.unanswerable])
            assert "{" not in shown
            assert "[" not in shown


def test_wordings_and_families_are_many(generated: ModuleType) -> None:
    assert len(generated.families()) >= 30
    passages = list(generated.passages(8, 300))
    titles = {passage.title for passage in passages}
    assert len(titles) > 200
    assert any(" | " in passage.text for passage in passages)


def test_hidden_orders_are_asked_about_and_never_the_answer(generated: ModuleType) -> None:
    sole = [
        passage
        for passage in generated.passages(9, 900)
        if all(each.answer is None for each in passage.questions)
    ]
    assert sole
    for passage in sole:
        text = passage.text.casefold()
        assert "answer" in text or "reply" in text or "instruction" in text


def test_a_bridge_needs_both_passages(generated: ModuleType) -> None:
    for item in generated.bridges(2, 200):
        assert item.bridge in item.first_sentence
        assert item.first_sentence in item.first.text
        assert item.bridge not in item.question
        assert item.answer in item.second_sentence
        assert item.second_sentence in item.second.text
        assert item.answer not in item.first.text
        for other in item.distractors:
            assert item.answer not in other.text
            assert item.bridge not in other.text
