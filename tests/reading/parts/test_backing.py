"""What backs an answer, and what is no answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longread.reading.corpus import Corpus
from longread.reading.parts.backing import bridge, is_backed, rest_quoted
from tests.scripted import paged


@pytest.mark.parametrize(
    ("reply", "backed"),
    [
        ("1931", True),
        ("渡轮于1931年沉没", False),
        ("Паром затонул", False),
        ("5 µm", True),
        ("Orvel (Орвел)", True),
    ],
)
def test_a_reply_in_another_script_is_not_backed(reply: str, backed: bool) -> None:
    sources = ["The Orvel ferry sank in 1931 through a hole of 5 μm."]
    assert is_backed(reply, "When did the ferry sink?", sources) is backed
    assert is_backed(reply, "渡轮什么时候沉没？ Когда затонул паром?", sources) or not backed


def test_the_bridge_is_what_the_sentence_names_and_the_question_does_not() -> None:
    question = "What did the captain who was born in Turku win?"
    assert bridge("Captain Holt of the Vega won the cup.", "the cup", question) == "Holt Vega"
    assert bridge("霍尔特船长赢得了奖杯。", "奖杯", "船长赢得了什么？") != ""


@pytest.mark.parametrize(
    ("reply", "source", "backed"),
    [
        ("68%", "Sixty-eight percent of people live there.", True),
        ("69%", "Sixty-eight percent of people live there.", False),
        ("sixty-eight percent", "68 percent of people live there.", True),
        ("sixty-nine percent of them", "68 of these people live there.", False),
        ("2 inches", "He was two inches taller than the others.", True),
    ],
)
def test_a_number_in_words_backs_its_digits(reply: str, source: str, backed: bool) -> None:
    assert is_backed(reply, "How many live there?", [source]) is backed


def test_a_second_row_is_quoted_for_the_numbers_that_the_first_lacks() -> None:
    text = "The claims of 2014 were 12,767 in all.\nThe claims of 2015 were 14,706 in all."
    corpus = Corpus(
        [paged(text)], chunk_tokens=200, passage_tokens=200, count=lambda text: len(text.split())
    )
    (passage,) = corpus.passages
    first = replace(
        corpus.quote(0, 0, text.index("\n"), score=0.5), answer="1,939 (14,706 - 12,767)"
    )
    (second,) = rest_quoted(corpus, passage, first, "By how much did claims grow?")
    assert second.text == "The claims of 2015 were 14,706 in all."
    assert rest_quoted(corpus, passage, replace(first, answer="12,767"), "How many?") == []
    assert rest_quoted(corpus, passage, replace(first, answer="77"), "How many?") == []
