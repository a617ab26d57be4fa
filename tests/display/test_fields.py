"""Fields as rows: how sure each value is."""

from __future__ import annotations

import csv
import io

import pytest

from longread.display.fields import field_rows
from longread.runs.fields import Field
from longread.runs.options import RowFormat

FIELDS = [Field(name, "integer", f"How many {name}?") for name in ("shares", "staff", "ships")]


def written(form: RowFormat) -> str:
    """Rows of a document that tells two of the fields: one surely, one not."""
    told = {"shares": ("420,544", 0.254), "staff": ("900", 0.5), "ships": (None, 0.1)}
    records = [
        {
            "status": "not_found" if answer is None else "answered",
            "answer": answer,
            "confidence": sure,
            "citations": [] if answer is None else [{"page": 48}],
            "documents": [{"path": "report.pdf"}],
        }
        for answer, sure in told.values()
    ]
    out = io.StringIO()
    field_rows(FIELDS)(form, out, 100)(records)
    return out.getvalue()


def test_csv_has_page_and_confidence_beside_each_value() -> None:
    (row,) = csv.DictReader(io.StringIO(written(RowFormat.CSV)))
    assert [row[f"shares{what}"] for what in ("", " page", " confidence")] == [
        "420544", "48", "0.25",
    ]  # fmt: skip
    assert (row["ships"], row["ships confidence"]) == ("", "")


@pytest.mark.parametrize("form", [RowFormat.MARKDOWN, RowFormat.TABLE])
def test_for_people_a_value_that_is_less_likely_than_not_says_so(form: RowFormat) -> None:
    shown = written(form)
    assert "420544 (25% sure)" in shown
    assert "900" in shown
    assert "900 (" not in shown
