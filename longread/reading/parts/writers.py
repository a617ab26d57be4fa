"""Memory update: how a chunk whose gate opened changes notes and ledger.

A rewritten memory that runs into its budget, or goes round in a circle, is rejected and the
old one stays: what is cut off at the end is always what was read last.
"""

from __future__ import annotations

import re

from longread.documents.chunks import Span
from longread.engine import Engine
from longread.reading.corpus import Corpus
from longread.reading.memory import as_notes
from longread.reading.prompts import prompt
from longread.reading.state import Opening, ReadingState, Scored, Written
from longread.reading.step import Quote
from longread.retrieval import Index

# A quote is one sentence; with fewer words than this its neighbour is quoted along.
_SHORT_QUOTE = 6
# Sentences quoted from one opened passage.
_QUOTES_A_PASSAGE = 2


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
                retrieved=state.retrieved_text(),
                history=state.history(),
            ),
            max_tokens=state.memory.budget,
        )
        return accept(state, opening, reply.text, reply.cut_off)


def accept(state: ReadingState, opening: Opening, notes: str, cut_off: str) -> Written:
    """New notes with the quotes that back them, or the refusal of notes that have no end."""
    notes = notes.strip()
    if cut_off:
        return Written(None, remark=f"write rejected: {cut_off}, memory kept")
    if not notes or notes == state.memory.notes:
        return Written(None)
    new = [line for line in notes.splitlines() if line not in state.memory.notes]
    return Written(notes, _matching_quotes(state, opening, "\n".join(new)))


def notes_from_ledger(state: ReadingState) -> str:
    """The strongest quotes as notes, each with its page."""
    return as_notes(state.memory.best_quotes())


def _matching_quotes(state: ReadingState, opening: Opening, words: str) -> tuple[Quote, ...]:
    """Sentences of the passages that share most with `words`: what the new notes stand on.

    By BM25 over the passage's own sentences: no model call.
    """
    corpus = state.corpus
    quotes = []
    passages = [*opening.opened, *(Scored(passage, 0.0) for passage in state.retrieved)]
    for scored in passages:
        text = corpus.documents[scored.passage.document].text
        spans = quotable(corpus, scored.passage)
        hits = Index([text[start:end] for start, end in spans]).search(words, _QUOTES_A_PASSAGE)
        quotes += [
            corpus.quote(scored.passage.document, *spans[hit.place], score=scored.probability)
            for hit in hits
        ]
    return tuple(quotes)


def quotable(corpus: Corpus, passage: Span) -> list[tuple[int, int]]:
    """Sentence spans worth quoting: headings left out, very short ones joined to the next.

    Never over a line's end: what stands in another row or paragraph, or overleaf, is another quote.
    """
    document = corpus.documents[passage.document]
    headings = {section.start: len(section.title) for section in document.sections}
    joined: list[tuple[int, int]] = []
    for start, end in corpus.sentences(passage):
        if end - start <= headings.get(start, -1):
            continue
        short = joined and len(document.text[slice(*joined[-1])].split()) < _SHORT_QUOTE
        if short and "\n" not in document.text[joined[-1][1] : start]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def place_of(corpus: Corpus, passage: Span, words: str, question: str) -> tuple[int, int] | None:
    """The sentence of `passage` that `words` come from: holds them, or shares most with them.

    Of several that hold them the one that shares most with the question.
    """
    text = corpus.documents[passage.document].text
    spans = quotable(corpus, passage)
    if not spans:
        return None
    flat = [" ".join(text[start:end].split()).casefold() for start, end in spans]
    wanted = " ".join(words.split()).casefold()
    pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)") if wanted else None
    holding = [place for place, one in enumerate(flat) if pattern and pattern.search(one)]
    scores = Index(flat).scores(question if holding else f"{words} {words} {question}")
    return spans[max(holding or range(len(spans)), key=lambda place: scores[place])]
