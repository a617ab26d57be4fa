"""Extractive question answering: short answers from passages, and the one they give together.

GRU-Mem's gates (arXiv 2602.10560) and InfMem's look elsewhere (2602.02704) with a judge's few
words: answer from a passage that opened, or quote it and say what is missing, look that
up, and stop when what was found outweighs whatever is unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from longread.reading.judges import Judge, Judges, Relevance, ShortAnswer, relevance_of
from longread.reading.judges.candidates import is_none, outdone
from longread.reading.memory import as_notes
from longread.reading.parts.arithmetic import calculated, reckoned
from longread.reading.parts.backing import (
    CITATIONS,
    LIKELIER_THAN_NOT,
    distinct,
    is_backed,
    not_given,
    place_of,
    read_alone,
    rest_quoted,
)
from longread.reading.parts.cells import as_printed, cell_answer, without_parts
from longread.reading.parts.corrections import Corrections
from longread.reading.parts.figures import in_asked_scale, result_in_full
from longread.reading.parts.gates import PassageGate, latest_steps
from longread.reading.parts.lists import all_answers
from longread.reading.parts.table_questions import selected
from longread.reading.relevance.calibration import odds
from longread.reading.state import Opening, Outcome, ReadingState, Scored, Thought, Written
from longread.reading.step import Gate, Quote
from longread.retrieval import terms

# A place is not answered from if a known answer's odds are more than so many times its own.
_FAR_BELOW = 20


class AnswerOrQuote:
    """What opened is answered from, or quoted as a step with what to look for next.

    The ledger gets the document's own sentence in both cases: the one that holds the
    answer, or the one that the model's quote is.
    """

    def __init__(self, judges: Judges, gate: PassageGate) -> None:
        self._judge = judges.answer
        self._gate = gate
        self.look_for = ""

    def write(self, state: ReadingState, opening: Opening) -> Written:
        quotes = self.quotes(state, opening)
        state.memory.enter(quotes)
        remark = state.draft.get("remark", "")
        return Written(as_notes(state.memory.best_quotes()), tuple(quotes), remark)

    def write_from(self, state: ReadingState, places: Sequence[Scored]) -> Written:
        """The same from these places, whatever the gate of a chunk made of them."""
        gate = Gate(0.0, 0.0, self._gate.signal)
        return self.write(state, Opening(gate, (), tuple(places)))

    def quotes(self, state: ReadingState, opening: Opening) -> list[Quote]:
        """What the places that opened answer, or say as steps."""
        quotes: list[Quote] = []
        for scored in opening.opened:
            place = scored.passage
            quoted = state.memory.quotes_from(place.document, place.start, place.end)
            if not quoted and not self._outdone(state, scored, quotes):
                quote = self._quote(state, scored)
                if quote is not None:
                    quotes += [quote, *rest_quoted(state.corpus, place, quote, state.question)]
        return quotes

    def _outdone(self, state: ReadingState, scored: Scored, new: Sequence[Quote]) -> bool:
        """Whether a known answer is over the exit threshold, and this place's odds far below it.

        Such a place is not answered from, since an answer and the search after it cost as much as
        a dozen gates: with `--no-exit`, and of the places that a larger model looks at together.
        """
        answers = [quote.score for quote in (*state.memory.ledger, *new) if quote.answer]
        best = max(answers, default=0.0)
        if best < state.options.exit_threshold or state.everything:
            return False
        said = self._gate.relevance.get(scored.passage, Relevance(1.0))
        answers_it = scored.probability * said.answers / max(said.helps, 1e-9)
        return _FAR_BELOW * odds(answers_it) < odds(best)

    def _quote(self, state: ReadingState, scored: Scored) -> Quote | None:
        notes = as_notes(latest_steps(state.memory.ledger))
        shown = state.shown(scored.passage, self._judge)
        request = self._judge.ask(shown, state.question)
        state.pin(self._judge.engine, scored.passage, request.prefix, exact=True)
        return self._said(state, scored, shown, notes, self._gate.relevance[scored.passage])

    def _said(
        self, state: ReadingState, scored: Scored, shown: str, notes: str, said: Relevance
    ) -> Quote | None:
        """The answer of a passage, a cell where a row was asked for; or its sentence as a step."""
        if said.answers >= said.supports:
            cell = cell_answer(state, self._judge, scored, notes)
            if cell is not None:
                return cell
            given = self._judge.answer(shown, state.question, notes)
            return self._answered(state, scored, shown, notes, given)
        return self._step(state, scored, notes)

    def _step(self, state: ReadingState, scored: Scored, notes: str) -> Quote | None:
        """The sentence of a place that is a step towards the answer; who gates quotes it, which
        costs a larger model's answer several times over."""
        judge = self._gate.judge
        shown = state.shown(scored.passage, judge)
        step = judge.step(shown, state.question, notes)
        self.look_for = step.look_for
        return self._sentence(state, scored, step.text)

    def _answered(
        self, state: ReadingState, scored: Scored, shown: str, notes: str, given: ShortAnswer
    ) -> Quote | None:
        quote = self._sentence(state, scored, given.text)
        if quote is None or is_none(given.text, state.question):
            return None
        text = state.corpus.text(scored.passage)
        sources = [text, shown, notes]
        backed = is_backed(given.text, state.question, sources)
        result = calculated(given.text, sources)
        if result is None and not backed:
            result = reckoned(given.text, state.corpus.units(scored.passage))
        if result is None and not backed:
            state.draft["remark"] = not_given(given.text, state.question, sources)
        if result is not None:
            answer = result_in_full(result, *state.corpus.unit_of(quote))
        else:
            answer = as_printed(state, quote, given.text) if backed else quote.text
        if state.everything and self._judge.calibration.entry is not None:
            alone = state.corpus.under_header(scored.passage, quote.text, state.question)
            yes = relevance_of(self._judge, alone, state.question).answers
            belongs = self._judge.calibration.entry.probability(yes, quote.score)
            quote = replace(quote, score=belongs)
        return replace(
            quote, answer=" ".join(answer.split()), answer_confidence=round(given.confidence, 4)
        )

    def _sentence(self, state: ReadingState, scored: Scored, words: str) -> Quote | None:
        span = place_of(state.corpus, scored.passage, words, state.question)
        if span is None:
            return None
        return state.corpus.quote(scored.passage.document, *span, score=scored.probability)


class LookAhead:
    """Reads first what the look-ups found, and looks up what the last quote left open.

    The search is the model's own with the question; where a resumed run has lost it, the quote
    itself.
    """

    def __init__(self, gate: PassageGate, writer: AnswerOrQuote) -> None:
        self._gate = gate
        self._writer = writer

    def think(self, state: ReadingState) -> Thought:
        own = state.corpus.passages_of(state.chunk)
        found = [each for each in self._gate.promising(state) if each.passage not in own]
        return Thought(self._query(state), lookahead=tuple(found))

    def _query(self, state: ReadingState) -> str | None:
        ledger = state.memory.ledger
        if not state.updated_last or not ledger:
            return None
        if ledger[-1].answer:
            wanted = self._gate.judge.follow_up(ledger[-1].text, state.question)
        else:
            wanted = self._writer.look_for or ledger[-1].text
        query = f"{wanted} {state.question}" if wanted else ""
        return query if query and query not in state.searches else None


class AnswerFromPlaces:
    """The answer that was found with the highest probability, or one that the steps give.

    Places that gave the same answer stand together. A question that asks for all there is
    gets all the answers found. What is less likely than not is no answer, nor what the judge is
    hardly sure of once it reads the answer's sentence alone; the closest place is named then.
    """

    def __init__(self, judges: Judges, gate: PassageGate) -> None:
        self._judge: Judge = judges.answer
        self._gate = gate
        # P(the answer's place is among those that gave some answers).
        self._found_by = gate.found_by
        self._corrections = Corrections(judges.answer)
        # What the judge said of an answer's sentence alone, with the steps that were known.
        self._alone: dict[tuple[int, int, str], float] = {}

    def answer(self, state: ReadingState, on_text: Callable[[str], None] | None = None) -> Outcome:
        """The likeliest answer, an amount in the scale that the question wants."""
        found = self.choose(state, state.ledger())
        if found.text is None:
            return found
        return replace(found, text=in_asked_scale(found.text, state.asked))

    def choose(self, state: ReadingState, ledger: Sequence[Quote]) -> Outcome:
        """The likeliest answer that is sure enough, with P(it is right); or none, with P(the
        likeliest is right) and the closest place."""
        if not ledger:
            return Outcome(None, (), self._gate.found())
        if state.query:
            return selected(state, ledger)
        refused = 0.0
        for outcome in self.outcomes(state, ledger):
            if outcome.confidence < LIKELIER_THAN_NOT:
                refused = refused or outcome.confidence
                break
            sure = self._sure(state, ledger, outcome)
            if sure >= self._judge.calibration.least_sure:
                return self._corrections.applied(state, outcome, sure)
            refused = refused or sure
        closest = max(ledger, key=lambda quote: quote.score)
        return Outcome(None, (), refused or closest.score, closest=closest)

    def outcomes(self, state: ReadingState, ledger: Sequence[Quote]) -> Iterator[Outcome]:
        """What places or steps answer, the likeliest first, each with P(its place was found)."""
        if any(quote.answer for quote in ledger):
            yield from self._from_places(state, ledger)
        else:
            outcome = self._from_steps(state, ledger)
            if outcome.text is not None:
                yield outcome

    def _sure(self, state: ReadingState, ledger: Sequence[Quote], outcome: Outcome) -> float:
        """P(the answer is right), its place being likelier than not."""
        weights = self._judge.calibration.answered
        if weights is None or state.everything or not outcome.citations[0].answer:
            return outcome.confidence * outcome.answer_confidence
        return weights.probability(*self.evidence(state, ledger, outcome), unsaid=False)

    def evidence(
        self, state: ReadingState, ledger: Sequence[Quote], outcome: Outcome
    ) -> tuple[float, float, float]:
        """What speaks for an answer: what the judge says of its sentence read alone, the
        confidence of its words, and P(its place was found), which unlike answers share."""
        quote, *others = outcome.citations
        steps = as_notes([each for each in others if not each.answer])
        asked = (quote.document, quote.start, steps)
        if asked not in self._alone:
            alone = read_alone(self._judge, state.corpus, quote, state.question, steps)
            self._alone[asked] = alone
        given = [each for each in ledger if each.answer]
        own = sum(odds(each.score) for each in given if each.answer == quote.answer)
        share = own / sum(odds(each.score) for each in given)
        return self._alone[asked], outcome.answer_confidence, outcome.confidence * share

    def _from_places(self, state: ReadingState, ledger: Sequence[Quote]) -> Iterator[Outcome]:
        answers, parts = without_parts(state, [quote for quote in ledger if quote.answer])
        said = [state.corpus.record_of(quote) for quote in answers]
        groups: dict[str, list[Quote]] = {}
        meant: dict[str, float] = {}
        for quote, other in zip(answers, outdone(said, state.question), strict=True):
            name = " ".join(terms(quote.answer))
            groups.setdefault(name, []).append(quote)
            meant[name] = meant.get(name, 0.0) + (0.0 if other else odds(quote.score))
        if state.everything:
            yield all_answers(list(groups.values()))
            return
        ranked = sorted(groups, key=lambda name: -meant[name])
        # What is said of another year, or another number, is no second best.
        for name in [name for name in ranked if meant[name]] or ranked[:1]:
            best = sorted(groups[name], key=lambda quote: -quote.score)
            steps = [each for each in ledger if not each.answer and each.score >= best[0].score / 2]
            holding = sorted(best, key=lambda quote: quote.answer not in quote.text)
            cited = distinct([*holding, *sorted(steps, key=lambda quote: -quote.score)])
            found, words = self.confidence(state, list(groups.values()), best, parts)
            yield Outcome(best[0].answer, tuple(cited[:CITATIONS]), found, answer_confidence=words)

    def confidence(
        self,
        state: ReadingState,
        groups: Sequence[Sequence[Quote]],
        best: Sequence[Quote],
        parts: Sequence[Quote] = (),
    ) -> tuple[float, float]:
        """P(the answer's place was found), and the confidence of the words of the `best` group;
        `parts` of a total are no rivals."""
        answers = [quote for group in groups for quote in group]
        found = max(self._found_by(state, answers, parts), best[0].score)
        return found, best[0].answer_confidence

    def _from_steps(self, state: ReadingState, ledger: Sequence[Quote]) -> Outcome:
        notes = as_notes(latest_steps(ledger))
        enough = self._judge.enough(notes, state.question) if notes else 0.0
        if enough < LIKELIER_THAN_NOT:
            return Outcome(None, (), enough)
        given = self._judge.conclude(notes, state.question)
        if not given.text or not is_backed(given.text, state.question, [notes]):
            return Outcome(None, (), enough)
        cited = tuple(ledger[-CITATIONS:])
        return Outcome(given.text, cited, enough, answer_confidence=given.confidence)
