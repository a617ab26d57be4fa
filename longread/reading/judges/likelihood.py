"""Query likelihood as a judge: for base models, which follow no instruction.

How much likelier a passage makes the question (UPR, arXiv 2204.07496) says whether it bears
on it; the answer is the sentence that makes it likeliest, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from longread.documents import sentences
from longread.engine import Engine
from longread.reading.judges import Judge, Relevance, ShortAnswer, StepQuote
from longread.reading.judges.batch import Reply, Request
from longread.reading.prompts import prompt
from longread.reading.relevance.calibration import calibration, sigmoid
from longread.reading.relevance.match import lexical_match
from longread.retrieval import Index

_NAME = re.compile(r"\b[^\W\d_]*[A-ZÀ-Þ][\w'’-]+(?:\s+[A-ZÀ-Þ][\w'’-]+)*")
# Names of a quote that a follow-up search takes along.
_NAMES_FOLLOWED = 4


class LikelihoodJudge(Judge):
    """log p(question | passage) − log p(question), in nats a question token.

    The gain is handed on as log-odds; it means something only against that of other passages of
    the document, so its calibration has a background. Nothing is generated.
    """

    signal = "likelihood"
    records = True

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.calibration = calibration(self.signal, engine.info.file)
        self._without: dict[tuple[str, str], float] = {}

    def ask(self, passage: str, question: str, notes: str = "") -> Request:
        """The question's log-probabilities after the passage and what is known."""
        known = f"{passage}\n\n{notes}".strip("\n") if notes else passage
        asked = prompt(self.engine, "likelihood", passage=known)
        return Request(asked, f" {question}", prefix="" if notes else asked)

    def relevance(self, reply: Reply, question: str, notes: str = "") -> Relevance:
        """What the passage adds, as log-odds, to the same prompt without it."""
        assert not isinstance(reply, Mapping)
        return Relevance(sigmoid(self._gain(reply, question, notes)))

    def answer(self, passage: str, question: str, notes: str = "") -> ShortAnswer:
        """The passage's sentence that makes the question likeliest, weighed with BM25; no heading,
        which names what a question is about and says nothing of it."""
        header, _, text = passage.partition("\n")
        spans = sentences(text)
        said = [text[start:end] for start, end in spans if not _is_heading(text[start:end], header)]
        found = said or [text[start:end] for start, end in spans] or [text]
        if len(found) == 1:
            return ShortAnswer(found[0], 1.0)
        gains = [
            self._gain(self._score(f"{header}\n{sentence}", question), question, "")
            for sentence in found
        ]
        matches = lexical_match(Index(found), question)
        worth = [gain + match.relative for gain, match in zip(gains, matches, strict=True)]
        return ShortAnswer(found[max(range(len(found)), key=lambda place: worth[place])], 1.0)

    def step(self, passage: str, question: str, notes: str = "") -> StepQuote:
        """A likelihood does not tell a step from an answer: the likeliest sentence."""
        text = self.answer(passage, question, notes).text
        return StepQuote(text, self.follow_up(text, question))

    def follow_up(self, quote: str, question: str) -> str:
        """The names that the quote brought in: the bridge of a question over two places."""
        names = [
            name
            for name in dict.fromkeys(_NAME.findall(quote[1:]))
            if name.casefold() not in question.casefold()
        ]
        return " ".join(names[:_NAMES_FOLLOWED])

    def enough(self, notes: str, question: str) -> float:
        """0: a likelihood cannot say whether notes are complete."""
        return 0.0

    def conclude(self, notes: str, question: str) -> ShortAnswer:
        """The likeliest line of the notes."""
        return self.answer(f"\n{notes}", question)

    def _score(self, passage: str, question: str) -> Sequence[float]:
        asked = self.ask(passage, question)
        return self.engine.score(asked.prompt, asked.continuation)

    def _gain(self, scores: Sequence[float], question: str, notes: str) -> float:
        key = (question, notes)
        if key not in self._without:
            empty = self.ask("", question, notes)
            self._without[key] = _mean(self.engine.score(empty.prompt, empty.continuation))
        return _mean(scores) - self._without[key]


def _is_heading(line: str, header: str) -> bool:
    """Whether a line is a heading: of Markdown, or one that the passage's header names."""
    bare = line.lstrip("# ").casefold()
    return line.startswith("#") or bare in header.casefold().split(" | ")


def _mean(scores: Sequence[float]) -> float:
    return sum(scores) / max(1, len(scores))
