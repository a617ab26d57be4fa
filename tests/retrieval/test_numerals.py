"""Numbers written in words."""

import pytest

from longread.retrieval.numerals import in_digits, written_out


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Sixty-eight percent of the world lives there.", {"68"}),
        ("It was for fifteen hundred and forty-seven pounds.", {"1547"}),
        ("He was two inches taller, and one of them was not.", {"2"}),
        ("Die Fähre war mit achtundsechzig Leuten nicht voll, und der Hafen war leer.", {"68"}),
        ("Le port a payé quatre-vingt-dix-neuf francs pour le quai et la grue.", {"99"}),
        ("El puerto pagó mil quinientos euros por la grúa y el muelle.", {"1500"}),
        ("There are 12 of them.", set()),
        ("", set()),
    ],
)
def test_numbers_in_words_are_those_of_their_digits(text: str, numbers: set[str]) -> None:
    assert written_out(text) == numbers


def test_a_number_word_of_another_language_is_none() -> None:
    # Eleven in Spanish and in German.
    assert written_out("Once upon a time the elf was in the town.") == set()


def test_a_short_reply_is_read_in_the_language_of_its_sources() -> None:
    source = "Die Fähre war mit 68 Leuten nicht voll, und der Hafen war leer."
    assert in_digits("achtundsechzig", source) == "68"
