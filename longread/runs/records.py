"""The records of a run for every view: `RunInfo` as it begins, `Answer` at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from longread.documents.chunks import Span
from longread.documents.superscripts import MARKED, without_note_marks
from longread.reading.loop import Parts, Reader
from longread.reading.state import Outcome
from longread.reading.step import Answer, Exit, ModelRef, RunInfo, Status, Step, Tokens

if TYPE_CHECKING:
    from longread.runs.session import Session


def info_of(
    session: Session, reader: Reader, parts: Parts, chunk_tokens: int, *, resumed: int
) -> RunInfo:
    """What is known of a run before its first step; `resumed` steps were read earlier."""
    options, corpus = reader.options, reader.corpus
    whole = parts.order.whole(corpus)
    return RunInfo(
        question=reader.state.asked,
        strategy=options.strategy,
        order=options.order,
        gate=parts.gate.signal,
        documents=corpus.document_references(),
        model=ModelRef.of(reader.judges.engine.info, session.note),
        chunks=len(whole),
        chunk_documents=tuple(span.document for span in whole),
        chunk_tokens=chunk_tokens,
        passage_tokens=corpus.passage_tokens,
        resumed=resumed,
        left_out=session.left_out,
        reader=reader.judges.reader,
    )


def answer_of(
    reader: Reader,
    info: RunInfo,
    steps: Sequence[Step],
    reply: Outcome,
    end: Exit,
    *,
    tokens: Tokens,
    seconds: float,
) -> Answer:
    """The answer of a run that made `steps` and ended at `end`; `tokens` and `seconds` are those
    of all of it."""
    read = {step.chunk.position for step in steps}
    unread = sum(span.tokens for span in _unlike(reader.spans) if span.index not in read)
    saved = unread * _seconds_a_token(steps) if end.reason == "exit_gate" else 0.0
    status: Status = "not_found" if reply.text is None else "answered"
    return Answer(
        question=info.question,
        status="interrupted" if end.reason == "interrupted" else status,
        answer=_without_note_marks(reader, reply),
        confidence=reply.confidence,
        citations=reply.citations,
        memory=reader.memory.notes,
        info=info,
        chunks_read=len(read),
        updates=sum(1 for step in steps if step.memory_after != step.memory_before),
        retrievals=sum(1 for step in steps if step.retrieval is not None),
        exit=end,
        tokens=tokens,
        seconds=seconds,
        seconds_saved_by_exit=saved,
        closest=reply.closest,
        remark=reply.remark,
        documents_read=tuple(dict.fromkeys(step.chunk.document for step in steps)),
        documents_looked_up=tuple(
            dict.fromkeys(
                place.document for step in steps for place in (*step.prefetched, *step.retrieved)
            )
        ),
    )


def _unlike(spans: Sequence[Span]) -> list[Span]:
    """Each chunk once: several rounds read it again."""
    return list({span.index: span for span in spans}.values())


def _seconds_a_token(steps: Sequence[Step]) -> float:
    """Seconds a token of the document: over all steps, as the first judges the look-ups too.

    A passage is decoded and then reused for the question, or only reused where it has a
    block: the larger of the two counts says how much was read.
    """
    tokens = sum((step.tokens for step in steps), Tokens())
    seconds = sum(sum(step.seconds.values()) for step in steps)
    read = max(tokens.prefilled, tokens.reused)
    return seconds / read if read else 0.0


def _without_note_marks(reader: Reader, reply: Outcome) -> str | None:
    """The answer; brackets belong to it where the document has no note marks ("pump[1]")."""
    cited = {reader.corpus.documents[quote.document].kind for quote in reply.citations}
    marked = reply.text is not None and cited and cited <= MARKED
    return without_note_marks(reply.text) if marked and reply.text else reply.text
