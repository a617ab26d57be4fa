"""Numbers of paragraphs in Word ("7.2", "(a)"): the file says how to count, not what is shown.

Contract: as Word counts, lists of one definition go on counting unless told to begin anew; a
number restarts below each number of a level above it. All bullets are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from longread.documents.list_numbers import written
from longread.documents.xml_tree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BULLET = "•"
# More than any list has; a hostile file may say that it begins with a billion.
_MOST = 9999


class _Level(NamedTuple):
    """A level of a list: how its number is written, such as "%1.%2", and begins."""

    start: int
    way: str
    text: str
    style: str
    legal: bool


class _List(NamedTuple):
    """A list that paragraphs name: the definition that it counts with, and where it begins anew."""

    definition: str
    starts: dict[int, int]


class _Style(NamedTuple):
    """What a style of paragraphs says of numbers: list and level; and the style it is based on."""

    list: str
    level: str
    above: str


class Numbers:
    """The numbers of a file's paragraphs, counted in order."""

    def __init__(self, numbering: Element, styles: Element | None) -> None:
        self._definitions: dict[str, dict[int, _Level]] = {}
        linked: dict[str, str] = {}
        for each in numbering.iterchildren(f"{W}abstractNum"):
            name = each.get(f"{W}abstractNumId", "")
            self._definitions[name] = dict(map(_level, each.iterchildren(f"{W}lvl")))
            linked[name] = _value(each, "numStyleLink")
        self._lists = {
            each.get(f"{W}numId", ""): _List(_value(each, "abstractNumId"), dict(_starts(each)))
            for each in numbering.iterchildren(f"{W}num")
        }
        self._styles = {
            each.get(f"{W}styleId", ""): _style(each)
            for each in (styles.iterchildren(f"{W}style") if styles is not None else ())
        }
        # A definition that is that of a style of lists.
        for name, style in linked.items():
            found = self._lists.get(self._styles[style].list) if style in self._styles else None
            if found is not None:
                self._definitions[name] = self._definitions.get(found.definition, {})
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()

    def next(self, paragraph: Element) -> str:
        """The number of the next paragraph, "" where it has none."""
        name, at = self._place(paragraph)
        if name not in self._lists:
            return ""
        definition, starts = self._lists[name]
        levels = self._definitions.get(definition, {})
        if at not in levels:
            return ""
        counts = self._counts.setdefault(definition, {})
        if name not in self._begun:
            self._begun.add(name)
            counts.update((level, start - 1) for level, start in starts.items())
        counts[at] = counts.get(at, levels[at].start - 1) + 1
        for below in [level for level in counts if level > at]:
            del counts[below]
        if levels[at].way == "bullet":
            return BULLET

        def number(found: re.Match[str]) -> str:
            level = int(found[1]) - 1
            if level not in levels:
                return ""
            count = counts.get(level, levels[level].start - 1)
            return written(count, "decimal" if levels[at].legal else levels[level].way)

        return re.sub(r"%([1-9])", number, levels[at].text).strip()

    def _place(self, paragraph: Element) -> tuple[str, int]:
        """The list that a paragraph belongs to, by itself or by its style, and the level there."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return "", 0
        own = properties.find(f"{W}numPr")
        name, level = (_value(own, "numId"), _value(own, "ilvl")) if own is not None else ("", "")
        style = _value(properties, "pStyle")
        for each in self._chain(style):
            name, level = name or each.list, level or each.level
        if not level and name in self._lists:
            levels = self._definitions.get(self._lists[name].definition, {})
            level = next((str(at) for at, each in levels.items() if each.style == style), "")
        return name, _number(level, 0)

    def _chain(self, style: str) -> Iterator[_Style]:
        """A style and those that it is based on, up to the first with a list."""
        seen: set[str] = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = "" if self._styles[style].list else self._styles[style].above


def _value(element: Element, name: str) -> str:
    found = element.find(f"{W}{name}")
    return "" if found is None else found.get(f"{W}val", "")


def _number(text: str, otherwise: int) -> int:
    return min(int(text), _MOST) if text.isascii() and text.isdigit() else otherwise


def _level(element: Element) -> tuple[int, _Level]:
    legal = element.find(f"{W}isLgl") is not None
    start, style = _number(_value(element, "start"), 1), _value(element, "pStyle")
    level = _Level(start, _value(element, "numFmt"), _value(element, "lvlText"), style, legal)
    return _number(element.get(f"{W}ilvl", ""), 0), level


def _starts(element: Element) -> Iterator[tuple[int, int]]:
    for each in element.iterchildren(f"{W}lvlOverride"):
        start = _value(each, "startOverride")
        if start:
            yield _number(each.get(f"{W}ilvl", ""), 0), _number(start, 1)


def _style(element: Element) -> _Style:
    found = element.find(f"{W}pPr/{W}numPr")
    name, level = (_value(found, "numId"), _value(found, "ilvl")) if found is not None else ("", "")
    return _Style(name, level, _value(element, "basedOn"))
