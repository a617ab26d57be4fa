"""What backs an answer, and what is no answer."""

import pytest

from longread.reading.parts.backing import adds_nothing, bridge, is_backed


@pytest.mark.parametrize(
    ("reply", "nothing"),
    [
        ("The pilot was guiding the Brenna Holt when she hit the mole.", True),
        ("The Brenna Holt pilot", False),
        ("Captain Aldous", False),
        ("the mole", False),
    ],
)
def test_a_reply_that_only_says_the_question_again_is_no_answer(reply: str, nothing: bool) -> None:
    question = "Which pilot was guiding the Brenna Holt when she hit the mole?"
    assert adds_nothing(reply, question) is nothing


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
