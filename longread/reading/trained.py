"""The parts of `gated` for a model that was trained on the reader's protocol.

GRU-Mem's gates (arXiv 2602.10560) and InfMem's look elsewhere (2602.02704) in a model's
own few words: gate a tile, answer from it or quote it and say what is missing, look that
up, and stop when what was found outweighs whatever is unread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from longread.documents.chunks import Piece
from longread.engine import Engine
from longread.reading.answers import CITATIONS, LIKELIER_THAN_NOT, Reply, Task, is_backed
from longread.reading.candidates import best_length
from longread.reading.corpus import Corpus
from longread.reading.evidence import EvidenceBoard, ReaderScale, tile_matches
from longread.reading.gates import opening
from longread.reading.memory import as_notes
from longread.reading.panel import Request
from longread.reading.protocol import WORDS, Help, Protocol
from longread.reading.questions import wants_everything
from longread.reading.signals import Match, entry_evidence, odds
from longread.reading.situation import Opening, Scored, Situation, Thought, Written
from longread.reading.step import Gate, Quote
from longread.reading.thinking import inside
from longread.reading.writers import notes_from_ledger, place_of
from longread.retrieval import terms

# An answer whose odds are so many times better makes another place not worth its decode.
_FAR_BELOW = 20
# Quotes that are steps towards the answer, put before the model again; the latest ones.
_STEPS_SHOWN = 4
# With steps known, a tile is asked again if BM25 likes it, for question and steps, at least so
# well by the best tile's measure. Of the second passages of 90 multi-hop questions in 32,000
# tokens 3.1 % lie below, of all tiles 63 % (with 0.05 2.1 and 49 %, with 0.02 1.4 and 44 %).
_WORTH_ASKING_AGAIN = 0.1


def steps_so_far(ledger: Sequence[Quote]) -> str:
    """The quotes that are only steps towards the answer, as notes for the model."""
    return as_notes(latest_steps(ledger))


def latest_steps(ledger: Sequence[Quote]) -> list[Quote]:
    """The latest quotes that are only steps towards the answer.

    Quotes with an answer are left out: with the answer in the notes every passage would
    "help".
    """
    return [quote for quote in ledger if not quote.answer][-_STEPS_SHOWN:]


class ReaderGate:
    """P(tile helps) of a trained reader, one decode a tile; more once a step is known.

    Before the first chunk it scouts BM25's best tiles. When the ledger holds a step towards
    the answer, tiles that BM25 likes with it are asked again with that step in the notes.
    """

    signal = "reader"

    def __init__(self, engine: Engine, threshold: float) -> None:
        self.protocol = Protocol(engine)
        self.threshold = threshold
        self.helped: dict[tuple[int, int, int], Help] = {}
        self._scale: ReaderScale | None = None
        self._board: EvidenceBoard | None = None
        self._matches: tuple[list[Quote], Sequence[Match]] | None = None

    def settled(self) -> float:
        """P(the answer's place is among what the gate opened for); 0 before anything is read."""
        return self._board.settled(self.threshold) if self._board else 0.0

    def settled_by(self, corpus: Corpus, answers: Sequence[Quote]) -> float:
        """P(the answer's place is among those that gave `answers`).

        A place that opened and gave none takes its share: it may only have looked likely with
        a step in the notes, and then nothing was read there.
        """
        if self._board is None:
            return 0.0
        own = {tile.index for quote in answers for tile in corpus.tiles_of(quote)}
        opened = self._board.opened(self.threshold)
        without = sum(odds(value) for place, value in opened.items() if place not in own)
        given = sum(odds(quote.score) for quote in answers)
        return self.settled() * given / (given + without) if given else 0.0

    def read(self, situation: Situation) -> Opening:
        board, scale = self._prepared(situation)
        scouted = self._scouted(situation, scale) if situation.step == 1 else ()
        own = situation.corpus.tiles(situation.chunk)
        tiles = [*own, *situation.ahead]
        opens: list[float] = []
        for tile in tiles:
            self.helped[key(tile)] = scale.help(tile.index)
            probability, helps = board.read(tile), scale.opens(tile.index)
            if self._known_for(situation, tile):
                again = self._again(situation, tile)
                probability, helps = max(probability, again[0]), max(helps, again[1])
                board.enter(tile.index, probability)
            opens.append(helps)
        looked_up = self._looked_up(situation, tiles)
        for tile in looked_up:
            found, helps = self._again(situation, tile)
            opens.append(helps)
            if found >= self.threshold:
                board.enter(tile.index, found)
        outcome = opening([*tiles, *looked_up], opens, len(own), self.threshold, self.signal)
        return replace(outcome, scouted=scouted)

    def restore(self, situation: Situation, unit_gates: Sequence[float]) -> None:
        board, scale = self._prepared(situation)
        for tile, gate in zip(situation.corpus.tiles(situation.chunk), unit_gates, strict=True):
            # Closed gates need no second look; of the open ones the answer's share is asked.
            board.enter(
                tile.index, gate if gate < self.threshold else scale.probability(tile.index)
            )
        for tile in situation.ahead:
            board.read(tile)

    def requests(self, situation: Situation, piece: Piece) -> list[Request]:
        """What the gate asks of a tile: with nothing known, and with the steps found so far."""
        passage = situation.passage(piece)
        return [
            Request(self.protocol.gate(passage, situation.question, known), options=WORDS)
            for known in dict.fromkeys(("", self._known_for(situation, piece)))
        ]

    def promising(self, situation: Situation) -> list[Scored]:
        """Scouted tiles, still unread, whose gate is known to open."""
        board, scale = self._prepared(situation)
        found = [
            Scored(situation.corpus.all_tiles[place], scale.opens(place))
            for place, _probability in board.scored_unread()
        ]
        return [each for each in found if each.probability >= self.threshold]

    def _scouted(self, situation: Situation, scale: ReaderScale) -> tuple[Scored, ...]:
        """The tiles that the scale has looked at so far, with P(the tile helps)."""
        tiles = situation.corpus.all_tiles
        return tuple(Scored(tiles[place], scale.opens(place)) for place in scale.scored())

    def _again(self, situation: Situation, tile: Piece) -> tuple[float, float]:
        """(P(answer), P(help)) of a tile with the steps found so far in the notes."""
        _board, scale = self._prepared(situation)
        match = self._given_steps(situation)[tile.index]
        helps = scale.ask(tile, steps_so_far(situation.memory.ledger), match)
        before = self.helped.get(key(tile))
        if before is None or helps.any > before.any:
            self.helped[key(tile)] = helps
        return scale.weigh(helps.yes, match), scale.helps(helps, match)

    def _known_for(self, situation: Situation, tile: Piece) -> str:
        """The steps found so far, if they make the tile worth asking again; else empty."""
        notes = steps_so_far(situation.memory.ledger)
        if not notes or self._given_steps(situation)[tile.index].relative < _WORTH_ASKING_AGAIN:
            return ""
        return notes

    def _given_steps(self, situation: Situation) -> Sequence[Match]:
        """BM25's match of every tile with the question and the steps found so far.

        The passage of a second step shares its words with the first one's quote.
        """
        steps = latest_steps(situation.memory.ledger)
        if self._matches is None or self._matches[0] != steps:
            self._matches = (steps, tile_matches(situation, steps))
        return self._matches[1]

    def _looked_up(self, situation: Situation, read: Sequence[Piece]) -> list[Piece]:
        """The tiles that the latest search brought, `read` left out.

        Tiles and not the units that the search found: a tile's state is kept, so one that was
        read before, for this or any other question, costs a tenth of a unit (0.1 s for 1 s).
        """
        if not situation.retrieved:
            return []
        corpus, matches = situation.corpus, self._given_steps(situation)
        found = [
            max(corpus.tiles_under(unit), key=lambda tile: matches[tile.index])
            for unit in situation.retrieved
        ]
        return [tile for tile in dict.fromkeys(found) if tile not in read]

    def _prepared(self, situation: Situation) -> tuple[EvidenceBoard, ReaderScale]:
        if self._board is None or self._scale is None:
            matches = tile_matches(situation)
            self._scale = ReaderScale(situation, self.protocol, matches, self.threshold)
            self._board = EvidenceBoard(self._scale, matches)
        return self._board, self._scale


def key(piece: Piece) -> tuple[int, int, int]:
    """What a piece is known by: its document and span."""
    return piece.document, piece.start, piece.end


class AnswerOrQuote:
    """What opened is answered from, or quoted as a step with what to look for next.

    The ledger gets the document's own sentence in both cases: the one that holds the
    answer, or the one that the model's quote is.
    """

    def __init__(self, gate: ReaderGate) -> None:
        self._gate = gate
        self.look_for = ""

    def write(self, situation: Situation, opening: Opening) -> Written:
        quotes: list[Quote] = []
        for scored in opening.opened:
            piece = scored.piece
            quoted = situation.memory.quotes_from(piece.document, piece.start, piece.end)
            if not quoted and not self._outdone(situation, scored, quotes):
                quote = self._quote(situation, scored)
                quotes += [quote] if quote is not None else []
        situation.memory.enter(quotes)
        return Written(notes_from_ledger(situation), tuple(quotes))

    def _outdone(self, situation: Situation, scored: Scored, new: Sequence[Quote]) -> bool:
        """Whether an answer is known that a run would stop at, and this place is far below it.

        Only a run that goes on regardless comes here. A page that helps a little costs a
        dozen gates: its answer's decode, and the look for what a quote leaves open.
        """
        answers = [quote.score for quote in (*situation.memory.ledger, *new) if quote.answer]
        best = max(answers, default=0.0)
        if best < situation.options.exit_threshold or wants_everything(situation.question):
            return False
        helps = self._gate.helped[key(scored.piece)]
        yes = scored.probability * helps.yes / max(helps.any, 1e-9)
        return _FAR_BELOW * odds(yes) < odds(best)

    def _quote(self, situation: Situation, scored: Scored) -> Quote | None:
        protocol, question = self._gate.protocol, situation.question
        passage = situation.passage(scored.piece)
        notes = steps_so_far(situation.memory.ledger)
        helps = self._gate.helped[key(scored.piece)]
        situation.hold(scored.piece, "reader", whole=True)
        if helps.yes >= helps.part:
            said = protocol.answer(passage, question, notes)
            text = situation.corpus.text(scored.piece)
            span = place_of(situation.corpus, scored.piece, said.text, question)
            answer = said.text if is_backed(said.text, question, [text, notes]) else ""
            sureness = said.sureness if answer else 1.0
        else:
            words, wanted = protocol.quote(passage, question, notes)
            span = place_of(situation.corpus, scored.piece, words, question)
            answer, sureness = "", 1.0
            self.look_for = wanted
        if span is None:
            return None
        quote = situation.corpus.quote(scored.piece.document, *span, score=scored.probability)
        answer = answer or (quote.text if helps.yes >= helps.part else "")
        if answer and wants_everything(question):
            alone = situation.corpus.under_header(scored.piece, quote.text)
            yes = protocol.helps(alone, question).yes
            quote = replace(quote, score=entry_evidence().probability(yes, quote.score))
        return replace(quote, answer=" ".join(answer.split()), sureness=round(sureness, 4))


class LookForward:
    """Reads first what scouting found, and looks up what the last quote left open.

    The search is the model's own ("Look for: …") with the question; where a resumed run has
    lost it, the quote itself.
    """

    def __init__(self, gate: ReaderGate, writer: AnswerOrQuote) -> None:
        self._gate = gate
        self._writer = writer

    def think(self, situation: Situation) -> Thought:
        ahead = tuple(
            scored
            for scored in self._gate.promising(situation)
            if not inside(scored.piece, situation.chunk)
        )
        return Thought(self._query(situation), ahead=ahead)

    def _query(self, situation: Situation) -> str | None:
        ledger = situation.memory.ledger
        if not situation.updated_last or not ledger or ledger[-1].answer:
            return None
        wanted = self._writer.look_for or ledger[-1].text
        query = f"{wanted} {situation.question}"
        return None if query in situation.searches else query


class FoundExit:
    """Exit when an answer outweighs what is unread, or the notes together give one."""

    def __init__(self, gate: ReaderGate) -> None:
        self._gate = gate
        self._last: tuple[str, float] = ("", 0.0)

    def decide(self, situation: Situation) -> Gate | None:
        ledger = situation.memory.ledger
        if not ledger:
            return None
        threshold = situation.options.exit_threshold
        settled = self._gate.settled() if any(quote.answer for quote in ledger) else 0.0
        return Gate(max(settled, self._together(situation)), threshold, self._gate.signal)

    def _together(self, situation: Situation) -> float:
        """P(the steps in the notes hold the answer), asked when they changed."""
        notes = steps_so_far(situation.memory.ledger)
        if notes.count("\n") < 1:
            return 0.0
        if self._last[0] != notes:
            self._last = (notes, self._gate.protocol.helps(notes, situation.question).yes)
        return self._last[1]


class ShortAnswer:
    """The answer that was found with the highest probability, or one that the steps give.

    Places that gave the same answer stand together. A question that asks for all there is
    gets all the answers found. What is less likely than not is no answer; the closest
    place is named then.
    """

    def __init__(self, gate: ReaderGate) -> None:
        self._gate = gate

    def answer(self, task: Task) -> Reply:
        ledger = task.ledger()
        if not ledger:
            return Reply(None, (), self._gate.settled())
        closest = max(ledger, key=lambda quote: quote.score)
        reply = self._from_places(task, ledger) or self._from_steps(task, ledger)
        if reply is not None and reply.confidence >= LIKELIER_THAN_NOT:
            # Whether there is an answer is the place's to say, how sure it is the words', too.
            return replace(reply, confidence=reply.confidence * reply.sureness)
        return Reply(None, (), reply.confidence if reply else closest.score, closest=closest)

    def _from_places(self, task: Task, ledger: Sequence[Quote]) -> Reply | None:
        groups: dict[str, list[Quote]] = {}
        for quote in ledger:
            if quote.answer:
                groups.setdefault(" ".join(terms(quote.answer)), []).append(quote)
        if not groups:
            return None
        if wants_everything(task.question):
            return self._all(list(groups.values()))
        best = max(groups.values(), key=lambda group: sum(odds(quote.score) for quote in group))
        best.sort(key=lambda quote: -quote.score)
        steps = [quote for quote in ledger if not quote.answer and quote.score >= best[0].score / 2]
        cited = (*best, *sorted(steps, key=lambda quote: -quote.score))[:CITATIONS]
        answers = [quote for group in groups.values() for quote in group]
        found = max(self._gate.settled_by(task.corpus, answers), best[0].score)
        return Reply(best[0].answer, cited, found, sureness=best[0].sureness)

    def _all(self, groups: Sequence[Sequence[Quote]]) -> Reply | None:
        """The answers that belong on the list, in document order, each with its place.

        None where not even one is likelier than not. That one says whether there is an answer;
        the confidence is the share of the list that can be expected to be right.
        """
        best = [max(group, key=lambda quote: quote.score) for group in groups]
        best.sort(key=lambda quote: -quote.score)
        if best[0].score < LIKELIER_THAN_NOT:
            return None
        kept = best[: best_length([quote.score for quote in best])]
        kept.sort(key=lambda quote: (quote.document, quote.start))
        text = "; ".join(quote.answer for quote in kept)
        right = sum(quote.score * quote.sureness for quote in kept) / len(kept)
        return Reply(text, tuple(kept), best[0].score, sureness=right / best[0].score)

    def _from_steps(self, task: Task, ledger: Sequence[Quote]) -> Reply | None:
        notes = steps_so_far(ledger)
        helps = self._gate.protocol.helps(notes, task.question)
        if helps.yes < LIKELIER_THAN_NOT:
            return Reply(None, (), helps.yes)
        said = self._gate.protocol.conclusion(notes, task.question)
        if not said.text or not is_backed(said.text, task.question, [notes]):
            return Reply(None, (), helps.yes)
        return Reply(said.text, tuple(ledger[-CITATIONS:]), helps.yes, sureness=said.sureness)
