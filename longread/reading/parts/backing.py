"""Attribution: what an answer says must stand in the documents, and the quotes it stands on.

Two things are never done: to present words that the document does not back, and to cite
a quote that is not in the document.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from longread.documents.chunks import Span
from longread.reading.corpus import Corpus
from longread.reading.judges import Judge, relevance_of
from longread.reading.relevance.injection import nothing_else, passed_over
from longread.reading.step import Quote
from longread.retrieval import Index, terms
from longread.retrieval.numerals import in_digits, written_out

# Citations shown: more are rarely read, and the ledger has the rest.
CITATIONS = 3
LIKELIER_THAN_NOT = 0.5
# Share of a reply's content words that must stand in notes or quotes.
_BACKED = 0.5
# A quote is one sentence; with fewer words than this its neighbour is quoted along.
_SHORT_QUOTE = 6
NUMBER = re.compile(r"\d")
WORD = re.compile(r"\w[\w'’-]*")


def is_backed(text: str, question: str, sources: list[str]) -> bool:
    """Whether every number and most words of `text` that the question lacks stand in `sources`,
    the numbers in digits or in words."""
    if _is_foreign(text, question, sources):
        return False
    if _stands(text, question, sources):
        return True
    figures = in_digits(text, " ".join(sources))
    return figures != text and _stands(figures, question, sources)


def _stands(text: str, question: str, sources: list[str]) -> bool:
    known = {term for source in sources for term in terms(source)}
    asked = set(terms(question))
    if unquoted(text, question, sources):
        return False
    words = {term for term in terms(text) if len(term) > 3 and term not in asked}
    return not words or sum(word in known for word in words) >= _BACKED * len(words)


def not_given(text: str, question: str, sources: list[str]) -> str:
    """What to tell of a reply that is not backed, and gives way to the document's sentence."""
    foreign = _is_foreign(text, question, sources)
    what = "is in another language" if foreign else "says what the documents do not"
    return f"the reply {what}: the closest sentence is given"


def _is_foreign(text: str, question: str, sources: list[str]) -> bool:
    """Whether most letters are of scripts (Latin, Cyrillic, CJK) that stand nowhere else."""
    letters = [_script(letter) for letter in text if letter.isalpha()]
    known = {_script(letter) for source in (question, *sources) for letter in set(source)}
    return 2 * sum(script not in known for script in letters) > len(letters)


@cache
def _script(letter: str) -> str:
    """The script of a letter: the first word of its name."""
    return unicodedata.name(letter, "").partition(" ")[0]


def unquoted(text: str, question: str, quotes: list[str]) -> list[str]:
    """The numbers of `text` that stand neither in the question nor in any of the quotes, there in
    digits or in words."""
    known = {*terms(question), *(term for quote in quotes for term in terms(quote))}
    missing = [term for term in terms(text) if NUMBER.search(term) and term not in known]
    written = {each for quote in quotes for each in written_out(quote)} if missing else set()
    return [term for term in missing if term not in written]


def rest_quoted(corpus: Corpus, passage: Span, quote: Quote, question: str) -> list[Quote]:
    """The sentence or row of a passage with the numbers of an answer that its quote lacks."""
    missing = unquoted(quote.answer, question, [corpus.record_of(quote)])
    if not missing:
        return []
    place = place_of(corpus, passage, "", " ".join(missing))
    other = corpus.quote(quote.document, *place, score=quote.score) if place else quote
    left = unquoted(quote.answer, question, [corpus.record_of(other)])
    return [other] if set(missing) - set(left) and other.start != quote.start else []


def cite(text: str, question: str, ledger: list[Quote]) -> tuple[Quote, ...]:
    """The quotes that share most with the answer, then with the question; strongest first.

    Each is taken for what the ones before it lack, so that together they hold as much of the
    answer as so many quotes can.
    """
    wanted, asked = set(terms(text)) - set(terms(question)), set(terms(question))
    left, cited = list(ledger), list[Quote]()
    while left and len(cited) < CITATIONS:
        missing = wanted - {term for quote in cited for term in terms(quote.text)}

        def worth(quote: Quote, missing: set[str] = missing) -> tuple[int, int, float, int]:
            held = set(terms(quote.text))
            shared = len(held & wanted)
            return len(held & missing), shared, round(quote.score, 2), len(held & asked)

        best = max(left, key=worth)
        if cited and not worth(best)[1]:
            break
        cited.append(best)
        left.remove(best)
    return tuple(cited)


def distinct(quotes: Sequence[Quote]) -> list[Quote]:
    """Each place once, as it comes first: a sentence may be read alone and with others."""
    first: dict[tuple[int, int], Quote] = {}
    for quote in quotes:
        first.setdefault((quote.document, quote.start), quote)
    return list(first.values())


def quotable(corpus: Corpus, passage: Span, question: str) -> list[tuple[int, int]]:
    """Sentence spans worth quoting: headings left out, very short ones joined to the next; none
    that tells whoever answers what to say.

    Never over a line's end: what stands in another row or paragraph, or overleaf, is another quote.
    """
    document = corpus.documents[passage.document]
    headings = {section.start: len(section.title) for section in document.sections}
    text, first = corpus.text(passage), passage.start
    left_out = passed_over(text, question)
    joined: list[tuple[int, int]] = []
    for start, end in corpus.sentences(passage):
        if end - start <= headings.get(start, -1):
            continue
        if nothing_else(text, (start - first, end - first), left_out):
            continue
        short = joined and len(document.text[slice(*joined[-1])].split()) < _SHORT_QUOTE
        if short and "\n" not in document.text[joined[-1][1] : start]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def place_of(corpus: Corpus, passage: Span, words: str, question: str) -> tuple[int, int] | None:
    """The sentence of `passage` that `words` come from: holds them, or shares most with them.

    Of several that hold them the one that shares most with the question.
    """
    found = place_among(corpus, [passage], words, question)
    return found[1] if found is not None else None


def place_among(
    corpus: Corpus, passages: Sequence[Span], words: str, question: str
) -> tuple[Span, tuple[int, int]] | None:
    """The passage and its sentence that `words` come from, as `place_of` has it for one."""
    spans = [(one, span) for one in passages for span in quotable(corpus, one, question)]
    if not spans:
        return None
    texts = (corpus.documents[one.document].text[slice(*span)] for one, span in spans)
    flat = [" ".join(text.split()).casefold() for text in texts]
    wanted = " ".join(words.split()).casefold()
    pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)") if wanted else None
    holding = [place for place, one in enumerate(flat) if pattern and pattern.search(one)]
    scores = Index(flat).scores(question if holding else f"{words} {words} {question}")
    return spans[max(holding or range(len(spans)), key=lambda place: scores[place])]


def read_alone(judge: Judge, corpus: Corpus, quote: Quote, question: str, notes: str = "") -> float:
    """What a judge says of an answer's sentence, or its row, read alone under its header."""
    passage = corpus.passages_at(quote)[0]
    alone = corpus.under_header(passage, corpus.record_of(quote), question)
    return relevance_of(judge, alone, question, notes).answers


def bridge(sentence: str, answer: str, question: str) -> str:
    """The names and numbers of an answer's sentence that neither question nor answer holds.

    Of a question that joins two places, the other place shares them: the bridge entity of
    HotpotQA (arXiv 1809.09600).
    """
    known = {*terms(question), *terms(answer)}
    words = (word for word in WORD.findall(sentence) if not word[0].islower())
    return " ".join(word for word in words if not known.issuperset(terms(word)))


def with_neighbours(corpus: Corpus, quote: Quote, question: str = "") -> str:
    """The quote with the sentences before and after it, under the header of its passage."""
    passage = corpus.passages_at(quote)[0]
    spans = corpus.sentences(passage)
    at = next(place for place, (_start, end) in enumerate(spans) if quote.start < end)
    first, last = spans[max(0, at - 1)][0], spans[min(len(spans) - 1, at + 1)][1]
    text = corpus.documents[quote.document].text[first : max(last, quote.end)]
    return corpus.under_header(passage, text, question)


def cited_context(corpus: Corpus, quote: Quote, question: str) -> str:
    """What a quote is read with: its neighbours, or of a table the best rows under their heads."""
    if corpus.row_of(quote) is None:
        return with_neighbours(corpus, quote, question)
    return corpus.as_records(corpus.passages_at(quote)[0], question)
