"""`gated`, the default: units gated by probability, notes with a ledger, exit by probability.

GRU-Mem's recurrence (arXiv 2602.10560) with gates that cost one forward step, and a look
back (InfMem, 2602.02704) after each change of the memory.
"""

from __future__ import annotations

from longread.engine import Engine
from longread.models import calibration
from longread.reading.answers import QuoteAnswer, WrittenAnswer
from longread.reading.gates import (
    ChoiceExit,
    ChoiceGate,
    LikelihoodGate,
    NeverExit,
    SettledExit,
)
from longread.reading.loop import Parts
from longread.reading.options import ReadingOptions
from longread.reading.orders import ChunksInOrder
from longread.reading.thinking import AskForGap, LookAround
from longread.reading.trained import (
    AnswerOrQuote,
    FoundExit,
    LookForward,
    ReaderGate,
    ShortAnswer,
)
from longread.reading.writers import KeepSentences, RewriteNotes

# On held-out questions 0.2 opens 84 % of the gold tiles and 0.5 opens 72 %, for 0.15 false
# openings a question more. What is written down is weighed again before it is an answer.
LIKELIHOOD_THRESHOLD = 0.2
READER_THRESHOLD = 0.2


def build(engine: Engine, options: ReadingOptions, gate: str) -> Parts:
    """Parts for a model trained to read (`reader`), one that follows instructions (`choice`),
    or any other (`likelihood`)."""
    patience = options.patience or 1
    top_k = options.top_k or 3
    if gate == "reader":
        reader = ReaderGate(engine, threshold(options, READER_THRESHOLD))
        writer = AnswerOrQuote(reader)
        return Parts(
            order=ChunksInOrder(),
            thinker=LookForward(reader, writer),
            gate=reader,
            writer=writer,
            exit=NeverExit() if options.exit is False else FoundExit(reader),
            answerer=ShortAnswer(reader),
            patience=patience,
            top_k=top_k,
        )
    if gate == "choice":
        return Parts(
            order=ChunksInOrder(),
            thinker=AskForGap(engine),
            gate=ChoiceGate(engine, threshold(options, 0.5)),
            writer=RewriteNotes(engine, "write", neighbours=True),
            exit=NeverExit() if options.exit is False else ChoiceExit(engine),
            answerer=WrittenAnswer(engine),
            patience=patience,
            top_k=top_k,
            look_back=True,
        )
    likelihood = LikelihoodGate(engine, threshold(options, likelihood_threshold(engine)))
    return Parts(
        order=ChunksInOrder(),
        thinker=LookAround(likelihood),
        gate=likelihood,
        writer=KeepSentences(engine),
        exit=NeverExit() if options.exit is False else SettledExit(likelihood),
        answerer=QuoteAnswer(likelihood.settled),
        patience=patience,
        top_k=top_k,
        look_back=True,
    )


def likelihood_threshold(engine: Engine) -> float:
    """The one that `longread models calibrate` found for the model, or the usual one."""
    known = calibration.of(engine.info.file)
    return (known and known.gate_threshold) or LIKELIHOOD_THRESHOLD


def threshold(options: ReadingOptions, usual: float) -> float:
    """The user's threshold of the update gate, or the usual one."""
    return usual if options.gate_threshold is None else options.gate_threshold
