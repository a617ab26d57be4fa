"""A question that needs two facts, by the smaller ones that a model breaks it into.

Self-ask (arXiv 2210.03350): each smaller question is looked up and answered like any other, and
the answers give the last one, or a formula of figures that is worked out here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from longread.reading.judges import Judge
from longread.reading.judges.decomposition import Decomposition, filled
from longread.reading.memory import Memory
from longread.reading.parts.arithmetic import worked_out
from longread.reading.parts.backing import LIKELIER_THAN_NOT, distinct
from longread.reading.state import Outcome, ReadingState
from longread.reading.step import Judged, Quote

# The answer that the likeliest places give to a state's question, and what was judged there.
Look = Callable[[ReadingState], tuple[Outcome, list[Judged]]]

# Of what smaller questions give together where each of them is answered rightly, the share that is
# right (benchmarks/LOG.md, 2026-11-30, "smaller questions").
_RIGHT = 0.75


class SmallerQuestions:
    """Breaks a question up by `judge`, and has the parts answered by one `look` each."""

    def __init__(self, judge: Judge, look: Look) -> None:
        self._judge = judge
        self._look = look

    def quotes(self, state: ReadingState) -> tuple[list[Quote], list[Judged]]:
        """The quote with the answer first, then those of the smaller questions before it, and what
        was judged on the way. No quotes where the question is none of several, or one of them is
        not answered."""
        made = self._judge.decompose(state.question)
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
        """The quote of the answer to a smaller question, if there is one."""
        outcome, judged = self._look(state)
        read += [replace(each, asked=state.question) for each in judged]
        if outcome.text is None:
            return None
        return replace(outcome.citations[0], answer=outcome.text, score=outcome.confidence)

    def _about(self, state: ReadingState, question: str) -> ReadingState:
        """The same documents, read for another question."""
        memory = Memory(state.memory.budget, state.memory.count)
        return replace(
            state,
            question=question,
            asked=question,
            memory=memory,
            step=0,
            draft={},
            known={},
            batch=None,
            member=None,
        )


def _together(made: Decomposition, found: dict[str, Quote]) -> list[Quote]:
    """The quotes of all smaller questions, the first of them with what they give together; none
    where that cannot be worked out, or is no likelier than not: every part has to be right."""
    if made.calculated:
        answers = {name: quote.answer for name, quote in found.items()}
        result = worked_out(made.result, answers, " ".join(made.questions.values()))
        quotes = list(found.values())
    else:
        last = found.pop(made.result)
        result, quotes = last.answer, [last, *found.values()]
    likely = _RIGHT * math.prod(quote.score for quote in quotes)
    if result is None or likely < LIKELIER_THAN_NOT:
        return []
    first, *others = distinct([replace(quote, score=likely) for quote in quotes])
    return [replace(first, answer=result), *(replace(each, answer="") for each in others)]
