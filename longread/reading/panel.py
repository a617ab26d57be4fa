"""One pass for many questions: whoever asks something of a tile first asks it for all.

Each question keeps its own memory, gates and exit. What they share is the tile's prefill:
the gates of all open questions are branches of one batch (`Branching.choose_all`), and the
others find theirs known when their turn comes. So a tile is read once, also when scouting
for one question reads it long before its place in the document.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from longread.documents.chunks import Piece
from longread.engine import Engine, choose_each, score_each
from longread.reading.step import Tokens

Options = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the model: the shares of `options` as the next word, or, without
    options, the log-probabilities of `continuation`."""

    prompt: str
    continuation: str = ""
    options: Options | None = field(default=None, compare=False)

    def key(self) -> bytes:
        text = f"{self.prompt}\0{self.continuation}"
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


# Shares by option, or log-probabilities by token.
Reply = dict[str, float] | list[float]


@dataclass(eq=False, slots=True)
class Seat:
    """A question's place in the panel: what its gate will ask of a piece, and what it owes.

    Who asks first pays for all; `owed` (tokens, seconds) is what is still to be evened out.
    """

    requests: Callable[[Piece], list[Request]]
    tokens: Tokens = field(default_factory=Tokens)
    seconds: float = 0.0

    def settle(self) -> tuple[Tokens, float]:
        """What is owed since this was last asked; negative for who paid for others."""
        owed = self.tokens, self.seconds
        self.tokens, self.seconds = Tokens(), 0.0
        return owed


class Panel:
    """The questions that are still open, and what was asked for them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seats: list[Seat] = []
        self._known: dict[bytes, Reply] = {}

    def join(self, requests: Callable[[Piece], list[Request]]) -> Seat:
        """A seat for a question whose gate will ask `requests(piece)`."""
        self._seats.append(Seat(requests))
        return self._seats[-1]

    def leave(self, seat: Seat) -> None:
        """Nothing more is asked for this question. Safe to call twice."""
        self._seats = [each for each in self._seats if each is not seat]

    def known(self, request: Request) -> Reply | None:
        """What was asked before, by whomever."""
        return self._known.get(request.key())

    def ask(self, seat: Seat, piece: Piece, request: Request) -> Reply:
        """Ask for `seat`, and in the same batch for all other seats what they will ask."""
        wanted = {request.key(): request}
        payers = [seat]
        for each in self._seats:
            new = {one.key(): one for one in each.requests(piece)}
            new = {key: one for key, one in new.items() if key not in self._known}
            if new and each is not seat:
                payers.append(each)
            wanted |= new
        before, begun = replace(self._engine.usage), time.perf_counter()
        replies = ask_all(self._engine, list(wanted.values()))
        self._known.update(zip(wanted, replies, strict=True))
        now = self._engine.usage
        spent = (now.prefilled - before.prefilled, now.reused - before.reused)
        self._share(payers, spent, time.perf_counter() - begun)
        return replies[0]

    def _share(self, payers: Sequence[Seat], spent: tuple[int, int], seconds: float) -> None:
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
