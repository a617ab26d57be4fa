"""Thinking before reading: is the memory enough, and if not, what should be looked up?"""

from __future__ import annotations

import re
from dataclasses import replace

from longread.documents.chunks import Piece
from longread.engine import Engine
from longread.reading.gates import LikelihoodGate
from longread.reading.prompts import prompt
from longread.reading.situation import Situation, Thought
from longread.reading.step import Gate

# A planner's reply is one line; a model that rambles is cut here.
_REPLY_TOKENS = 64

_STOP = re.compile(r"^\W*STOP\W*$", re.IGNORECASE)
_SEARCH = re.compile(r"SEARCH:\s*(.+)", re.IGNORECASE)
_NONE = re.compile(r"^\W*(NONE|NOTHING|STOP)\b", re.IGNORECASE)
_NAME = re.compile(r"\b[^\W\d_]*[A-ZÀ-Þ][\w'’-]+(?:\s+[A-ZÀ-Þ][\w'’-]+)*")


class NoThought:
    """Read on without looking anything up."""

    def think(self, situation: Situation) -> Thought:
        del situation
        return Thought()


class PreThink:
    """InfMem's PRETHINK (arXiv 2602.02704): every step, STOP or a search; never sees the chunk.

    STOP must be the whole reply: InfMem's own code looks for the letters anywhere. A
    reply that is neither is read as "go on without a search", and breaks a row of STOPs.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def think(self, situation: Situation) -> Thought:
        reply = self._engine.generate(
            prompt(
                self._engine,
                "think",
                question=situation.question,
                memory=situation.memory.notes,
                history=situation.history(),
                step=situation.step,
                total=situation.total,
            ),
            max_tokens=_REPLY_TOKENS,
        ).text.strip()
        if _STOP.match(reply):
            return Thought(exit=Gate(1.0, 0.5, "text"))
        search = _SEARCH.search(reply)
        query = search.group(1).strip(' "') if search else ""
        new = query and query not in situation.searches
        return Thought(query if new else None, Gate(0.0, 0.5, "text"))


class AskForGap:
    """After the memory changed, ask the model what is missing; look it up in what was read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def think(self, situation: Situation) -> Thought:
        if not situation.updated_last:
            return Thought()
        reply = self._engine.generate(
            prompt(self._engine, "gap", question=situation.question, memory=situation.memory.notes),
            max_tokens=_REPLY_TOKENS,
            stop=("\n",),
        ).text.strip()
        if not reply or _NONE.match(reply) or reply in situation.searches:
            return Thought()
        return Thought(reply)


class LookAround:
    """Once something was found: what else is known to open the gate, and what the quote names.

    A filing says the same thing in several places. While one of them is unread it competes
    with what was found and keeps the exit gate closed; reading it now lets the exit open
    after two chunks instead of at the far place (Netflix 2015: pages 3 and 45).
    """

    def __init__(self, gate: LikelihoodGate) -> None:
        self._gate = gate
        self._names = FollowNames()

    def think(self, situation: Situation) -> Thought:
        if not situation.memory.ledger:
            return Thought()
        ahead = tuple(
            scored
            for scored in self._gate.promising(situation)
            if not inside(scored.piece, situation.chunk)
        )
        return replace(self._names.think(situation), ahead=ahead)


def inside(piece: Piece, chunk: Piece) -> bool:
    """Whether `piece` begins in `chunk`."""
    return piece.document == chunk.document and chunk.start <= piece.start < chunk.end


class FollowNames:
    """After the memory changed, look up the names that the new quotes brought in.

    The bridge of a two-hop question is a name that the question does not have. Needs no
    model: capitalised words of the last quote that the question lacks, with the question.
    """

    def think(self, situation: Situation) -> Thought:
        if not situation.updated_last or not situation.memory.ledger:
            return Thought()
        newest = situation.memory.ledger[-1].text
        names = [
            name
            for name in dict.fromkeys(_NAME.findall(newest[1:]))
            if name.casefold() not in situation.question.casefold()
        ][:4]
        query = " ".join([situation.question, *names])
        if not names or query in situation.searches:
            return Thought()
        return Thought(query)
