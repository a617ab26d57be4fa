"""Corrections: an answer that the document corrects elsewhere gives way to what holds.

The correction is cited first, and the place that it corrects second. What it says in form ("for 31
read 29") is taken as it stands; else the judge reads it alone. Where no correction in the document
is about the answer, which is nearly always, no model is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from longread.documents.chunks import Span
from longread.reading.corpus import Corpus
from longread.reading.judges import Judge, relevance_of
from longread.reading.judges.candidates import adds_nothing
from longread.reading.parts.backing import (
    CITATIONS,
    LIKELIER_THAN_NOT,
    NUMBER,
    is_backed,
    unquoted,
)
from longread.reading.parts.figures import in_full
from longread.reading.relevance.corrected import (
    another_corrected,
    is_about,
    listed,
    standing_at,
    values,
)
from longread.reading.relevance.errata import Erratum, sentence_at
from longread.reading.relevance.errata_forms import NUMBER as FIGURE
from longread.reading.relevance.errata_forms import asks_for_first, value
from longread.reading.state import Outcome, ReadingState
from longread.reading.step import Quote
from longread.retrieval import terms

# A correction that begins with a page is quoted with it unless it is longer, in characters.
_WHOLE = 400
_CLAUSE = re.compile(r"[^,;.]*(?:[,;.](?!\s|$)[^,;.]*)*(?:[,;.]|$)")


class Corrections:
    """What a document's corrections make of an answer, looked up once for each."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._known: dict[tuple[int, int, str], Outcome | None] = {}

    def applied(self, state: ReadingState, outcome: Outcome, sure: float) -> Outcome:
        """The outcome with P(it is right), or what the document says instead."""
        quote = outcome.citations[0]
        asked = (quote.document, quote.start, quote.answer)
        if asked not in self._known:
            wanted = quote.answer and not state.everything
            wanted = wanted and not asks_for_first(state.question)
            self._known[asked] = self._corrected(state, outcome, sure) if wanted else None
        return self._known[asked] or replace(outcome, confidence=sure)

    def _corrected(self, state: ReadingState, outcome: Outcome, sure: float) -> Outcome | None:
        corpus, first = state.corpus, outcome.citations[0]
        errata = corpus.errata(first.document)
        places = [each for each in outcome.citations if each.answer and not listed(errata, each)]
        place = places[0] if places else first
        own = standing_at(errata, place)
        # An answer from a correction stays, unless that one says in form that it does not hold.
        for erratum in reversed(errata if places else own):
            wrong = next(filter(erratum.holds, values(place.answer, state.question)), "")
            # The answer may be what a list of errata says of the print.
            printed = bool(wrong) and erratum in own and erratum.listed and erratum.prints(wrong)
            if not printed and not is_about(corpus, erratum, place, state.question, wrong):
                continue
            # A part of a date or a range does not say which of its figures another is told for.
            whole = wrong == place.answer or len(FIGURE.findall(place.answer)) < 2
            right, likely = erratum.told(wrong) if wrong and whole else "", sure
            text = _in_its_place(corpus, place, wrong, right)
            if not right and (printed or erratum not in own):
                right, likely = self._read(state, erratum, place, wrong, (outcome.confidence, sure))
                text = right
            if right:
                quote = replace(_quoted(corpus, erratum, place, wrong, right), answer=text)
                named = (wrong if whole else "") or another_corrected(erratum, place)
                return _told(outcome, quote, places, named or place.answer, likely)
        return None

    def _read(
        self,
        state: ReadingState,
        erratum: Erratum,
        place: Quote,
        wrong: str,
        before: tuple[float, float],
    ) -> tuple[str, float]:
        """What the judge answers from the correction alone, with P(it is right); from what is left
        without the clauses that name the wrong value, where it takes that.

        `before` are P(the place was found) and P(its answer is right). Where it is another value of
        the sentence that is corrected, only an unlikely answer gives way, to a likelier one.
        """
        found, sure = before
        another = another_corrected(erratum, place)
        if _has_figure(place.answer) and not set(erratum.figures) - {wrong, place.answer}:
            return "", 0.0
        if another and sure >= LIKELIER_THAN_NOT:
            return "", 0.0
        texts = [erratum.text, _without(erratum.text, wrong)] if wrong else [erratum.text]
        if another:
            said = _quoted(state.corpus, erratum, place, another, erratum.told(another))
            texts = [said.text]
        for text in texts:
            given, likely = self._asked(state, erratum, place, text, found)
            held = erratum.told(given) or given
            if given and not (wrong and value(wrong).search(held)):
                least = sure if another else LIKELIER_THAN_NOT
                fits = is_backed(held, state.question, [text])
                fits = fits and not adds_nothing(held, state.question)
                fits = fits and terms(held) != terms(place.answer)
                fits = fits and _has_figure(held) >= _has_figure(place.answer)
                return (held, likely) if fits and likely >= least else ("", 0.0)
        return "", 0.0

    def _asked(
        self, state: ReadingState, erratum: Erratum, place: Quote, text: str, found: float
    ) -> tuple[str, float]:
        """The judge's answer from a text of the correction, with P(it is right); none where the
        judge does not say that it answers."""
        question, calibration = state.question, self._judge.calibration
        span = Span(0, place.document, erratum.start, erratum.end, 0)
        shown = state.corpus.under_header(span, text, state.question)
        yes = relevance_of(self._judge, shown, question).answers
        if not text or yes < LIKELIER_THAN_NOT:
            return "", 0.0
        given = self._judge.answer(shown, question)
        weights = calibration.answered or calibration.place
        if weights is None:
            return given.text, yes * given.confidence
        unsaid = bool(unquoted(question, "", [shown, place.text]))
        return given.text, weights.probability(yes, given.confidence, found, yes, unsaid=unsaid)


def _has_figure(text: str) -> bool:
    return bool(NUMBER.search(text))


def _without(text: str, wrong: str) -> str:
    """A text without the clauses that name a value."""
    clauses = (match[0] for match in _CLAUSE.finditer(text))
    return "".join(each for each in clauses if not (wrong and value(wrong).search(each))).strip()


def _in_its_place(corpus: Corpus, place: Quote, wrong: str, right: str) -> str:
    """The answer with the right value: a bare figure takes the place of the wrong one."""
    unit, row = corpus.unit_of(place)
    if not FIGURE.fullmatch(right) or place.answer == wrong:
        return right
    return in_full(right, unit, row) if unit else value(wrong).sub(right, place.answer)


def _quoted(corpus: Corpus, erratum: Erratum, place: Quote, wrong: str, right: str) -> Quote:
    """The correction as far as it says what does not hold and what does; with what it refers to."""
    document = corpus.documents[place.document]
    named = [value(each).search(erratum.text) for each in (wrong, right) if each]
    at = [erratum.start + match.start() for match in named if match]
    referring = erratum.pages or erratum.parts
    if not at or (referring and max(at) - erratum.start <= _WHOLE):
        at = [erratum.start, *at]
    start = sentence_at(document, min(at))[0]
    end = sentence_at(document, max(at))[1]
    return corpus.quote(place.document, start, end, place.score)


def _told(
    outcome: Outcome, quote: Quote, places: Sequence[Quote], wrong: str, sure: float
) -> Outcome:
    """The outcome with what holds, and where it was corrected."""
    cited = [
        each for each in outcome.citations if each.end <= quote.start or quote.end <= each.start
    ]
    cited.sort(key=lambda each: each not in places)
    remark = f"the document corrects itself: {quote.answer}{_place(quote)}, not {wrong}"
    remark += _place(cited[0]) if cited else ""
    return Outcome(
        quote.answer, (quote, *cited)[:CITATIONS], sure, answer_confidence=1.0, remark=remark
    )


def _place(quote: Quote) -> str:
    """Where a quote stands, as far as a line has room for it."""
    if quote.page is not None:
        return f" (p. {quote.page})"
    return f" (line {quote.line})" if quote.line is not None else ""
