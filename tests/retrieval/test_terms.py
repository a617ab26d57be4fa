"""Search terms: what a person means to be the same must be the same."""

from __future__ import annotations

import pytest

from longread.retrieval import Index, terms
from longread.retrieval.postings import Postings
from longread.retrieval.terms import folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﬁnance", "finance"),
        ("Ｆｕｌｌ", "full"),
        ("STRASSE", "straße"),
        ("Café", "cafe\u0301"),
        ("1,577", "1577"),
        ("$1,749.50", "1749.50"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ｶﾀｶﾅ", "カタカナ"),
    ],
)
def test_the_same_word_written_otherwise(one: str, other: str) -> None:
    assert terms(one) == terms(other) != []


def test_numbers_stay_whole_and_words_keep_their_digits() -> None:
    assert terms("In 2022, 3.5 of Q3's 1,000") == ["in", "2022", "3.5", "of", "q3", "s", "1000"]


def test_a_year_glued_to_letters_is_a_year() -> None:
    assert terms("FY2018 and ФГ2019, but B-2018x") == [
        "fy", "2018", "and", "фг", "2019", "but", "b", "2018", "x",
    ]  # fmt: skip
    assert terms("Q2 of FY18") == ["q2", "of", "fy18"]


@pytest.mark.parametrize("text", ["10² employees", "10[2] employees", "10^2 employees"])
def test_a_superscript_does_not_join_its_number(text: str) -> None:
    assert terms(text) == ["10", "2", "employees"]


def test_chinese_gives_characters_and_pairs() -> None:
    assert terms("年会在") == ["年", "会", "在", "年会", "会在"]


def test_scripts_may_touch() -> None:
    assert terms("iPhone手机2022年") == ["iphone", "手", "机", "手机", "2022", "年"]


@pytest.mark.parametrize("text", ["", " \n", "... -- !?", "___", "😀"])
def test_nothing_to_search_for(text: str) -> None:
    assert terms(text) == []


def test_words_of_scripts_with_vowel_signs_stay_whole() -> None:
    assert terms("हिन्दी भाषा") == ["हिन्दी", "भाषा"]
    assert terms("Ünïcödé") == ["ünïcödé"]


@pytest.mark.parametrize(
    ("term", "known"),
    [
        ("statements", "statement"),
        ("companies", "company"),
        ("ties", "tie"),
        ("glass", "glass"),
        ("census", "census"),
        ("basis", "basis"),
        ("gas", "gas"),
        ("1980s", "1980"),
        ("ferry", "ferry"),
    ],
)
def test_plurals_are_folded_once(term: str, known: str) -> None:
    assert folded(term) == known
    assert folded(known) == known


@pytest.mark.parametrize(
    ("texts", "query", "best"),
    [
        (
            ["Die Häfen der Insel sind klein.", "Der Kapitän war mit dem Lotsen an Bord."],
            "Welcher Hafen ist klein?",
            0,
        ),
        (["Порт построили в 1911 году.", "Капитан был на мостике."], "Кто был в порту?", 0),
        (["السفن في الميناء", "كان القبطان على الجسر"], "أي سفينة في الميناء؟", 0),
        (
            ["El capitán estaba en el puente.", "Los puertos de la isla son pequeños."],
            "¿Qué puerto de la isla es pequeño?",
            1,
        ),
    ],
)
def test_inflected_words_are_found(texts: list[str], query: str, best: int) -> None:
    assert [hit.place for hit in Index(texts).search(query, 1)] == [best]


def test_english_words_keep_their_endings() -> None:
    index = Index(["The port was built by the builders of the isle.", "They had operating costs."])
    assert index.search("operate", 1) == []
    assert index.weight("builders") > 0
    assert index.weight("build") == 0


def test_each_document_of_an_index_has_its_own_language() -> None:
    german = Postings.of(["Die Häfen der Insel sind klein, und das Meer ist groß."])
    english = Postings.of(["The hafen of the isle was small, and so was the sea."])
    assert (german.language, english.language) == ("german", "")
    assert Postings.from_bytes(german.to_bytes()).language == "german"
    index = Index.over([german, english])
    assert [hit.place for hit in index.search("Hafen", 2)] == [0, 1]
    # Two forms of one word count once in a question.
    alone = Index.over([german])
    assert alone.scores("Hafen Häfen") == alone.scores("Häfen")
