"""Evidence matching: gold evidence to places in a parsed document, and what a run named first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from longread.bench.metrics import same_document
from longread.bench.records import Cited, Evidence
from longread.documents.chunks import Span
from longread.documents.model import Document
from longread.reading.step import Quote, Step
from longread.reading.strategies import strategy
from longread.runs.run import Run

# Pages, or places where there are no pages, that a result keeps: recall is asked at 10 at most.
RANKED = 10
# At most so many places, whatever their pages: a result is one line of a file.
_MOST = 3 * RANKED

Place = tuple[int, int, int]


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
) -> tuple[list[Place], int]:
    """Each piece of evidence as (document number, start, end), and how many are not there."""
    spans = []
    for one in evidence:
        for number, document in enumerate(documents):
            place = locate(one, document) if same_document(document.path, one.document) else None
            if place is not None:
                spans.append((number, *place))
                break
    return spans, len(evidence) - len(spans)


def evidence_step(run: Run, steps: Sequence[Step], spans: Sequence[Place]) -> int | None:
    """The step that read the last piece of evidence; None when one was not read.

    A passage counts as read where its middle is: by its chunk, or by what was looked up.
    """
    reached = []
    for document, start, end in spans:
        middle = (start + end) // 2
        reading = (step.index for step, read in _read(run, steps)
                   if any(_holds(span, document, middle) for span in read))  # fmt: skip
        first = next(reading, None)
        if first is None:
            return None
        reached.append(first)
    return max(reached, default=None)


def _read(run: Run, steps: Sequence[Step]) -> Iterator[tuple[Step, list[Span]]]:
    for step, span in zip(steps, run.reader.spans, strict=False):
        yield step, [span, *(run.corpus.passages[one.passage] for one in step.retrieved)]


def _holds(span: Span, document: int, position: int) -> bool:
    return span.document == document and span.start <= position < span.end


def ranked(run: Run, steps: Sequence[Step], citations: Sequence[Quote]) -> tuple[Cited, ...]:
    """The places that the run found most worth reading, best first.

    Where the order of reading is the ranking, as it was read. Else the ledger by score, then the
    passages by their gate's probability (those gated before reading began, too), then what was
    looked up; a place inside one already listed is left out.
    """
    kept: list[Place] = []
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


def _candidates(run: Run, steps: Sequence[Step], citations: Sequence[Quote]) -> Iterator[Place]:
    if strategy(run.options.strategy).ranked:
        yield from (_place(span) for span in run.reader.spans)
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


def _gated(run: Run, steps: Sequence[Step]) -> Iterator[tuple[float, Span]]:
    for step, span in zip(steps, run.reader.spans, strict=False):
        if step.passage_gates:
            yield from zip(step.passage_gates, run.corpus.passages_of(span), strict=False)
        for found in (*step.prefetched, *step.retrieved):
            if found.lookahead:
                yield found.score, run.corpus.passages[found.passage]


def _looked_up(run: Run, steps: Sequence[Step]) -> Iterator[tuple[float, Span]]:
    for step in steps:
        for found in step.retrieved:
            if not found.lookahead:
                yield found.score, run.corpus.passages[found.passage]


def _best_first(scored: Iterable[tuple[float, Span]]) -> list[Place]:
    return [_place(span) for _score, span in sorted(scored, key=lambda each: -each[0])]


def _place(span: Span) -> Place:
    return (span.document, span.start, span.end)


def _same_place(first: Place, second: Place) -> bool:
    shared = min(first[2], second[2]) - max(first[1], second[1])
    shorter = min(first[2] - first[1], second[2] - second[1])
    return first[0] == second[0] and shared > shorter / 2


def _cited(run: Run, span: Place) -> Cited:
    number, start, end = span
    document = run.corpus.documents[number]
    # A passage may run over a page's end: the page is the one that its middle stands on.
    page = document.locate((start + end) // 2).page
    return Cited(portable(document.path), page, document.text[start:end].strip())


def cited(quote: Quote) -> Cited:
    """A quote as results keep it."""
    return Cited(portable(quote.path), quote.page, quote.text)


def portable(path: str) -> str:
    """A path with forward slashes, so that a result file reads the same on every system."""
    return Path(path).as_posix()
