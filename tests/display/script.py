"""A scripted run: realistic records for the views to show, made without an engine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from longread.reading.step import (
    Answer,
    ChunkRef,
    DocumentRef,
    Exit,
    Gate,
    ModelRef,
    Quote,
    Retrieval,
    Retrieved,
    RunInfo,
    Step,
    Tokens,
)

QUESTION = "How much did 3M spend on property, plant and equipment in 2022, and why did it rise?"
NOTES = [
    "- 3M reports in millions of US dollars; fiscal year ends 31 December.",
    "- Spending on property, plant and equipment: $1,749 million in 2022, $1,603 million in 2021.",
    "- The company names growth, productivity and sustainability as reasons.",
    "- Divestiture of Food Safety closed on 1 September 2022 and is not counted.",
    "- Environmental control equipment accounted for part of the rise (PFAS, Zwijndrecht).",
]
WORDS = [
    "We are a diversified technology company with a global presence.",
    "Purchases of property, plant and equipment (PP&E) were $1,749 million in 2022.",
    "Capital spending is discussed in more detail in the section that follows.",
    "Investments went to growth, productivity and sustainability.",
    "Costs for water treatment in Zwijndrecht rose over the year.",
]


def document(path: str = "reports/3M_2022_10K.pdf", *, pages: int = 252) -> DocumentRef:
    return DocumentRef(path, "ab" * 32, "3M 10-K", "pdf", pages, 153_021)


def run_info(chunks: int = 150, documents: tuple[DocumentRef, ...] = (), **changes: Any) -> RunInfo:
    documents = documents or (document(),)
    share = -(-chunks // len(documents))
    info = RunInfo(
        question=QUESTION,
        strategy="gated",
        order="document",
        gate="likelihood",
        documents=documents,
        model=ModelRef("Qwen3-1.7B-Q8_0", "Qwen3-1.7B-Q8_0.gguf", "CPU, 8 threads", 8192),
        chunks=chunks,
        chunk_documents=tuple(position // share for position in range(chunks)),
        chunk_tokens=1024,
    )
    return replace(info, **changes)


def page_of(info: RunInfo, chunk: int) -> int | None:
    """The page that a chunk begins on; None where its document has none."""
    return 1 + chunk * 5 // 3 if info.documents[info.chunk_documents[chunk]].pages else None


def step(info: RunInfo, index: int, **changes: Any) -> Step:
    position = index - 1
    number = info.chunk_documents[position]
    page = page_of(info, position)
    chunk = ChunkRef(
        position,
        number,
        info.documents[number].path,
        page,
        None if page is None else page + 2,
        None,
        None,
        1020,
    )
    made = Step(
        index=index,
        total=info.chunks,
        chunk=chunk,
        update=Gate(0.04, 0.5, "likelihood"),
        tokens=Tokens(1204, 310, 0),
        seconds={"update_gate": 0.9},
    )
    return replace(made, **changes)


def quote(info: RunInfo, at: Step, text: str) -> Quote:
    path = at.chunk.path
    return Quote(at.chunk.document, path, 0, len(text), text, page=at.chunk.page, verified=True)


def reading(
    info: RunInfo, last: int, opened: tuple[int, ...] = (4, 11, 12, 30, 41)
) -> Iterator[Step]:
    """Steps 1 to `last`; the gate opens at `opened`, where the notes grow by a line."""
    chance = random.Random(7)
    notes: list[str] = []
    for index in range(1, last + 1):
        passages = tuple(chance.random() ** 4 * 0.49 for _ in range(4))
        made = step(
            info, index, update=Gate(max(passages), 0.5, "likelihood"), passage_gates=passages
        )
        if index in opened:
            made = _opened(info, made, notes, chance)
            notes = made.memory_after.split("\n")
        else:
            memory = "\n".join(notes)
            made = replace(made, memory_before=memory, memory_after=memory)
        yield made


def _opened(info: RunInfo, at: Step, notes: list[str], chance: random.Random) -> Step:
    number = len(notes) % len(NOTES)
    passages = tuple(
        Retrieved(passage, at.chunk.document, page_of(info, chunk), None, 9.5 - passage, chunk)
        for passage, chunk in enumerate(sorted(chance.sample(range(at.index), min(3, at.index))))
    )
    return replace(
        at,
        update=Gate(0.62 + 0.08 * number, 0.5, "likelihood"),
        passage_gates=(*at.passage_gates[:2], 0.62 + 0.08 * number, at.passage_gates[3]),
        exit=Gate(0.2 * (number + 1) - 0.05, 0.7, "choice"),
        exits_in_a_row=1 if number == 4 else 0,
        retrieval=Retrieval("capital expenditures property plant equipment 2022", passages),
        memory_before="\n".join(notes),
        memory_after="\n".join([*notes, NOTES[number]]),
        added=(quote(info, at, WORDS[number]),),
        tokens=Tokens(1502, 1204, 96),
        seconds={"update_gate": 0.9, "retrieve": 0.01, "write": 4.2, "exit_gate": 0.1},
    )


def answer(info: RunInfo, steps: list[Step], **changes: Any) -> Answer:
    seconds = sum(sum(made.seconds.values()) for made in steps)
    tokens = sum((made.tokens for made in steps), Tokens())
    made = Answer(
        question=info.question,
        status="answered",
        answer="3M spent $1,749 million in 2022, up from $1,603 million.",
        confidence=0.93,
        citations=tuple(added for made in steps for added in made.added)[:3],
        memory=steps[-1].memory_after,
        info=info,
        chunks_read=len(steps),
        updates=sum(made.update.open for made in steps),
        retrievals=sum(made.retrieval is not None for made in steps),
        exit=Exit(len(steps), "exit_gate"),
        tokens=tokens,
        seconds=seconds,
        seconds_saved_by_exit=seconds / len(steps) * (info.chunks - len(steps)),
    )
    return replace(made, **changes)
