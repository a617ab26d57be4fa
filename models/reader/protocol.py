"""The reader's protocol as training text: one passage, many questions that branch off it.

    {passage}

    Question: {question}
    Notes:                      (only when something is already known)
    - {quotes}
    Helps: yes | part | no
    Answer: {in the passage's words}                    after "yes"
    Quote: {a sentence of the passage}                  after "part", or when asked for
    Look for: {what is still missing}                   after a "part" quote

The passage stands first, so its prefill is shared by all questions; in training as well:
a `Tree` is one passage with its questions as branches, each of which sees the passage and
itself. `yes` says that passage and notes together hold the answer: over the whole run it
is the update gate, over the notes alone the exit gate, and its absence the refusal. The
words before the reply are longread's own prompt (`longread/reading/prompts/reader.jinja`);
a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

END_OF_TURN = 2
# Weights in the loss: one gate word decides as much as a whole answer of some six tokens.
GATE_WEIGHT = 2.0
REPLY_WEIGHT = 1.0
# A little of "which question does this passage answer" keeps the likelihood signal sharp.
QUESTION_WEIGHT = 0.1


@dataclass(frozen=True)
class Asked:
    """A question of a passage and the reply wanted. `helps` is yes, part or no."""

    question: str
    helps: str
    answer: str = ""
    quote: str = ""
    look_for: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Lesson:
    """A passage as the reader is shown it (header included) with its questions."""

    passage: str
    asked: tuple[Asked, ...]
    source: str = ""


@dataclass
class Tree:
    """A lesson in tokens: the passage, then one branch a question.

    `weights[i][j]` is the loss weight of predicting token j of branch i from what
    precedes it (token 0 is predicted from the passage's last token and weighs nothing).
    """

    passage: list[int]
    branches: list[list[int]] = field(default_factory=list)
    weights: list[list[float]] = field(default_factory=list)
    source: str = ""

    @property
    def size(self) -> int:
        return len(self.passage) + sum(map(len, self.branches))


def segments(asked: Asked) -> list[tuple[str, float]]:
    """The words that follow the passage, cut where the loss weight changes."""
    own = QUESTION_WEIGHT if asked.helps == "yes" and not asked.notes else 0.0
    notes = f"\nNotes:\n{asked.notes}" if asked.notes else ""
    parts = [
        ("\n\nQuestion:", 0.0),
        (f" {asked.question}", own),
        (f"{notes}\nHelps:", 0.0),
        (f" {asked.helps}", GATE_WEIGHT),
    ]
    if asked.quote:
        parts += [("\nQuote:", 0.0), (f" {asked.quote}", REPLY_WEIGHT)]
        if asked.look_for:
            parts += [
                ("\n", REPLY_WEIGHT),
                ("Look for:", 0.0),
                (f" {asked.look_for}", REPLY_WEIGHT),
            ]
    elif asked.answer:
        parts += [("\nAnswer:", 0.0), (f" {asked.answer}", REPLY_WEIGHT)]
    return parts


def tree(lesson: Lesson, tokenize: Callable[[str], Sequence[int]]) -> Tree:
    """A lesson in tokens, by the tokenizer that will run it."""
    made = Tree(list(tokenize(lesson.passage)), source=lesson.source)
    for asked in lesson.asked:
        tokens: list[int] = []
        weights: list[float] = []
        for text, weight in segments(asked):
            ids = list(tokenize(text))
            tokens += ids
            weights += [weight] * len(ids)
        if asked.helps != "no":
            tokens.append(END_OF_TURN)
            weights.append(REPLY_WEIGHT)
        made.branches.append(tokens)
        made.weights.append(weights)
    return made
