"""No answer that is less sure than the user wants."""

from __future__ import annotations

from longread.reading.parts.sure_enough import sure_enough
from longread.reading.state import Outcome
from tests.reading.conftest import FACT, telling
from tests.reading.strategies.test_cascade import RUMOUR, begin, finish, model

TOLD = telling({3: RUMOUR, 7: FACT})


def test_what_is_sure_enough_stays_as_it_is() -> None:
    none, some = Outcome(None, (), 0.1), Outcome("1931", (), 0.7)
    assert sure_enough(none, 0.9) is none
    assert sure_enough(some, 0.7) is some


def test_what_is_not_is_the_closest_place_and_the_remark_says_what_it_was() -> None:
    _steps, given = finish(begin(TOLD, model()))
    assert given.answer == "1931"
    wanted = round(given.confidence + 0.001, 3)
    _steps, refused = finish(begin(TOLD, model(), min_confidence=wanted))
    assert (refused.answer, refused.status, refused.citations) == (None, "not_found", ())
    assert refused.confidence == given.confidence
    assert refused.closest is not None
    assert refused.closest.text == given.citations[0].text
    assert refused.remark == f"{given.confidence:.2f} sure, {wanted:.2f} are wanted: 1931"


def test_the_question_asked_again_with_another_limit_goes_on_with_what_was_read() -> None:
    begun = begin(TOLD, model(), journal=True, exit=False)
    next(iter(begun.steps()))
    again = begin(TOLD, model(), journal=True, exit=False, min_confidence=0.99)
    assert again.info.resumed == 1
