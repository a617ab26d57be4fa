"""The parts of `infiniretri` (arXiv 2502.12962): sentences kept by attention, as text.

Each chunk is read behind the sentences kept so far, the question last. The tokens that the
question looks at most bring their whole sentences into the next step, old and new alike.
Nothing of the model's state is carried over, so memory is as small as the text that is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from longread.documents.chunks import Piece
from longread.engine import Engine
from longread.reading.answers import (
    LIKELIER_THAN_NOT,
    QuoteAnswer,
    Reply,
    Task,
    WrittenAnswer,
    is_backed,
)
from longread.reading.attention import Looker, Relevance, token_places
from longread.reading.corpus import Corpus
from longread.reading.evidence import LikelihoodScale, tile_matches
from longread.reading.gates import yes_probability
from longread.reading.memory import Memory, as_notes
from longread.reading.questions import wants_everything
from longread.reading.signals import Likelihood
from longread.reading.situation import Opening, Scored, Situation, Written
from longread.reading.step import Gate, Quote
from longread.reading.trained import ReaderGate, ShortAnswer
from longread.reading.writers import quotable

# Places that are looked at once more before there is an answer: those of the sentences that
# the question looked at most.
_WEIGHED = 4


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence of document number `document`; `score` is its best phrase's share of the
    attention, `held` whether it was kept before."""

    document: int
    start: int
    end: int
    score: float = 0.0
    held: bool = False


@dataclass(frozen=True, slots=True)
class Laid:
    """Kept sentences and a chunk as one text, and where in it each sentence stands."""

    text: str
    sentences: tuple[Span, ...]
    places: tuple[tuple[int, int], ...]


def lay_out(engine: Engine, corpus: Corpus, kept: Sequence[Quote], chunk: Piece) -> Laid:
    """The kept sentences in document order, then the chunk under its header.

    The first line belongs to no sentence: it takes the attention that has nowhere to go.
    """
    text = f"{engine.escape_special_tokens(corpus.documents[chunk.document].title)}\n\n"
    sentences: list[Span] = []
    places: list[tuple[int, int]] = []

    def add(span: Span) -> None:
        nonlocal text
        words = engine.escape_special_tokens(
            corpus.documents[span.document].text[span.start : span.end]
        )
        places.append((len(text), len(text) + len(words)))
        sentences.append(span)
        text += words

    for quote in kept:
        add(Span(quote.document, quote.start, quote.end, held=True))
        text += "\n"
    text += f"\n{engine.escape_special_tokens(corpus.header(chunk))}\n"
    source, last = corpus.documents[chunk.document].text, chunk.start
    for start, end in quotable(corpus, chunk):
        text += engine.escape_special_tokens(source[last:start])
        add(Span(chunk.document, start, end))
        last = end
    text += engine.escape_special_tokens(source[last : chunk.end])
    return Laid(text, tuple(sentences), tuple(places))


class AttentionGate:
    """Chooses the sentences that the question looks at, of the chunk and of those kept.

    The probability is the share of the chosen sentences' attention that goes to this
    chunk's; open where one of them is chosen.
    """

    signal = "attention"

    def __init__(self, engine: Engine, looker: Looker, threshold: float | None) -> None:
        self._engine = engine
        self._looker = looker
        self._threshold = threshold
        self.situation: Situation | None = None

    def read(self, situation: Situation) -> Opening:
        self.situation = situation
        self._prepare(situation)
        chunk = situation.chunk
        laid = lay_out(self._engine, situation.corpus, retained(situation.memory), chunk)
        found = self._looker.relevance(laid.text, situation.question)
        chosen = choose(laid, found, self._looker.look.kept_tokens)
        situation.draft["chosen"] = chosen
        total = sum(span.score for span in chosen) or 1.0
        new = [span for span in chosen if not span.held]
        tiles = situation.corpus.tiles(chunk)
        shares = tuple(
            sum(span.score for span in new if tile.start <= span.start < tile.end) / total
            for tile in tiles
        )
        share = min(1.0, sum(shares))
        least = 1 / self._looker.look.kept_tokens
        threshold = least if self._threshold is None else self._threshold
        return Opening(
            Gate(share, threshold, self.signal), shares, (Scored(chunk, share),) if new else ()
        )

    def restore(self, situation: Situation, unit_gates: Sequence[float]) -> None:
        """Nothing: what was kept stands in the memory."""
        del unit_gates
        self.situation = situation

    def _prepare(self, situation: Situation) -> None:
        """In a resumed run the first chunk is read again for the weights of the rows."""
        first = situation.corpus.chunks[0]
        if not self._looker.prepared() and situation.memory.notes:
            laid = lay_out(self._engine, situation.corpus, (), first)
            self._looker.relevance(laid.text, situation.question)


def choose(laid: Laid, found: Relevance, tokens: int) -> list[Span]:
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

    def write(self, situation: Situation, opening: Opening) -> Written:
        del opening
        chosen: list[Span] = situation.draft["chosen"]
        corpus, memory = situation.corpus, situation.memory
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


def strongest(task: Task) -> list[Quote]:
    """What was retained and is still in the documents, the most looked at first."""
    sound = task.ledger()
    return sorted(
        (quote for quote in retained(task.memory) if quote in sound),
        key=lambda quote: -quote.score,
    )


class ReadRetained:
    """For a model trained on the reader's protocol: it answers from what was retained.

    Each of the strongest sentences is read between its neighbours: of six needles the
    reader's gate stood at 0.53 or more for all, and at 0.43 for one about another town; over
    the whole tile at 0.35 for one and at 0.85 for the wrong one. Its word counts by how much
    the question looked at the sentence; what is less likely than not is no answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._reader = ReaderGate(engine, LIKELIER_THAN_NOT)

    def answer(self, task: Task) -> Reply:
        kept = strongest(task)
        most = None if wants_everything(task.question) else _WEIGHED
        weighed = [
            self._weighed(task, quote, quote.score / (kept[0].score or 1.0))
            for quote in kept[:most]
        ]
        if not any(quote.answer for quote in weighed):
            # All sentences together are not asked: that gave another town's number.
            found = max((quote.score for quote in weighed), default=0.0)
            return Reply(None, (), found, closest=weighed[0] if weighed else None)
        memory = replace(task.memory, ledger=weighed)
        return ShortAnswer(self._reader).answer(replace(task, memory=memory))

    def _weighed(self, task: Task, quote: Quote, strength: float) -> Quote:
        """The quote with the answer that the reader takes from it, if it sees one."""
        protocol, passage = self._reader.protocol, with_neighbours(task.corpus, quote)
        yes = protocol.helps(passage, task.question).yes
        answer = ""
        if yes >= LIKELIER_THAN_NOT:
            said = protocol.answer(passage, task.question)
            answer = said.text if is_backed(said.text, task.question, [passage]) else ""
        return replace(quote, score=yes * min(1.0, strength), answer=" ".join(answer.split()))


def with_neighbours(corpus: Corpus, quote: Quote) -> str:
    """The quote with the sentences before and after it, under the header of its tile."""
    tile = tiles_of(corpus, [quote])[0]
    spans = corpus.sentences(tile)
    at = next(place for place, (_start, end) in enumerate(spans) if quote.start < end)
    first, last = spans[max(0, at - 1)][0], spans[min(len(spans) - 1, at + 1)][1]
    text = corpus.documents[quote.document].text[first : max(last, quote.end)]
    return corpus.under_header(tile, text)


class WeighRetained:
    """For models that cannot tell whether they know: the strongest sentence is the answer.

    The likelihood signal weighs the tiles that the strongest sentences stand in, with its
    background, as `gated` does.
    """

    def __init__(self, engine: Engine, gate: AttentionGate) -> None:
        self._signal = Likelihood(engine)
        self._gate = gate

    def answer(self, task: Task) -> Reply:
        kept, situation = strongest(task), self._gate.situation
        if not kept or situation is None:
            return Reply(None, (), 0.0)
        scale = LikelihoodScale(situation, self._signal, tile_matches(situation))
        weighed: list[Quote] = []
        for tile in tiles_of(task.corpus, kept)[:_WEIGHED]:
            probability = scale.probability(tile.index)
            best = next(quote for quote in kept if _inside(quote, tile))
            weighed.append(replace(best, score=probability))
        memory = replace(task.memory, ledger=weighed)
        return QuoteAnswer(lambda: 0.0).answer(replace(task, memory=memory))


class WriteRetained:
    """For models that follow instructions: they answer if they say that the notes hold it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answer(self, task: Task) -> Reply:
        kept = strongest(task)
        if not kept:
            return Reply(None, (), 0.0)
        enough = yes_probability(
            self._engine, "exit", question=task.question, memory=task.memory.notes
        )
        if enough < LIKELIER_THAN_NOT:
            return Reply(None, (), enough, closest=kept[0])
        memory = replace(task.memory, ledger=kept)
        reply = WrittenAnswer(self._engine).answer(replace(task, memory=memory))
        return replace(reply, confidence=enough)


def tiles_of(corpus: Corpus, quotes: Sequence[Quote]) -> list[Piece]:
    """The tiles that the quotes begin in, each once, in the quotes' order."""
    return list(dict.fromkeys(tile for quote in quotes for tile in corpus.tiles_of(quote)[:1]))


def _inside(quote: Quote, tile: Piece) -> bool:
    return quote.document == tile.document and tile.start <= quote.start < tile.end
