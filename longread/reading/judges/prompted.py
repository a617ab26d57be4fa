"""Zero-shot judge: any instruction-tuned model, asked through its own chat template.

All prompts begin alike, with the passage before the question, so that gate, answer and the next
question share the passage's prefill.
"""

from __future__ import annotations

import math
import re

from longread.engine import Engine, Generation
from longread.engine.optional import prefix_states
from longread.reading.judges import Judge, ShortAnswer, StepQuote
from longread.reading.judges.batch import Request
from longread.reading.judges.decomposition import Decomposition, decomposition, two_hops
from longread.reading.judges.questions import wants_everything
from longread.reading.prompts import prefix, prompt
from longread.reading.relevance.calibration import calibration

YES_NO = {
    "yes": ("yes", " yes", "Yes", " Yes", "YES", " YES"),
    "no": ("no", " no", "No", " No", "NO", " NO"),
}
WORDS = {**YES_NO, "part": ("part", " part", "Part", " Part", "PART", " PART")}
_ANSWER_TOKENS = 64
_QUOTE_TOKENS = 120
_LOOK_FOR_TOKENS = 32
_PLAN_TOKENS = 96
_SEARCHES = 3
_DECOMPOSED_TOKENS = 120
# How the reply to "decompose" begins, and how likely the first must be: of 22 questions that need
# two facts, and 60 that do not, see benchmarks/LOG.md, 2026-11-30, "smaller questions".
_BROKEN = {"broken": ("A", " A"), "direct": ("direct", " direct", "Direct", " Direct")}
_LIKELY_BROKEN = 0.75
# The same for "bridge", whose two questions tell by their words whether they make sense; and how
# they are made to begin, one after the other until they do.
_MAY_BE_TWO_HOPS = 0.2
_OPENINGS = ("A:", "A: Which")
_HOPS_TOKENS = 70
# How the replies to "compares" and "table_query" begin, and how likely it must be that rows are
# compared (benchmarks/LOG.md, 2026-12-01, "rows of tables").
_COMPARED = {"rows": ("rows", " rows"), "direct": ("direct", " direct")}
_LIKELY_COMPARED = 0.6
_QUERIED = {"query": ("SELECT", " SELECT"), "none": ("none", " none", "None", " None")}
_QUERY_TOKENS = 80
# What a model sets before a line of a list.
_BULLET = re.compile(r"^\s*(\d+[.)]|[-*•]|(?:first|second|third) line:)?\s*", re.IGNORECASE)
# Between these the model's word on a question's kind is no better than the rule's.
_UNSURE = (0.2, 0.8)


class PromptedJudge(Judge):
    """Asks a model that follows instructions. `notes` are lines of quotes, or empty."""

    signal = "choice"
    records = True
    selects = True

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.calibration = calibration(self.signal, engine.info.file)
        self._everything: dict[str, bool] = {}

    def ask(self, passage: str, question: str, notes: str = "") -> Request:
        """One forward step: yes or no. A model may say of itself that only a part stands there.

        The calibration takes off what it says of everything."""
        return Request(
            self._prompt("relevance", passage, question, notes),
            options=WORDS,
            prefix=prefix(self.engine, "relevance", passage=passage.strip(), notes=""),
        )

    def answer(self, passage: str, question: str, notes: str = "") -> ShortAnswer:
        """The answer in a few words, and the geometric mean of its tokens' probabilities."""
        asked = self._prompt("short_answer", passage, question, notes)
        return _given(self.engine.generate(asked, max_tokens=_ANSWER_TOKENS, stop=("\n",)))

    def step(self, passage: str, question: str, notes: str = "") -> StepQuote:
        """The sentence that helps, and what to look for next."""
        quote = self._say("step", passage, question, notes, _QUOTE_TOKENS)
        wanted = self._say("look_for", passage, question, notes, _LOOK_FOR_TOKENS)
        return StepQuote(quote, wanted.strip(' "'))

    def plan(self, question: str) -> list[str]:
        """Three searches: the section's name, the label of a row or entry, a sentence in the
        document's own words. Think before looking (InfMem, arXiv 2602.02704)."""
        asked = prompt(self.engine, "plan", question=question)
        written = self.engine.generate(asked, max_tokens=_PLAN_TOKENS).text
        lines = (_BULLET.sub("", line).strip(' "') for line in written.splitlines())
        return [line for line in lines if line][:_SEARCHES]

    def decompose(self, question: str) -> Decomposition | None:
        """The smaller questions that answer it, where the model takes it for one of several, or
        can say what it describes without naming it."""
        asked = self._after_examples("decompose", question)
        if self.engine.choose(asked, _BROKEN)["broken"] >= _LIKELY_BROKEN:
            written = self.engine.generate(asked, max_tokens=_DECOMPOSED_TOKENS).text
            made = decomposition(written.strip(), question)
            if made is not None:
                return made
        return self._two_hops(question)

    def _two_hops(self, question: str) -> Decomposition | None:
        asked = self._after_examples("bridge", question)
        if self.engine.choose(asked, _BROKEN)["broken"] < _MAY_BE_TWO_HOPS:
            return None
        for opening in _OPENINGS:
            written = self.engine.generate(asked + opening, max_tokens=_HOPS_TOKENS).text
            made = two_hops(f"{opening} {written.strip()}", question)
            if made is not None:
                return made
        return None

    def compares(self, question: str) -> bool:
        """The model's word on the kind of a question."""
        asked = self._after_examples("compares", question)
        return self.engine.choose(asked, _COMPARED)["rows"] >= _LIKELY_COMPARED

    def fits(self, table: str, question: str) -> float:
        """P(the model would write a query on the table)."""
        asked = self._after_examples("table_query", _of_table(table, question))
        return self.engine.choose(asked, _QUERIED)["query"]

    def query(self, table: str, question: str) -> ShortAnswer:
        """The query (text-to-SQL), and the geometric mean of its tokens' probabilities."""
        asked = self._after_examples("table_query", _of_table(table, question)) + "SELECT"
        given = _given(self.engine.generate(asked, max_tokens=_QUERY_TOKENS, stop=(";",)))
        return ShortAnswer(f"SELECT {given.text}", given.confidence)

    def _after_examples(self, name: str, question: str) -> str:
        """Prompt `name`, whose examples are most of it and the same for every question of every
        document: their state is kept."""
        states = prefix_states(self.engine)
        if states is not None:
            states.pin_prefix(prefix(self.engine, name), source=name)
        return prompt(self.engine, name, question=question)

    def standalone(self, question: str, earlier: str, answer: str) -> str:
        """A follow-up rewritten so that it can be understood without the question before it."""
        asked = prompt(self.engine, "standalone", question=question, earlier=earlier, answer=answer)
        written = self.engine.generate(asked, max_tokens=_ANSWER_TOKENS, stop=("\n",)).text
        return " ".join(written.split()).strip('"') or question

    def wants_everything(self, question: str) -> bool:
        """The model's word, or the rule's where the model is unsure. Asked once a question."""
        if question not in self._everything:
            asked = prompt(self.engine, "everything", question=question)
            yes = self.engine.choose(asked, YES_NO)["yes"]
            unsure = _UNSURE[0] < yes < _UNSURE[1]
            self._everything[question] = wants_everything(question) if unsure else yes > 0.5
        return self._everything[question]

    def _prompt(self, name: str, passage: str, question: str, notes: str) -> str:
        return prompt(self.engine, name, passage=passage.strip(), question=question, notes=notes)

    def _say(self, name: str, passage: str, question: str, notes: str, tokens: int) -> str:
        asked = self._prompt(name, passage, question, notes)
        text = self.engine.generate(asked, max_tokens=tokens, stop=("\n",)).text
        return " ".join(text.split())


def _of_table(table: str, question: str) -> str:
    return f"{table}\n\nQuestion: {question}"


def _given(generated: Generation) -> ShortAnswer:
    likely = math.exp(generated.log_probability / max(1, generated.tokens))
    return ShortAnswer(generated.text.strip(), 0.0 if generated.looped else likely)
