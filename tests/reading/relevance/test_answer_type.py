import pytest

from longread.reading.relevance.answer_type import (
    asks_for_quantity,
    expected_type,
    has_quantity,
    of_another_year,
    types_of,
)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Who leases it?", "name"),
        ("In welchem Jahr wurde sie gebaut?", "time"),
        ("À quelle heure part-il ?", "time"),
        ("How deep is it?", "figure"),
        ("How did it end?", ""),
        ("Combien de passagers ?", "figure"),
        ("Is it deep?", "verdict"),
        ("What is the post of Ada Quill?", ""),
    ],
)
def test_what_a_question_asks_for(question: str, wanted: str) -> None:
    assert expected_type(question) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1,204", {"figure"}),
        ("£22.05", {"figure"}),
        ("(45)", {"figure"}),
        ("1951", {"figure", "time"}),
        ("26 Nov 2024", {"time"}),
        ("March 2038", {"time"}),
        ("04:19", {"time"}),
        ("Marina and offices", {"name"}),
        ("B-35", {"name"}),
        ("yes", {"verdict"}),
    ],
)
def test_what_a_cell_may_be(text: str, wanted: set[str]) -> None:
    assert types_of(text) == wanted


@pytest.mark.parametrize(
    ("question", "quantity"),
    [
        ("How much was paid to the brother's firm?", True),
        ("What would it cost to make the two cottages habitable?", True),
        ("Below what price may nobody sell?", True),
        ("Wie viele Schiffe kamen 2024?", True),
        ("¿Cuánto pagó la empresa?", True),
        ("What percent of the ships were late?", True),
        ("How did the price come about?", False),
        ("How long was the port closed?", False),
        ("What does the report say of costs?", False),
        ("What is the cost centre called?", False),
    ],
)
def test_whether_a_number_is_asked_for(question: str, quantity: bool) -> None:
    assert asks_for_quantity(question) is quantity


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("£142,000", True),
        ("about 29 per cent", True),
        ("nine hours and forty minutes", True),
        ("one", True),
        ("about half of them", True),
        ("none", True),
        ("2000 pounds", True),
        ("30 January and again on 28 May", False),
        ("May 28", False),
        ("le 28 février", False),
        ("empty cottages", False),
        ("the one that failed in the end", False),
    ],
)
def test_a_date_is_no_quantity(text: str, number: bool) -> None:
    assert has_quantity(text) is number


def test_a_number_of_the_question_is_no_answer_to_it() -> None:
    question = "What would it cost to mend the two cottages?"
    assert not has_quantity("two empty cottages", question)
    assert has_quantity("£142,000 for two cottages", question)


@pytest.mark.parametrize(
    "question",
    [
        "What would it cost to mend the roof?",
        "How much was paid to the brother's firm?",
        "Combien la société a-t-elle payé ?",
    ],
)
def test_money_is_no_count_in_words(question: str) -> None:
    assert not has_quantity("eight", question)
    assert not has_quantity("two declarations", question)
    assert has_quantity("142,000", question)
    assert has_quantity("nine thousand pounds", question)


@pytest.mark.parametrize(
    ("sentence", "answer", "question", "other"),
    [
        ("We had 61,108 pupils in January 2012.", "61,108", "How many pupils in 2015?", True),
        ("In 2015 we had 61,108 pupils, in 2012 fewer.", "61,108", "How many in 2015?", False),
        # Its place may tell the year.
        ("We had 61,108 pupils.", "61,108", "How many pupils in 2015?", False),
        ("We had 61,108 pupils in 2012.", "61,108", "How many pupils are there?", False),
        # A name and a date are of their own years.
        ("Ada Quill, head since 2012.", "Ada Quill", "Who was head in 2015?", False),
        ("Closed in 2019.", "2019", "When was the school of 2015 closed?", False),
        # The year of accounts that ends in the next one.
        ("At 31 January 2016 we had 900.", "900", "How many in fiscal 2015?", False),
        ("At 31 January 2016 we had 900.", "900", "How many in FY2015?", False),
        ("At 31 January 2016 we had 900.", "900", "How many in 2015?", True),
    ],
)
def test_a_figure_of_another_year_is_told_by_its_sentence(
    sentence: str, answer: str, question: str, other: bool
) -> None:
    assert of_another_year(sentence, answer, question) is other
