from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from longread import __version__
from longread.display.json_answer import answer_object, error_object, to_json
from longread.errors import DocumentError
from longread.reading.step import Exit
from tests.display.script import answer, reading, run_info
from tests.schemas import answer_schema

INFO = run_info()
STEPS = list(reading(INFO, 41))


def validate(value: object) -> None:
    schema = answer_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(value)


def test_keys_and_their_order_are_the_contract() -> None:
    made = answer_object(answer(INFO, STEPS))
    assert list(made) == [
        "schema", "question", "answer", "status", "confidence", "citations", "memory",
        "documents", "reading", "cost", "model", "longread",
    ]  # fmt: skip
    assert list(made["citations"][0]) == [
        "document", "page", "label", "section", "line", "place", "quote", "verified",
    ]  # fmt: skip
    assert list(made["documents"][0]) == [
        "path", "sha256", "pages", "tokens", "warnings", "read", "looked_up",
    ]  # fmt: skip
    assert list(made["reading"]) == [
        "strategy", "order", "gate", "chunks", "chunks_read", "coverage", "updates",
        "retrievals", "exit",
    ]  # fmt: skip
    assert list(made["reading"]["exit"]) == ["step", "reason"]
    assert list(made["cost"]) == [
        "tokens_prefilled", "tokens_reused", "tokens_generated", "seconds",
        "seconds_saved_by_exit",
    ]  # fmt: skip
    assert list(made["model"]) == ["name", "file", "device", "context"]
    assert made["schema"] == "longread.answer/1"
    assert made["longread"] == __version__


def test_what_was_corrected_is_told() -> None:
    made = answer_object(answer(INFO, STEPS, remark="the document corrects itself: 29, not 31"))
    assert made["remark"] == "the document corrects itself: 29, not 31"
    validate(made)


def test_numbers_are_rounded_and_right() -> None:
    made = answer_object(
        answer(INFO, STEPS, confidence=0.932159, seconds=38.2049, seconds_saved_by_exit=96.00001)
    )
    assert made["confidence"] == 0.9322
    assert made["reading"]["coverage"] == 0.2733
    assert made["reading"]["chunks_read"] == 41
    assert made["cost"]["seconds"] == 38.2
    assert made["cost"]["seconds_saved_by_exit"] == 96.0


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        ("answered", "yes", "exit_gate"),
        ("not_found", None, "end_of_document"),
        ("interrupted", None, "interrupted"),
    ],
)
def test_every_status_validates(status: str, text: str | None, reason: Any) -> None:
    made = answer(INFO, STEPS, status=status, answer=text, exit=Exit(41, reason))
    validate(json.loads(to_json(answer_object(made))))


def test_an_error_is_a_line_as_well() -> None:
    error = DocumentError("b.pdf is empty (0 bytes).", "try another copy")
    made = error_object("Who?", error, "b.pdf", "7")
    validate(json.loads(to_json(made)))
    assert made["error"] == {
        "document": "b.pdf",
        "exit_code": 3,
        "message": "b.pdf is empty (0 bytes).",
        "hint": "try another copy",
    }
    for key in ("error", "answer", "documents", "longread"):
        with pytest.raises(jsonschema.ValidationError, match=f"'{key}' is a required property"):
            validate({name: value for name, value in made.items() if name != key})
    for key in made["error"]:
        less = {name: value for name, value in made["error"].items() if name != key}
        with pytest.raises(jsonschema.ValidationError, match=f"'{key}' is a required property"):
            validate({**made, "error": less})
    with pytest.raises(jsonschema.ValidationError):
        validate({**made, "answer": "made up"})
    # An answer has a document.
    with pytest.raises(jsonschema.ValidationError):
        validate({**answer_object(answer(INFO, STEPS)), "documents": []})


def required(schema: dict[str, Any], path: tuple[str | int, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every required key in the schema's objects, through its references."""
    root = answer_schema()
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    # What an error has not: an answer must have it.
    more = [key for each in schema.get("allOf", []) for key in each["else"].get("required", [])]
    found: list[tuple[Any, ...]] = [(*path, key) for key in [*schema.get("required", []), *more]]
    for key, value in schema.get("properties", {}).items():
        # An answer has no error: the test above is for it.
        found += required(value, (*path, key)) if key != "error" else []
    if "items" in schema:
        found += required(schema["items"], (*path, 0))
    return found


@pytest.mark.parametrize(
    "path", required(answer_schema()), ids=lambda path: ".".join(map(str, path))
)
def test_a_missing_key_fails_and_an_added_one_does_not(path: tuple[Any, ...]) -> None:
    made = answer_object(answer(INFO, STEPS))
    more = copy.deepcopy(made)
    where, parent = made, more
    for key in path[:-1]:
        where, parent = where[key], parent[key]
    parent["added_in_a_later_version"] = {"any": 1}
    validate(more)
    del where[path[-1]]
    with pytest.raises(jsonschema.ValidationError, match=f"'{path[-1]}' is a required property"):
        validate(made)


@pytest.mark.parametrize(
    ("key", "value"),
    [("status", "maybe"), ("answer", None), ("confidence", 1.5), ("schema", "longread.answer/2")],
)
def test_a_wrong_value_fails(key: str, value: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate({**answer_object(answer(INFO, STEPS)), key: value})


def test_json_cannot_drive_a_terminal_and_keeps_its_value() -> None:
    hostile = "é 中文 \x1b[2J \x9b2J \x7f \u202e \ud800"
    text = to_json({"quote": hostile})
    assert json.loads(text) == {"quote": hostile}
    assert "é 中文" in text
    text.encode("utf-8")
    assert not any(character in text for character in "\x1b\x9b\x7f\u202e")


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json(answer_object(replace(answer(INFO, STEPS), confidence=float("nan"))))
