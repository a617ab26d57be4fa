"""Facts told in passing: answers verbatim, refusals true, nothing lost of the text around them."""

from __future__ import annotations

from random import Random
from types import ModuleType

HOST = "The hall was cold. Nobody spoke. Rain fell on Mr. Snagsby's roof, and the lamps burned low."


def test_the_same_seed_gives_the_same_strays(strays: ModuleType) -> None:
    once = list(strays.strays(3, 20))
    assert once == list(strays.strays(3, 60))[:20]
    assert once != list(strays.strays(4, 20))


def test_answers_stand_in_a_sentence_that_is_told_and_refusals_do_not(strays: ModuleType) -> None:
    for stray in strays.strays(5, 1500):
        assert 1 <= len(stray.sentences) <= 2
        answered = {each.question for each in stray.asked if each.answer is not None}
        assert answered
        assert not answered & {each.question for each in stray.asked if each.answer is None}
        for asked in stray.asked:
            assert "{" not in asked.question
            if asked.answer is not None:
                told = " ".join(stray.sentences)
                assert asked.answer in " ".join(asked.sentence.split())
                assert " ".join(asked.sentence.split()) in told


def test_every_small_fact_can_be_told_alone(strays: ModuleType) -> None:
    """In each wording the sentence names its thing: no question but names it, too."""
    for family in strays.small_facts():
        for number in range(40):
            scene = strays.Scene(Random(f"{family.name} {number}"), family.slots)
            name = scene.value(family.entity).split(" ")[-1]
            for fact in family.facts:
                sentence = scene.say(fact.text)
                assert name in sentence
                for question in fact.questions:
                    asked = strays.answered(scene, question, sentence)
                    assert name in asked.question
                    assert name not in asked.answer.split()


def test_two_of_a_kind_are_about_different_things(strays: ModuleType) -> None:
    pairs = [each for each in strays.strays(6, 400) if len(each.sentences) == 2]
    assert len(pairs) > 50
    for pair in pairs:
        assert len({each.answer for each in pair.asked if each.answer is not None}) >= 2


def test_strays_go_between_sentences_and_nothing_is_lost(strays: ModuleType) -> None:
    told = ("A ticket was 4 pence.", "The mill stood still.")
    for seed in range(50):
        text = strays.put_into(HOST, told, Random(seed))
        for sentence in (*told, *HOST.split(". ", 2)[:2]):
            assert sentence.rstrip(".") in text
        assert "Mr. Snagsby's roof, and the lamps" in text
        assert len(text.split()) == len(HOST.split()) + 9


def test_reworded_facts_name_their_thing_and_are_answered(strays: ModuleType) -> None:
    for family in strays.small_facts("reworded.txt"):
        for number in range(30):
            scene = strays.Scene(Random(f"{family.name} {number}"), family.slots)
            name = scene.value(family.entity).split(" ")[0]
            for fact in family.facts:
                sentence = scene.say(fact.text)
                assert name in sentence, sentence
                for question in fact.questions:
                    asked = strays.answered(scene, question, sentence)
                    assert name in asked.question
                    assert not set("{}[]") & set(asked.question + sentence)


def test_a_footnote_stands_below_the_text_with_its_mark_in_it(strays: ModuleType) -> None:
    told = ("A ticket was 4 pence.", "The mill stood still.")
    for seed in range(30):
        text, *notes = strays.put_below(HOST, told, Random(seed)).split("\n\n")
        assert [note.partition(" ")[2] for note in notes] == list(told)
        assert all(note.partition(" ")[0] in text for note in notes)
