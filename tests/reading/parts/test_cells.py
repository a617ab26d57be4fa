import math
from random import Random

import pytest

from longread.reading.parts.cells import likeliest


def _table(rng: Random) -> tuple[list[list[int]], list[float], list[float]]:
    """Rows of a few cells, each cell's bound, and what its words take off."""
    rows: list[list[int]] = []
    for _row in range(rng.randint(1, 3)):
        begun = sum(map(len, rows))
        rows.append(list(range(begun, begun + rng.randint(1, 7))))
    cells = sum(map(len, rows))
    return (
        rows,
        [rng.uniform(0, 12) for _ in range(cells)],
        [rng.expovariate(1) for _ in range(cells)],
    )


@pytest.mark.parametrize("seed", range(40))
def test_the_cell_found_is_the_one_that_scoring_all_of_them_gives(seed: int) -> None:
    rows, bounds, losses = _table(Random(seed))
    exact = [bound - loss for bound, loss in zip(bounds, losses, strict=True)]
    asked: list[int] = []

    def score(places: list[int]) -> list[float]:
        asked.extend(places)
        return [exact[place] for place in places]

    place, share = likeliest(rows, bounds, score)
    assert exact[place] == max(exact)
    whole = 1 / sum(math.exp(each - exact[place]) for each in exact)
    assert share <= whole
    left_out = len(bounds) - len(asked)
    assert whole - share <= 0.02 * left_out
    assert len(set(asked)) == len(asked)


def test_a_cell_far_ahead_is_the_only_one_whose_words_are_asked_for() -> None:
    asked: list[int] = []

    def score(places: list[int]) -> list[float]:
        asked.extend(places)
        return [11.0 for _place in places]

    place, share = likeliest([[0, 1, 2], [3, 4]], [2.0, 12.0, 1.0, 3.0, 4.0], score)
    assert (place, asked) == (1, [1])
    assert share > 0.99
