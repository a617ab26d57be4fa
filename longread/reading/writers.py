"""Writers: how a chunk whose gate opened changes the memory.

A rewritten memory that runs into its budget, or goes round in a circle, is rejected and the
old one stays: what is cut off at the end is always what was read last.
"""

from __future__ import annotations

import re

from longread.documents.chunks import Piece
from longread.engine import Engine
from longread.reading.corpus import Corpus
from longread.reading.memory import as_notes
from longread.reading.prompts import prompt
from longread.reading.signals import Likelihood, lexical_match
from longread.reading.situation import Opening, Scored, Situation, Written
from longread.reading.step import Quote
from longread.retrieval import Index

# A quote is one sentence; with fewer words than this its neighbour is quoted along.
_SHORT_QUOTE = 6
# Sentences quoted from one opened unit.
_QUOTES_A_UNIT = 2
# A second sentence is quoted when its worth is at least this share of the best one's.
_CLOSE_SECOND = 0.8


class KeepSentences:
    """Notes are the sentences that make the question likeliest, word for word.

    For models that cannot write notes: nothing is generated, so nothing is invented.
    Likelihood and BM25 are added: over 58 XQuAD questions the sum picks the sentence with
    the answer out of five in 81 %, BM25 alone in 78 %, likelihood alone in 71 %.
    """

    def __init__(self, engine: Engine) -> None:
        self._signal = Likelihood(engine)

    def write(self, situation: Situation, opening: Opening) -> Written:
        quotes = []
        for scored in opening.opened:
            piece = scored.piece
            if not situation.memory.quotes_from(piece.document, piece.start, piece.end):
                quotes += self._quotes(situation, scored)
        situation.memory.enter(quotes)
        return Written(notes_from_ledger(situation), tuple(quotes))

    def _quotes(self, situation: Situation, scored: Scored) -> list[Quote]:
        corpus = situation.corpus
        text = corpus.documents[scored.piece.document].text
        spans = quotable(corpus, scored.piece)
        header = corpus.header(scored.piece)
        gains = self._signal.score(
            situation.question, [f"{header}\n{text[start:end]}" for start, end in spans]
        )
        matches = lexical_match(
            Index([text[start:end] for start, end in spans]), situation.question
        )
        worth = [gain + match.relative for gain, match in zip(gains, matches, strict=True)]
        ranked = sorted(range(len(spans)), key=lambda place: -worth[place])[:_QUOTES_A_UNIT]
        chosen = [place for place in ranked if worth[place] >= _CLOSE_SECOND * worth[ranked[0]]]
        return [
            corpus.quote(scored.piece.document, *spans[place], score=scored.probability)
            for place in sorted(chosen or ranked[:1])
        ]


class KeepPassages:
    """Notes are the pieces themselves, as far as they fit (`rag`, `truncate`)."""

    def write(self, situation: Situation, opening: Opening) -> Written:
        notes = situation.memory.notes
        for scored in opening.opened:
            notes = f"{notes}\n\n{situation.passage(scored.piece)}".strip()
        return Written(notes, _matching_quotes(situation, opening, situation.question))


class RewriteNotes:
    """The model rewrites the notes from passage, retrieved passages and old notes.

    `template` names the prompt: `write` (passage first, for the gated reader) or
    `overwrite` (question, memory, section: MemAgent's and InfMem's order).
    """

    def __init__(self, engine: Engine, template: str, *, neighbours: bool) -> None:
        self._engine = engine
        self._template = template
        self._neighbours = neighbours

    def write(self, situation: Situation, opening: Opening) -> Written:
        passage = situation.passage(situation.chunk)
        if self._neighbours:
            passage = "\n\n".join(
                situation.passage(piece) for piece in with_neighbours(situation, opening)
            )
        values: dict[str, object] = {
            "passage": passage,
            "question": situation.question,
            "memory": situation.memory.notes,
            "retrieved": situation.retrieved_text(),
            "history": situation.history(),
        }
        reply = self._engine.generate(
            prompt(self._engine, self._template, **values),
            max_tokens=situation.memory.budget,
        )
        return accept(situation, opening, reply.text, reply.cut_off)


def accept(situation: Situation, opening: Opening, notes: str, cut_off: str) -> Written:
    """New notes with the quotes that back them, or the refusal of notes that have no end."""
    notes = notes.strip()
    if cut_off:
        return Written(None, remark=f"write rejected: {cut_off}, memory kept")
    if not notes or notes == situation.memory.notes:
        return Written(None)
    new = [line for line in notes.splitlines() if line not in situation.memory.notes]
    return Written(notes, _matching_quotes(situation, opening, "\n".join(new)))


def with_neighbours(situation: Situation, opening: Opening) -> list[Piece]:
    """The opened units of the chunk with the unit before and after each, in order."""
    tiles = situation.corpus.tiles(situation.chunk)
    opened = {scored.piece.start for scored in opening.opened}
    near = {
        place
        for place, tile in enumerate(tiles)
        if tile.start in opened
        for place in (place - 1, place, place + 1)
    }
    return [tile for place, tile in enumerate(tiles) if place in near]


def notes_from_ledger(situation: Situation) -> str:
    """The strongest quotes as notes, each with its page."""
    return as_notes(situation.memory.best_quotes())


def _matching_quotes(situation: Situation, opening: Opening, words: str) -> tuple[Quote, ...]:
    """Sentences of the passages that share most with `words`: what the new notes stand on.

    Costs no model call. The document's own IDF decides which shared words count.
    """
    corpus = situation.corpus
    quotes = []
    pieces = [*opening.opened, *(Scored(piece, 0.0) for piece in situation.retrieved)]
    for scored in pieces:
        text = corpus.documents[scored.piece.document].text
        spans = quotable(corpus, scored.piece)
        hits = Index([text[start:end] for start, end in spans]).search(words, _QUOTES_A_UNIT)
        quotes += [
            corpus.quote(scored.piece.document, *spans[hit.unit], score=scored.probability)
            for hit in hits
        ]
    return tuple(quotes)


def quotable(corpus: Corpus, piece: Piece) -> list[tuple[int, int]]:
    """Sentence spans worth quoting: headings left out, very short ones joined to the next."""
    document = corpus.documents[piece.document]
    headings = {section.start: len(section.title) for section in document.sections}
    joined: list[tuple[int, int]] = []
    for start, end in corpus.sentences(piece):
        if end - start <= headings.get(start, -1):
            continue
        if joined and len(document.text[slice(*joined[-1])].split()) < _SHORT_QUOTE:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def place_of(corpus: Corpus, piece: Piece, words: str, question: str) -> tuple[int, int] | None:
    """The sentence of `piece` that `words` come from: holds them, or shares most with them.

    Of several that hold them the one that shares most with the question.
    """
    text = corpus.documents[piece.document].text
    spans = quotable(corpus, piece)
    if not spans:
        return None
    flat = [" ".join(text[start:end].split()).casefold() for start, end in spans]
    wanted = " ".join(words.split()).casefold()
    pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)") if wanted else None
    holding = [place for place, one in enumerate(flat) if pattern and pattern.search(one)]
    scores = Index(flat).scores(question if holding else f"{words} {words} {question}")
    return spans[max(holding or range(len(spans)), key=lambda place: scores[place])]
