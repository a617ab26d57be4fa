"""What the parts of the recurrence see and hand to one another within one step.

    q ← think(Q, M);  R ← retrieve(q);  gate(Q, M, C, R);  M ← write(Q, M, C, R);  exit(Q, M)

Each part is a protocol with one method. A strategy picks one of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from longread.documents.chunks import Piece
from longread.engine import Engine, prefix_states
from longread.reading.corpus import Corpus
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.panel import Options, Panel, Request, Seat, ask_all
from longread.reading.prompts import head
from longread.reading.step import Gate, Quote

# Room for the words of a prompt around passage, memory and reply, in tokens.
PROMPT_WORDS = 512
# Of which for the searches made so far: the last ones, as a long run makes hundreds.
_HISTORY = 192


@dataclass(frozen=True, slots=True)
class Scored:
    """A piece with the probability that the update gate gave it."""

    piece: Piece
    probability: float


@dataclass
class Situation:
    """Everything a part may look at. `draft` carries one step's work from part to part."""

    engine: Engine
    corpus: Corpus
    question: str
    memory: Memory
    options: ReadingOptions
    chunk: Piece
    step: int = 0
    total: int = 0
    read: set[int] = field(default_factory=set)
    searches: list[str] = field(default_factory=list)
    retrieved: list[Piece] = field(default_factory=list)
    ahead: list[Piece] = field(default_factory=list)
    updated_last: bool = False
    draft: dict[str, Any] = field(default_factory=dict)
    # In a pass for several questions: all of them, and this question's place there.
    panel: Panel | None = None
    seat: Seat | None = None

    def passage(self, piece: Piece) -> str:
        """A piece as the model is shown it: under its title, section and pages."""
        return self.corpus.headed(piece).strip()

    def hold(self, piece: Piece, name: str, *, kept: bool = True, whole: bool = False) -> None:
        """Have a piece's state ready for prompt `name`, from its block if there is one: then
        a question costs its own tokens alone. `kept` False leaves no block behind."""
        states = prefix_states(self.engine)
        if states is None:
            return
        document = self.corpus.documents[piece.document]
        states.pin_prefix(
            head(self.engine, name, passage=self.passage(piece), notes="", memory=""),
            source=document.sha256 if kept and not document.secret else "",
            whole=whole,
        )

    def choose(
        self, piece: Piece, name: str, asked: str, options: Options, *, kept: bool = True
    ) -> dict[str, float]:
        """The shares of `options` after the prompt `asked`, which is prompt `name` of `piece`."""
        reply = self._ask(piece, name, Request(asked, options=options), kept)
        assert isinstance(reply, dict)
        return reply

    def choose_closely(
        self, piece: Piece, name: str, asked: str, options: Options
    ) -> dict[str, float]:
        """`choose` with every token of the piece in its place, whatever its block left out."""
        self.hold(piece, name, whole=True)
        reply = ask_all(self.engine, [Request(asked, options=options)])[0]
        assert isinstance(reply, dict)
        return reply

    @property
    def thinned(self) -> bool:
        """Whether blocks leave tokens out, so that an answer may come from less than was read."""
        states = prefix_states(self.engine)
        return states is not None and states.keeper is not None and states.keeper.thins

    def score(self, piece: Piece, name: str, asked: str, continuation: str) -> list[float]:
        """The log-probabilities of `continuation` after the prompt `asked`."""
        reply = self._ask(piece, name, Request(asked, continuation), True)
        assert isinstance(reply, list)
        return reply

    def _ask(
        self, piece: Piece, name: str, request: Request, kept: bool
    ) -> dict[str, float] | list[float]:
        known = self.panel.known(request) if self.panel is not None else None
        if known is not None:
            return known
        self.hold(piece, name, kept=kept)
        if self.panel is None or self.seat is None:
            return ask_all(self.engine, [request])[0]
        return self.panel.ask(self.seat, piece, request)

    def retrieved_text(self) -> str:
        """What was looked up, as far as there is room beside chunk, notes and new notes."""
        room = self.engine.info.context - PROMPT_WORDS - 2 * self.memory.budget
        room -= self.corpus.chunk_tokens
        texts = [self.passage(piece) for piece in self.retrieved]
        return "\n\n".join(_first_that_fit(texts, room, self.corpus.count))

    def history(self) -> str:
        """The latest searches, one a line, oldest first."""
        latest = _first_that_fit(self.searches[::-1], _HISTORY, self.corpus.count)
        return "\n".join(latest[::-1])


@dataclass(frozen=True, slots=True)
class Thought:
    """PRETHINK's outcome: what to look for (None: nothing), and whether to stop.

    `ahead` are tiles still unread that are known to be worth reading now.
    """

    query: str | None = None
    exit: Gate | None = None
    ahead: tuple[Scored, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """The update gate's outcome: the chunk's gate, each unit's, and the units it opened for.

    `scouted` are the tiles that were gated before the first chunk was read.
    """

    gate: Gate
    unit_gates: tuple[float, ...] = ()
    opened: tuple[Scored, ...] = ()
    scouted: tuple[Scored, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """The writer's outcome: new notes (None: keep the old), quotes for the ledger, a remark."""

    notes: str | None
    quotes: tuple[Quote, ...] = ()
    remark: str = ""


class Thinker(Protocol):
    """Looks at question and memory before the chunk is read."""

    def think(self, situation: Situation) -> Thought: ...


class UpdateGate(Protocol):
    """Decides whether the chunk may change the memory."""

    signal: str

    def read(self, situation: Situation) -> Opening: ...

    def restore(self, situation: Situation, unit_gates: Sequence[float]) -> None:
        """Take over the gates of a chunk, and the tiles ahead, that an interrupted run read."""
        ...


@runtime_checkable
class Asking(Protocol):
    """An update gate whose questions can be asked together with those of other questions."""

    def requests(self, situation: Situation, piece: Piece) -> list[Request]:
        """What the gate asks of a tile, as things stand now."""
        ...


class Writer(Protocol):
    """Makes the new memory."""

    def write(self, situation: Situation, opening: Opening) -> Written: ...


class ExitGate(Protocol):
    """Decides whether the memory is enough; None when it was not asked."""

    def decide(self, situation: Situation) -> Gate | None: ...


class Order(Protocol):
    """Which pieces are read, and in what order.

    `whole` is what coverage is counted against: all pieces of the size that is read.
    """

    def pieces(self, corpus: Corpus, question: str, options: ReadingOptions) -> list[Piece]: ...

    def whole(self, corpus: Corpus) -> list[Piece]: ...


def _first_that_fit(texts: Sequence[str], room: int, count: Callable[[str], int]) -> list[str]:
    chosen = []
    for text in texts:
        room -= count(text) + 2
        if room < 0:
            break
        chosen.append(text)
    return chosen
