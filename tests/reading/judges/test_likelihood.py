"""The judge for base models: its answer is a sentence of the passage."""

from __future__ import annotations

import pytest

from longread.reading.judges.likelihood import LikelihoodJudge
from tests.scripted import ScriptedEngine

QUESTION = "Who founded Orvel?"


@pytest.fixture
def judge() -> LikelihoodJudge:
    """Finds the question likelier after a name than after anything else."""
    return LikelihoodJudge(
        ScriptedEngine(scores=lambda prompt: -1.0 if "Orvel\n" in f"{prompt}\n" else -3.0)
    )


@pytest.mark.parametrize("heading", ["## The founding of Orvel", "The founding of Orvel"])
def test_a_heading_is_no_answer(judge: LikelihoodJudge, heading: str) -> None:
    header = "Towns | The founding of Orvel | page 3"
    passage = f"{header}\n{heading}\n\nIt was founded by Margit Solheim. The winters were long."
    assert judge.answer(passage, QUESTION).text != heading


def test_where_there_is_nothing_else_the_heading_stands(judge: LikelihoodJudge) -> None:
    assert judge.answer("Towns\n# Orvel", QUESTION).text == "# Orvel"
