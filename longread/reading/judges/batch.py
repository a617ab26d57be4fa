"""Batched inference: requests to a model about one passage, for all questions of a pass.

Each question keeps its own memory, gates and exit. What they share is the passage's prefill:
what the open questions ask of it are branches of one batch (`Branching.choose_all`), and the
others find their replies known when their turn comes. So a passage is read once, also when
a look-up for one question reads it long before its place in the document.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from longread.documents.chunks import Span
from longread.engine import Engine
from longread.engine.optional import PinnedPrompt, choose_each, prefix_states, score_each
from longread.reading.step import Tokens

Options = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the model: the probabilities of `options` as the next word, or, without
    options, the log-probabilities of `continuation`.

    `prefix` is the beginning of `prompt` that is the same for every question: its state is
    what the prefix cache keeps.
    """

    prompt: str
    continuation: str = ""
    options: Options | None = field(default=None, compare=False)
    prefix: str = field(default="", compare=False)

    def key(self) -> bytes:
        text = f"{self.prompt}\0{self.continuation}"
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


# Probabilities by option, or log-probabilities by token.
Reply = Mapping[str, float] | Sequence[float]


@dataclass(eq=False, slots=True)
class Member:
    """A question's place in the batch: what its gate will ask of a passage, and its cost share.

    The question that asks first pays for all; `tokens` and `seconds` are what is still to be
    evened out, negative for who paid for others.
    """

    requests: Callable[[Span], list[Request]]
    tokens: Tokens = field(default_factory=Tokens)
    seconds: float = 0.0

    def take_share(self) -> tuple[Tokens, float]:
        """This question's share of what was asked since the last call."""
        owed = self.tokens, self.seconds
        self.tokens, self.seconds = Tokens(), 0.0
        return owed


class QuestionBatch:
    """The questions that are still open, and by their requests' keys all replies so far."""

    def __init__(self, engine: Engine, known: dict[bytes, Reply]) -> None:
        self._engine = engine
        self._members: list[Member] = []
        self.known = known

    def join(self, requests: Callable[[Span], list[Request]]) -> Member:
        """A member for a question whose gate will ask `requests(passage)`."""
        self._members.append(Member(requests))
        return self._members[-1]

    def leave(self, member: Member) -> None:
        """Nothing more is asked for this question. Safe to call twice."""
        self._members = [each for each in self._members if each is not member]

    def ask(self, member: Member, passage: Span, request: Request) -> Reply:
        """Ask for `member`, and in the same batch for the other members what they will ask."""
        wanted = {request.key(): request}
        payers = [member]
        for each in self._members:
            new = {one.key(): one for one in each.requests(passage)}
            new = {key: one for key, one in new.items() if key not in self.known}
            if new and each is not member:
                payers.append(each)
            wanted |= new
        before, begun = replace(self._engine.usage), time.perf_counter()
        replies = ask_all(self._engine, list(wanted.values()))
        self.known.update(zip(wanted, replies, strict=True))
        now = self._engine.usage
        spent = (now.prefilled - before.prefilled, now.reused - before.reused)
        _share(payers, spent, time.perf_counter() - begun)
        return replies[0]


def _share(payers: Sequence[Member], spent: tuple[int, int], seconds: float) -> None:
    """Even out a batch's cost between those it was for; the first one has paid it."""
    asker, *others = payers
    part = Tokens(spent[0] // len(payers), spent[1] // len(payers))
    for other in others:
        other.tokens += part
        other.seconds += seconds / len(payers)
        asker.tokens += Tokens(-part.prefilled, -part.reused)
        asker.seconds -= seconds / len(payers)


def ask_all(engine: Engine, requests: Sequence[Request]) -> list[Reply]:
    """The replies to requests that begin alike; of one kind, with the same options."""
    prompts, options = [request.prompt for request in requests], requests[0].options
    if options is not None:
        return [*choose_each(engine, prompts, options)]
    return [*score_each(engine, prompts, [request.continuation for request in requests])]


def ask_together(
    engine: Engine,
    requests: Sequence[Request],
    sources: Iterable[str],
    known: dict[bytes, Reply],
) -> list[Reply]:
    """The replies to requests of one kind about several passages, in as few batches as can be:
    none where the engine takes one passage at a time.

    `sources` are what the passages' cached states go by. What is `known` by its key is not asked,
    and replies are put there.
    """
    new = {
        request.key(): (request, source)
        for request, source in zip(requests, sources, strict=True)
        if request.key() not in known
    }
    asked, states = [request for request, _source in new.values()], prefix_states(engine)
    replies: Sequence[Reply] = []
    if asked and "concurrent" in engine.capabilities:
        replies = ask_all(engine, asked)
    elif asked and states is not None and all(request.prefix for request in asked):
        pinned = [PinnedPrompt(each.prefix, each.prompt, source) for each, source in new.values()]
        options, continuations = asked[0].options, [each.continuation for each in asked]
        replies = (
            states.choose_many(pinned, options)
            if options is not None
            else states.score_many(pinned, continuations)
        )
    elif asked:
        return []
    known.update(zip(new, replies, strict=True))
    return [known[request.key()] for request in requests]
