"""Aboutness: which place of a document a correction is about.

By what it refers to ("page 12", "clause 7"), by the value that it names as wrong, and by key terms;
a correction of another year's figure, or of another of like things, is not taken for this one's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from longread.reading.corpus import Corpus
from longread.reading.relevance.errata import Erratum, sentence_at
from longread.reading.relevance.errata_forms import NUMBER, value, words_of
from longread.reading.step import Quote
from longread.retrieval import Index, terms
from longread.retrieval.queries import key_terms

# The share of the key terms of the question, or of the sentence it corrects, that a correction
# has: one that refers to the sentence's page, and any other.
_REFERRED, _ALIKE = 0.3, 0.5
_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20)\d\d(?![\d.,]*\d)")
# Of the places that hold a value, so many are compared.
_RIVALS = 50


def is_about(corpus: Corpus, erratum: Erratum, place: Quote, question: str, wrong: str) -> bool:
    """Whether a correction is about the place of an answer, of which it names `wrong`: by what it
    refers to, what it is about, and whether another place is meant."""
    referred = _refers(corpus, erratum, place)
    denied = bool(wrong) and bool(erratum.told(wrong) or erratum.denies(wrong))
    if not (denied or (referred and (wrong or erratum.listed))):
        return False
    said, subject = corpus.record_of(place), erratum.subject(wrong)
    # What it denies, if not the answer, is in the same sentence.
    told = [] if wrong else list(filter(erratum.told, erratum.figures))
    if told and not any(value(each).search(said) for each in told):
        return False
    asked, its = words_of(question), words_of(said) - words_of(place.answer)
    alike = max(_share(asked, subject), _share(its, subject), denied and subject <= asked | its)
    if subject and alike < (_REFERRED if referred and wrong else _ALIKE):
        return False
    if not (subject or referred) or _of_another_kind(erratum, question, said, place.answer):
        return False
    return not (
        wrong and _another_is_meant(corpus, erratum, place, question, wrong, bool(referred))
    )


def _refers(corpus: Corpus, erratum: Erratum, place: Quote) -> bool | None:
    """Whether its references lead to a place; None where that cannot be told."""
    document = corpus.documents[place.document]
    if erratum.pages and place.page is not None:
        return bool(erratum.pages & {str(place.page), place.label or ""})
    if not erratum.parts:
        return None
    row, section = document.row_at(place.start), document.section_at(place.start)
    begun = document.text.rfind("\n\n", 0, place.start) + 1
    near = (
        row[0].caption if row else "",
        section.title if section else "",
        document.text[begun : place.start + 20],
    )
    return any(erratum.parts & set(re.findall(r"\w+", text)[:2]) for text in near) or None


def _of_another_kind(erratum: Erratum, question: str, said: str, answer: str) -> bool:
    """Whether it is about another year, or another of like things ("lock 5" for "lock 4")."""
    years = set(_YEAR.findall(question)) or set(_YEAR.findall(said)) - set(_YEAR.findall(answer))
    its = set(_YEAR.findall(erratum.text))
    if years and its and not years & its:
        return True
    asked, told = _numbered(question), _numbered(erratum.text)
    return any(word in told and not numbers & told[word] for word, numbers in asked.items())


def _numbered(text: str) -> dict[str, set[str]]:
    """The words of a text that have a number beside them, with these."""
    found: dict[str, set[str]] = {}
    for pair in key_terms(text):
        number, _, word = pair.partition(" ")
        if word:
            found.setdefault(word, set()).add(number)
    return found


def _another_is_meant(
    corpus: Corpus, erratum: Erratum, place: Quote, question: str, wrong: str, referred: bool
) -> bool:
    """Whether the value stands in a sentence that the correction matches better and the question
    worse: on the same page, where the correction refers to that."""
    document = corpus.documents[place.document]
    page = document.page_at(place.start) if referred else None
    bounds = (page.start, page.end) if page else (0, len(document.text))
    known = [
        each
        for each in corpus.errata(place.document)
        if each is erratum or each.listed or each.told(wrong)
    ]
    rivals = {place.start: place}
    for match in list(value(wrong).finditer(document.text, *bounds))[:_RIVALS]:
        quote = corpus.quote(place.document, *sentence_at(document, match.start()), 0.0)
        own = quote.start < place.end and place.start < quote.end
        if not own and not standing_at(known, quote):
            rivals.setdefault(quote.start, quote)
    index = Index(map(corpus.record_of, rivals.values()))
    matched, *others = index.scores(f"{erratum.title} {erratum.text}")
    asked, *less = index.scores(question)
    return any(other > matched and its < asked for other, its in zip(others, less, strict=True))


def another_corrected(erratum: Erratum, place: Quote) -> str:
    """A value of the sentence, not its answer, that it says in form does not hold; or nothing."""
    others = (each for each in values(place.text, place.answer) if each != place.text)
    return next(filter(erratum.told, others), "")


def standing_at(errata: Sequence[Erratum], quote: Quote) -> list[Erratum]:
    """The corrections that a quote stands in."""
    return [each for each in errata if each.start < quote.end and quote.start < each.end]


def listed(errata: Sequence[Erratum], quote: Quote) -> bool:
    """Whether a quote stands in a list of errata."""
    return any(each.listed for each in standing_at(errata, quote))


def values(text: str, known: str) -> list[str]:
    """A text, and the numbers of it that are not known."""
    numbers = (match[0] for match in NUMBER.finditer(text))
    return [text, *(each for each in numbers if not set(terms(each)) <= set(terms(known)))]


def _share(wanted: frozenset[str], held: frozenset[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 0.0
