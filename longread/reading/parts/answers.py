"""Generated answers with attribution: written from the notes, checked against the ledger, cited.

Whether there is an answer is a probability, never a matter of words: the judge's that what is cited
says it, with that of the reply's own words. A reply whose names and numbers are not in the quotes
is replaced by the strongest quote itself; without a quote there is no answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from longread.engine import Generation
from longread.engine.repetition import without_circle
from longread.reading.judges import Judge
from longread.reading.parts.backing import (
    LIKELIER_THAN_NOT,
    NUMBER,
    cite,
    cited_context,
    is_backed,
    not_given,
    unquoted,
)
from longread.reading.prompts import prompt
from longread.reading.state import Outcome, ReadingState
from longread.retrieval import terms


class WrittenAnswer:
    """The model answers from its notes; what the quotes do not back is not passed on."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def answer(self, state: ReadingState, on_text: Callable[[str], None] | None = None) -> Outcome:
        ledger, notes, question = state.ledger(), state.memory.notes, state.question
        if not notes or not ledger:
            return Outcome(None, (), 0.0)
        generated = written(self._judge, notes, question, state.options.answer_tokens, on_text)
        said = without_circle(generated.text) if generated.looped else generated.text
        text = " ".join(said.split())
        cited = cite(text, question, ledger)
        shown = "\n\n".join(cited_context(state.corpus, quote, question) for quote in cited)
        confidence = probability(self._judge, shown, notes, question, generated)
        # A model that cannot say whether the answer stands there does not refuse.
        least = LIKELIER_THAN_NOT if self._judge.calibration.notes else 0.0
        if not text or confidence < least:
            return Outcome(None, (), confidence)
        quoted = [quote.text for quote in cited]
        # Words may come from the notes; figures must stand in what is cited, for all to see.
        backed = is_backed(text, question, [_documented(state), *quoted])
        if not backed or unquoted(text, question, quoted):
            strongest = max(ledger, key=lambda quote: quote.score)
            remark = not_given(text, question, [notes])
            sentence = " ".join(strongest.text.split())
            return Outcome(sentence, (strongest,), confidence, remark=remark)
        remark = "the reply went round in a circle: it is cut there" if generated.looped else ""
        return Outcome(text, cited, confidence, remark=remark)


def written(
    judge: Judge,
    notes: str,
    question: str,
    tokens: int,
    on_text: Callable[[str], None] | None = None,
) -> Generation:
    """The judge's model's answer from notes."""
    asked = prompt(judge.engine, "answer", passage=notes.strip(), question=question)
    return judge.engine.generate(asked, max_tokens=tokens, on_text=on_text)


def probability(
    judge: Judge, shown: str, notes: str, question: str, generated: Generation
) -> float:
    """P(an answer from notes is right), by the judge's calibration; of a model that cannot say
    whether the answer stands in `shown` the confidence of its words.

    `shown` are the sentences that are cited, with what they are read with. The notes as a whole do
    not tell: they hold what is like the thing asked for beside it (benchmarks/LOG.md, "refusals").
    """
    weights = judge.calibration.notes
    if weights is None:
        return words_confidence(generated)
    said, words, unsaid = evidence(judge, shown, notes, question, generated)
    return weights.probability(said, words, 0.5, unsaid=unsaid)


def evidence(
    judge: Judge, shown: str, notes: str, question: str, generated: Generation
) -> tuple[float, float, bool]:
    """What `PlaceWeights` weigh of an answer from notes: P(what is shown says it), the confidence
    of its words, and whether the notes lack a number of the question."""
    said = judge.enough(shown, question)
    return said, words_confidence(generated), bool(unquoted(question, "", [notes, shown]))


def words_confidence(generated: Generation) -> float:
    """The geometric mean of the words' probabilities; one half where they go round in a circle,
    which makes each of them certain and says nothing."""
    if generated.looped:
        return 0.5
    return math.exp(generated.log_probability / max(1, generated.tokens))


def _documented(state: ReadingState) -> str:
    """The terms of the notes, less the numbers that the documents lack: a model wrote them."""
    index = state.corpus.index
    known = [
        term for term in terms(state.memory.notes) if index.weight(term) or not NUMBER.search(term)
    ]
    return " ".join(known)
