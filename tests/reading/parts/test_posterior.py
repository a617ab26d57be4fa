"""The posterior over passages: found, unread, and the document that does not say."""

import pytest

from longread.reading.parts.posterior import Posterior
from longread.reading.relevance.calibration import calibration
from longread.reading.relevance.match import Match


@pytest.fixture
def posterior() -> Posterior:
    """Four passages, the first two judged before reading; the others hardly match."""
    matches = [
        Match(1.0, 0.5, 1.0),
        Match(0.8, 0.4, 1.0),
        Match(0.1, 0.0, 0.0),
        Match(0.0, 0.0, 0.0),
    ]
    return Posterior(calibration("reader").answer, matches, [0, 1], lambda _place: 0.5)


def test_what_was_judged_counts_as_unread_until_it_is_read(posterior: Posterior) -> None:
    before = posterior.unread()
    posterior.enter(0, 0.9)
    assert posterior.scored_unread() == [1]
    assert posterior.unread() < before
    assert posterior.found(0.2) > 0.5


def test_all_of_it_sums_to_one_with_what_the_document_does_not_say(posterior: Posterior) -> None:
    posterior.enter(0, 0.9)
    posterior.enter(1, 0.1)
    closed = (1 / 9) / posterior._total()
    silent = calibration("reader").answer.unanswerable / posterior._total()
    assert posterior.found(0.2) + closed + posterior.unread() + silent == pytest.approx(1.0)


def test_a_place_that_a_larger_model_answers_from_is_open_however_unlikely(
    posterior: Posterior,
) -> None:
    posterior.enter(0, 0.05)
    assert posterior.opened(0.2) == {}
    posterior.judge(0, 0.05, 0.9)
    assert posterior.opened(0.2) == {0: 0.05}
    posterior.judge(0, 0.0, 0.9)
    assert posterior.opened(0.2) == {}


def test_a_reader_that_was_overruled_is_trusted_less_elsewhere(posterior: Posterior) -> None:
    posterior.enter(2, 0.5)
    posterior.enter(0, 0.3)
    before = posterior.found(0.2)
    posterior.judge(1, 0.0, 0.95)
    assert posterior.weight(2) < 0.1
    assert posterior.found(0.2) < before


def test_a_place_that_is_read_again_with_others_keeps_its_likeliest_answer(
    posterior: Posterior,
) -> None:
    posterior.judge(0, 0.6, 0.4)
    before = posterior.found(0.2)
    posterior.judge(0, 0.02, 0.5)
    assert posterior.found(0.2) == before
    posterior.judge(0, 0.9, 0.5)
    assert posterior.found(0.2) > before
