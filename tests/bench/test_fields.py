"""benchmarks/fields.py: which values of a filing's fields count as right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench.scripts import script

MILLIONS = "millions of dollars"


@pytest.mark.parametrize(
    ("name", "value", "accepted", "unit", "verdict"),
    [
        ("revenue", 32765, ["32,765"], MILLIONS, "right"),
        ("revenue", 32765000000, ["32,765"], MILLIONS, "right"),
        ("revenue", 32765000, ["32,765"], MILLIONS, "wrong"),
        ("revenue", None, ["32,765"], MILLIONS, "null"),
        ("revenue", 32765, None, MILLIONS, "invented"),
        ("revenue", None, None, "", "right"),
        ("shares_outstanding", 575800000, ["575.8 million", "575.8"], MILLIONS, "right"),
        ("period_end", "2018-12-31", ["December 31, 2018"], MILLIONS, "right"),
        ("period_end", "2018-12-30", ["December 31, 2018"], MILLIONS, "wrong"),
        ("auditor", "Deloitte and Touche", ["Deloitte & Touche LLP"], "", "wrong"),
        ("auditor", "DELOITTE & TOUCHE, LLP", ["Deloitte & Touche LLP"], "", "right"),
        ("auditor", "KPMG", ["Ernst & Young LLP"], "", "wrong"),
    ],
)
def test_verdicts(name: str, value: Any, accepted: Any, unit: str, verdict: str) -> None:
    label = None if accepted is None else {"answers": accepted}
    assert script("fields").verdict(name, value, label, unit) == verdict


def test_the_schema_asks_for_the_labelled_fields() -> None:
    import json

    from longread.runs.fields import read_schema

    fields = script("fields")
    asked = {each.name for each in read_schema(fields.LABELS.with_name("schema.json"))}
    labels = [json.loads(line) for line in fields.LABELS.read_text("utf-8").splitlines()]
    assert len(labels) == 16
    assert all(set(label["fields"]) == asked for label in labels)
