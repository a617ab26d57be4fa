"""What a finished run says about itself, in plain sentences: shared by the plain and live views."""

from __future__ import annotations

from collections.abc import Sequence

from longread.display.phrasing import (
    clean,
    count,
    counted,
    document_names,
    duration,
    percent,
    place,
    shorten,
    spent,
    title_of,
)
from longread.display.progress import Questions
from longread.reading.parts.backing import LIKELIER_THAN_NOT
from longread.reading.step import Answer, Quote, Step, Tokens

# Documents that are named; more are counted.
_NAMED = 4
_WHY = {
    "exit_gate": "knew enough",
    "end_of_document": "read to the end",
    "budget": "the budget was spent",
    "interrupted": "interrupted",
}


def verdict(answer: Answer) -> str:
    """What came of the run, for stderr: the answer itself goes to stdout."""
    read = (
        f"{count(answer.chunks_read)} of {counted(answer.info.chunks, 'chunk')} read "
        f"({percent(answer.coverage)})."
    )
    if answer.status == "interrupted":
        return f"Interrupted. {read}"
    if answer.status == "not_found":
        title = title_of(document_names(answer.info))
        # A likely answer that was refused: it may be right.
        how = " it surely enough" if answer.confidence >= LIKELIER_THAN_NOT else ""
        if answer.exit.reason == "budget":
            return f"What was read of {title} does not say{how}. {read}"
        verb = "does" if len(answer.info.documents) == 1 else "do"
        return f"{title} {verb} not say{how}. {read}"
    return f"Answered with confidence {answer.confidence:.2f}. {read}"


def statistics(answer: Answer) -> list[tuple[str, str]]:
    """The run's numbers as (name, value) rows: where it stopped and why, tokens, time."""
    near = [("closest", _closest(answer.closest))] if answer.closest else []
    return [
        *near,
        ("stopped", _stopped(answer)),
        *_documents(answer),
        (
            "memory",
            f"{counted(answer.updates, 'update')}, {counted(answer.retrievals, 'retrieval')}, "
            f"{counted(len(answer.citations), 'citation')}",
        ),
        ("tokens", spent(answer.tokens)),
        ("time", _time(answer)),
    ]


def totals(questions: Questions) -> list[tuple[str, str]]:
    """The pass's numbers as (name, value) rows."""
    whole = questions.whole
    assert whole.info is not None
    answers = list(questions.answers.values())
    return [
        ("questions", questions.tally()),
        (
            "read",
            f"{count(whole.read)} of {counted(whole.info.chunks, 'chunk')} "
            f"({percent(whole.read / max(1, whole.info.chunks))})",
        ),
        ("tokens", spent(sum((answer.tokens for answer in answers), Tokens()))),
        ("time", duration(sum(answer.seconds for answer in answers))),
    ]


def _closest(quote: Quote) -> str:
    return f'{place(quote)}: "{shorten(clean(quote.text), 160)}" (probability {quote.score:.2f})'


def _stopped(answer: Answer) -> str:
    why = _WHY[answer.exit.reason]
    if answer.exit.reason == "end_of_document":
        return why
    return f"at step {count(answer.exit.step)} of {count(answer.info.chunks)}: {why}"


def _documents(answer: Answer) -> list[tuple[str, str]]:
    """Which of several documents were read, and which were not."""
    names = document_names(answer.info)
    if len(names) < 2:
        return []
    read = [names[number] for number in answer.documents_read]
    beside = [
        number for number in answer.documents_looked_up if number not in answer.documents_read
    ]
    seen = {*answer.documents_read, *beside}
    unread = [name for number, name in enumerate(names) if number not in seen]
    row = f"{count(len(read))} of {count(len(names))} read: {_some(read)}"
    row += f"; looked up in: {_some([names[number] for number in beside])}" if beside else ""
    return [("documents", f"{row}; not read: {_some(unread)}" if unread else row)]


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED]) or "none"
    return shown if len(names) <= _NAMED else f"{shown} and {count(len(names) - _NAMED)} more"


def _time(answer: Answer) -> str:
    spent = duration(answer.seconds)
    if answer.seconds_saved_by_exit <= 0:
        return spent
    full = duration(answer.seconds + answer.seconds_saved_by_exit)
    return f"{spent}; a full pass would have taken about {full}"


def citation_sources(answer: Answer) -> list[str]:
    """For each citation, the document and where in it: `book.pdf, p. 12 (xii)`."""
    names = document_names(answer.info)
    return [
        ", ".join(part for part in (names[quote.document], place(quote)) if part)
        for quote in answer.citations
    ]


def step_place(step: Step, names: Sequence[str]) -> str:
    """Where a step read: the document's name only where there are several."""
    spot = place(step.chunk)
    if len(names) > 1:
        return f"{names[step.chunk.document]} {spot}".rstrip()
    return spot
