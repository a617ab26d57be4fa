"""Formatting of places, numbers and times; foreign text is made safe to show.

Text from documents, models and file names may hold anything: terminal escapes, bidi
overrides, lone surrogates. `clean` and `clean_block` take out whatever a terminal could
act on; every view passes such text through one of them.
"""

from __future__ import annotations

import os
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

from longread.reading.step import Retrieval, RunInfo, Tokens

# Zero-width joiner and non-joiner: Persian and the Indic scripts are misspelt without them.
_JOINERS = "\u200c\u200d"
_REPLACED = frozenset(("Cs", "Co", "Cn"))


class Place(Protocol):
    """What a quote, a chunk and a document's location have in common."""

    @property
    def page(self) -> int | None: ...
    @property
    def label(self) -> str | None: ...
    @property
    def section(self) -> str | None: ...


def clean_block(text: str) -> str:
    """`text` with its line breaks, tabs as spaces, and no character a terminal would act on."""
    lines = text.expandtabs(4).splitlines()
    return "\n".join("".join(map(_safe, line)).rstrip() for line in lines)


def clean(text: str) -> str:
    """`text` as one safe line: every run of white space becomes one space."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(clean_block(text).split())


def _safe(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category in _REPLACED:
        return "\N{REPLACEMENT CHARACTER}"
    return " " if category == "Zs" else ""


def shorten(text: str, length: int) -> str:
    """`text` cut to `length` characters, the last of them `…` where something is missing."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def spent(tokens: Tokens) -> str:
    """What something cost: `1,204 prefilled, 0 reused, 12 generated`."""
    return (
        f"{count(tokens.prefilled)} prefilled, {count(tokens.reused)} reused, "
        f"{count(tokens.generated)} generated"
    )


def count(number: int) -> str:
    """1204 → `1,204`."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """1, page → `1 page`; 1204, page → `1,204 pages`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def megabytes(size: int) -> str:
    """98_000_000 → `98 MB`; `2.5 GB` from a billion bytes on."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of as many cells as lines of text, the cells one below the other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def filled(text: str, width: int, indent: str = "") -> list[str]:
    """`text` as lines of at most `width` cells, cut between words; all but the first indented.

    `width` 0, where nothing is known of a terminal: one line.
    """
    if not width or len(text) <= width:
        return [text]
    return textwrap.wrap(
        text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def percent(share: float) -> str:
    """0.27 → `27 %`. Never says 100 % (or 0 %) of what is not all (or none)."""
    whole = round(share * 100)
    if whole == 100 and share < 1:
        whole = 99
    if whole == 0 and share > 0:
        return "<1 %"
    return f"{whole} %"


def duration(seconds: float) -> str:
    """0.94 → `0.9 s`, 38.2 → `38 s`, 125 → `2 min 05 s`, 3725 → `1 h 02 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def pages(first: int | None, last: int | None = None, label: str | None = None) -> str:
    """`p. 12`, `p. 31–33`, `p. 12 (xii)` where the printed label differs; empty without a page."""
    if first is None:
        return f"p. {clean(label)}" if label else ""
    if last is not None and last != first:
        return f"p. {first}–{last}"
    printed = clean(label) if label else ""
    return f"p. {first} ({printed})" if printed and printed != str(first) else f"p. {first}"


def place(spot: Place) -> str:
    """Where a quote or chunk stands: `p. 3`, `slide 3`, `§ Chapter 2`, `§ Sales, B7`, `line 120`;
    may be empty."""
    on_pages = pages(spot.page, getattr(spot, "last_page", None), spot.label)
    own = getattr(spot, "place", None)
    if on_pages:
        return clean(own) if own else on_pages
    line = getattr(spot, "line", None)
    parts = [f"§ {shorten(clean(spot.section), 60)}"] if spot.section else []
    if own:
        parts.append(shorten(clean(own), 60))
    elif line is not None:
        parts.append(f"line {count(line)}")
    return ", ".join(parts)


def merged_pages(spans: Iterable[tuple[int | None, int | None]]) -> str:
    """Page spans in order, joined where they touch: `p. 12–13, 88, 90`; empty without pages."""
    numbered = sorted((first, last or first) for first, last in spans if first is not None)
    runs: list[list[int]] = []
    for first, last in numbered:
        if runs and first <= runs[-1][1] + 1:
            runs[-1][1] = max(runs[-1][1], last)
        else:
            runs.append([first, last])
    written = [str(first) if first == last else f"{first}–{last}" for first, last in runs]
    return f"p. {', '.join(written)}" if written else ""


def document_names(info: RunInfo) -> list[str]:
    """A short name for each document of a run."""
    return short_names([document.path for document in info.documents])


def short_names(paths: Sequence[str]) -> list[str]:
    """For each file its name, or its path where two share that name: "attachment log.pdf of
    mail.eml" where it came in another of them."""
    names = [os.path.basename(path.rstrip(os.sep)) or path for path in paths]  # noqa: PTH119
    name_of = dict(zip(paths, names, strict=True))
    for number, path in enumerate(paths):
        if outer := name_of.get(os.path.dirname(path)):  # noqa: PTH120
            names[number] = f"attachment {names[number]} of {outer}"
    seen = Counter(names)
    return [
        clean(name if seen[name] == 1 else path) for name, path in zip(names, paths, strict=True)
    ]


def title_of(names: Sequence[str]) -> str:
    """The run's documents in a few words: one name, two names, or `a.pdf and 11 more`."""
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} more"


def retrieved_places(retrieval: Retrieval, names: Sequence[str]) -> str:
    """Where the passages of a retrieval stand: `p. 12–13, 88`, or `a.pdf p. 12; b.pdf p. 3`."""
    spans: dict[int, list[tuple[int | None, int | None]]] = {}
    for found in retrieval.passages:
        spans.setdefault(found.document, []).append((found.page, found.last_page))
    several = len(names) > 1
    places = [
        f"{names[document] if several else ''} {merged_pages(found)}".strip()
        for document, found in sorted(spans.items())
    ]
    return "; ".join(place for place in places if place)
