"""The reader's own answer beside a larger model's: alike they confirm each other, unlike compete.

A small model that was trained to read words some answers better than a larger one that was not
(benchmarks/LOG.md, 2026-11-30, "the reader's own answer").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from longread.documents.chunks import Span
from longread.reading.corpus import beginning
from longread.reading.judges import Judges
from longread.reading.memory import Memory
from longread.reading.parts.answering import AnswerFromPlaces, AnswerOrQuote
from longread.reading.parts.backing import LIKELIER_THAN_NOT, unquoted
from longread.reading.parts.judged_gate import JudgedGate
from longread.reading.parts.second_opinion import of_another
from longread.reading.relevance.answer_type import lacks_quantity
from longread.reading.relevance.calibration import odds
from longread.reading.state import Outcome, ReadingState
from longread.reading.step import Quote
from longread.retrieval import terms
from longread.retrieval.numerals import in_digits

# How likely the reader's own answer must be, in competition, to be given for the larger model's: of
# prose, and of a table's row, which a larger model reads better; and how likely an answer of both,
# where the larger model alone is not sure enough of it (benchmarks/LOG.md, as above).
_OF_PROSE, _OF_A_ROW, _AGREED = 0.6, 0.75, 0.6
_NONE = Outcome(None, (), 0.0)
_REMARK = "the answer is the reader's own: {}"


def compete(
    given: Outcome, own: Outcome, least: float = _OF_PROSE, said: Sequence[Quote] = ()
) -> Outcome:
    """The larger model's answer `given`, or the reader's `own`, each with P(it is right).

    Alike, both would have to be wrong (noisy-or). Unlike, they share the odds with each other and
    with neither, and the reader's must be `least` likely. What the larger model is not sure enough
    of (`text` is None) takes its share too, unless another of the answers that it `said` is the
    reader's. A figure that another was calculated from is no rival.
    """
    if own.text is None:
        return given
    closest = given.closest.answer if given.closest is not None else ""
    answer, worked_from = _parts(given.text or closest)
    if alike(answer, own.text):
        return _agreed(given, own)
    elsewhere = [quote.score for quote in said if alike(quote.answer, own.text)]
    if given.text is None and elsewhere:
        both = _agreed(replace(given, confidence=max(elsewhere)), own)
        return given if both.text is None else both
    if set(terms(own.text)) <= set(terms(worked_from)):
        return given
    return _shared(given, own, least)


def alike(one: str, other: str) -> bool:
    """Whether two answers are the same, or the same with words more: "29%" and "29 per cent". A
    number in words is the same as in digits."""
    each = set(terms(in_digits(one, other))), set(terms(in_digits(other, one)))
    first, second = sorted(each, key=len)
    return bool(first) and first <= second


def _agreed(given: Outcome, own: Outcome) -> Outcome:
    both = 1.0 - (1.0 - given.confidence) * (1.0 - own.confidence)
    if given.text is None:
        return replace(own, confidence=both) if both >= _AGREED else given
    surer = max(given, own, key=lambda each: each.confidence)
    return replace(surer, confidence=both, remark=given.remark)


def _shared(given: Outcome, own: Outcome, least: float) -> Outcome:
    """Of two unlike answers the surer one, with its share of the odds; or none."""
    against, shared = odds(given.confidence), odds(own.confidence)
    every = against + shared + 1.0
    if shared > against and shared / every >= least:
        other = "the model gives none" if given.text is None else f"the model's is {given.text}"
        return replace(own, confidence=shared / every, remark=_REMARK.format(other))
    if given.text is None or against / every < LIKELIER_THAN_NOT:
        return Outcome(None, (), given.confidence, closest=given.closest)
    return replace(given, confidence=against / every)


def _parts(answer: str) -> tuple[str, str]:
    """An answer, and what it was worked out from: "10.3%" and "(91.37 - 101.89) / 101.89"."""
    said, _, rest = answer.partition(" (")
    return said, rest


class ReadersAnswer(AnswerFromPlaces):
    """What the reader answers by itself from the places that it opened, and how sure it is there.

    A place is asked for its answer once; nothing of it goes into the run's own notes.
    """

    _gate: JudgedGate

    def __init__(self, gate: JudgedGate) -> None:
        judges = Judges.of(gate.judge)
        super().__init__(judges, gate)
        self._found_by = gate.found_by_reader
        self._writer = AnswerOrQuote(judges, gate)
        self._asked: set[Span] = set()
        self._memory: Memory | None = None

    def beside(self, state: ReadingState, given: Outcome) -> Outcome:
        """The larger model's answer `given`, or its own: see `compete`. In a row where the larger
        model, which reads rows better, found no answer, it has none of its own."""
        own, answers = self.outcome(state), [each for each in state.ledger() if each.answer]
        row = own.text is not None and state.corpus.row_of(own.citations[0]) is not None
        if row and self._gate.refused(state, own.citations[0]):
            said = any(alike(quote.answer, own.text or "") for quote in answers)
            own = own if said else _NONE
        return compete(given, own, _OF_A_ROW if row else _OF_PROSE, answers)

    def outcome(self, state: ReadingState) -> Outcome:
        """Its answer, or none, from what is read so far."""
        if self._memory is None:
            self._memory = Memory(state.memory.budget, state.memory.count)
        own = replace(state, memory=self._memory, draft={})
        new = [each for each in self._gate.opened(state) if each.passage not in self._asked]
        self._asked.update(each.passage for each in new)
        self._writer.write_from(own, new)
        found = self.choose(own, own.ledger())
        return found if found.text is not None and _meant(own, found) else _NONE


def _meant(state: ReadingState, found: Outcome) -> bool:
    """Whether an answer is of the sort that is asked for, and its place has the question's numbers:
    a reader takes like places for one another, and an empty cell's mark for its figure."""
    quote, text, question = found.citations[0], found.text or "", state.question
    place = state.corpus.passages_at(quote)[0]
    own = [state.shown(place), beginning(state.corpus.documents[quote.document])]
    if lacks_quantity(text, question):
        return False
    return not unquoted(question, "", own) and not of_another(state, quote, text, own)
