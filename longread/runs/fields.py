"""Schema extraction: the fields of a record, each a question, and its typed value or null.

A schema is JSON Schema (an object of plain properties) or lines `name: type`. What an answer
says is taken as it stands; what cannot be read as the field's type is null, with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

from longread.errors import UsageError
from longread.reading.step import Answer, Quote
from longread.retrieval.numbers import figures
from longread.runs.questions import Asked

TYPES = ("string", "number", "integer", "boolean", "date")
Value = str | float | int | bool | None
# A file, a JSON Schema, or types by name.
Schema = str | PathLike[str] | Mapping[str, Any]

_KNOWN = 'lines like "revenue: number", or a JSON Schema with properties'
_CHOICES = ("anyOf", "oneOf", "allOf")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATES = (
    re.compile(r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})"),
    re.compile(
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: day)?(?: of)?[ -](?P<m>{_MONTH}),?[ -]"
        r"(?P<y>\d{4})",
        re.I,
    ),
    re.compile(rf"(?P<m>{_MONTH}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})", re.I),
    re.compile(r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4})"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its type, the question it is, and what else a value must be."""

    name: str
    type: str
    question: str
    rules: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> Asked:
        """The field as a question whose id is its name."""
        return Asked(self.question, self.name)

    def value(self, answer: str | None) -> tuple[Value, str]:
        """The answer's value, and why there is none where the document does say something."""
        if answer is None:
            return None, ""
        try:
            value = self._allowed(_READERS[self.type](answer.strip()))
        except ValueError as error:
            return None, str(error)
        return value, ""

    def _allowed(self, value: Value) -> Value:
        if options := self.rules.get("enum"):
            same = [one for one in options if str(one).casefold() == str(value).casefold()]
            if not same:
                raise ValueError(f"is not one of {', '.join(map(str, options))}")
            value = same[0]
        least, most = self.rules.get("minimum"), self.rules.get("maximum")
        if isinstance(value, int | float):
            if least is not None and value < least:
                raise ValueError(f"is less than {least}")
            if most is not None and value > most:
                raise ValueError(f"is more than {most}")
        pattern = self.rules.get("pattern")
        if pattern and isinstance(value, str) and not re.search(pattern, value):
            raise ValueError(f"does not match {pattern}")
        return value


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What documents say of a field: the value that its type makes of the answer.

    It is None where they do not say, and where `problem` says why what they do say is none.
    """

    value: Value
    problem: str
    answer: Answer

    @property
    def citation(self) -> Quote | None:
        """Where the answer stands."""
        return next(iter(self.answer.citations), None) if self.answer.answer else None


def field_values(fields: Sequence[Field], answers: Sequence[Answer]) -> dict[str, FieldValue]:
    """The fields' values by name, from the answers to their questions."""
    pairs = zip(fields, answers, strict=True)
    return {field.name: FieldValue(*field.value(answer.answer), answer) for field, answer in pairs}


def read_schema(schema: Schema) -> list[Field]:
    """The fields of a schema: a file, a JSON Schema, or types by name. Raises UsageError."""
    if isinstance(schema, Mapping):
        plain = all(isinstance(kind, str) for kind in schema.values())
        facts = {name: {"type": kind} for name, kind in schema.items()}
        fields, named = _of_object({"properties": facts} if plain else schema, "given"), "given"
    else:
        file, named = Path(schema), str(schema)
        try:
            text = file.read_text("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = (getattr(error, "strerror", None) or "it is not UTF-8").lower()
            raise UsageError(f"the schema {file} cannot be read: {reason}.", _KNOWN) from error
        fields = _of_json(text, named) if text.startswith("{") else _of_lines(text, named)
    _check(fields, named)
    return fields


def _check(fields: Sequence[Field], file: str) -> None:
    if not fields:
        raise UsageError(f"the schema {file} has no fields.", _KNOWN)
    for each in fields:
        if each.type not in TYPES:
            raise UsageError(
                f"the field {each.name} is of type {each.type}.", f"types are {', '.join(TYPES)}"
            )
    names = [each.name for each in fields]
    questions = [each.question for each in fields]
    for made in (names, questions):
        if twice := next((one for one in made if made.count(one) > 1), None):
            raise UsageError(f"the schema {file} has {twice} twice.", "name each field once")


def _of_lines(text: str, file: str) -> list[Field]:
    fields = []
    for item in re.split(r"[\n,]", text):
        if not item.strip() or item.lstrip().startswith("#"):
            continue
        name, colon, kind = (part.strip() for part in item.partition(":"))
        if not (name and colon and kind):
            raise UsageError(f"{item.strip()} in {file} is no field.", _KNOWN)
        fields.append(Field(name, kind, _question(name, "")))
    return fields


def _of_json(text: str, file: str) -> list[Field]:
    try:
        return _of_object(json.loads(text), file)
    except ValueError as error:
        raise _no_object(file) from error


def _of_object(schema: Any, file: str) -> list[Field]:
    try:
        properties = schema.get("properties", {}).items()
        return [_of_property(name, _resolved(name, facts, schema)) for name, facts in properties]
    except (AttributeError, TypeError) as error:
        raise _no_object(file) from error


def _resolved(name: str, facts: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A field's facts with those that `$ref` names, or the one choice of `anyOf` beside null."""
    reference = facts.get("$ref")
    if reference is not None:
        found: Any = schema
        for key in str(reference).removeprefix("#/").split("/"):
            found = found.get(key) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping) or {"$ref", *_CHOICES} & found.keys():
            raise UsageError(f"the field {name} refers to {reference}.", "write its type instead")
        return {**found, **facts}
    for choice in _CHOICES:
        if choice in facts:
            some = [each for each in facts[choice] if each.get("type") != "null"]
            if len(some) != 1:
                raise UsageError(f"the field {name} may be of several types.", "write one type")
            return {**_resolved(name, some[0], schema), **facts}
    return facts


def _no_object(file: str) -> UsageError:
    return UsageError(f"the schema {file} is no JSON Schema of an object.", _KNOWN)


def _of_property(name: str, facts: Mapping[str, Any]) -> Field:
    kinds = facts.get("type", "string")
    several = [kind for kind in kinds if kind != "null"] if isinstance(kinds, list) else [kinds]
    kind = str(several[0]) if len(several) == 1 else "/".join(map(str, several))
    if kind == "string" and facts.get("format") == "date":
        kind = "date"
    if not name.strip():
        raise UsageError("a schema has a field without a name.", _KNOWN)
    _check_rules(name, facts)
    return Field(name, kind, _question(name, str(facts.get("description", ""))), facts)


def _check_rules(name: str, facts: Mapping[str, Any]) -> None:
    """What a value is held against later has to make sense before anything is read."""
    for rule in ("minimum", "maximum"):
        if not isinstance(facts.get(rule, 0), int | float):
            raise UsageError(f"the field {name} has a {rule} that is no number.", "minimum: 0")
    if not isinstance(facts.get("enum", []), list):
        raise UsageError(f"the field {name} has an enum that is no list.", 'enum: ["a", "b"]')
    try:
        re.compile(facts.get("pattern", ""))
    except (re.error, TypeError) as error:
        raise UsageError(f"the field {name} has a pattern that is none.", str(error)) from error


def _question(name: str, description: str) -> str:
    description = " ".join(description.split())
    if description.endswith("?"):
        return description
    words = description.rstrip(".") or re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-]+", " ", name).lower()
    words = words.strip().removeprefix("The ").removeprefix("the ")
    # "Net revenue" begins small, "EBITDA" does not.
    return f"What is the {words[0].lower() if words[1:2].islower() else words[0]}{words[1:]}?"


def _number(text: str) -> float:
    """The one number of a text, with its scale word. What stands in brackets behind it is how it
    was printed or worked out: "£731,000 (731 in £000)", "5,542 (8,865 - 3,323)"."""
    found = list(figures(text.partition(" (")[0])) or list(figures(text))
    if len(found) != 1:
        raise ValueError("holds no number" if not found else "holds several numbers")
    return float(found[0].value * found[0].factor)


def _plain(text: str) -> float | int:
    value = _number(text)
    return int(value) if value.is_integer() else value


def _whole(text: str) -> int:
    value = _number(text)
    if not value.is_integer():
        raise ValueError("is not a whole number")
    return int(value)


def _boolean(text: str) -> bool:
    word = text.split(maxsplit=1)[0].strip(".,;:!").casefold() if text else ""
    if word in ("yes", "true"):
        return True
    if word in ("no", "false"):
        return False
    raise ValueError("says neither yes nor no")


def _date(text: str) -> str:
    """A date as ISO 8601 has it. 03/04/2024 is two dates, so it is none."""
    found = {made for pattern in _DATES for match in pattern.finditer(text) for made in _day(match)}
    if len(found) != 1:
        raise ValueError("holds no date" if not found else "may be several dates")
    return found.pop().isoformat()


def _day(match: re.Match[str]) -> list[date]:
    facts = match.groupdict()
    if "a" in facts:
        first, second = int(facts["a"]), int(facts["b"])
        pairs = {(first, second), (second, first)}
    else:
        month = facts["m"].lower()
        number = int(month) if month.isdecimal() else _MONTHS.index(month[:3]) + 1
        pairs = {(number, int(facts["d"]))}
    days = []
    for month_number, day in pairs:
        try:
            days.append(date(int(facts["y"]), month_number, day))
        except ValueError:
            continue
    return days


_READERS: Mapping[str, Callable[[str], Value]] = {
    "string": str,
    "number": _plain,
    "integer": _whole,
    "boolean": _boolean,
    "date": _date,
}
