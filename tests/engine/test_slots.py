"""Slots: what the bookkeeping claims to share must be there, and everything must fit."""

from __future__ import annotations

import random

import pytest

from longread.engine.llamacpp.slots import Placement, Slots, shared_prefix


class NaiveCache:
    """What a unified cache would hold if each placement were carried out to the letter."""

    def __init__(self, count: int, capacity: int) -> None:
        self.sequences: list[list[int]] = [[] for _ in range(count)]
        self.capacity = capacity

    def carry_out(self, place: Placement, prompt: list[int]) -> None:
        for slot in place.evict:
            self.sequences[slot] = []
        source = place.slot if place.copy_from is None else place.copy_from
        kept = self.sequences[source][: place.shared]
        assert kept == prompt[: place.shared], "claims tokens that are not there"
        self.sequences[place.slot] = prompt

    def used(self) -> int:
        return sum(len(sequence) for sequence in self.sequences)


def prefix_by_hand(first: list[int], second: list[int]) -> int:
    length = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        length += 1
    return length


def test_shared_prefix_agrees_with_counting_by_hand() -> None:
    chance = random.Random(1)
    for _ in range(500):
        stem = [chance.randrange(3) for _ in range(chance.randrange(12))]
        first = stem + [chance.randrange(3) for _ in range(chance.randrange(6))]
        second = stem + [chance.randrange(3) for _ in range(chance.randrange(6))]
        assert shared_prefix(first, second) == prefix_by_hand(first, second)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize(("count", "capacity"), [(4, 120), (2, 60), (4, 44)])
def test_random_prompts_never_share_what_is_not_there_and_always_fit(
    seed: int, count: int, capacity: int
) -> None:
    chance = random.Random(seed)
    slots = Slots(count, capacity)
    cache = NaiveCache(count, capacity)
    stems = [[chance.randrange(50) for _ in range(chance.randrange(1, 25))] for _ in range(4)]
    for _ in range(200):
        stem = chance.choice(stems)
        prompt = stem[: chance.randrange(1, len(stem) + 1)]
        prompt = prompt + [chance.randrange(50) for _ in range(chance.randrange(12))]
        room = chance.randrange(0, capacity - len(prompt) + 1) if chance.random() < 0.5 else 0
        place = slots.place(prompt, room)
        assert 0 <= place.shared < len(prompt), "at least one token is left to decode"
        assert place.slot not in place.evict
        for slot in place.evict:
            slots.clear(slot)
        cache.carry_out(place, prompt)
        assert cache.used() + room <= capacity
        generated = [chance.randrange(50) for _ in range(chance.randrange(room + 1))]
        cache.sequences[place.slot] = prompt + generated
        slots.commit(place.slot, prompt + generated)
        assert slots.tokens == cache.sequences


@pytest.mark.parametrize("seed", range(10))
def test_the_longest_shared_prefix_wins(seed: int) -> None:
    chance = random.Random(seed)
    slots = Slots(4, 1000)
    for slot in range(4):
        slots.commit(slot, [chance.randrange(2) for _ in range(8)])
    prompt = [chance.randrange(2) for _ in range(12)]
    best = max(prefix_by_hand(held, prompt) for held in slots.tokens)
    assert slots.place(prompt).shared == best


def test_an_extension_goes_on_in_place() -> None:
    slots = Slots(4, 100)
    slots.commit(2, [1, 2, 3, 4])
    assert slots.place([1, 2, 3, 4, 5]) == Placement(2, 4, None, ())


def test_the_same_prompt_again_leaves_one_token_to_decode() -> None:
    slots = Slots(4, 100)
    slots.commit(0, [1, 2, 3, 4])
    assert slots.place([1, 2, 3, 4]) == Placement(0, 3, None, ())


def test_a_small_common_head_is_copied_so_that_both_live() -> None:
    slots = Slots(4, 100)
    slots.commit(1, [1, 2, 3, 4, 5, 6, 7, 8])
    place = slots.place([1, 2, 9, 9])
    assert place.copy_from == 1
    assert place.slot != 1
    assert (place.shared, place.evict) == (2, ())


def test_a_stranger_takes_the_slot_that_was_not_used_for_longest() -> None:
    slots = Slots(3, 100)
    for slot in (1, 0, 2):
        slots.commit(slot, [slot * 10, 1, 2])
    assert slots.place([99, 98]).slot == 1


def test_when_source_and_copy_do_not_fit_together_the_source_is_taken_over() -> None:
    """Emptied before it is copied from, it would leave a prompt without its beginning."""
    slots = Slots(4, 20)
    slots.commit(0, list(range(16)))
    place = slots.place([0, 1, 2, 3, 90, 91, 92, 93])
    assert place == Placement(0, 4, None, ())
