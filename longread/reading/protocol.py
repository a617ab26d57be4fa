"""The reader's protocol: what the bundled model was trained to say about a passage.

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
and figures: models/reader.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from longread.engine import Engine, Generation, branching, choose_each
from longread.reading.candidates import (
    copied,
    least_risk,
    likelihoods,
    rivals,
    sentences_of,
    telling,
)
from longread.reading.prompts import prompt

NAME = "reader/1"

WORDS = {"yes": (" yes",), "part": (" part",), "no": (" no",)}
# Answers in training are at most 30 tokens long, quotes one sentence.
_ANSWER_TOKENS = 48
_CANDIDATES = 6
_QUOTE_TOKENS = 120
_LOOK_FOR_TOKENS = 32


@dataclass(frozen=True, slots=True)
class Help:
    """Probabilities that a passage answers the question, or is a step towards its answer."""

    yes: float
    part: float

    @classmethod
    def of(cls, shares: Mapping[str, float]) -> Help:
        """From the shares of `WORDS` after the gate's prompt."""
        return cls(shares["yes"], shares["part"])

    @property
    def any(self) -> float:
        return self.yes + self.part


@dataclass(frozen=True, slots=True)
class Said:
    """The words of an answer, and how far they can be expected to agree with the right one.

    `sureness` (0 to 1) takes the place for right: the share of the likely candidates that agree,
    times the root of the words' own probability. On 400 XQuAD questions it tells answers with
    an F1 of one half or more from the others with an AUC of 0.78; its quarters, 0.28, 0.55, 0.79
    and 0.95 on average, have an F1 of 0.45, 0.70, 0.83 and 0.93. The gate over the passage had
    an AUC of 0.57 where the words had 0.79 (90 questions of the held-out SQuAD articles).
    """

    text: str
    sureness: float


class Protocol:
    """Asks the model in its own protocol. `notes` are lines of quotes, or empty."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def helps(self, passage: str, question: str, notes: str = "") -> Help:
        """How far the passage, with the notes, answers the question. One forward step."""
        mass = self._engine.choose(self.gate(passage, question, notes), WORDS)
        return Help.of(mass)

    def answer(self, passage: str, question: str, notes: str = "") -> Said:
        """The answer in the passage's words, a few tokens; the gate decides whether to ask.

        Of the likeliest candidates the one that agrees best with all of them. They count as
        likely as the passage makes them, and as their own sentence, read alone, is found to
        answer the question: F1 on 200 questions of held-out SQuAD articles 0.718 for the
        likeliest words, 0.733 without their sentences, 0.754 with them, 0.766 without those
        that only repeat the question.
        """
        candidates = self._candidates(passage, question, notes)
        weights = likelihoods(candidates)
        header, _, text = passage.strip().partition("\n")
        own = sentences_of(candidates, text)
        if all(own):
            alone = self._alone(header, rivals(own, weights), question, notes)
            weights = [
                weight * alone.get(sentence, 0.0)
                for weight, sentence in zip(weights, own, strict=True)
            ]
        return _given(candidates, weights)

    def conclusion(self, notes: str, question: str) -> Said:
        """The answer that several notes give together, of which none need give it alone."""
        candidates = self._candidates(notes, question)
        return _given(candidates, likelihoods(candidates))

    def quote(self, passage: str, question: str, notes: str = "") -> tuple[str, str]:
        """The sentence that is a step towards the answer, and what to look for next."""
        begun = f"{self.gate(passage, question, notes)} part\nQuote:"
        quote = self._say(begun, _QUOTE_TOKENS)
        # The words "Look for:" weigh nothing in training: left alone, the model ends with its
        # quote or babbles; asked behind the right quote it names the bridge of 4 of 6 questions.
        wanted = self._say(f"{begun} {quote}\nLook for:", _LOOK_FOR_TOKENS)
        return " ".join(quote.split()), " ".join(wanted.split())

    def gate(self, passage: str, question: str, notes: str = "") -> str:
        """The prompt that asks how far the passage, with the notes, answers the question."""
        return prompt(
            self._engine, "reader", passage=passage.strip(), question=question, notes=notes
        )

    def _candidates(self, passage: str, question: str, notes: str = "") -> list[Generation]:
        """What the model would answer, likeliest first, in the words of passage and notes, and
        not in the question's alone."""
        asked = f"{self.gate(passage, question, notes)} yes\nAnswer:"
        branches = branching(self._engine)
        if branches is None:
            return [self._engine.generate(asked, max_tokens=_ANSWER_TOKENS)]
        found = branches.continuations(asked, count=_CANDIDATES, max_tokens=_ANSWER_TOKENS)
        return copied(telling(found, question), (passage, notes))

    def _alone(
        self, header: str, sentences: Sequence[str], question: str, notes: str
    ) -> dict[str, float]:
        """P(yes) of each sentence alone, under the header; one without a rival is not asked."""
        if len(sentences) == 1:
            return {sentences[0]: 1.0}
        asked = [self.gate(f"{header}\n{sentence}", question, notes) for sentence in sentences]
        found = map(Help.of, choose_each(self._engine, asked, WORDS))
        return {sentence: each.yes for sentence, each in zip(sentences, found, strict=True)}

    def _say(self, words: str, tokens: int) -> str:
        return self._engine.generate(words, max_tokens=tokens, stop=("\n",)).text.strip()


def _given(candidates: Sequence[Generation], weights: Sequence[float]) -> Said:
    reply, agreement = least_risk(candidates, weights)
    return Said(reply.text.strip(), agreement * math.exp(reply.log_probability / 2))


def speaks(engine: Engine) -> bool:
    """Whether the engine's model was trained on this protocol."""
    return engine.info.protocol == NAME
