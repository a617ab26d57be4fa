"""How many fields of filings are right, null and wrong, against those labelled by hand.

    longread ask FILING.pdf --each --schema benchmarks/filings/schema.json --json > found.jsonl
    python benchmarks/fields.py found.jsonl

A number is right in the filing's unit or in full, a firm if one name holds the other. `invented` is
a value where the filing does not say.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from machine import table

from longread.runs.fields import Field

LABELS = Path(__file__).resolve().parent / "filings" / "fields.jsonl"
_SCALES = {"thousands": 1e3, "millions": 1e6, "billions": 1e9}
NUMBERS = ("revenue", "net_income", "shares_outstanding")


def plain(text: str) -> str:
    """A firm's name without case, punctuation and legal form."""
    words = re.findall(r"[a-z]+", text.casefold())
    return "".join(word for word in words if word not in ("llp", "the"))


def is_right(name: str, value: Any, accepted: Sequence[str], unit: str) -> bool:
    """Whether a value is one of those accepted."""
    if name in NUMBERS:
        number = Field(name, "number", "")
        wanted = [found for each in accepted if (found := number.value(each)[0]) is not None]
        scale = next((factor for word, factor in _SCALES.items() if word in unit), 1.0)
        return any(abs(value - n * by) <= 1e-6 * abs(n * by) for n in wanted for by in (1.0, scale))
    if name == "period_end":
        return value in [Field(name, "date", "").value(each)[0] for each in accepted]
    said = plain(value)
    return bool(said) and any(plain(each) in said or said in plain(each) for each in accepted)


def verdict(name: str, value: Any, label: Mapping[str, Any] | None, unit: str) -> str:
    """`right`, `null`, `wrong` or `invented`."""
    if label is None:
        return "right" if value is None else "invented"
    if value is None:
        return "null"
    return "right" if is_right(name, value, label["answers"], unit) else "wrong"


def main() -> None:
    """Print a row for each field, and what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("found", type=Path)
    own = parser.parse_args()
    labels = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    by_name = {Path(label["document"]).name: label for label in labels}
    counts: dict[str, Counter[str]] = {}
    documents = 0
    for line in own.found.read_text("utf-8").splitlines():
        record = json.loads(line)
        if record["status"] == "error":
            raise SystemExit(record["error"]["message"])
        name = Path(record["documents"][0]["path"]).name
        label = by_name[name]
        documents += 1
        for field, value in record["values"].items():
            said = verdict(field, value, label["fields"][field], label["unit"])
            counts.setdefault(field, Counter())[said] += 1
            if said in ("wrong", "invented"):
                print(f"{name} {field}: {value!r}, {said}", file=sys.stderr)
    total = sum(counts.values(), Counter[str]())
    print(f"{documents} filings, {total.total()} fields\n")
    kinds = ("right", "null", "wrong", "invented")
    rows = [
        {"field": field, **{kind: count[kind] for kind in kinds}}
        for field, count in [*counts.items(), ("all", total)]
    ]
    print(table(rows))


if __name__ == "__main__":
    main()
