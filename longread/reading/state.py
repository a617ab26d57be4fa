"""Reading state, and the protocols of a strategy's parts: what they see and give one another.

q ← think(Q, M);  R ← retrieve(q);  gate(Q, M, C, R);  M ← write(Q, M, C, R);  exit(Q, M)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from longread.documents.chunks import Span
from longread.engine import Engine
from longread.engine.optional import prefix_states
from longread.reading.corpus import Corpus
from longread.reading.judges import Judge
from longread.reading.judges.batch import Member, QuestionBatch, Reply, Request, ask_all
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.step import Gate, Quote, Step

# Room for the words of a prompt around passage, memory and reply, in tokens.
PROMPT_WORDS = 512


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage with the probability that the update gate gave it."""

    passage: Span
    probability: float


@dataclass
class ReadingState:
    """Everything a part may look at. `draft` carries one step's work from part to part.

    `asked` is the question as it was put, with what it says of how to answer: it may name where
    to look. `everything` says that the question asks for all there is of something, `query`
    selected what was found among the rows of a table: all there is of it.
    """

    engine: Engine
    corpus: Corpus
    question: str
    memory: Memory
    options: ReadingOptions
    everything: bool = False
    total: int = 0
    chunk: Span = field(default_factory=lambda: Span(0, 0, 0, 0, 0))
    step: int = 0
    read: set[int] = field(default_factory=set)
    searches: list[str] = field(default_factory=list)
    retrieved: list[Span] = field(default_factory=list)
    lookahead: list[Span] = field(default_factory=list)
    updated_last: bool = False
    draft: dict[str, Any] = field(default_factory=dict)
    # Replies to what was read ahead, or asked for other questions of the pass.
    known: dict[bytes, Reply] = field(default_factory=dict)
    # Told of each passage that is gated before the first chunk is read.
    on_gated: Callable[[Span], None] = lambda _passage: None
    # Told of each smaller question that a model has broken this one into, as it is asked.
    on_smaller: Callable[[str], None] = lambda _question: None
    # In a pass for several questions: the batch, and this question's place in it.
    batch: QuestionBatch | None = None
    member: Member | None = None
    asked: str = ""
    query: str = ""

    def __post_init__(self) -> None:
        self.asked = self.asked or self.question

    def shown(self, span: Span, judge: Judge | None = None) -> str:
        """A passage or chunk as a model is shown it: under its title, section and pages."""
        if judge is not None and judge.records:
            return self.corpus.as_records(span, self.question).strip()
        return self.corpus.headed(span, self.question).strip()

    def ask(self, judge: Judge, passage: Span, request: Request, *, exact: bool = False) -> Reply:
        """The reply of a judge's model to what is asked of a passage, whose state is cached.

        `exact` asks with every token in its place, whatever a pruned cache left out.
        """
        gating = judge.engine is self.engine and not exact
        if gating and (known := self.known.get(request.key())) is not None:
            return known
        self.pin(judge.engine, passage, request.prefix, exact=exact)
        if gating and self.batch is not None and self.member is not None:
            return self.batch.ask(self.member, passage, request)
        return ask_all(judge.engine, [request])[0]

    def pin(self, engine: Engine, passage: Span, prefix: str, *, exact: bool = False) -> None:
        """Have the state of a passage's prompt `prefix` ready: a question costs its own tokens."""
        states = prefix_states(engine)
        if states is not None and prefix:
            states.pin_prefix(prefix, source=self.source(passage), whole=exact)

    def rate(self, judge: Judge, passage: Span, worth: float) -> None:
        """Say what a passage's state is worth keeping, 0 to 1, where not all fit on the disk."""
        states = prefix_states(judge.engine)
        if states is not None and states.keeper is not None and states.keeper.crowded:
            prefix = judge.ask(self.shown(passage, judge), self.question).prefix
            states.rate_prefix(prefix, worth, source=self.source(passage))

    def source(self, passage: Span) -> str:
        """What a passage's cached states go by; empty where nothing may be kept."""
        document = self.corpus.documents[passage.document]
        return "" if document.secret else document.sha256

    def cached_states_pruned(self, engine: Engine) -> bool:
        """Whether cached states leave tokens out, so that less may answer than was read."""
        states = prefix_states(engine)
        return states is not None and states.keeper is not None and states.keeper.prunes

    def ledger(self) -> list[Quote]:
        """The quotes that the documents still have where the ledger says."""
        documents = self.corpus.documents
        return [
            quote
            for quote in self.memory.ledger
            if documents[quote.document].text[quote.start : quote.end] == quote.text
        ]


@dataclass(frozen=True, slots=True)
class Thought:
    """PRETHINK's outcome: what to look for (None: nothing), and whether to stop.

    `lookahead` are passages still unread that are known to be worth reading now.
    """

    query: str | None = None
    exit: Gate | None = None
    lookahead: tuple[Scored, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """The update gate's outcome: the chunk's gate, each passage's, and those it opened for.

    `prefetched` are the passages that were judged before the first chunk was read.
    """

    gate: Gate
    passage_gates: tuple[float, ...] = ()
    opened: tuple[Scored, ...] = ()
    prefetched: tuple[Scored, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """The writer's outcome: new notes (None: keep the old), quotes for the ledger, a remark."""

    notes: str | None
    quotes: tuple[Quote, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer's text (None: the document does not say), what it stands on, and how sure.

    `answer_confidence` is that of the words alone, their places given. `remark` says in one line
    where what is given is not the model's reply, or not what was first found.
    """

    text: str | None
    citations: tuple[Quote, ...]
    confidence: float
    closest: Quote | None = None
    answer_confidence: float = 1.0
    remark: str = ""


class Thinker(Protocol):
    """Looks at question and memory before the chunk is read."""

    def think(self, state: ReadingState) -> Thought: ...


class UpdateGate(Protocol):
    """Decides whether the chunk may change the memory."""

    signal: str

    def read(self, state: ReadingState) -> Opening: ...

    def restore(self, state: ReadingState, step: Step) -> None:
        """Take over what an interrupted run's step made of its chunk and of its look-ahead."""


@runtime_checkable
class Batching(Protocol):
    """An update gate whose requests can be asked together with those of other questions."""

    def requests(self, state: ReadingState, passage: Span) -> list[Request]: ...


class Writer(Protocol):
    """Makes the new memory."""

    def write(self, state: ReadingState, opening: Opening) -> Written: ...


class ExitGate(Protocol):
    """Decides whether the memory is enough; None when it was not asked."""

    def decide(self, state: ReadingState) -> Gate | None: ...


class Answerer(Protocol):
    """Turns the memory into an answer; a memory without quotes gives none."""

    def answer(self, state: ReadingState, on_text: Callable[[str], None] | None = None) -> Outcome:
        """`on_text` gets the words as they are generated."""


class Order(Protocol):
    """Which chunks (or passages) are read, and in what order.

    `whole` is what coverage is counted against: all spans of the size that is read.
    """

    def spans(self, corpus: Corpus, question: str, options: ReadingOptions) -> list[Span]: ...

    def whole(self, corpus: Corpus) -> list[Span]: ...
