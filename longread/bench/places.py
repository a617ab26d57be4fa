"""Where the evidence stands in a parsed document, and what a run found most worth reading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from longread.bench.metrics import same_document
from longread.bench.records import Cited, Evidence
from longread.documents.chunks import Piece
from longread.documents.model import Document
from longread.reading.step import Quote, Step
from longread.runs.session import Run

# Pages, or places where there are no pages, that a result keeps: recall is asked at 10 at most.
RANKED = 10
# At most so many places, whatever their pages: a result is one line of a file.
_MOST = 3 * RANKED

Span = tuple[int, int, int]


def locate(evidence: Evidence, document: Document) -> tuple[int, int] | None:
    """Start and end of the evidence in the document's text; None where it is not there.

    A passage that stands there several times is taken where its page or its depth says.
    """
    page = next((each for each in document.pages if each.number == evidence.page), None)
    if evidence.text and evidence.text.strip():
        found = list(_occurrences(evidence.text, document.text))
        if page is not None:
            found = [span for span in found if page.start <= span[0] < page.end] or found[:1]
        if found:
            wanted = (evidence.depth or 0.0) * len(document.text)
            return min(found, key=lambda span: abs(span[0] - wanted))
    return (page.start, page.end) if page is not None else None


def _occurrences(passage: str, text: str) -> Iterator[tuple[int, int]]:
    pattern = r"\s*".join(re.escape(word) for word in passage.split())
    return (match.span() for match in re.finditer(pattern, text))


def evidence_spans(
    evidence: Sequence[Evidence], documents: Sequence[Document]
) -> tuple[list[Span], int]:
    """Each piece of evidence as (document number, start, end), and how many are not there."""
    spans = []
    for one in evidence:
        for number, document in enumerate(documents):
            place = locate(one, document) if same_document(document.path, one.document) else None
            if place is not None:
                spans.append((number, *place))
                break
    return spans, len(evidence) - len(spans)


def evidence_step(run: Run, steps: Sequence[Step], spans: Sequence[Span]) -> int | None:
    """The step that read the last piece of evidence; None when one was not read.

    A piece counts as read where its middle is: by its chunk, or by what was looked up.
    """
    reached = []
    for document, start, end in spans:
        middle = (start + end) // 2
        reading = (step.index for step, pieces in _read(run, steps)
                   if any(_holds(piece, document, middle) for piece in pieces))  # fmt: skip
        first = next(reading, None)
        if first is None:
            return None
        reached.append(first)
    return max(reached, default=None)


def _read(run: Run, steps: Sequence[Step]) -> Iterator[tuple[Step, list[Piece]]]:
    for step, piece in zip(steps, run.reader.pieces, strict=False):
        looked_up = step.retrieval.units if step.retrieval else ()
        corpus = run.corpus
        yield (
            step,
            [
                piece,
                *((corpus.all_tiles if one.ahead else corpus.units)[one.unit] for one in looked_up),
            ],
        )


def _holds(piece: Piece, document: int, position: int) -> bool:
    return piece.document == document and piece.start <= position < piece.end


def ranked(run: Run, steps: Sequence[Step], citations: Sequence[Quote]) -> tuple[Cited, ...]:
    """The places that the run found most worth reading, best first.

    For `rag` its units as they were ranked. Else the ledger by score, then the tiles by
    their gate's probability (those gated before reading began, too), then what was looked
    up; a place inside one already listed is left out.
    """
    kept: list[Span] = []
    pages: set[int | None] = set()
    places: list[Cited] = []
    for span in _candidates(run, steps, citations):
        if any(_same_place(span, other) for other in kept):
            continue
        kept.append(span)
        place = _cited(run, span)
        pages.add(place.page)
        places.append(place)
        full = len(pages) >= RANKED if place.page is not None else len(places) >= RANKED
        if full or len(places) >= _MOST:
            break
    return tuple(places)


def _candidates(run: Run, steps: Sequence[Step], citations: Sequence[Quote]) -> Iterator[Span]:
    if run.options.strategy == "rag":
        yield from (_span(piece) for piece in run.reader.pieces)
        return
    cited = {(quote.document, quote.start): place for place, quote in enumerate(citations)}
    ledger = sorted(
        run.reader.memory.ledger,
        # A strategy without gates scores no quote: those it cites come first.
        key=lambda quote: (-quote.score, cited.get((quote.document, quote.start), len(cited))),
    )
    yield from ((quote.document, quote.start, quote.end) for quote in ledger)
    yield from _best_first(_gated(run, steps))
    yield from _best_first(_looked_up(run, steps))


def _gated(run: Run, steps: Sequence[Step]) -> Iterator[tuple[float, Piece]]:
    for step, piece in zip(steps, run.reader.pieces, strict=False):
        if step.unit_gates:
            yield from zip(step.unit_gates, run.corpus.tiles(piece), strict=False)
        retrieved = step.retrieval.units if step.retrieval else ()
        for found in (*step.scouted, *retrieved):
            if found.ahead:
                yield found.score, run.corpus.all_tiles[found.unit]


def _looked_up(run: Run, steps: Sequence[Step]) -> Iterator[tuple[float, Piece]]:
    for step in steps:
        for found in step.retrieval.units if step.retrieval else ():
            if not found.ahead:
                yield found.score, run.corpus.units[found.unit]


def _best_first(scored: Iterable[tuple[float, Piece]]) -> list[Span]:
    return [_span(piece) for _score, piece in sorted(scored, key=lambda each: -each[0])]


def _span(piece: Piece) -> Span:
    return (piece.document, piece.start, piece.end)


def _same_place(first: Span, second: Span) -> bool:
    shared = min(first[2], second[2]) - max(first[1], second[1])
    shorter = min(first[2] - first[1], second[2] - second[1])
    return first[0] == second[0] and shared > shorter / 2


def _cited(run: Run, span: Span) -> Cited:
    number, start, end = span
    document = run.corpus.documents[number]
    # A unit may run over a page's end: the page is the one that its middle stands on.
    page = document.locate((start + end) // 2).page
    return Cited(portable(document.path), page, document.text[start:end].strip())


def cited(quote: Quote) -> Cited:
    """A quote as results keep it."""
    return Cited(portable(quote.path), quote.page, quote.text)


def portable(path: str) -> str:
    """A path with forward slashes, so that a result file reads the same on every system."""
    return Path(path).as_posix()
