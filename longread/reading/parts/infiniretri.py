"""The parts of `infiniretri` (arXiv 2502.12962): sentences kept by attention, as text.

Each chunk is read behind the sentences kept so far, the question last. The tokens that the
question looks at most bring their whole sentences into the next step, old and new alike.
Nothing of the model's state is carried over, so memory is as small as the text that is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from longread.documents.chunks import Span
from longread.engine import Engine
from longread.reading.corpus import Corpus
from longread.reading.judges import Judge, Judges, relevance_of
from longread.reading.memory import Memory, as_notes
from longread.reading.parts.answering import AnswerFromPlaces
from longread.reading.parts.backing import (
    LIKELIER_THAN_NOT,
    is_backed,
    quotable,
    with_neighbours,
)
from longread.reading.parts.gates import PassageGate
from longread.reading.parts.scores import PassageScores
from longread.reading.relevance.attention import Attended, AttentionReader, token_places
from longread.reading.relevance.injection import without_injections
from longread.reading.state import Opening, Outcome, ReadingState, Scored, Written
from longread.reading.step import Gate, Quote, Step

# Sentences with the most attention that the judge is asked about before there is an answer.
_WEIGHED = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of document number `document`; `score` is its best phrase's share of the
    attention, `held` whether it was kept in an earlier step."""

    document: int
    start: int
    end: int
    score: float = 0.0
    held: bool = False


@dataclass(frozen=True, slots=True)
class Laid:
    """Kept sentences and a chunk as one text, and where in it each sentence stands."""

    text: str
    sentences: tuple[Sentence, ...]
    places: tuple[tuple[int, int], ...]


def lay_out(
    engine: Engine, corpus: Corpus, question: str, kept: Sequence[Quote], chunk: Span
) -> Laid:
    """The kept sentences in document order, then the chunk under its header.

    The first line belongs to no sentence: it takes the attention sink.
    """
    text = f"{engine.escape_special_tokens(corpus.documents[chunk.document].title)}\n\n"
    sentences: list[Sentence] = []
    places: list[tuple[int, int]] = []

    def add(span: Sentence) -> None:
        nonlocal text
        words = engine.escape_special_tokens(
            corpus.documents[span.document].text[span.start : span.end]
        )
        places.append((len(text), len(text) + len(words)))
        sentences.append(span)
        text += words

    for quote in kept:
        add(Sentence(quote.document, quote.start, quote.end, held=True))
        text += "\n"
    text += f"\n{engine.escape_special_tokens(corpus.header(chunk))}\n"
    source, last = corpus.documents[chunk.document].text, chunk.start
    for start, end in quotable(corpus, chunk, question):
        text += engine.escape_special_tokens(without_injections(source[last:start], question))
        add(Sentence(chunk.document, start, end))
        last = end
    text += engine.escape_special_tokens(without_injections(source[last : chunk.end], question))
    return Laid(text, tuple(sentences), tuple(places))


class AttentionGate:
    """Chooses the sentences that the question looks at, of the chunk and of those kept.

    The probability is the share of the chosen sentences' attention that goes to this
    chunk's; open where one of them is chosen.
    """

    signal = "attention"

    def __init__(self, engine: Engine, attention: AttentionReader, threshold: float | None) -> None:
        self._engine = engine
        self._attention = attention
        self._threshold = threshold

    def read(self, state: ReadingState) -> Opening:
        self._prepare(state)
        chunk = state.chunk
        laid = lay_out(self._engine, state.corpus, state.question, retained(state.memory), chunk)
        found = self._attention.relevance(laid.text, state.question)
        chosen = choose(laid, found, self._attention.settings.kept_tokens)
        state.draft["chosen"] = chosen
        total = sum(span.score for span in chosen) or 1.0
        new = [span for span in chosen if not span.held]
        passages = state.corpus.passages_of(chunk)
        shares = tuple(
            sum(span.score for span in new if passage.start <= span.start < passage.end) / total
            for passage in passages
        )
        share = min(1.0, sum(shares))
        least = 1 / self._attention.settings.kept_tokens
        threshold = least if self._threshold is None else self._threshold
        return Opening(
            Gate(share, threshold, self.signal), shares, (Scored(chunk, share),) if new else ()
        )

    def restore(self, state: ReadingState, step: Step) -> None:
        """Nothing: what was kept stands in the memory."""

    def _prepare(self, state: ReadingState) -> None:
        """In a resumed run the first chunk is read again for the weights of the rows."""
        first = state.corpus.chunks[0]
        if not self._attention.prepared() and state.memory.notes:
            laid = lay_out(self._engine, state.corpus, state.question, (), first)
            self._attention.relevance(laid.text, state.question)


def choose(laid: Laid, found: Attended, tokens: int) -> list[Sentence]:
    """The sentences that hold one of the best `tokens` tokens, with their best token's score.

    In the order of the text. Tokens that get nothing beyond a null query never count.
    """
    places = token_places(found.spans, laid.places)
    scores = np.where(places >= 0, found.scores, 0.0)
    best: dict[int, float] = {}
    for token in np.argsort(-scores, kind="stable")[:tokens]:
        if scores[token] > 0.0:
            place = int(places[token])
            best[place] = max(best.get(place, 0.0), float(scores[token]))
    return [replace(laid.sentences[place], score=min(1.0, best[place])) for place in sorted(best)]


class KeepAttended:
    """Notes are the chosen sentences, word for word, in document order; the ledger gets the new.

    Where they are more than the notes can hold, those that were looked at most stay.
    """

    def write(self, state: ReadingState, opening: Opening) -> Written:
        chosen: list[Sentence] = state.draft["chosen"]
        corpus, memory = state.corpus, state.memory
        quotes = [
            corpus.quote(span.document, span.start, span.end, score=span.score) for span in chosen
        ]
        room = memory.budget
        kept = []
        for quote in sorted(quotes, key=lambda quote: -quote.score):
            room -= memory.count(as_notes([quote])) + 1
            if quote.verified and room >= 0:
                kept.append(quote)
        kept.sort(key=lambda quote: (quote.document, quote.start))
        new = memory.enter(kept)
        return Written(as_notes(kept), new)


def retained(memory: Memory) -> list[Quote]:
    """The quotes of the ledger that stand in the notes, in document order."""
    lines = set(memory.notes.splitlines())
    if not lines:
        return []
    kept = [quote for quote in memory.ledger if as_notes([quote]) in lines]
    return sorted(kept, key=lambda quote: (quote.document, quote.start))


class AnswerFromRetained:
    """A judge weighs the sentences that were looked at most, and answers from those.

    Each is read between its neighbours, and counts by how much the question looked at it; a judge
    whose evidence needs a background is asked of its passage. What is less likely than not is no
    answer. All sentences together are not asked: that gave another town's number.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def answer(self, state: ReadingState, on_text: Callable[[str], None] | None = None) -> Outcome:
        sound = state.ledger()
        kept = sorted(
            (quote for quote in retained(state.memory) if quote in sound),
            key=lambda quote: -quote.score,
        )
        if not state.everything:
            kept = kept[:_WEIGHED]
        strongest = kept[0].score or 1.0 if kept else 1.0
        weighed = self._weighed(state, kept, strongest)
        if not any(quote.answer for quote in weighed):
            found = max((quote.score for quote in weighed), default=0.0)
            return Outcome(None, (), found, closest=weighed[0] if weighed else None)
        memory = replace(state.memory, ledger=weighed)
        gate = PassageGate(self._judge, LIKELIER_THAN_NOT)
        judges = Judges.of(self._judge)
        return AnswerFromPlaces(judges, gate).answer(replace(state, memory=memory), on_text)

    def _weighed(self, state: ReadingState, kept: Sequence[Quote], strongest: float) -> list[Quote]:
        """The quotes with the answers that the judge takes from them, where it sees one."""
        judge, question = self._judge, state.question
        scores = None
        if judge.calibration.background and kept:
            scores = PassageScores(state, judge, LIKELIER_THAN_NOT)
        weighed = []
        for quote in kept:
            if scores is not None:
                probability = scores.probability(state.corpus.passages_at(quote)[0].index)
                context, share = f"\n{quote.text}", 1.0
            else:
                context = with_neighbours(state.corpus, quote, question)
                probability = relevance_of(judge, context, question).answers
                share = min(1.0, quote.score / strongest)
            answer = ""
            if probability >= LIKELIER_THAN_NOT:
                given = judge.answer(context, question)
                answer = given.text if is_backed(given.text, question, [context]) else ""
            weighed.append(
                replace(quote, score=probability * share, answer=" ".join(answer.split()))
            )
        return weighed
