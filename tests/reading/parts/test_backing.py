"""What backs an answer, and what is no answer."""

import pytest

from longread.reading.parts.backing import adds_nothing


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
