"""Reading state, and the protocols of a strategy's parts: what they see and give one another.

    q ← think(Q, M);  R ← retrieve(q);  gate(Q, M, C, R);  M ← write(Q, M, C, R);  exit(Q, M)

Each part is a protocol with one method. A strategy picks one of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from longread.documents.chunks import Span
from longread.engine import Engine, prefix_states
from longread.reading.corpus import Corpus
from longread.reading.judges import Judge, Reply, Request
from longread.reading.judges.batch import Member, QuestionBatch, ask_all
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.step import Gate, Quote, Step

# Room for the words of a prompt around passage, memory and reply, in tokens.
PROMPT_WORDS = 512
# Of these for the latest searches; a long run makes hundreds.
_HISTORY = 192


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage with the probability that the update gate gave it."""

    passage: Span
    probability: float


@dataclass
class ReadingState:
    """Everything a part may look at. `draft` carries one step's work from part to part.

    `everything` says that the question asks for all there is of something.
    """

    engine: Engine
    corpus: Corpus
    question: str
    memory: Memory
    options: ReadingOptions
    everything: bool = False
    chunk: Span = field(default_factory=lambda: Span(0, 0, 0, 0, 0))
    step: int = 0
    total: int = 0
    read: set[int] = field(default_factory=set)
    searches: list[str] = field(default_factory=list)
    retrieved: list[Span] = field(default_factory=list)
    lookahead: list[Span] = field(default_factory=list)
    updated_last: bool = False
    draft: dict[str, Any] = field(default_factory=dict)
    # In a pass for several questions: the batch, and this question's place in it.
    batch: QuestionBatch | None = None
    member: Member | None = None

    def shown(self, span: Span, judge: Judge | None = None) -> str:
        """A passage or chunk as a model is shown it: under its title, section and pages."""
        if judge is not None and judge.records:
            return self.corpus.as_records(span, self.question).strip()
        return self.corpus.headed(span).strip()

    def ask(
        self,
        judge: Judge,
        passage: Span,
        request: Request,
        *,
        keep: bool = True,
        exact: bool = False,
    ) -> Reply:
        """The reply of a judge's model to what is asked of a passage.

        The passage's state comes from the prefix cache, or goes there if `keep`. `exact` asks
        with every token in its place, whatever a pruned cache left out.
        """
        if self.batch is None or self.member is None or judge.engine is not self.engine or exact:
            self.pin(judge.engine, passage, request.prefix, keep=keep, exact=exact)
            return ask_all(judge.engine, [request])[0]
        known = self.batch.known(request)
        if known is not None:
            return known
        self.pin(judge.engine, passage, request.prefix, keep=keep)
        return self.batch.ask(self.member, passage, request)

    def pin(
        self, engine: Engine, passage: Span, prefix: str, *, keep: bool = True, exact: bool = False
    ) -> None:
        """Have the state of a passage's prompt `prefix` ready: then a question costs its own
        tokens alone. `keep` False leaves nothing in the prefix cache."""
        states = prefix_states(engine)
        if states is None or not prefix:
            return
        states.pin_prefix(prefix, source=self.source(passage) if keep else "", whole=exact)

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

    def retrieved_text(self) -> str:
        """What was looked up, as far as there is room beside chunk, notes and new notes."""
        room = self.engine.info.context - PROMPT_WORDS - 2 * self.memory.budget
        room -= self.corpus.chunk_tokens
        texts = [self.shown(passage) for passage in self.retrieved]
        return "\n\n".join(_first_that_fit(texts, room, self.corpus.count))

    def history(self) -> str:
        """The latest searches, one a line, oldest first."""
        latest = _first_that_fit(self.searches[::-1], _HISTORY, self.corpus.count)
        return "\n".join(latest[::-1])


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

    `answer_confidence` is that of the words alone, given their places, where it is known.
    """

    text: str | None
    citations: tuple[Quote, ...]
    confidence: float
    closest: Quote | None = None
    answer_confidence: float = 1.0


class Thinker(Protocol):
    """Looks at question and memory before the chunk is read."""

    def think(self, state: ReadingState) -> Thought: ...


class UpdateGate(Protocol):
    """Decides whether the chunk may change the memory."""

    signal: str

    def read(self, state: ReadingState) -> Opening: ...

    def restore(self, state: ReadingState, step: Step) -> None:
        """Take over what an interrupted run's step made of its chunk and of its look-ahead."""
        ...


@runtime_checkable
class Batching(Protocol):
    """An update gate whose requests can be asked together with those of other questions."""

    def requests(self, state: ReadingState, passage: Span) -> list[Request]:
        """What the gate asks of a passage, as things stand now."""
        ...


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
        ...


class Order(Protocol):
    """Which chunks (or passages) are read, and in what order.

    `whole` is what coverage is counted against: all spans of the size that is read.
    """

    def spans(self, corpus: Corpus, question: str, options: ReadingOptions) -> list[Span]: ...

    def whole(self, corpus: Corpus) -> list[Span]: ...


def _first_that_fit(texts: Sequence[str], room: int, count: Callable[[str], int]) -> list[str]:
    chosen = []
    for text in texts:
        room -= count(text) + 2
        if room < 0:
            break
        chosen.append(text)
    return chosen
