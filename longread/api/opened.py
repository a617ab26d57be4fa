"""The passages of documents that opened for a question: context for another model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from longread.documents.render import for_model
from longread.reading.step import Step
from longread.runs.run import Run


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage whose update gate opened, with that gate's `probability`.

    `text` begins with a line of title, section and pages; rows of tables stand under their heads.
    """

    document: str
    page: int | None
    label: str | None
    section: str | None
    line: int | None
    last_page: int | None
    place: str | None
    probability: float
    text: str


def opened(run: Run) -> list[Passage]:
    """Read to the end of a run: its open passages, in the documents' order."""
    gates: dict[int, float] = {}
    threshold = 1.0
    for step in run.steps():
        gates |= dict(_gates(run, step))
        threshold = step.update.threshold
    return [
        _passage(run, number, gates[number])
        for number in sorted(gates)
        if gates[number] >= threshold
    ]


def _gates(run: Run, step: Step) -> Iterator[tuple[int, float]]:
    """What a step gated: the passages of its chunk, and those that it looked ahead to."""
    found = [*step.prefetched, *step.retrieved]
    yield from ((each.passage, each.score) for each in found if each.lookahead)
    own = run.corpus.passages_of(run.corpus.chunks[step.chunk.position])
    yield from zip((span.index for span in own), step.passage_gates, strict=False)


def _passage(run: Run, number: int, probability: float) -> Passage:
    span = run.corpus.passages[number]
    document, where = run.corpus.documents[span.document], run.corpus.locate(span)
    facts: dict[str, Any] = {name: getattr(where, name) for name in where.__slots__}
    words = for_model(document, span.start, span.end)
    text = run.corpus.under_header(span, words, run.info.question)
    return Passage(document.path, **facts, probability=probability, text=text)
