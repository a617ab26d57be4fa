"""`gru-mem` (arXiv 2602.10560): one generation a chunk holds gate, memory and exit as tags.

For models trained on the protocol: <think>, <check>yes|no</check>, <update>…</update>,
<next>continue|end</next>. The update is applied before the exit. `--no-exit` is the
paper's "w/o EG".
"""

from __future__ import annotations

import re

from longread.engine import Engine
from longread.reading.judges import Judges
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.parts.answers import WrittenAnswer
from longread.reading.parts.null import NeverExit
from longread.reading.parts.orders import ChunksInOrder
from longread.reading.parts.writers import accept
from longread.reading.prompts import prompt
from longread.reading.state import Opening, ReadingState, Scored, Written
from longread.reading.step import Gate, Step
from longread.reading.strategies import REWRITING_CHUNK, Strategy

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

    def read(self, state: ReadingState) -> Opening:
        turn = self._engine.generate(
            prompt(
                self._engine,
                "turn",
                passage=state.shown(state.chunk),
                question=state.question,
                memory=state.memory.notes,
            ),
            max_tokens=state.memory.budget + THINKING_TOKENS,
            stop=("</next>",),
        )
        text = f"{turn.text}</next>" if turn.finished else turn.text
        state.draft = {"text": text, "cut_off": turn.cut_off}
        yes = (tag("check", text) or "").casefold() == "yes"
        gate = Gate(1.0 if yes else 0.0, 0.5, self.signal)
        return Opening(gate, (), (Scored(state.chunk, 0.0),) if yes else ())

    def restore(self, state: ReadingState, step: Step) -> None: ...


class TagWriter:
    """Takes <update> from the turn; one that was cut off has no closing tag and is rejected."""

    def write(self, state: ReadingState, opening: Opening) -> Written:
        memory = tag("update", str(state.draft["text"]))
        if memory is None:
            return accept(state, opening, "", str(state.draft["cut_off"]))
        return accept(state, opening, memory, cut_off="")


class TagExit:
    """Open when <next> says end."""

    def decide(self, state: ReadingState) -> Gate | None:
        ends = (tag("next", str(state.draft["text"])) or "").casefold() == "end"
        return Gate(1.0 if ends else 0.0, 0.5, TagGate.signal)


def build(judges: Judges, options: ReadingOptions) -> Parts:
    return Parts(
        order=ChunksInOrder(),
        gate=TagGate(judges.engine),
        writer=TagWriter(),
        exit=NeverExit() if options.exit is False else TagExit(),
        answerer=WrittenAnswer(judges.answer),
        patience=options.patience or 1,
    )


STRATEGY = Strategy(
    "gru-mem", build, chunk_tokens=REWRITING_CHUNK, filled=True, reply_tokens=THINKING_TOKENS
)
