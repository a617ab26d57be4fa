"""Memory update: how a chunk whose gate opened changes notes and ledger.

A rewritten memory that runs into its budget, or goes round in a circle, is rejected and the
old one stays: what is cut off at the end is always what was read last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from longread.engine import Engine
from longread.reading.parts.backing import quotable
from longread.reading.prompts import prompt
from longread.reading.state import PROMPT_WORDS, Opening, ReadingState, Scored, Written
from longread.reading.step import Quote
from longread.retrieval import Index

# Sentences quoted from one opened passage.
_QUOTES_A_PASSAGE = 2
# Tokens for the latest searches; a long run makes hundreds.
_HISTORY = 192


class KeepPassages:
    """Notes are the passages themselves, as far as they fit (`rag`, `truncate`)."""

    def write(self, state: ReadingState, opening: Opening) -> Written:
        notes = state.memory.notes
        for scored in opening.opened:
            notes = f"{notes}\n\n{state.shown(scored.passage)}".strip()
        return Written(notes, _matching_quotes(state, opening, state.question))


class RewriteNotes:
    """The model rewrites the notes from question, chunk, what was looked up and old notes:
    MemAgent's and InfMem's order."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, state: ReadingState, opening: Opening) -> Written:
        reply = self._engine.generate(
            prompt(
                self._engine,
                "overwrite",
                passage=state.shown(state.chunk),
                question=state.question,
                memory=state.memory.notes,
                retrieved=retrieved_text(state),
                history=history(state),
            ),
            max_tokens=state.memory.budget,
        )
        return accept(state, opening, reply.text, reply.cut_off)


def retrieved_text(state: ReadingState) -> str:
    """What was looked up, as far as there is room beside chunk, notes and new notes."""
    room = state.engine.info.context - PROMPT_WORDS - 2 * state.memory.budget
    room -= state.corpus.chunk_tokens
    texts = [state.shown(passage) for passage in state.retrieved]
    return "\n\n".join(_first_that_fit(texts, room, state.corpus.count))


def history(state: ReadingState) -> str:
    """The latest searches, one a line, oldest first."""
    latest = _first_that_fit(state.searches[::-1], _HISTORY, state.corpus.count)
    return "\n".join(latest[::-1])


def _first_that_fit(texts: Sequence[str], room: int, count: Callable[[str], int]) -> list[str]:
    chosen = []
    for text in texts:
        room -= count(text) + 2
        if room < 0:
            break
        chosen.append(text)
    return chosen


def accept(state: ReadingState, opening: Opening, notes: str, cut_off: str) -> Written:
    """New notes with the quotes that back them, or the refusal of notes that have no end."""
    notes = notes.strip()
    if cut_off:
        return Written(None, remark=f"write rejected: {cut_off}, memory kept")
    if not notes or notes == state.memory.notes:
        return Written(None)
    new = [line for line in notes.splitlines() if line not in state.memory.notes]
    return Written(notes, _matching_quotes(state, opening, "\n".join(new)))


def _matching_quotes(state: ReadingState, opening: Opening, words: str) -> tuple[Quote, ...]:
    """Sentences of the passages that share most with `words`: what the new notes stand on.

    By BM25 over the passage's own sentences: no model call.
    """
    corpus = state.corpus
    quotes = []
    passages = [*opening.opened, *(Scored(passage, 0.0) for passage in state.retrieved)]
    for scored in passages:
        text = corpus.documents[scored.passage.document].text
        spans = quotable(corpus, scored.passage, state.question)
        hits = Index([text[start:end] for start, end in spans]).search(words, _QUOTES_A_PASSAGE)
        quotes += [
            corpus.quote(scored.passage.document, *spans[hit.place], score=scored.probability)
            for hit in hits
        ]
    return tuple(quotes)
