"""Minimum Bayes risk decoding: which of several candidate answers has the least expected loss.

Each candidate may be the right answer, with the probability that its weight says; the one whose
expected F1 with the right one is highest is given (Kumar and Byrne, HLT-NAACL 2004). So an answer
in several wordings ("the Treaty", "the Treaty of Utrecht", "Treaty of Utrecht in 1713") does not
lose to another that is likelier than each wording alone.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from longread.documents.sentences import sentences
from longread.engine import Generation
from longread.reading.judges.questions import offers_a_choice
from longread.reading.relevance.answer_type import lacks_quantity
from longread.retrieval import terms
from longread.retrieval.queries import has_phrase, identifiers, key_terms, phrases
from longread.retrieval.terms import folded

# Answers that need not stand in the passage.
_VERDICTS = ("yes", "no")
# A sentence is asked if its candidates together are at least this share as likely as those of the
# likeliest sentence. Figures:
# benchmarks/LOG.md#2026-11-22-cheaper-candidates-a-closer-look-features-to-choose-answers-by
_RIVAL = 0.2
# Sentences are alike if the shorter one has this share of its words in common with the other.
_ALIKE = 0.5


def overlap(said: Sequence[str], wanted: Sequence[str]) -> float:
    """F1 of two bags of words: the harmonic mean of the shares that they have in common."""
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2 * shared / (len(said) + len(wanted)) if shared else 0.0


def copied(candidates: Sequence[Generation], sources: Sequence[str]) -> list[Generation]:
    """The candidates that stand in one of `sources` word for word, or say yes or no.

    All of them where none does. A model that has to copy invents less.
    """
    kept = [
        each
        for each in candidates
        if _plain(each.text) in _VERDICTS
        or any(_place(each.text, source) is not None for source in sources)
    ]
    return kept or list(candidates)


def telling(candidates: Sequence[Generation], question: str) -> list[Generation]:
    """The candidates that say something the question does not; all of them where none does."""
    return [each for each in candidates if not adds_nothing(each.text, question)] or [*candidates]


def adds_nothing(text: str, question: str) -> bool:
    """Whether a reply only says its question again: it has no word that the question lacks.

    "tesla" is no answer to "What was named “The Tesla”?". A question that offers a choice ("Who is
    older, Pike or Roach?") has its answer in it.
    """
    asked = {folded(term) for term in terms(question)}
    return not offers_a_choice(question) and asked.issuperset(map(folded, terms(text)))


def is_none(text: str, question: str) -> bool:
    """Whether a reply cannot be the answer: it only says its question again, or names no quantity
    where one is asked for."""
    return lacks_quantity(text, question) or adds_nothing(text, question)


def fitting(candidates: Sequence[Generation], question: str) -> list[Generation]:
    """The candidates with a number of their own where the question asks how much; all of them where
    none has one. "two empty cottages" is not what it costs to mend the two cottages."""
    return [each for each in candidates if not lacks_quantity(each.text, question)] or [*candidates]


def outdone(texts: Sequence[str], question: str) -> list[bool]:
    """Of each text whether a like one outdoes it: that shares with the question all that it does,
    and an identifier as well.

    Of "Lock 4 was built in 1911." and "Lock 5 was built in 1913." a question about lock 5 leaves
    the second. Texts are alike that have half of their words in common, or the words of what the
    question names: asked for the chief executive officer, "Executive Vice President and Chief
    Financial Officer" has them apart and loses to one that has them in a row.
    """
    asked, told, named = key_terms(question), identifiers(question), phrases(question)
    own = [key_terms(text) if told or named else told for text in texts]
    shared, apart = [one & asked for one in own], [False] * len(texts)
    for phrase in named:
        _mark_apart(apart, texts, shared, phrase)
    return [
        loses or any(_outdoes(other, one, asked, told) for other in own)
        for one, loses in zip(own, apart, strict=True)
    ]


def _mark_apart(
    apart: list[bool],
    texts: Sequence[str],
    shared: Sequence[frozenset[str]],
    phrase: tuple[str, ...],
) -> None:
    """Mark those texts that have the words of a phrase apart, where another has it in a row, and
    all else that they have `shared` with the question."""
    whole = [has_phrase(text, phrase) for text in texts]
    holding = [shared[place] for place, has in enumerate(whole) if has]
    for place, text in enumerate(texts if holding else ()):
        scattered = not whole[place] and set(phrase) <= set(map(folded, terms(text)))
        apart[place] |= scattered and any(shared[place] <= other for other in holding)


def without_like(text: str, question: str) -> str:
    """`text` without the paragraphs, and then the sentences, that a like one outdoes."""
    for spans in (_lines, sentences):
        found = spans(text)
        gone = outdone([text[start:end] for start, end in found], question)
        for (start, end), without in reversed(list(zip(found, gone, strict=True))):
            text = text[:start] + text[end:].lstrip() if without else text
    return text


def _lines(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r"[^\n]+", text)]


def _outdoes(
    one: frozenset[str], other: frozenset[str], asked: frozenset[str], told: frozenset[str]
) -> bool:
    shared = other & asked
    if not shared or not shared < one or not (one & told) - other:
        return False
    words, like = (
        {term for term in own if not any(map(str.isdigit, term))} for own in (one, other)
    )
    return len(words & like) >= _ALIKE * min(len(words), len(like))


def likelihoods(candidates: Sequence[Generation]) -> list[float]:
    """How likely each is, the likeliest being 1."""
    highest = max(each.log_probability for each in candidates)
    return [math.exp(each.log_probability - highest) for each in candidates]


def least_risk(
    candidates: Sequence[Generation], weights: Sequence[float]
) -> tuple[Generation, float]:
    """The candidate whose expected overlap with the right answer is largest, and that overlap.

    `weights` say how likely each is to be right; of equals the first is given. The overlap is 1
    where all that is likely at all says the same, and 0 where nothing is likely.
    """
    words = [terms(each.text) for each in candidates]

    def gain(place: int) -> float:
        return sum(
            weight * overlap(words[place], other)
            for weight, other in zip(weights, words, strict=True)
        )

    best = max(range(len(candidates)), key=gain)
    return candidates[best], gain(best) / (sum(weights) or 1.0)


def best_length(probabilities: Sequence[float]) -> int:
    """How many of the likeliest answers make the list with the highest expected F1, one at least.

    `probabilities`, in falling order, are those of each belonging there. F1 is taken as that of
    the expected counts (Lipton et al., arXiv 1402.1892): an answer less likely than not belongs
    there too, where it is more likely than half of what the list is worth.
    """
    wanted = sum(probabilities)

    def worth(length: int) -> float:
        return 2 * sum(probabilities[:length]) / (length + wanted)

    return max(range(1, len(probabilities) + 1), key=worth)


def sentences_of(candidates: Sequence[Generation], text: str) -> list[str]:
    """The sentence of `text` that each candidate stands in first; "" for one that it lacks."""
    spans = sentences(text)
    places = [_place(each.text, text) for each in candidates]
    return [
        ""
        if place is None
        else next((text[start:end] for start, end in spans if start <= place < end), "")
        for place in places
    ]


def rivals(sentences: Sequence[str], weights: Sequence[float]) -> list[str]:
    """Pruning: the sentences that are likely enough to hold the answer to be asked about.

    `sentences` are the candidates' own, one for each, and `weights` the candidates'. One that is
    far less likely than the likeliest could not win, whatever the model says of it.
    """
    shares = dict.fromkeys(sentences, 0.0)
    for sentence, weight in zip(sentences, weights, strict=True):
        shares[sentence] += weight
    least = _RIVAL * max(shares.values())
    return [sentence for sentence, share in shares.items() if share >= least]


def _place(words: str, text: str) -> int | None:
    """Where the words stand in the text, however they are spaced and capitalised."""
    spaced = r"\s+".join(map(re.escape, words.split()))
    found = re.search(rf"(?<!\w){spaced}(?!\w)", text, re.IGNORECASE) if spaced else None
    return found.start() if found else None


def _plain(text: str) -> str:
    return text.strip().rstrip(".").casefold()
