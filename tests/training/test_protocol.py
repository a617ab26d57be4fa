"""The words a lesson is trained on are the words that longread asks with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from longread.reading.judges.batch import ask_all
from longread.reading.judges.trained import PROTOCOL, TrainedJudge
from tests.scripted import ScriptedEngine

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "reader"))

from protocol import Asked, segments

PASSAGE, QUESTION = "Annals | page 7\nThe ferry sank in 1931.", "When did the ferry sink?"


@pytest.mark.parametrize("notes", ["", "- (page 2) The ferry was old.\n- It had one deck."])
@pytest.mark.parametrize("helps", ["yes", "part"])
def test_training_text_is_the_prompt_with_its_reply(notes: str, helps: str) -> None:
    engine = ScriptedEngine(
        replies=["1931"] if helps == "yes" else ["The ferry sank.\nno", "its age"],
        choices=[0.5],
        protocol=PROTOCOL,
    )
    asker = TrainedJudge(engine)
    ask_all(engine, [asker.ask(PASSAGE, QUESTION, notes)])
    if helps == "yes":
        asker.answer(PASSAGE, QUESTION, notes)
        asked = Asked(QUESTION, "yes", answer="1931", notes=notes)
    else:
        asker.step(PASSAGE, QUESTION, notes)
        asked = Asked(QUESTION, "part", quote="The ferry sank.", look_for="its age", notes=notes)
    trained = PASSAGE + "".join(text for text, _weight in segments(asked))
    gate, *replies = (prompt for _call, prompt in engine.prompts)
    assert trained.startswith(f"{gate} {helps}")
    assert all(trained.startswith(reply) for reply in replies)
    assert trained == replies[-1] + (" 1931" if helps == "yes" else " its age")
