"""A question that needs two facts, by the smaller ones that a model breaks it into.

Self-ask (arXiv 2210.03350): each smaller question is looked up and answered like any other, and
the answers give the last one, or a formula of figures that is worked out here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from longread.reading.judges import Judges
from longread.reading.judges.decomposition import Decomposition, filled
from longread.reading.memory import Memory
from longread.reading.parts.arithmetic import worked_out
from longread.reading.parts.backing import LIKELIER_THAN_NOT, distinct
from longread.reading.parts.scores import PassageScores
from longread.reading.state import ReadingState, Scored
from longread.reading.step import Judged, Quote

if TYPE_CHECKING:
    from longread.reading.parts.second_opinion import Said

Opinion = Callable[[ReadingState, Scored], "tuple[Said, Quote | None]"]

# Places that are judged for a smaller question, and how sure an answer ends the look.
_PLACES, _SURE = 3, 0.8
# Of what smaller questions give together where each of them is answered, the share that is right
# (benchmarks/LOG.md, 2026-11-30, "smaller questions").
_RIGHT = 0.75


class SmallerQuestions:
    """Breaks a question up, and answers the parts from the places that the reader likes best.

    `opinion` is the larger model's on one place, with the answer's quote.
    """

    def __init__(self, judges: Judges, threshold: float, opinion: Opinion) -> None:
        self._judges = judges
        self._threshold = threshold
        self._opinion = opinion

    def quotes(self, state: ReadingState) -> tuple[list[Quote], list[Judged]]:
        """The quote with the answer first, then those of the smaller questions before it, and what
        was judged on the way. No quotes where the question is none of several, or one of them is
        not answered."""
        made = self._judges.answer.decompose(state.question)
        read: list[Judged] = []
        if made is None:
            return [], read
        found: dict[str, Quote] = {}
        for letter, text in made.questions.items():
            known = {name: quote.answer for name, quote in found.items()}
            smaller = filled(text, known)
            state.on_smaller(smaller)
            quote = self._answered(self._about(state, smaller), read)
            if quote is None:
                return [], read
            found[letter] = quote
        return _together(made, found), read

    def _answered(self, state: ReadingState, read: list[Judged]) -> Quote | None:
        """The likeliest answer to a smaller question, if it is likelier than not."""
        scores = PassageScores(state, self._judges.gate, self._threshold)
        best: Quote | None = None
        for scored in scores.best(_PLACES):
            said, quote = self._opinion(state, scored)
            probability = quote.score if quote is not None else 0.0
            read.append(replace(said.of(state, scored, probability), asked=state.question))
            if quote is not None and (best is None or probability > best.score):
                best = quote
            if best is not None and best.score >= _SURE:
                break
        return best if best is not None and best.score >= LIKELIER_THAN_NOT else None

    def _about(self, state: ReadingState, question: str) -> ReadingState:
        """The same documents, read for another question."""
        memory = Memory(state.memory.budget, state.memory.count)
        return replace(
            state, question=question, memory=memory, draft={}, known={}, batch=None, member=None
        )


def _together(made: Decomposition, found: dict[str, Quote]) -> list[Quote]:
    """The quotes of all smaller questions, the first of them with what they give together; none
    where that cannot be worked out. It is `_RIGHT` times as likely as the least likely of them."""
    if made.calculated:
        answers = {name: quote.answer for name, quote in found.items()}
        result = worked_out(made.result, answers, " ".join(made.questions.values()))
        quotes = list(found.values())
    else:
        last = found.pop(made.result)
        result, quotes = last.answer, [last, *found.values()]
    if result is None:
        return []
    likely = _RIGHT * min(quote.score for quote in quotes)
    first, *others = distinct([replace(quote, score=likely) for quote in quotes])
    return [replace(first, answer=result), *(replace(each, answer="") for each in others)]
