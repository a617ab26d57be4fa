"""`gru-mem` (arXiv 2602.10560): one turn a chunk holds gate, memory and exit as tags.

<think>, <check>yes|no</check>, <update>…</update>, <next>continue|end</next>, in the format that
its models were trained on. The tags are set here and the model fills them in, so that any model's
turn is well formed; the gates are the probabilities of their words. The update is applied before
the exit. `--no-exit` is the paper's "w/o EG".
"""

from __future__ import annotations

from longread.engine import Engine
from longread.engine.repetition import without_circle
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

# Tokens for thinking before the tags.
THINKING_TOKENS = 512
_CHECK = {"yes": ("yes", "Yes"), "no": ("no", "No")}
_NEXT = {"continue": ("continue", "Continue"), "end": ("end", "End")}
_THRESHOLD = 0.5


class TagGate:
    """P(yes) in <check>, after what the model thinks."""

    signal = "text"

    def __init__(self, engine: Engine, threshold: float | None) -> None:
        self._engine = engine
        self._threshold = _THRESHOLD if threshold is None else threshold

    def read(self, state: ReadingState) -> Opening:
        engine = self._engine
        asked = prompt(
            engine,
            "turn",
            passage=state.shown(state.chunk),
            question=state.question,
            memory=state.memory.notes,
        )
        # With the first words given even a model that was not trained on the format thinks of the
        # section; without them one of 0.5B wrote "No" and nothing else.
        begun = f"{asked}<think>The section says"
        thought = engine.generate(begun, max_tokens=THINKING_TOKENS, stop=("</think>", "<check>"))
        text = engine.escape_special_tokens(without_circle(thought.text))
        begun += f"{text}</think><check>"
        gate = Gate(engine.choose(begun, _CHECK)["yes"], self._threshold, self.signal)
        state.draft["turn"] = f"{begun}{'yes' if gate.open else 'no'}</check>"
        return Opening(gate, (), (Scored(state.chunk, 0.0),) if gate.open else ())

    def restore(self, state: ReadingState, step: Step) -> None: ...


class TagWriter:
    """The new memory is what the model writes in <update>; without an end it is rejected."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, state: ReadingState, opening: Opening) -> Written:
        begun = f"{state.draft['turn']}<update>"
        budget = state.memory.budget
        update = self._engine.generate(begun, max_tokens=budget, stop=("</update>",))
        # The exit gate sees the memory that stands.
        stands = state.memory.notes if update.cut_off else update.text
        text = self._engine.escape_special_tokens(stands)
        state.draft["turn"] = f"{begun}{text}</update>"
        return accept(state, opening, update.text, update.cut_off)


class TagExit:
    """P(end) in <next>."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def decide(self, state: ReadingState) -> Gate | None:
        ends = self._engine.choose(f"{state.draft['turn']}<next>", _NEXT)["end"]
        return Gate(ends, _THRESHOLD, TagGate.signal)


def build(judges: Judges, options: ReadingOptions) -> Parts:
    engine = judges.engine
    return Parts(
        order=ChunksInOrder(),
        gate=TagGate(engine, options.gate_threshold),
        writer=TagWriter(engine),
        exit=NeverExit() if options.exit is False else TagExit(engine),
        answerer=WrittenAnswer(judges.answer),
        patience=options.patience or 1,
    )


STRATEGY = Strategy(
    "gru-mem", build, chunk_tokens=REWRITING_CHUNK, filled=True, reply_tokens=THINKING_TOKENS
)
