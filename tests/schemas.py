"""JSON Schemas that the package holds, for the tests to hold its output against."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def answer_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an answer."""
    text = files("longread.display").joinpath("answer.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
