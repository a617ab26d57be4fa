"""The reader's own words: which answer is given of those the model offers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest

from longread.engine import Generation
from longread.reading.judges.trained import TrainedJudge
from tests.scripted import ScriptedEngine

PASSAGE = "Harbour | page 3\nAda Quill was chair in 1898. Later the chair was Bo Lind."
QUESTION = "Who was chair in 1898?"


@dataclass
class Offering(ScriptedEngine):
    """Offers the same candidates every time; "branches" is what says that it can."""

    offers: dict[str, float] = field(default_factory=dict)
    capabilities: frozenset[str] = frozenset({"generate", "choose", "branches"})

    def continuations(self, prompt: str, *, count: int, max_tokens: int) -> list[Generation]:
        self.prompts.append(("continuations", prompt))
        assert count > 1
        assert max_tokens > 1
        return [
            Generation(f" {text}", len(text.split()), True, math.log(share))
            for text, share in self.offers.items()
        ]


def test_a_sentence_that_answers_by_itself_outweighs_a_likelier_candidate() -> None:
    engine = Offering(
        offers={"Bo Lind": 0.6, "Ada Quill": 0.4},
        choices=lambda prompt: 0.9 if "1898. " in prompt or "1898.\n" in prompt else 0.1,
    )
    assert TrainedJudge(engine).answer(PASSAGE, QUESTION).text == "Ada Quill"
    alone = engine.asked("reader")[1:]
    assert [prompt.split("\n\n")[0] for prompt in alone] == [
        "Harbour | page 3\nLater the chair was Bo Lind.",
        "Harbour | page 3\nAda Quill was chair in 1898.",
    ]


def test_candidates_of_one_sentence_need_no_second_look() -> None:
    engine = Offering(offers={"Quill": 0.5, "Ada Quill": 0.4, "Bo Quill": 0.1})
    assert TrainedJudge(engine).answer(PASSAGE, QUESTION).text == "Quill"
    assert [call for call, _prompt in engine.prompts] == ["continuations"]


def test_a_sentence_far_below_the_likeliest_is_not_asked() -> None:
    engine = Offering(offers={"Bo Lind": 0.95, "Ada Quill": 0.05})
    assert TrainedJudge(engine).answer(PASSAGE, QUESTION).text == "Bo Lind"
    assert [call for call, _prompt in engine.prompts] == ["continuations"]


def test_words_from_the_notes_are_weighed_as_they_are() -> None:
    engine = Offering(offers={"Cy Pike": 0.6, "Ada Quill": 0.4})
    said = TrainedJudge(engine).answer(PASSAGE, QUESTION, "- Cy Pike was chair of all chairs.")
    assert said.text == "Cy Pike"


def test_notes_conclude_together() -> None:
    engine = Offering(offers={"Pike": 0.6, "Roach": 0.4})
    notes = "- (page 2) Pike was born in 1801.\n- (page 9) Roach was born in 1807."
    assert TrainedJudge(engine).conclude(notes, "Who is older, Pike or Roach?").text == "Pike"
    assert [call for call, _prompt in engine.prompts] == ["continuations"]


def test_an_engine_without_branches_says_one_answer() -> None:
    engine = ScriptedEngine(replies=[" Ada Quill"])
    assert TrainedJudge(engine).answer(PASSAGE, QUESTION).text == "Ada Quill"


def test_words_that_nothing_contradicts_are_surer() -> None:
    def answer_confidence(**shares: float) -> float:
        engine = Offering(offers=shares, choices=lambda _prompt: 0.9)
        return TrainedJudge(engine).answer(PASSAGE, QUESTION).confidence

    assert answer_confidence(Quill=1.0) == 1.0
    assert answer_confidence(Quill=0.5) == pytest.approx(math.sqrt(0.5))
    # Far below the likeliest is no rival.
    assert answer_confidence(Quill=0.9, Lind=0.1) == pytest.approx(math.sqrt(0.9))
    assert answer_confidence(Quill=0.5, Lind=0.5) == pytest.approx(0.5 * math.sqrt(0.5))


def test_a_verdict_is_as_sure_as_its_share() -> None:
    said = TrainedJudge(Offering(offers={"no": 0.6, "yes": 0.4})).answer(PASSAGE, "Was it Ada?")
    assert said.text == "no"
    assert said.confidence < 0.6
