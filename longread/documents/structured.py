"""JSON and XML: one line a record, its fields beside their names; lists of records are tables.

Contract: the place of a line is its path in JSON (`orders[3].address`), its line in XML. Values
are those of the file, strings on one line. What is no whole JSON or XML is read line by line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from longread.documents.encodings import decode
from longread.documents.lines import read_lines
from longread.documents.model import Section
from longread.documents.rows_of_text import RowsOfText
from longread.documents.text import Read
from longread.documents.xml_tree import BadXml, Element, clean, tag, text_of, xml

# A value longer than this has a line to itself.
_LONG = 200
# Objects of a list are rows of one table where they have at most so many fields in all.
_WIDEST = 60
_NAME = re.compile(r"[A-Za-z_][\w-]*")


def read_json(data: bytes, name: str, encoding: str | None = None) -> Read:
    """The values of a JSON file, each with the names of its fields."""
    decoded, warnings = decode(data, name, encoding=encoding)
    try:
        # Figures stay as they are written: 19.90 is a price, 1.10 a version.
        value = json.loads(decoded, parse_float=str, parse_int=str)
        text = RowsOfText()
        _Json(text).value(value, "", "")
    except (ValueError, RecursionError):
        return _as_lines(data, name, encoding, "JSON")
    return text.read("", warnings)


def _as_lines(data: bytes, name: str, encoding: str | None, kind: str) -> Read:
    read = read_lines(data, name, encoding)
    warning = f"it is no whole {kind}, and was read line by line"
    return replace(read, warnings=(*read.warnings, warning))


class _Json:
    def __init__(self, text: RowsOfText) -> None:
        self._text = text

    def value(self, value: Any, path: str, key: str) -> None:
        """Append a value; `key` is the name it goes by."""
        if isinstance(value, dict):
            self._object(value, path, key)
        elif isinstance(value, list) and not _flat(value):
            self._list(value, path, key)
        elif words := _shown(value):
            self._text.line(f"{key}: {words}" if key else words, path or "$")

    def _object(self, value: dict[str, Any], path: str, key: str) -> None:
        fields = {name: each for name, each in value.items() if _flat(each)}
        short = {
            name: words for name, each in fields.items() if len(words := _shown(each)) <= _LONG
        }
        if path:
            words = "; ".join(f"{name}: {each}" for name, each in short.items() if each)
            if words:
                self._text.line(f"{key}: {words}" if key else words, path)
        for name, each in value.items():
            if not (path and name in short):
                self.value(each, _joined(path, name), name)
        if path:
            self._text.gap()

    def _list(self, value: list[Any], path: str, key: str) -> None:
        heads = list(
            dict.fromkeys(name for each in value if isinstance(each, dict) for name in each)
        )
        records = all(isinstance(each, dict) and all(map(_flat, each.values())) for each in value)
        if records and len(value) > 1 and 1 < len(heads) <= _WIDEST:
            rows = [
                ([_shown(each.get(head)) for head in heads], f"{path}[{index}]")
                for index, each in enumerate(value)
            ]
            self._text.table(heads, rows, key)
            return
        for index, each in enumerate(value):
            self.value(each, f"{path}[{index}]", key)


def _flat(value: Any) -> bool:
    """Is this a value, or a list of values?"""
    if isinstance(value, list):
        return not any(isinstance(each, dict | list) for each in value)
    return not isinstance(value, dict)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return "" if value is None else json.dumps(value)


def _joined(path: str, name: str) -> str:
    step = name if _NAME.fullmatch(name) else f"[{json.dumps(name, ensure_ascii=False)}]"
    return f"{path}.{step}" if path and step is name else f"{path}{step}"


def read_xml(data: bytes, name: str, encoding: str | None = None) -> Read:
    """The elements of an XML file: records as lines, prose as paragraphs."""
    try:
        root = xml(data, encoding)
    except BadXml:
        return _as_lines(data, name, encoding, "XML")
    text = RowsOfText()
    _Xml(text).element(root, 0)
    title = text.sections[0].title if text.sections else ""
    return text.read(title, ())


class _Xml:
    def __init__(self, text: RowsOfText) -> None:
        self._text = text
        # The element that is being read.
        self._at: Element | None = None

    def element(self, element: Element, level: int) -> None:
        """Append an element: a field, a record, a paragraph, or what is in it."""
        if not len(element) or _is_mixed(element):
            words = clean(text_of(element))
            if tag(element) in ("title", "head", "heading") and words:
                self._text.sections.append(Section(words, self._text.length, max(1, level)))
            self._line(_fields(element, words))
        elif _is_record(element):
            self._line(f"{tag(element)}: {_fields(element, '', children=True)}", element)
        else:
            if element.attrib:
                self._line(_fields(element, ""), element)
            self._children(element, level)
            self._text.gap()

    def _line(self, words: str, element: Element | None = None) -> None:
        if words:
            self._text.line(words, self._place(element))

    def _children(self, element: Element, level: int) -> None:
        parts = [part for part in element if isinstance(part.tag, str)]
        names = {tag(part) for part in parts}
        if len(parts) > 1 and len(names) == 1 and all(map(_is_record, parts)):
            records = [dict(_pairs(part)) for part in parts]
            heads = list(dict.fromkeys(name for record in records for name in record))
            if 1 < len(heads) <= _WIDEST:
                rows = [
                    ([record.get(head, "") for head in heads], self._place(part))
                    for record, part in zip(records, parts, strict=True)
                ]
                self._text.table(heads, rows, tag(element))
                return
        for part in parts:
            self._at = part
            self.element(part, level + 1)

    def _place(self, element: Element | None) -> str:
        at = element if element is not None else self._at
        return f"line {at.sourceline}" if at is not None and at.sourceline else "line 1"


def _is_mixed(element: Element) -> bool:
    """Does text stand between the elements in it?"""
    return bool((element.text or "").strip()) or any((part.tail or "").strip() for part in element)


def _is_record(element: Element) -> bool:
    """Does it hold fields alone, each once, or attributes?"""
    names = [tag(part) for part in element]
    leaves = not any(len(part) for part in element) and len(set(names)) == len(names)
    return leaves and not _is_mixed(element) and bool(names or element.attrib)


def _pairs(element: Element, *, children: bool = True) -> Iterable[tuple[str, str]]:
    for key, value in element.attrib.items():
        yield str(key).rpartition("}")[2], clean(str(value))
    for part in element if children else ():
        yield tag(part), _fields(part, clean(text_of(part)), named=False)


def _fields(element: Element, words: str, *, children: bool = False, named: bool = True) -> str:
    """An element's attributes, fields and text on one line."""
    pairs = "; ".join(
        f"{name}: {value}" for name, value in _pairs(element, children=children) if value
    )
    if children:
        return pairs
    said = f"{words} ({pairs})" if pairs and words else words or pairs
    return f"{tag(element)}: {said}" if named and said else said
