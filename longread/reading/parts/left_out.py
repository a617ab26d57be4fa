"""What a run left out of the text that its models were shown, said in one line."""

from __future__ import annotations

from collections.abc import Iterable

from longread.documents.chunks import Span
from longread.reading.relevance.injection import passed_over
from longread.reading.state import ReadingState

# Characters of a sentence that a line has room for.
_SHOWN = 80


def left_out(state: ReadingState, read: Iterable[Span]) -> str:
    """Where in the spans that were `read` words tell whoever answers what to say; or nothing."""
    corpus = state.corpus
    found = {
        (span.document, span.start + each.start, span.start + each.end)
        for span in read
        for each in passed_over(corpus.text(span), state.question)
    }
    if not found:
        return ""
    quote = corpus.quote(*min(found), score=0.0)
    place = f"p. {quote.page}, " if quote.page is not None else ""
    place = f"line {quote.line}, " if quote.line is not None else place
    words = " ".join(quote.text.split())
    words = words if len(words) <= _SHOWN else f"{words[:_SHOWN].rsplit(' ', 1)[0]} …"
    others = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"left out, as it tells whoever answers what to say: {place}“{words}”{others}"
