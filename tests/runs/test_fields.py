"""Fields of a schema: what they ask, and what becomes of an answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from longread.errors import UsageError
from longread.runs.fields import Field, read_schema


def schema(tmp_path: Path, content: str | dict[str, Any]) -> list[Field]:
    file = tmp_path / "schema"
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return read_schema(file)


def test_lines_and_commas(tmp_path: Path) -> None:
    fields = schema(tmp_path, "net_revenue: number, auditor: string\n# a note\n\nsigned: date\n")
    assert [(each.name, each.type) for each in fields] == [
        ("net_revenue", "number"),
        ("auditor", "string"),
        ("signed", "date"),
    ]
    assert fields[0].question == "What is the net revenue?"
    assert fields[0].asked.id == "net_revenue"


def test_a_json_schema_with_its_words(tmp_path: Path) -> None:
    properties = {
        "revenue": {"type": ["number", "null"], "description": "Net revenue of the year."},
        "chair": {"type": "string", "description": "Who chairs the board?"},
        "fiscalYearEnd": {"type": "string", "format": "date"},
        "size": {"enum": ["small", "large"]},
    }
    fields = schema(tmp_path, {"type": "object", "properties": properties})
    assert [each.type for each in fields] == ["number", "string", "date", "string"]
    assert [each.question for each in fields] == [
        "What is the net revenue of the year?",
        "Who chairs the board?",
        "What is the fiscal year end?",
        "What is the size?",
    ]


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        ("", "has no fields"),
        ("{}", "has no fields"),
        ("{", "is no JSON Schema"),
        ('{"properties": []}', "is no JSON Schema"),
        ("revenue", "revenue in .* is no field"),
        ("revenue: money", "revenue is of type money"),
        ('{"properties": {"a": {"type": "array"}}}', "a is of type array"),
        ('{"properties": {"a": {"type": ["string", "number"]}}}', "a is of type string/number"),
        ("a: string\na: number", "has a twice"),
        ('{"properties": {"a": {"type": 5}}}', "a is of type 5"),
        ('{"properties": {"a": {"type": null}}}', "a is of type None"),
        ('{"properties": {"": {"type": "number"}}}', "a field without a name"),
        ('{"properties": {"a": {"$ref": "#/$defs/None"}}}', "a refers to #/.defs/None"),
        ('{"properties": {"a": {"$ref": "other.json"}}}', "a refers to other.json"),
        ('{"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "number"}]}}}', "a may be"),
        ('{"properties": {"a": {"minimum": "5", "type": "number"}}}', "a has a minimum that is"),
        ('{"properties": {"a": {"pattern": "("}}}', "a has a pattern that is none"),
        ('{"properties": {"a": {"enum": "small"}}}', "a has an enum that is no list"),
    ],
)
def test_what_is_no_schema(tmp_path: Path, content: str, trouble: str) -> None:
    with pytest.raises(UsageError, match=trouble):
        schema(tmp_path, content)


def test_a_schema_that_pydantic_writes(tmp_path: Path) -> None:
    """What may be null is `anyOf` there, and an Enum is a `$ref`."""
    optional = [{"minimum": 0, "type": "number"}, {"type": "null"}]
    properties = {
        "revenue": {"anyOf": optional, "default": None, "description": "Net revenue"},
        "signed": {"anyOf": [{"format": "date", "type": "string"}, {"type": "null"}]},
        "size": {"$ref": "#/$defs/Size"},
        "rank": {"anyOf": [{"$ref": "#/$defs/Rank"}, {"type": "null"}]},
    }
    definitions = {
        "Size": {"enum": ["small", "large"], "type": "string"},
        "Rank": {"enum": [1, 2], "type": "integer"},
    }
    fields = schema(tmp_path, {"$defs": definitions, "properties": properties, "type": "object"})
    assert [each.type for each in fields] == ["number", "date", "string", "integer"]
    assert fields[0].question == "What is the net revenue?"
    assert fields[0].value("-1") == (None, "is less than 0")
    assert fields[2].value("tiny") == (None, "is not one of small, large")
    assert fields[3].value("2") == (2, "")


@pytest.mark.parametrize(
    ("kind", "answer", "value"),
    [
        ("number", "£13.10 an hour", 13.1),
        ("number", "$4.2 million", 4_200_000),
        ("number", "USD 1,234.5", 1234.5),
        ("number", "1 234 567", 1_234_567),
        ("number", "1.234,56 €", 1234.56),
        ("number", "12,5 %", 12.5),
        ("number", "$(1,234)", -1234),
        ("number", "(1,234)", -1234),
        ("number", "-3", -3),
        ("number", "a loss of −$7", -7),
        ("number", "$2.1bn", 2_100_000_000),
        ("number", "£(1.3) million", -1_300_000),
        ("number", "1.234.567", 1_234_567),
        # As longread itself says a figure: in full, in the scale that is asked for, worked out.
        ("number", "£731,000 (731 in £000)", 731_000),
        ("number", "$1,484,728,000 (1,484,728 in thousands, except per share)", 1_484_728_000),
        ("number", "$8.738 billion ($8,738 million)", 8_738_000_000),
        ("integer", "5,542 (8,865 - 3,323)", 5542),
        ("number", "12.5% ((90 - 80) / 80)", 12.5),
        ("number", "a loss of (1,234)", -1234),
        ("number", "between 5 and 7", None),
        ("number", "none", None),
        ("integer", "44 pages", 44),
        ("integer", "4.5", None),
        ("boolean", "Yes, it was.", True),
        ("boolean", "no", False),
        ("boolean", "Norway", None),
        ("date", "31 December 2024", "2024-12-31"),
        ("date", "on Sept. 3rd, 2021", "2021-09-03"),
        ("date", "September 3rd, 2021", "2021-09-03"),
        ("date", "12/31/2024", "2024-12-31"),
        ("date", "2024/03/05", "2024-03-05"),
        ("date", "3-Mar-2024", "2024-03-03"),
        ("date", "this 3rd day of March, 2024", "2024-03-03"),
        ("date", "03/04/2024", None),
        ("date", "31.12.2024", "2024-12-31"),
        ("date", "30 February 2024", None),
        ("date", "from 2024-01-01 to 2024-12-31", None),
        ("string", " Margit Solheim ", "Margit Solheim"),
    ],
)
def test_an_answer_is_read_as_its_type_or_is_null(kind: str, answer: str, value: Any) -> None:
    found, problem = Field("f", kind, "What?").value(answer)
    assert found == value
    assert type(found) is type(value) or isinstance(value, int)
    assert bool(problem) == (value is None)


def test_what_the_document_does_not_say_is_null_without_a_problem() -> None:
    assert Field("f", "number", "What?").value(None) == (None, "")


def test_rules_of_the_schema_are_kept() -> None:
    def of(rules: dict[str, Any], kind: str, answer: str) -> tuple[Any, str]:
        return Field("f", kind, "What?", rules).value(answer)

    assert of({"enum": ["Small", "Large"]}, "string", "small") == ("Small", "")
    assert of({"enum": ["Small"]}, "string", "tiny") == (None, "is not one of Small")
    assert of({"minimum": 0}, "number", "-1") == (None, "is less than 0")
    assert of({"maximum": 9}, "integer", "10") == (None, "is more than 9")
    assert of({"pattern": "^[A-Z]{4}$"}, "string", "ACME") == ("ACME", "")
    assert of({"pattern": "^[A-Z]{4}$"}, "string", "Acme") == (None, "does not match ^[A-Z]{4}$")
