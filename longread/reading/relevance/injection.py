"""Indirect prompt injection: words of a document that address whoever answers.

They order to ignore what was said before, dictate an answer to whatever may be asked, or pretend
to be part of a prompt (Greshake et al., arXiv 2302.12173). No model is shown them, and no answer
stands on them, unless the question asks about them; injection.toml has the words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from longread.documents.sentences import sentences
from longread.documents.table import BORDER
from longread.retrieval import terms
from longread.retrieval.terms import folded

# Texts that are remembered: passages and sentences are asked for several times in a row.
_KNOWN = 512
_BEGIN = (
    r"(?:\A|[^\w\s'’-]\s*|\n\s*(?-i:(?=[A-ZÀ-Þ]))"
    r"|(?<!\w)(?:and|then|please|kindly|now|instead|just|always|simply"
    r"|you (?:must|should|shall|will|have to|need to|are to)"
    r"|und|bitte|jetzt|nun|et|veuillez|y|por favor|debes?)\s+)(?P<at>)"
)
_SLOTS = {
    "begin": [_BEGIN],
    "line": [r"\A", r"\n"],
    "few": [r"(?:[\w'’,-]+\s+){0,3}?"],
    "more": [r"(?:[\w'’,-]+\s+){0,6}?"],
    "part": [r"[^.\n\d]{0,40}"],
    "quote": [r"[\"'“‘„«]"],
}
# Words are the same whose first letters are: "ignore" and "ignored".
_STEM = 6


@dataclass(frozen=True, slots=True)
class Injection:
    """A sentence of a text, or a cell of a row, that addresses whoever answers. A question with all
    words of one of `about` asks about it."""

    start: int
    end: int
    about: tuple[frozenset[str], ...]

    def asked_about(self, question: str) -> bool:
        """Whether a question wants to know of it."""
        asked = _stems(question)
        return any(words <= asked for words in self.about)


def without_injections(text: str, question: str = "") -> str:
    """A text as a model may be shown it."""
    for each in reversed(passed_over(text, question)):
        text = text[: each.start] + text[each.end :].lstrip(" ")
    return text


def passed_over(text: str, question: str = "") -> list[Injection]:
    """The injections of a text, without those that its question asks about."""
    return [each for each in injections(text) if not each.asked_about(question)]


def nothing_else(text: str, span: tuple[int, int], left_out: Sequence[Injection]) -> bool:
    """Whether a span of a text has no word but those that are left out."""
    start, end = span
    inside = [each for each in left_out if each.start < end and start < each.end]
    words = (at for at in range(start, end) if text[at].isalnum()) if inside else ()
    return bool(inside) and all(any(e.start <= at < e.end for e in inside) for at in words)


@lru_cache(maxsize=_KNOWN)
def injections(text: str) -> tuple[Injection, ...]:
    """The sentences of a text that address whoever answers; of a row only the cell."""
    hits = sorted(_hits(text), key=lambda hit: hit[:2])
    found: list[Injection] = []
    for start, end in sentences(text) if hits else ():
        own = [hit for hit in hits if hit[0] < end and start < hit[1]]
        before = found[-1] if found and not text[found[-1].end : start].strip() else None
        if own:
            about = tuple(words for hit in own for words in hit[2])
            first, last = own[0][0], max(hit[1] for hit in own)
            found.append(Injection(*_cell(text, (start, end), first, last), about))
        elif before and any(each.pattern.match(text, start, end) for each in _forms("rest")):
            found.append(Injection(*_cell(text, (start, end), start, start), before.about))
    return tuple(found)


def _cell(text: str, span: tuple[int, int], first: int, last: int) -> tuple[int, int]:
    """The part of a span between the borders of a row, if it has any, around two offsets."""
    before = text.rfind(BORDER, span[0], max(span[0], first) + 1)
    after = text.find(BORDER, min(last, span[1]), span[1])
    return before + len(BORDER) if before >= 0 else span[0], after if after >= 0 else span[1]


def _hits(text: str) -> Iterator[tuple[int, int, list[frozenset[str]]]]:
    """Where a form holds, with the words that it is about."""
    low = text.lower()
    found = {cue for cue in _cues() if cue in low}
    for form in _forms("forms") if found else ():
        if not any(map(found.isdisjoint, form.cues)):
            for match in form.pattern.finditer(text):
                start = match.start("at") if "at" in form.pattern.groupindex else match.start()
                yield start, match.end(), [_stems(said) for said in match.groups() if said]


def _stems(text: str) -> frozenset[str]:
    return frozenset(folded(term)[:_STEM] for term in terms(text))


@dataclass(frozen=True, slots=True)
class _Form:
    """A pattern of an injection, and what a text must have for it: one of each of `cues`."""

    pattern: re.Pattern[str]
    cues: tuple[frozenset[str], ...]


@cache
def _forms(kind: str) -> list[_Form]:
    """The forms of all languages, or what goes on with one."""
    source = resources.files(__package__).joinpath("injection.toml").read_text("utf-8")
    return [_form(form, table) for table in tomllib.loads(source).values() for form in table[kind]]


@cache
def _cues() -> frozenset[str]:
    return frozenset(cue for form in _forms("forms") for cues in form.cues for cue in cues)


def _form(form: str, table: Mapping[str, Any]) -> _Form:
    words = {**table, **_SLOTS}
    named = re.findall(r"\{([a-z]+)\}", form)
    form = form.replace("<", "(").replace(">", ")")
    for name in named:
        found = words[name]
        form = form.replace(f"{{{name}}}", f"(?:{'|'.join(found)})")
    pattern = re.compile(form.replace(" ", r"\s+"), re.IGNORECASE)
    cues = table["cues"]
    return _Form(pattern, tuple(frozenset(cues[name]) for name in named if name in cues))
