"""The words of corrections, as patterns: values, references, and the forms of errata.toml."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources

from longread.retrieval.queries import key_terms

# A value has at most so many characters, and in a form so many words before and after it.
VALUE, ABOUT = 80, 4
NUMBER = re.compile(r"[£$€]?\d+(?:[,. \u00a0\u202f]\d{3})*(?:[.,]\d+)?(?!\d)")
QUOTES = "\"'“”„‚‘’«»‹›"


def asks_for_first(question: str) -> bool:
    """Whether a question wants what was said before it was corrected."""
    low = question.lower()
    return any(each in low for each in phrases()["first"])


def words_of(text: str) -> frozenset[str]:
    """The key terms of a text that are words, one by one."""
    found = key_terms(text)
    return frozenset(term for term in found if " " not in term and not term[0].isdigit())


@lru_cache(maxsize=256)
def value(text: str) -> re.Pattern[str]:
    """A value as it may stand in a text: no part of a longer number or word."""
    spaced = r"\s+".join(map(re.escape, text.split()))
    return re.compile(rf"(?<![\w£$€])(?<!\d[.,]){spaced}(?!\w|[.,]\d)", re.IGNORECASE)


def references(kind: str, text: str) -> frozenset[str]:
    """The numbers that a text refers to, ranges of pages with those between."""
    found: set[str] = set()
    for match in reference(kind).finditer(text):
        numbers = re.findall(r"\d+\w?", match["numbers"])
        found.update(numbers)
        if re.search(r"\d\s*[-–]\s*\d", match["numbers"]):
            found.update(map(str, range(int(numbers[0]), min(int(numbers[-1]), 9999) + 1)))
    return frozenset(found)


def unreferring(text: str) -> str:
    """A text without its references."""
    return reference("parts").sub(" ", reference("pages").sub(" ", text))


@cache
def phrases() -> dict[str, list[str]]:
    """The words of errata.toml, by what they are for."""
    source = resources.files(__package__).joinpath("errata.toml").read_text("utf-8")
    return tomllib.loads(source)


@cache
def reference(kind: str) -> re.Pattern[str]:
    """A reference: "Pages 3 and 9", "S. 12-14", "§ 7"."""
    words = "|".join(map(re.escape, phrases()[kind]))
    joined = rf"\s*(?:[,–-]|\b(?:{'|'.join(phrases()['and'])})\b)\s*"
    number = r"\d+[a-z]?\b"
    return re.compile(
        rf"(?<!\w)(?:{words})\s*(?P<numbers>{number}(?:{joined}{number})*)", re.IGNORECASE
    )


@cache
def common_terms() -> frozenset[str]:
    """The key terms that all corrections have."""
    data = phrases()
    said = [*data["forms"], *data["not"], *data["empty"], *data["cues"], *data["headings"]]
    return words_of(re.sub(r"[^\w\s]", " ", " ".join(said)))


@lru_cache(maxsize=256)
def form_pattern(form: str, wrong: str) -> re.Pattern[str]:
    """A form of errata.toml that names a certain value as wrong."""
    gap = rf"[\s,.:;{QUOTES}]+"
    ends = rf"(?=[{QUOTES}]|[.;)]*$|[.;)]\s|,\s|\s\()"
    sides = {
        "{wrong}": around(wrong),
        "{right}": rf"(?P<right>[^\n]{{1,{VALUE}}}?)" + (ends if form.endswith("{right}") else ""),
        "{figure}": rf"(?P<right>{NUMBER.pattern}(?: ?%|(?:\s[^\W\d]+){{0,{ABOUT}}}?))",
    }
    pattern = re.sub(r" (?![^{}]*})", lambda _blank: gap, form)
    for side, found in sides.items():
        pattern = pattern.replace(side, found)
    return re.compile(rf"(?<!\w){pattern}", re.IGNORECASE)


def around(wrong: str) -> str:
    """The value with a few words before and after it in the same clause."""
    words = rf"[{QUOTES}]*(?:[^\W\d]+\s+[{QUOTES}]*){{0,{ABOUT}}}?"
    after = rf"(?:\s+[^\W\d]+){{0,{ABOUT}}}?[{QUOTES}]*"
    return words + value(wrong).pattern + after
