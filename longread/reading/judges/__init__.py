"""Judges: what is asked of a language model about a passage, a question and the notes.

A judge asks and gives probabilities. What is done with them (look-ups before reading, BM25 as
prior, the posterior over passages, exit, lists, confidence) stands in `parts` once, for every
kind of model: one trained on the reader's protocol (`TrainedJudge`), one that follows
instructions (`PromptedJudge`), a base model (`LikelihoodJudge`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from longread.engine import Engine
from longread.reading.judges.batch import Reply, Request, ask_all
from longread.reading.judges.decomposition import Decomposition
from longread.reading.judges.questions import wants_everything
from longread.reading.relevance.calibration import Calibration


@dataclass(frozen=True, slots=True)
class Relevance:
    """Probabilities that a passage answers the question, or supports its answer as a step."""

    answers: float
    supports: float = 0.0

    @property
    def helps(self) -> float:
        return self.answers + self.supports


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """An answer in a few words. `confidence` (0 to 1) is that of the words, their place given."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class StepQuote:
    """The sentence that is a step towards the answer, and what to look for next."""

    text: str
    look_for: str


class Judge(Protocol):
    """Asks one model. `passage` is a passage's text under its header, `notes` lines of quotes.

    `calibration` turns what it says into odds (see `Calibration`). `signal` names it in the
    records of a run: `reader`, `choice`, `likelihood`. `records` says that it is shown table
    rows as records, each cell beside its column's head, `selects` that it writes queries on them.
    """

    signal: str
    records: bool
    selects: bool = False
    engine: Engine
    calibration: Calibration

    def ask(self, passage: str, question: str, notes: str = "") -> Request:
        """What to decode to learn how far the passage, with the notes, answers the question."""

    def relevance(self, reply: Reply, question: str, notes: str = "") -> Relevance:
        """What the reply to `ask` says: its yes and part, as they are."""
        assert isinstance(reply, Mapping)
        return Relevance(reply["yes"], reply["part"])

    def answer(self, passage: str, question: str, notes: str = "") -> ShortAnswer:
        """The answer that the passage gives; the gate decides whether to ask for it."""

    def words(
        self, passage: str, question: str, candidates: Sequence[str], notes: str = ""
    ) -> list[float]:
        """The log-probability of each candidate as the answer that the passage gives; 0 of one
        that is not asked for words."""
        return [0.0] * len(candidates)

    def step(self, passage: str, question: str, notes: str = "") -> StepQuote:
        """The sentence that supports the answer, and what is still missing, as a search."""

    def follow_up(self, quote: str, question: str) -> str:
        """A search for what a quote that answers leaves open; empty for none."""
        return ""

    def enough(self, notes: str, question: str) -> float:
        """P(the notes together hold the answer): asked in the passage's place."""
        return relevance_of(self, notes, question).answers

    def conclude(self, notes: str, question: str) -> ShortAnswer:
        """The answer that several notes give together, of which none need give it alone."""
        return self.answer(notes, question)

    def plan(self, question: str) -> list[str]:
        """Searches that may find what the question's own words miss; none where it cannot plan."""
        return []

    def decompose(self, question: str) -> Decomposition | None:
        """The smaller questions that answer it; None for one that a place can answer alone."""
        return None

    def compares(self, question: str) -> bool:
        """Whether the question compares the entries of a table: which fulfil a condition, which has
        the most, how many there are."""
        return False

    def fits(self, table: str, question: str) -> float:
        """P(a table, given by its schema and first rows, tells what the question asks for)."""
        return 0.0

    def query(self, table: str, question: str) -> ShortAnswer:
        """The query (SQLite) that answers the question from a table."""
        return ShortAnswer("", 0.0)

    def standalone(self, question: str, earlier: str, answer: str) -> str:
        """A follow-up with what it leans on: look-ups find the places of the `earlier` words."""
        return f"{question} ({earlier})"

    def wants_everything(self, question: str) -> bool:
        """Whether the question asks for every instance of something, or for the whole."""
        return wants_everything(question)


@dataclass(frozen=True, slots=True)
class Judges:
    """The models of a run: `gate` says where the answer stands, `answer` whether and what.

    They are one and the same unless a small model reads for a larger one, which judges `look`
    places in a step (0: as many as usual).
    """

    gate: Judge
    answer: Judge
    look: int = 0

    @classmethod
    def of(cls, judge: Judge) -> Judges:
        """One model does both."""
        return cls(judge, judge)

    @property
    def engine(self) -> Engine:
        """The model that writes: notes, plans, answers."""
        return self.answer.engine

    @property
    def engines(self) -> tuple[Engine, ...]:
        """The models of the run, each once; the one that gates first."""
        return (self.gate.engine, self.answer.engine) if self.cascade else (self.engine,)

    @property
    def reader(self) -> str:
        """The name of the model that gates for a larger one; empty where one does it all."""
        return self.gate.engine.info.name if self.cascade else ""

    @property
    def cascade(self) -> bool:
        """Whether a smaller model gates for a larger one."""
        return self.gate is not self.answer


def relevance_of(judge: Judge, passage: str, question: str, notes: str = "") -> Relevance:
    """What a judge says of a text that is no passage of the corpus: asked at once, not kept."""
    reply = ask_all(judge.engine, [judge.ask(passage, question, notes)])[0]
    return judge.relevance(reply, question, notes)
