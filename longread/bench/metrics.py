"""Metrics: F1, exact match and containment of answers, recall of the evidence.

Every metric is a function of one result that gives a number, or None where it has nothing
to say (F1 of a question that the documents do not answer), so that averages and paired
differences are taken over the same questions by the same code.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from unicodedata import category, normalize

from longread.bench.records import Cited, Evidence, Result
from longread.reading.judges.candidates import overlap

_ARTICLES = frozenset(("a", "an", "the"))
_DASHES = re.compile(r"[-‐‑‒–—―−/⁄]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_STRAY_POINT = re.compile(r"(?<!\d)\.|\.(?!\d)")
_DECIMAL = re.compile(r"\d+\.\d+")
# Scripts written without spaces: Han, Kana, Hangul, Thai, Lao, Burmese, Khmer. Their characters
# are the tokens, as in MLQA's evaluation of Chinese.
_UNSPACED = re.compile("([぀-ヿ㐀-䶿一-鿿豈-﫿가-힯\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])")
# A cited or ranked place counts as the evidence when they share this much of the shorter one.
_SHARED = 0.5


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[str, ...]:
    """The words that answers are compared by: SQuAD's normalisation (Rajpurkar et al. 2016).

    Lower case, no punctuation, no English articles. It differs in three places where SQuAD's
    goes wrong: hyphens and slashes part words ("1963–1967" holds 1963), numbers keep their
    point and lose what does not count ("$1,577.00" is 1577, "8.7" is not 87), and scripts
    without spaces are compared by characters. An article that is the whole answer stays.
    """
    plain = " ".join(normalize("NFKC", text).casefold().split())
    plain = _THOUSANDS.sub("", _DASHES.sub(" ", plain))
    plain = _STRAY_POINT.sub("", _DECIMAL_COMMA.sub(".", plain))
    # Punctuation, symbols, controls: what SQuAD leaves out, whatever the script.
    kept = "".join(each for each in plain if each in ". " or category(each)[0] not in "PSC")
    words = tuple(_number(word) for word in _UNSPACED.sub(r" \1 ", kept).split())
    return tuple(word for word in words if word not in _ARTICLES) or words


def _number(word: str) -> str:
    return word.rstrip("0").rstrip(".") if _DECIMAL.fullmatch(word) else word


def exact(answer: str, gold: str) -> float:
    """1 where the two have the same words in the same order. An empty gold never matches."""
    return float(bool(tokens(gold)) and tokens(answer) == tokens(gold))


def token_f1(answer: str, gold: str) -> float:
    """Harmonic mean of the shares of words that the two have in common."""
    return overlap(tokens(answer), tokens(gold))


def contains(answer: str, gold: str) -> float:
    """1 where the gold stands in the answer as a run of whole words; never the other way."""
    said, wanted = tokens(answer), tokens(gold)
    width = len(wanted)
    if not wanted:
        return 0.0
    return float(any(said[at : at + width] == wanted for at in range(len(said) - width + 1)))


def _answer_score(result: Result, score: Callable[[str, str], float]) -> float | None:
    """The best score over the golds; 0 for a refusal or a failure, None without golds."""
    if not result.answers:
        return None
    if result.answer is None or result.error:
        return 0.0
    if result.require == "all":
        return _all_named(result.answer, result.answers, score)
    return max(score(result.answer, gold) for gold in result.answers)


def _all_named(answer: str, golds: Sequence[str], score: Callable[[str, str], float]) -> float:
    """Where all golds are wanted: the share that is named, or F1 against all their words."""
    if score is contains:
        return sum(contains(answer, gold) for gold in golds) / len(golds)
    every = [word for gold in golds for word in tokens(gold)]
    f1 = overlap(tokens(answer), every)
    return float(f1 == 1.0) if score is exact else f1


def is_at(place: Cited, evidence: Evidence) -> bool:
    """Whether a place is the evidence: on its page, or sharing most of the shorter text."""
    if not same_document(place.document, evidence.document):
        return False
    if evidence.page is not None and place.page == evidence.page:
        return True
    return evidence.text is not None and _overlap(_squeezed(place.text), _squeezed(evidence.text))


def same_document(first: str, second: str) -> bool:
    """Whether two paths of one result file name the same document."""
    return first == second or os.path.normpath(first) == os.path.normpath(second)


@lru_cache(maxsize=8192)
def _squeezed(text: str) -> str:
    return "".join(text.split())


def _overlap(first: str, second: str) -> bool:
    shorter, longer = sorted((first, second), key=len)
    if not shorter or shorter in longer:
        return bool(shorter)
    least = max(1, round(_SHARED * len(shorter)))
    return any(
        longer.endswith(shorter[:length]) or longer.startswith(shorter[-length:])
        for length in range(least, len(shorter))
    )


def ranked_first(result: Result, k: int) -> list[Cited]:
    """The first `k` of the places ranked: pages, where the evidence is known by its page."""
    if not any(evidence.page is not None for evidence in result.evidence):
        return list(result.ranked[:k])
    kept: list[Cited] = []
    pages: set[tuple[str, int | None]] = set()
    for place in result.ranked:
        pages.add((place.document, place.page))
        if len(pages) > k:
            break
        kept.append(place)
    return kept


def recall(k: int, *, every: bool = False, fewest: int = 1) -> Callable[[Result], float | None]:
    """Whether evidence is among the first `k` places ranked; with `every`, all of it.

    None for runs with fewer than `fewest` pieces to find, or without a document to find them in.
    """

    def value(result: Result) -> float | None:
        if len(result.evidence) < fewest or not result.chunks or result.error:
            return None
        first = ranked_first(result, k)
        found = [any(is_at(place, evidence) for place in first) for evidence in result.evidence]
        return float(all(found) if every else any(found))

    return value


def _right_citations(result: Result) -> list[bool] | None:
    """For each citation of an answer whether it is right; None where that cannot be said."""
    if result.status != "answered" or not result.evidence or not result.chunks:
        return None
    return [any(is_at(place, one) for one in result.evidence) for place in result.citations]


def _cited_right(result: Result) -> float | None:
    right = _right_citations(result)
    return None if right is None else float(any(right))


def _citation_precision(result: Result) -> float | None:
    right = _right_citations(result)
    return sum(right) / len(right) if right else None


def _refused(result: Result, *, answerable: bool) -> float | None:
    if result.error or bool(result.answers) is not answerable:
        return None
    return float(result.status == "not_found")


def _left_early(result: Result) -> float | None:
    """Whether the exit gate ended the run before all evidence was read."""
    if not result.evidence or not has_exit(result):
        return None
    return float(result.exit_reason == "exit_gate" and result.evidence_step is None)


def has_exit(result: Result) -> bool:
    """Whether the run read until something ended it."""
    return bool(result.chunks) and not result.selected and not result.error


def _steps_after_evidence(result: Result) -> float | None:
    if result.evidence_step is None or not has_exit(result):
        return None
    return float(result.exit_step - result.evidence_step)


def _cost(field: str) -> Callable[[Result], float | None]:
    return lambda result: None if result.error else float(getattr(result, field))


def _coverage(result: Result) -> float | None:
    return result.chunks_read / result.chunks if result.chunks and not result.error else None


@dataclass(frozen=True, slots=True)
class Metric:
    """A number of one result, and which is better.

    A `score` lies between 0 and 1 and may come out otherwise next time; a `share` lies
    there as well, but is counted, as a `number` is.
    """

    name: str
    title: str
    value: Callable[[Result], float | None]
    better: Literal["higher", "lower", ""] = "higher"
    kind: Literal["score", "share", "number"] = "score"


F1 = Metric("f1", "F1", lambda result: _answer_score(result, token_f1))
EXACT = Metric("exact", "exact match", lambda result: _answer_score(result, exact))
CONTAINED = Metric("contained", "gold in answer", lambda result: _answer_score(result, contains))
RECALL_AT_5 = Metric("recall@5", "evidence in top 5", recall(5))
CITED_RIGHT = Metric("cited_right", "cited right", _cited_right)
CORRECT_REFUSALS = Metric(
    "correct_refusals", "correct refusals", lambda result: _refused(result, answerable=False)
)
FALSE_REFUSALS = Metric(
    "false_refusals", "false refusals", lambda result: _refused(result, answerable=True), "lower"
)
SECONDS = Metric("seconds", "seconds", _cost("seconds"), "lower", kind="number")

ANSWER_METRICS = (F1, EXACT, CONTAINED, CORRECT_REFUSALS, FALSE_REFUSALS)
EVIDENCE_METRICS = (
    Metric("recall@1", "evidence in top 1", recall(1)),
    RECALL_AT_5,
    Metric("recall@10", "evidence in top 10", recall(10)),
    Metric("all@10", "all evidence in top 10", recall(10, every=True, fewest=2)),
    CITED_RIGHT,
    Metric("citation_precision", "citation precision", _citation_precision),
)
READING_METRICS = (
    Metric("coverage", "share read", _coverage, "lower", "share"),
    Metric("left_early", "left before evidence", _left_early, "lower"),
    Metric("steps_after", "steps after evidence", _steps_after_evidence, "lower", kind="number"),
)
COST_METRICS = (
    SECONDS,
    Metric("calls", "model calls", _cost("calls"), "lower", kind="number"),
    Metric("prefilled", "tokens prefilled", _cost("prefilled"), "lower", kind="number"),
    Metric("reused", "tokens reused", _cost("reused"), "", kind="number"),
    Metric("generated", "tokens generated", _cost("generated"), "lower", kind="number"),
)
METRICS = (*ANSWER_METRICS, *EVIDENCE_METRICS, *READING_METRICS, *COST_METRICS)
