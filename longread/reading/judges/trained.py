"""Fine-tuned reader as a judge: a model trained on the extractive protocol `reader/1`.

    {passage}

    Question: …
    Notes: …                  what is known already, if anything
    Helps: yes | part | no    yes: passage and notes hold the answer; part: a step towards it
    Answer: …                 in the passage's words
    Quote: …                  the sentence that helps
    Look for: …               what is still missing, as a search

The passage stands first, so one prefill serves the gate, the answer, the quote and every
other question. "Helps" is one forward step: over a passage it is the update gate, over
the notes the exit gate, and where it stays closed everywhere the refusal. Adapter, data
and figures: models/reader/README.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from longread.engine import Engine, Generation
from longread.engine.optional import branching, choose_each, score_each
from longread.reading.judges import Judge, ShortAnswer, StepQuote
from longread.reading.judges.batch import Request
from longread.reading.judges.candidates import (
    copied,
    fitting,
    least_risk,
    likelihoods,
    rivals,
    sentences_of,
    telling,
    without_like,
)
from longread.reading.prompts import prefix, prompt
from longread.reading.relevance.calibration import calibration

PROTOCOL = "reader/1"

WORDS = {"yes": (" yes",), "part": (" part",), "no": (" no",)}
# Answers in training are at most 30 tokens long, quotes one sentence.
_ANSWER_TOKENS = 48
_CANDIDATES = 6
_QUOTE_TOKENS = 120
_LOOK_FOR_TOKENS = 32


class TrainedJudge(Judge):
    """Asks a model that was trained on the protocol. `notes` are lines of quotes, or empty."""

    signal = "reader"
    # It was trained on rows as they stand.
    records = False

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.calibration = calibration(self.signal, engine.info.file)

    def ask(self, passage: str, question: str, notes: str = "") -> Request:
        """One forward step: "Helps:"."""
        return Request(
            self._prompt(passage, question, notes),
            options=WORDS,
            prefix=prefix(self.engine, "reader", passage=passage.strip(), notes=""),
        )

    def answer(self, passage: str, question: str, notes: str = "") -> ShortAnswer:
        """The answer in the passage's words, a few tokens, by minimum Bayes risk.

        A candidate's weight is its likelihood times P(its own sentence, read alone, answers the
        question). Figures: models/reader/README.md#what-it-does.
        """
        header, _, text = passage.strip().partition("\n")
        text = without_like(text, question)
        candidates = self._candidates(f"{header}\n{text}", question, notes)
        weights = likelihoods(candidates)
        own = sentences_of(candidates, text)
        if all(own):
            alone = self._alone(header, rivals(own, weights), question, notes)
            weights = [
                weight * alone.get(sentence, 0.0)
                for weight, sentence in zip(weights, own, strict=True)
            ]
        return _given(candidates, weights)

    def words(
        self, passage: str, question: str, candidates: Sequence[str], notes: str = ""
    ) -> list[float]:
        """The log-probability of each candidate as the answer that the passage gives."""
        asked = self._asked(passage, question, notes)
        said = score_each(self.engine, [asked] * len(candidates), [f" {c}" for c in candidates])
        return [sum(each) for each in said]

    def step(self, passage: str, question: str, notes: str = "") -> StepQuote:
        """The sentence that is a step towards the answer, and what to look for next."""
        begun = f"{self._prompt(passage, question, notes)} part\nQuote:"
        quote = self._say(begun, _QUOTE_TOKENS)
        # Training gives the words "Look for:" no loss, so the model never writes them by itself,
        # and they are put behind its quote.
        wanted = self._say(f"{begun} {quote}\nLook for:", _LOOK_FOR_TOKENS)
        return StepQuote(" ".join(quote.split()), " ".join(wanted.split()))

    def conclude(self, notes: str, question: str) -> ShortAnswer:
        """The answer that several notes give together, of which none need give it alone."""
        candidates = self._candidates(notes, question, "")
        return _given(candidates, likelihoods(candidates))

    def _prompt(self, passage: str, question: str, notes: str) -> str:
        return prompt(
            self.engine, "reader", passage=passage.strip(), question=question, notes=notes
        )

    def _asked(self, passage: str, question: str, notes: str) -> str:
        return f"{self._prompt(passage, question, notes)} yes\nAnswer:"

    def _candidates(self, passage: str, question: str, notes: str) -> list[Generation]:
        """What the model would answer, likeliest first, in the words of passage and notes, and
        not in the question's alone."""
        asked = self._asked(passage, question, notes)
        branches = branching(self.engine)
        if branches is None:
            return [self.engine.generate(asked, max_tokens=_ANSWER_TOKENS)]
        found = branches.continuations(asked, count=_CANDIDATES, max_tokens=_ANSWER_TOKENS)
        return copied(fitting(telling(found, question), question), (passage, notes))

    def _alone(
        self, header: str, sentences: Sequence[str], question: str, notes: str
    ) -> dict[str, float]:
        """P(yes) of each sentence alone, under the header; one without a rival is not asked."""
        if len(sentences) == 1:
            return {sentences[0]: 1.0}
        asked = [self._prompt(f"{header}\n{sentence}", question, notes) for sentence in sentences]
        found = choose_each(self.engine, asked, WORDS)
        return {sentence: each["yes"] for sentence, each in zip(sentences, found, strict=True)}

    def _say(self, words: str, tokens: int) -> str:
        return self.engine.generate(words, max_tokens=tokens, stop=("\n",)).text.strip()


def _given(candidates: Sequence[Generation], weights: Sequence[float]) -> ShortAnswer:
    reply, agreement = least_risk(candidates, weights)
    return ShortAnswer(reply.text.strip(), agreement * math.exp(reply.log_probability / 2))


def speaks_protocol(engine: Engine) -> bool:
    """Whether the engine's model was trained on this protocol."""
    return engine.info.protocol == PROTOCOL
