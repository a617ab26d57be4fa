"""Documents for lists: every place is where its sentence is, and no reader was trained on them."""

from __future__ import annotations

from random import Random
from types import ModuleType

from longread.reading.judges.questions import wants_everything
from longread.retrieval import names, terms
from longread.retrieval.terms import folded

HOST = ["The hall was cold. Nobody spoke. Rain fell on the roof, and the lamps burned low."] * 30


def test_the_same_seed_gives_the_same_document(lists: ModuleType) -> None:
    document, asked = lists.listing(Random(3), HOST)
    again, asked_again = lists.listing(Random(3), HOST)
    assert (document.text, asked) == (again.text, asked_again)
    assert document.text != lists.listing(Random(4), HOST)[0].text


def test_questions_want_everything_and_places_tell_of_their_thing(lists: ModuleType) -> None:
    families = lists.read_families(lists.HERE / "lists.txt")
    assert all(f.facts[0].questions and len(f.facts) == 2 for f in families)
    for seed in range(40):
        document, asked = lists.listing(Random(seed), HOST)
        assert sum(not each.places for each in asked) >= 4
        for each in asked:
            assert wants_everything(each.question)
            assert "{" not in each.question
            assert len(set(each.places)) == len(each.places)
        assert "{" not in document.text


def test_a_thing_that_a_question_names_is_named_in_each_of_its_sentences(
    lists: ModuleType,
) -> None:
    document, asked = lists.listing(Random(7), HOST)
    named = 0
    for each in asked:
        wanted = set(names(each.question))
        for place in each.places:
            sentence = document.text[place : document.text.index(".", place)]
            assert wanted <= {folded(term) for term in terms(sentence)}
            named += bool(wanted)
    assert named > 10


def test_the_readers_lessons_have_none_of_these_facts(lists: ModuleType) -> None:
    """The gate is measured on wordings that are new to the reader."""
    own = {family.facts[0].text for family in lists.read_families(lists.HERE / "lists.txt")}
    trained = {
        fact.text
        for file in (lists.HERE / "strays.txt", *(lists.HERE / "families").glob("*.txt"))
        for family in lists.read_families(file)
        for fact in family.facts
    }
    assert own
    assert not own & trained
