"""Lessons of like records: the right one answers, its neighbours do not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

MEASURED = Path(__file__).parents[2] / "benchmarks" / "records" / "like.toml"


def test_the_same_seed_gives_the_same_registers(like: ModuleType) -> None:
    once = list(like.registers(3, 20))
    assert once == list(like.registers(3, 60))[:20]
    assert once != list(like.registers(4, 20))


@pytest.mark.parametrize("alone", [False, True])
def test_answers_stand_in_the_register_and_refusals_name_what_it_lacks(
    like: ModuleType, alone: bool
) -> None:
    for register in like.registers(5, 300, alone):
        assert "{" not in register.text + register.title
        answered = {each.question for each in register.asked if each.answer is not None}
        refused = {each.question for each in register.asked if each.answer is None}
        assert answered
        assert refused
        assert not answered & refused
        for asked in register.asked:
            assert "{" not in asked.question
            if asked.answer is not None:
                assert asked.answer in asked.sentence
                assert asked.sentence in register.text


def test_neighbours_differ_by_little(like: ModuleType) -> None:
    for kind in like.kinds():
        rng = Random(kind.name)
        scene = like.Scene(rng, kind.slots)
        names = like.neighbours(rng, kind, scene, 6)
        assert len(set(names)) == 6
        if kind.slots[kind.entity].startswith("code"):
            assert len({len(name) for name in names}) == 1


def test_no_statement_is_one_that_a_benchmark_measures_with(like: ModuleType) -> None:
    """Neither a question nor the longest run of words of a statement."""
    source = tomllib.loads(MEASURED.read_text("utf-8"))["kind"]
    facts = [fact for kind in like.kinds() for fact in kind.facts]
    told = " ".join(fact.text for fact in facts)
    asked = {wording for fact in facts for each in fact.questions for wording in each.wordings}
    for each in source:
        assert max(re.split(r"\{\w+\}", each["text"]), key=len) not in told
        assert each["ask"] not in asked
