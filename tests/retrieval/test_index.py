"""BM25: against the formula by hand, and at the edges."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from pathlib import Path

import pytest

from longread.retrieval import Hit, Index, terms
from longread.retrieval.postings import Postings, joined


def by_hand(texts: list[str], query: str) -> list[float]:
    """Robertson and Zaragoza's BM25 with Lucene's idf, k1 1.5 and b 0.8."""
    documents = [terms(text) for text in texts]
    mean = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        counts, total = Counter(document), 0.0
        for term in set(terms(query)):
            holding = sum(term in other for other in documents)
            idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
            norm = 1.5 * (1 - 0.8 + 0.8 * len(document) / mean)
            total += idf * counts[term] * 2.5 / (counts[term] + norm)
        scores.append(total)
    return scores


@pytest.mark.parametrize("seed", range(10))
def test_scores_agree_with_the_formula(seed: int) -> None:
    chance = random.Random(seed)
    vocabulary = [f"w{number}" for number in range(30)]
    texts = [
        " ".join(chance.choices(vocabulary, k=chance.randint(1, 40)))
        for _ in range(chance.randint(1, 25))
    ]
    query = " ".join([*chance.choices(vocabulary, k=4), "unknown"])
    assert Index(texts).scores(query) == pytest.approx(by_hand(texts, query))


@pytest.mark.parametrize("texts", [["the ferry"], ["the ferry", "the ferry"], ["the", "ferry the"]])
def test_a_term_of_every_unit_still_counts_for_something(texts: list[str]) -> None:
    index = Index(texts)
    assert index.weight("the") > 0
    assert all(score > 0 for score in index.scores("the"))
    assert len(index.search("the", 5)) == len(texts)


@pytest.mark.parametrize("seed", range(10))
def test_joined_postings_find_what_those_of_each_document_find(seed: int) -> None:
    chance = random.Random(seed)
    words = ["die", "und", "der", "Hafen", "the", "harbours", "of", "17", "gelaufen", "wine", "x"]
    documents = [
        Postings.of(
            " ".join(chance.choices(words, k=chance.randint(1, 3000 if small < 1 else 30)))
            for _ in range(chance.randint(1, 5))
        )
        for small in (chance.randrange(20) for _ in range(60))
    ]
    # Of small ones some are not bytes yet; large ones stay by themselves.
    parts = [each if chance.random() < 0.1 else each.to_bytes() for each in documents]
    made = joined(parts)
    assert 1 < len(made) < len(documents)
    assert len({each.language for each in made}) > 1
    one, many = Index.over(made), Index.over(documents)
    for query in ("Häfen", "hafen gelaufen 17", "the wine of x", "nothing"):
        assert one.scores(query) == many.scores(query)
        assert one.search(query, 7) == many.search(query, 7)
        assert one.missing(query.split()) == many.missing(query.split())


def test_ties_come_in_document_order() -> None:
    index = Index(["the ferry", "a boat", "the ferry", "the ferry"])
    assert [hit.place for hit in index.search("ferry", 2)] == [0, 2]


def test_what_does_not_match_is_no_hit() -> None:
    index = Index(["the ferry", "a boat"])
    assert index.search("aeroplane", 5) == []
    assert index.search("", 5) == []
    assert [hit.place for hit in index.search("boat", 5)] == [1]
    assert index.weight("aeroplane") == 0.0


def test_no_more_hits_than_asked_for() -> None:
    index = Index(["ferry ferry", "ferry", "a ferry and much else besides"])
    assert [hit.place for hit in index.search("ferry", 2)] == [0, 1]
    assert index.search("ferry", 0) == []


def test_a_word_asked_twice_counts_once() -> None:
    index = Index(["the ferry", "a boat"])
    assert index.scores("ferry ferry") == index.scores("ferry")


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    index = Index(["report sales", "report costs", "report tickets"])
    assert index.search("report tickets", 1)[0].place == 2
    assert index.weight("tickets") > index.weight("report")


@pytest.mark.parametrize("texts", [[], [""], ["", "..."]])
def test_an_empty_corpus_has_no_hits(texts: list[str]) -> None:
    index = Index(texts)
    assert index.scores("ferry") == [0.0] * len(texts)
    assert index.search("ferry", 3) == []


def test_an_empty_unit_among_others_is_no_hit() -> None:
    assert [hit.place for hit in Index(["", "the ferry"]).search("ferry", 3)] == [1]


def test_numbers_are_found_however_they_are_grouped() -> None:
    index = Index(["It paid 1,577 crowns.", "It paid 2,000 crowns."])
    assert index.search("1577", 3) == [Hit(0, index.scores("1,577")[0])]


def test_a_phrase_inside_a_chinese_sentence_is_found(shared_data: Path) -> None:
    lines = (shared_data / "longbench" / "multifieldqa_zh.jsonl").read_text("utf-8").splitlines()
    context = json.loads(lines[0])["context"]
    passages = [context[start : start + 200] for start in range(0, len(context), 200)]
    middle = len(passages) // 2
    phrase = passages[middle][90:98]
    assert Index(passages).search(phrase, 1)[0].place == middle


def test_plurals_are_found_by_their_singular_and_the_other_way() -> None:
    index = Index(["Statements of cash flow", "The companies grew", "Glass and gas"])
    assert [hit.place for hit in index.search("a statement", 3)] == [0]
    assert [hit.place for hit in index.search("which company", 3)] == [1]
    assert [hit.place for hit in index.search("glasses", 3)] == []
    assert index.weight("statement") == index.weight("statements") > 0


def test_numbers_do_not_make_a_text_longer() -> None:
    figures = " ".join(str(number) for number in range(1000, 1400))
    index = Index([f"cash flow {figures}", "cash flow of the year before last", "ferries"])
    assert [hit.place for hit in index.search("cash flow", 3)] == [0, 1]
    assert [hit.place for hit in index.search("1234", 3)] == [0]
    # Nothing but numbers is no reason to divide by zero.
    assert [hit.place for hit in Index(["1 2 3", "4 5 6"]).search("5", 2)] == [1]


def test_segments_together_are_one_index_and_come_back_from_bytes() -> None:
    texts = ["the ferry sank", "", "a boat, a boat", "Fähre 1,577 手机", "the ferry", "rain"]
    whole = Index(texts)
    parts = [Postings.of(part) for part in (texts[:2], [], texts[2:3], texts[3:])]
    joined = Index.over([Postings.from_bytes(part.to_bytes()) for part in parts])
    for query in ("ferry boat", "1577", "手机", "Fähre rain", "aeroplane"):
        assert joined.scores(query) == whole.scores(query)
        assert joined.missing(query.split()) == whole.missing(query.split())
    assert joined.weight("ferry") == whole.weight("ferry") > 0


@pytest.mark.parametrize("cut", [3, 20, -1])
def test_damaged_bytes_are_no_segment(cut: int) -> None:
    data = Postings.of(["the ferry", "a boat"]).to_bytes()
    with pytest.raises(ValueError, match=r"."):
        Postings.from_bytes(data[:cut])
    with pytest.raises(ValueError, match="no postings"):
        Postings.from_bytes(data + b"\0\0")
