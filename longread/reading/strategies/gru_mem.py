"""`gru-mem` (arXiv 2602.10560): one generation a chunk holds gate, memory and exit as tags.

For models trained on the protocol: <think>, <check>yes|no</check>, <update>…</update>,
<next>continue|end</next>. The update is applied before the exit. `--no-exit` is the
paper's "w/o EG".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from longread.engine import Engine
from longread.reading.answers import WrittenAnswer
from longread.reading.gates import NeverExit
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.orders import ChunksInOrder
from longread.reading.prompts import prompt
from longread.reading.situation import Opening, Scored, Situation, Written
from longread.reading.step import Gate
from longread.reading.thinking import NoThought
from longread.reading.writers import accept

# Tokens for thinking and tags around the memory.
THINKING_TOKENS = 512


def tag(name: str, text: str) -> str | None:
    """The last complete <name>…</name> of `text`, trimmed; None when there is none."""
    found = re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
    return found[-1].strip() if found else None


class TagGate:
    """Generates the whole turn; a malformed or missing <check> leaves the gate closed."""

    signal = "text"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, situation: Situation) -> Opening:
        turn = self._engine.generate(
            prompt(
                self._engine,
                "turn",
                passage=situation.passage(situation.chunk),
                question=situation.question,
                memory=situation.memory.notes,
            ),
            max_tokens=situation.memory.budget + THINKING_TOKENS,
            stop=("</next>",),
        )
        text = f"{turn.text}</next>" if turn.finished else turn.text
        situation.draft = {"text": text, "cut_off": turn.cut_off}
        yes = (tag("check", text) or "").casefold() == "yes"
        gate = Gate(1.0 if yes else 0.0, 0.5, self.signal)
        return Opening(gate, (), (Scored(situation.chunk, 0.0),) if yes else ())

    def restore(self, situation: Situation, unit_gates: Sequence[float]) -> None:
        del situation, unit_gates


class TagWriter:
    """Takes <update> from the turn; one that was cut off has no closing tag and is rejected."""

    def write(self, situation: Situation, opening: Opening) -> Written:
        memory = tag("update", str(situation.draft["text"]))
        if memory is None:
            return accept(situation, opening, "", str(situation.draft["cut_off"]))
        return accept(situation, opening, memory, cut_off="")


class TagExit:
    """Open when <next> says end."""

    def decide(self, situation: Situation) -> Gate | None:
        ends = (tag("next", str(situation.draft["text"])) or "").casefold() == "end"
        return Gate(1.0 if ends else 0.0, 0.5, TagGate.signal)


def build(engine: Engine, options: ReadingOptions, gate: str) -> Parts:
    del gate
    return Parts(
        order=ChunksInOrder(),
        thinker=NoThought(),
        gate=TagGate(engine),
        writer=TagWriter(),
        exit=NeverExit() if options.exit is False else TagExit(),
        answerer=WrittenAnswer(engine),
        patience=options.patience or 1,
    )
