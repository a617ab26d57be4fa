"""Run records (dataclasses): the one source for the live view, JSON, events, journal and bench.

The reading loop makes them, everything else only reads them. All are plain frozen
dataclasses of plain values, so `dataclasses.asdict` is their JSON form.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from longread.engine import ModelInfo, Usage

Status = Literal["answered", "not_found", "interrupted"]
ExitReason = Literal["exit_gate", "end_of_document", "budget", "interrupted"]


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate's decision: a probability, compared with a threshold the user can move.

    `signal` names what the probability comes from: `likelihood`, `choice` (probability
    mass of the answer words), `reader` (the same, of a model trained to gate),
    `text` (a published protocol's tag, so 0 or 1) or `always`.
    """

    probability: float
    threshold: float
    signal: str

    @property
    def open(self) -> bool:
        return self.probability >= self.threshold


@dataclass(frozen=True, slots=True)
class Quote:
    """One entry of the ledger: words that stand in the document exactly so.

    `start` and `end` are offsets into the text of document number `document` of the
    run; `verified` says that the text there was compared with `text` and is the same.
    `answer` is what a judge answered from this place; empty where it found only a step towards the
    answer, or was not asked. `answer_confidence` (0 to 1) says how far these words can be expected
    to agree with the right ones if the place is right.
    """

    document: int
    path: str
    start: int
    end: int
    text: str
    page: int | None = None
    label: str | None = None
    section: str | None = None
    line: int | None = None
    score: float = 0.0
    verified: bool = False
    answer: str = ""
    answer_confidence: float = 1.0
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A place that retrieval brought, with its score and where it stands.

    `passage` is its number; `score` is BM25's, or, with `lookahead` set, the update gate's
    probability.
    """

    passage: int
    document: int
    page: int | None
    last_page: int | None
    score: float
    chunk: int
    lookahead: bool = False


@dataclass(frozen=True, slots=True)
class Retrieval:
    """One trip back (or forward) into the whole document."""

    query: str
    passages: tuple[Retrieved, ...]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a step cost: tokens decoded as prompt, taken from the cache, and generated."""

    prefilled: int = 0
    reused: int = 0
    generated: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(
            self.prefilled + other.prefilled,
            self.reused + other.reused,
            self.generated + other.generated,
        )


def spent(now: Usage, before: Usage) -> Tokens:
    """What was used between two readings of an engine's totals."""
    return Tokens(
        now.prefilled - before.prefilled,
        now.reused - before.reused,
        now.generated - before.generated,
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """What the larger model said of a place: P(it answers), the words it would answer with (empty:
    not asked) and their confidence, P(their sentence `alone` answers; 0: not asked), and P(that is
    right) by all of it.

    `passage` counts from 0 over all documents. Where several places were put before it in one
    prompt, it is the one that the answer stands in, and `beside` are the others. `asked` is the
    smaller question that the place was read for, empty for the run's own; `parts` are those whose
    answers gave this one, `query` selected it among the rows of a table (SQLite)."""

    passage: int
    document: int
    page: int | None
    reader: float
    answers: float
    probability: float
    answer: str = ""
    words: float = 0.0
    beside: tuple[int, ...] = ()
    alone: float = 0.0
    asked: str = ""
    parts: tuple[str, ...] = ()
    query: str = ""


@dataclass(frozen=True, slots=True)
class ChunkRef:
    """Which part of which document a step read; `position` counts all chunks from 0."""

    position: int
    document: int
    path: str
    page: int | None
    last_page: int | None
    label: str | None
    section: str | None
    tokens: int


@dataclass(frozen=True, slots=True)
class Step:
    """One turn of the loop.

    `index` counts steps from 1 in the order read, `total` is the number of chunks in
    all. `update` is the chunk's gate (the highest of its passages' gates, which
    `passage_gates` lists in document order); `exit` is None on steps that did not ask.
    `prefetched` are the passages that the gate judged before reading began, as `lookahead` places;
    on the first step only. `added` are the quotes this step put into the ledger. `remark`
    is a short sentence when something out of the ordinary happened ("write rejected: cut
    off at 1024 tokens"). Where a
    reader gates for a larger model, `models` says what each of them cost, by name, and `judged`
    what the larger one said of each place; `planned` are the searches that it wrote before the
    first chunk. `seconds` maps a stage (think, retrieve, update_gate, write, exit_gate) to the
    seconds it took.
    """

    index: int
    total: int
    chunk: ChunkRef
    update: Gate
    passage_gates: tuple[float, ...] = ()
    prefetched: tuple[Retrieved, ...] = ()
    exit: Gate | None = None
    exits_in_a_row: int = 0
    retrieval: Retrieval | None = None
    memory_before: str = ""
    memory_after: str = ""
    added: tuple[Quote, ...] = ()
    tokens: Tokens = Tokens()
    models: dict[str, Tokens] = field(default_factory=dict)
    judged: tuple[Judged, ...] = ()
    planned: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    remark: str = ""

    @property
    def retrieved(self) -> tuple[Retrieved, ...]:
        """The places that retrieval brought."""
        return self.retrieval.passages if self.retrieval else ()

    def record(self) -> dict[str, Any]:
        """The step as JSON-ready values, its gates' `open` included."""
        values = asdict(self)
        values["update"]["open"] = self.update.open
        if self.exit is not None:
            values["exit"]["open"] = self.exit.open
        return values

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Step:
        """The step that `record` was made from, as the journal keeps it."""
        values = dict(record)
        values["chunk"] = ChunkRef(**values["chunk"])
        values["update"] = _gate(values["update"])
        values["exit"] = _gate(values["exit"]) if values["exit"] else None
        values["passage_gates"] = tuple(values["passage_gates"])
        values["prefetched"] = tuple(Retrieved(**place) for place in values.get("prefetched", ()))
        values["added"] = tuple(Quote(**quote) for quote in values["added"])
        values["tokens"] = Tokens(**values["tokens"])
        models = values.get("models", {})
        values["models"] = {name: Tokens(**spent) for name, spent in models.items()}
        values["planned"] = tuple(values.get("planned", ()))
        values["judged"] = tuple(map(_judged, values.get("judged", ())))
        if values["retrieval"]:
            found = tuple(Retrieved(**each) for each in values["retrieval"]["passages"])
            values["retrieval"] = Retrieval(values["retrieval"]["query"], found)
        return cls(**values)


def _judged(record: dict[str, Any]) -> Judged:
    several = {name: tuple(record.get(name, ())) for name in ("beside", "parts")}
    return Judged(**{**record, **several})


def _gate(record: dict[str, Any]) -> Gate:
    return Gate(record["probability"], record["threshold"], record["signal"])


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document of the run, as reported to the user."""

    path: str
    sha256: str
    title: str
    kind: str
    pages: int
    tokens: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRef:
    """The model of the run; `note` is one line for the user, or empty."""

    name: str
    file: str
    device: str
    context: int
    parameters: int = 0
    note: str = ""

    @classmethod
    def of(cls, info: ModelInfo, note: str = "") -> ModelRef:
        """The model that an engine runs."""
        return cls(info.name, info.file, info.device, info.context, info.parameters, note)


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What is known before the first step: everything a view needs to draw itself.

    `chunk_documents` gives, for each chunk in document order, its document's number, so that a
    strip can be drawn before anything is read. `resumed` is the number of steps taken over from
    an earlier, interrupted run; `left_out` says which documents could not be read, and why.
    """

    question: str
    strategy: str
    order: str
    gate: str
    documents: tuple[DocumentRef, ...]
    model: ModelRef
    chunks: int
    chunk_documents: tuple[int, ...] = ()
    chunk_tokens: int = 0
    passage_tokens: int = 0
    resumed: int = 0
    left_out: tuple[str, ...] = ()
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Exit:
    """Where reading ended (`step`, counted from 1) and why."""

    step: int
    reason: ExitReason


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a run.

    `answer` is None unless `status` is `answered`. `coverage` is the share of the
    chunks that were read, from 0 to 1. `seconds_saved_by_exit` is what the unread
    chunks would have cost at this run's own seconds a token. `closest` is the
    strongest quote of a run that found too little to answer: a place to look, no answer.
    `documents_read` are the numbers of those with a chunk that was read, in that order,
    `documents_looked_up` those of which passages were gated beside. `remark` is a line where what
    is given is not what was first found (the document corrects it), or where words were left out
    that tell whoever answers what to say.
    """

    question: str
    status: Status
    answer: str | None
    confidence: float
    citations: tuple[Quote, ...]
    memory: str
    info: RunInfo
    chunks_read: int
    updates: int
    retrievals: int
    exit: Exit
    tokens: Tokens
    seconds: float
    seconds_saved_by_exit: float
    closest: Quote | None = None
    documents_read: tuple[int, ...] = ()
    documents_looked_up: tuple[int, ...] = ()
    remark: str = ""

    @property
    def coverage(self) -> float:
        return self.chunks_read / self.info.chunks if self.info.chunks else 0.0
