"""Document frequencies smoothed with those of English: chance words weigh less, a document's own
words more, other languages nothing."""

from __future__ import annotations

import math

import pytest

from longread.retrieval import Index
from longread.retrieval.background import pseudo_passages, share
from longread.retrieval.postings import Postings
from longread.retrieval.stems import function_words
from longread.retrieval.terms import folded

# "reader" stands where every other text says "cash flow".
_PAGES = [
    "the statement of cash flow and the notes to it",
    "the cash flow of the year before",
    "the reader of the notes",
    "the cash flow from operating activities",
    "the auditor signed the report",
    "the board met in the spring",
]
FILING = _PAGES * 10


def test_the_frequency_of_a_term_is_that_of_the_texts_and_of_english() -> None:
    size, pseudo = 60, 180
    held = 10 + pseudo * share("reader")
    expected = math.log(1 + (size + pseudo - held + 0.5) / (held + 0.5))
    index = Index(FILING, background=True)
    assert index.weight("reader") == pytest.approx(expected)
    assert Index(FILING).weight("reader") == pytest.approx(math.log(1 + 50.5 / 10.5))


def test_what_is_rare_by_chance_weighs_less_beside_what_the_document_is_about() -> None:
    plain, index = Index(FILING), Index(FILING, background=True)
    ratio = index.weight("flow") / index.weight("reader")
    assert ratio > plain.weight("flow") / plain.weight("reader")


def test_a_question_wrapped_in_instructions_finds_what_it_asks_for() -> None:
    question = "Dear reader, please answer with care: what was the cash flow?"
    assert Index(FILING).search(question, 1)[0].place == 2
    assert Index(FILING, background=True).search(question, 1)[0].place in (0, 1, 3)


@pytest.mark.parametrize(
    "texts",
    [
        ["der Hafen ist die Mole", "das Boot und der Hafen", "die Fähre"],
        ["港口很大", "渡轮很小", "港口"],
        ["1 2 3", "4 5 6"],
        [],
    ],
)
def test_texts_that_are_not_english_are_as_they_were(texts: list[str]) -> None:
    plain, index = Index(texts), Index(texts, background=True)
    for query in ("Hafen Fähre Boot", "港口", "5", "a boat"):
        assert index.scores(query) == plain.scores(query)
    assert index.rarest == plain.rarest


def test_english_beside_another_language_keeps_its_words() -> None:
    german = ["Die Fähre ist in dem Hafen und das Boot auf der Mole", "Das ist der Hafen"]
    index = Index.over([Postings.of(FILING), Postings.of(german)], background=True)
    assert len({postings.language for postings in index._postings}) > 1
    assert index.search("cash flow", 1)[0].place in (0, 1, 3)
    assert index.weight("auditor") > index.weight("reader")
    assert {hit.place for hit in index.search("Hafen", 2)} == {60, 61}


def test_plain_is_the_index_without_english() -> None:
    index = Index(FILING, background=True)
    assert index.plain.scores("the reader of cash flow") == Index(FILING).scores(
        "the reader of cash flow"
    )
    assert index.plain.plain is index.plain


def test_a_large_collection_speaks_for_itself() -> None:
    assert pseudo_passages(0, 0) == 0
    assert pseudo_passages(10, 10) == 5
    assert pseudo_passages(20, 20) == 20
    assert pseudo_passages(1000, 1000) == pseudo_passages(10**6, 10**6) == 1000
    assert pseudo_passages(10**6, 10**5) == 100


def test_no_term_is_rarer_than_the_rarest() -> None:
    for background in (False, True):
        index = Index(FILING, background=background)
        assert index.weight("auditor") < index.rarest


def test_the_list_has_each_word_once_as_the_index_knows_it() -> None:
    assert share("the") == 1.0
    assert 0 < share("reader") < share("many") < share("the")
    for word in ("usd", "ebitda", "leonard", "cash"):
        assert share(word) < share("many") / 4
    english = function_words()["english"]
    held = [word for word in english if share(folded(word))]
    assert len(held) > len(english) * 0.9
